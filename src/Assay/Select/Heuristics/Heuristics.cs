using System.Buffers;
using System.Collections;
using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Assay.Data;

namespace Assay.Select;

/// <summary>
/// Drops rows by rules of thumb on their text: Gopher's, C4's and FineWeb's, with their published thresholds. The first
/// rule that fails names the reason, such as <c>gopher_quality.short_doc</c>; a row without text goes as <c>empty</c>.
/// C4's rules also cut lines out of the text, which later filters and steps see as edited.
/// </summary>
/// <remarks>
/// Source: the rules that "A Survey on Data Selection for Language Models" (arXiv 2402.16827) collects, as datatrove
/// (commit a649de79) computes them: same decisions, same reasons. Lengths are in code points.
/// </remarks>
[Method("select/heuristics", Paper = "data-selection-survey")]
public sealed class Heuristics : ISelector
{
    private const string Empty = "empty";
    private const string DecisionStage = "filter";
    private const string EditStage = "edits";

    private readonly HeuristicsOptions _options;
    private readonly string[] _reasons;

    /// <summary>Makes the selector.</summary>
    /// <exception cref="AssayException">An n-gram threshold is negative or not a number.</exception>
    public Heuristics(HeuristicsOptions options)
    {
        _options = options;
        CheckShares("top-n-grams", options.GopherRepetition.TopNGrams);
        CheckShares("duplicate-n-grams", options.GopherRepetition.DuplicateNGrams);
        _reasons = [Empty, .. MakeFilters().SelectMany(filter => filter.Reasons).Distinct()];
    }

    /// <inheritdoc/>
    public Selected Select(View view, Work work)
    {
        ConcurrentBag<Filters> idle = [];
        work.Make(
            DecisionStage,
            view.TableCount,
            (table, stream) =>
            {
                Filters filters = idle.TryTake(out Filters? used) ? used : new(this);
                filters.Run(view, work, table, stream);
                idle.Add(filters);
            },
            table => view.RowsOf(table).Length,
            "rows"
        );
        return new(Keep(view, work, out Drops drops), drops, EditsOf(view, work));
    }

    /// <summary>The filters in order, with buffers of their own.</summary>
    internal IReadOnlyList<IFilter> MakeFilters()
    {
        GopherQuality Quality() => new(_options.GopherQuality);
        GopherRepetition Repetition() => new(_options.GopherRepetition);
        C4 AnyEnding() => new(_options.C4 with { TerminalPunctuation = false });
        Fineweb Fineweb() => new(_options.Fineweb);
        IEnumerable<IFilter> Of(Preset preset) =>
            preset switch
            {
                Preset.GopherQuality => [Quality()],
                Preset.GopherRepetition => [Repetition()],
                Preset.C4 => [new C4(_options.C4)],
                Preset.C4NoPunctuation => [AnyEnding()],
                Preset.FinewebQuality => [Fineweb()],
                Preset.Fineweb => [Repetition(), Quality(), AnyEnding(), Fineweb()],
                _ => throw new ArgumentOutOfRangeException(nameof(preset), preset, "No such preset."),
            };
        return [.. _options.Preset.SelectMany(Of)];
    }

    /// <summary>The filters with their buffers, as one thread uses them.</summary>
    internal sealed class Filters(Heuristics heuristics)
    {
        private readonly IReadOnlyList<IFilter> _filters = heuristics.MakeFilters();
        private readonly ScannedText _text = new(heuristics._options.Words);

        /// <summary>The text that the last row was left with.</summary>
        public ScannedText Text => _text;

        /// <summary>The reason to drop a row of that text, or null to keep it.</summary>
        public string? Reject(ReadOnlySpan<byte> text)
        {
            if (text.IsEmpty)
                return Empty;
            _text.Load(text);
            foreach (IFilter filter in _filters)
            {
                if (filter.Reject(_text) is { } reason)
                    return reason;
                if (_text.Length == 0)
                    return Empty;
            }
            return null;
        }

