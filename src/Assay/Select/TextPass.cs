using System.Buffers;
using System.Collections;
using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.InteropServices;
using Assay.Data;

namespace Assay.Select;

/// <summary>What becomes of one text: it stays, goes for a reason, or stays with changes.</summary>
internal readonly ref struct TextVerdict
{
    private TextVerdict(int reason, bool isEdited, ReadOnlySpan<byte> text)
    {
        Reason = reason;
        IsEdited = isEdited;
        Text = text;
    }

    /// <summary>The text stays as it is.</summary>
    public static TextVerdict Keep => new(-1, false, default);

    /// <summary>Place of the reason for which the row goes, or -1.</summary>
    public int Reason { get; }

    /// <summary>True if the row stays with <see cref="Text"/>.</summary>
    public bool IsEdited { get; }

    /// <summary>The changed text.</summary>
    public ReadOnlySpan<byte> Text { get; }

    /// <summary>The row goes.</summary>
    public static TextVerdict Drop(int reason) => new(reason, false, default);

    /// <summary>The row stays with another text, which must last until the next text is judged.</summary>
    public static TextVerdict Edit(ReadOnlySpan<byte> text) => new(-1, true, text);
}

/// <summary>Judges texts one after the other, with the buffers of one thread.</summary>
internal interface ITextJudge
{
    /// <summary>What becomes of a row; within a table rows come in ascending order.</summary>
    TextVerdict Judge(Batch batch, int row);
}

/// <summary>A judge that counts what it changes.</summary>
internal interface ICountingJudge : ITextJudge
{
    /// <summary>How often each thing was done so far.</summary>
    ReadOnlySpan<long> Counts { get; }
}

/// <summary>
/// Goes once over the texts in view and drops and changes rows; the tables that are done survive a kill. What is counted
/// is part of a table's piece.
/// </summary>
/// <param name="view">The rows.</param>
/// <param name="work">Where pieces go.</param>
/// <param name="reasons">The reasons for which rows can go, at most 65,534.</param>
/// <param name="counted">What an <see cref="ICountingJudge"/> counts, if judges are such.</param>
internal sealed class TextPass(
    View view,
    Work work,
    IReadOnlyList<string> reasons,
    IReadOnlyList<string>? counted = null
)
{
    private const string DecisionStage = "filter";
    private const string EditStage = "edits";

    private readonly IReadOnlyList<string> _counted = counted ?? [];

    /// <summary>Judges all rows in view.</summary>
    /// <param name="makeJudge">Makes a judge for one thread.</param>
    public Selected Run(Func<ITextJudge> makeJudge)
    {
        ConcurrentBag<ITextJudge> idle = [];
        work.Make(
            DecisionStage,
            view.TableCount,
            (table, stream) =>
            {
                ITextJudge judge = idle.TryTake(out ITextJudge? used) ? used : makeJudge();
                Judge(judge, table, stream);
                idle.Add(judge);
            },
            table => view.RowsOf(table).Length,
            "rows"
        );
        return Gather();
    }

    // Writes a 16-bit number per row in view: 0 for a row that stays, else one more than its reason's place; then the counts.
    // Changed texts are a piece of their own, finished before this one is.
    private void Judge(ITextJudge judge, int table, Stream decisions)
    {
        using Batch batch = view.Read(table);
        ReadOnlySpan<int> rows = batch.Rows;
        ushort[] reasonOf = ArrayPool<ushort>.Shared.Rent(rows.Length);
        long[] before = judge is ICountingJudge counting ? counting.Counts.ToArray() : [];
        TableBuilder edits = new("edits");
        for (int i = 0; i < rows.Length; i++)
        {
            work.Cancellation.ThrowIfCancellationRequested();
            TextVerdict verdict = judge.Judge(batch, rows[i]);
            reasonOf[i] = (ushort)(verdict.Reason + 1);
            if (verdict.IsEdited)
                AddEdit(edits, rows[i], batch, verdict.Text);
        }
        if (edits.RowCount > 0)
            work.Pieces.Write(EditStage, table, stream => Merge(batch, view.Edits?.Read(table), edits).WriteTo(stream));
        decisions.Write(MemoryMarshal.AsBytes(reasonOf.AsSpan(0, rows.Length)));
        ArrayPool<ushort>.Shared.Return(reasonOf);
        for (int i = 0; i < before.Length; i++)
            decisions.Write(BitConverter.GetBytes(((ICountingJudge)judge).Counts[i] - before[i]));
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

    private Selected Gather()
    {
        BitArray dropped = new(view.Dataset.RowCount);
        List<int> rows = [];
        List<ushort> reasonOf = [];
        List<string> used = [];
        long[] counts = new long[_counted.Count];
        for (int table = 0; table < view.TableCount; table++)
        {
            ReadOnlySpan<int> inView = view.RowsOf(table);
            ushort[] decisions = new ushort[inView.Length];
            long[] added = new long[counts.Length];
            using (FileStream piece = work.Pieces.Open(DecisionStage, table))
            {
                piece.ReadExactly(MemoryMarshal.AsBytes(decisions.AsSpan()));
                piece.ReadExactly(MemoryMarshal.AsBytes(added.AsSpan()));
            }
            for (int i = 0; i < counts.Length; i++)
                counts[i] += added[i];
            for (int i = 0; i < inView.Length; i++)
            {
                if (decisions[i] == 0)
                    continue;
                string reason = reasons[decisions[i] - 1];
                int place = used.IndexOf(reason);
                if (place < 0)
                {
                    place = used.Count;
                    used.Add(reason);
                }
                dropped[inView[i]] = true;
                rows.Add(inView[i]);
                reasonOf.Add((ushort)place);
            }
        }
        return new(
            view.Selection.Where(row => !dropped[row]),
            new(used, [.. rows], [.. reasonOf]),
            EditsInForce(),
            Notes: counts.Any(count => count > 0)
                ?
                [
                    .. _counted.Select(
                        (what, i) => string.Create(CultureInfo.InvariantCulture, $"{what}: {counts[i]:N0}")
                    ),
                ]
                : null
        );
    }

    private Edits? EditsInForce()
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
}