        // Writes a 16-bit number per row in view: 0 for a row that stays, else one more than its reason's place. Changed
        // texts are a piece of their own, finished before this one is.
        public void Run(View view, Work work, int table, Stream decisions)
        {
            using Batch batch = view.Read(table);
            ReadOnlySpan<int> rows = batch.Rows;
            ushort[] reasons = ArrayPool<ushort>.Shared.Rent(rows.Length);
            TableBuilder edits = new("edits");
            for (int i = 0; i < rows.Length; i++)
            {
                work.Cancellation.ThrowIfCancellationRequested();
                string? reason = Reject(batch.Text(rows[i]));
                reasons[i] = (ushort)(reason is null ? 0 : Array.IndexOf(heuristics._reasons, reason) + 1);
                if (reason is null && _text.IsEdited)
                    AddEdit(edits, rows[i], batch, _text.Bytes);
            }
            if (edits.RowCount > 0)
                work.Pieces.Write(
                    EditStage,
                    table,
                    stream => Merge(batch, view.Edits?.Read(table), edits).WriteTo(stream)
                );
            decisions.Write(MemoryMarshal.AsBytes(reasons.AsSpan(0, rows.Length)));
            ArrayPool<ushort>.Shared.Return(reasons);
        }
    }

    private static void AddEdit(TableBuilder edits, int row, Batch batch, ReadOnlySpan<byte> text)
    {
        edits.Column("row").Set((long)row);
        edits.Column("text").Set(text);
        edits.EndRow(batch.Id(row), batch.Table.Offsets[batch.Local(row)]);
    }

    // Earlier edits stay in force for rows that were not changed again.
    private static TableBuilder Merge(Batch batch, Table? earlier, TableBuilder added)
    {
        if (earlier is null)
            return added;
        using Table before = earlier,
            changed = added.Build();
        Column beforeRow = before.Find("row")!,
            changedRow = changed.Find("row")!;
        TableBuilder merged = new("edits");
        for (int i = 0, j = 0; i < before.RowCount || j < changed.RowCount; )
        {
            long row = i < before.RowCount ? beforeRow.Int64(i) : long.MaxValue,
                changedAt = j < changed.RowCount ? changedRow.Int64(j) : long.MaxValue;
            ReadOnlySpan<byte> text =
                changedAt <= row ? changed.Find("text")!.Utf8(j)
                : before.Find("text") is { } column ? column.Utf8(i)
                : [];
            AddEdit(merged, (int)Math.Min(row, changedAt), batch, text);
            i += row <= changedAt ? 1 : 0;
            j += changedAt <= row ? 1 : 0;
        }
        return merged;
    }

    private Selection Keep(View view, Work work, out Drops drops)
    {
        BitArray dropped = new(view.Dataset.RowCount);
        List<int> rows = [];
        List<ushort> reasonOf = [];
        List<string> reasons = [];
        for (int table = 0; table < view.TableCount; table++)
        {
            ReadOnlySpan<int> inView = view.RowsOf(table);
            ushort[] decisions = new ushort[inView.Length];
            using (FileStream piece = work.Pieces.Open(DecisionStage, table))
                piece.ReadExactly(MemoryMarshal.AsBytes(decisions.AsSpan()));
            for (int i = 0; i < inView.Length; i++)
            {
                if (decisions[i] == 0)
                    continue;
                string reason = _reasons[decisions[i] - 1];
                int place = reasons.IndexOf(reason);
                if (place < 0)
                {
                    place = reasons.Count;
                    reasons.Add(reason);
                }
                dropped[inView[i]] = true;
                rows.Add(inView[i]);
                reasonOf.Add((ushort)place);
            }
        }
        drops = new(reasons, [.. rows], [.. reasonOf]);
        return view.Selection.Where(row => !dropped[row]);
    }

    private static Edits? EditsOf(View view, Work work)
    {
        string?[] files =
        [
            .. Enumerable
                .Range(0, view.TableCount)
                .Select(table =>
                    work.Pieces.Has(EditStage, table) ? work.Pieces.PathOf(EditStage, table) : view.Edits?.Files[table]
                ),
        ];
        return view.Edits is null && files.All(file => file is null) ? null : new(files);
    }

    private static void CheckShares(string option, IReadOnlyList<double> shares)
    {
        foreach (double share in shares)
            if (!(share >= 0))
                throw new AssayException(
                    $"select/heuristics: gopher-repetition.{option} holds {share}",
                    hint: "Shares are numbers of at least 0."
                );
    }
}
