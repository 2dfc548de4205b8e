using System.Collections.Concurrent;
using System.ComponentModel.DataAnnotations;
using System.Runtime.InteropServices;
using System.Text;
using Assay.Data;
using Assay.Numerics;

namespace Assay.Select;

/// <summary>Options of <see cref="Substring"/>.</summary>
public sealed record SubstringOptions
{
    /// <summary>
    /// Bytes from which on a repeated substring is cut. Default: 200, about the 50 tokens of English that the paper uses.
    /// </summary>
    [Range(16, 1_000_000)]
    public int Length { get; init; } = 200;

    /// <summary>
    /// True leaves the first occurrence where it is. Default: false, every occurrence is cut, the first too, as in the paper.
    /// </summary>
    public bool KeepFirst { get; init; }
}

/// <summary>
/// Cuts what stands twice in a dataset, byte for byte, wherever it stands: boilerplate, quotations, licences. Rows of which nothing is left
/// are dropped (<c>substring.nothing_left</c>).
/// </summary>
/// <remarks>
/// <para>
/// Source: Lee et al., "Deduplicating Training Data Makes Language Models Better" (arXiv 2107.06499), section 4.1 (ExactSubstr), as
/// "A Survey on Data Selection for Language Models" (arXiv 2402.16827) has it. A byte goes if it is part of a substring of at least
/// <see cref="SubstringOptions.Length"/> bytes, within one row, that occurs a second time in any row; occurrences may overlap.
/// </para>
/// <para>
/// A suffix array decides, but not over the whole dataset: two passes over the texts first find what can occur twice at all (see <see cref="Anchors"/>), and
/// only that is sorted, in parts that fit into memory. The result is exact and depends neither on memory nor on threads.
/// </para>
/// </remarks>
[Method("select/substring", Paper = "data-selection-survey")]
public sealed class Substring(SubstringOptions options) : ISelector
{
    private const string Suspects = "suspects",
        Repeats = "repeats";
    private const long BytesPerPart = 1 << 25;

    /// <summary>Parts that what can occur twice is sorted in, if not as many as the data need; for tests.</summary>
    internal int? Parts { get; init; }

    /// <summary>Finds what occurs twice in texts that are in memory.</summary>
    /// <param name="texts">UTF-8, or any bytes.</param>
    /// <param name="length">Bytes from which on a substring counts, at least 1.</param>
    /// <param name="keepFirst">True leaves the first occurrence out.</param>
    /// <returns>Spans by row (the text's place) and start; they neither overlap nor touch. They may part a character.</returns>
    public static IReadOnlyList<TextSpan> Find(IReadOnlyList<byte[]> texts, int length, bool keepFirst = false)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 1);
        RepeatFinder finder = new(length, keepFirst);
        for (int row = 0; row < texts.Count; row++)
            finder.Add(row, 0, texts[row]);
        return finder.Find(default);
    }

    /// <inheritdoc/>
    /// <exception cref="AssayException">One repeated substring alone takes more memory than there is.</exception>
    public Selected Select(View view, Work work)
    {
        long bytes = view.Dataset.Tables.Sum(table => table.Bytes);
        int parts = Parts ?? (int)Math.Max(1, bytes / BytesPerPart);
        FindSuspects(view, work, bytes, parts);
        work.Make(Repeats, parts, (part, stream) => FindRepeats(view, work, part, stream), unit: "parts");
        TextPass pass = new(view, work, ["substring.nothing_left"], ["substring.spans", "substring.bytes"]);
        Selected selected = pass.Run(() =>
            new Cutter(new(table => TextSpans.Read(work, Repeats, parts, view.Dataset.Tables[table])))
        );
        work.Pieces.Delete(Suspects);
        work.Pieces.Delete(Repeats);
        return selected;
    }

    // For each table a piece: for each part where it starts, then its texts, each as row, place, length and bytes.
    private void FindSuspects(View view, Work work, long bytes, int parts)
    {
        if (Enumerable.Range(0, view.TableCount).All(table => work.Pieces.Has(Suspects, table)))
            return;
        ConcurrentBag<Anchors> idle = [];
        SeenTwice seen = new(Anchors.Expected(bytes, options.Length), work.MemoryBytes / 2);
        Scan.Tables(
            view,
            work,
            "substrings",
            (batch, _) =>
            {
                Anchors anchors = idle.TryTake(out Anchors? used) ? used : new(options.Length);
                foreach (int row in batch.Rows)
                {
                    work.Cancellation.ThrowIfCancellationRequested();
                    foreach (Anchor anchor in anchors.Of(batch.Text(row)))
                        seen.Add(anchor.Hash);
                }
                idle.Add(anchors);
            }
        );
        work.Make(
            Suspects,
            view.TableCount,
            (table, stream) =>
            {
                Anchors anchors = idle.TryTake(out Anchors? used) ? used : new(options.Length);
                List<TextSpan>[] spans = [.. Enumerable.Range(0, parts).Select(_ => new List<TextSpan>())];
                using Batch batch = view.Read(table);
                foreach (int row in batch.Rows)
                {
                    work.Cancellation.ThrowIfCancellationRequested();
                    foreach (Anchor anchor in anchors.Of(batch.Text(row)))
                        if (seen.Has(anchor.Hash))
                            AddWindows(spans[PartOf(anchor.Hash, 2, parts)], row, anchor);
                }
                idle.Add(anchors);
                WriteSuspects(batch, spans, stream);
            },
            table => view.RowsOf(table).Length,
            "rows"
        );
    }

    private static int PartOf(ulong hash, ulong salt, int parts) =>
        (int)(RandomStream.SplitMix64(hash, salt) % (uint)parts);

    // Neighbouring windows make one text.
    private void AddWindows(List<TextSpan> spans, int row, Anchor anchor)
    {
        TextSpan span = new(row, anchor.First, anchor.Last + options.Length);
        if (spans.Count > 0 && spans[^1].Row == row && spans[^1].End - options.Length + 1 >= span.Start)
            spans[^1] = spans[^1] with { End = span.End };
        else
            spans.Add(span);
    }

    private static void WriteSuspects(Batch batch, List<TextSpan>[] spans, Stream stream)
    {
        using BinaryWriter writer = new(stream, Encoding.UTF8, leaveOpen: true);
        long start = (spans.Length + 1L) * sizeof(long);
        writer.Write(start);
        foreach (List<TextSpan> part in spans)
            writer.Write(start += part.Sum(span => (3L * sizeof(int)) + span.End - span.Start));
        foreach (TextSpan span in spans.SelectMany(part => part))
        {
            writer.Write(span.Row);
            writer.Write(span.Start);
            writer.Write(span.End - span.Start);
            writer.Write(batch.Text(span.Row)[span.Start..span.End]);
        }
    }

    private void FindRepeats(View view, Work work, int part, Stream stream)
    {
        long memory = Math.Min(work.MemoryBytes / work.Threads, RepeatFinder.BytesPerByte * (1L << 30));
        long bytes = 0;
        for (int table = 0; table < view.TableCount; table++)
        {
            using FileStream piece = work.Pieces.Open(Suspects, table);
            (long from, long to) = SectionOf(piece, part);
            bytes += to - from;
        }
        // A part that does not fit is split once more by the anchors. Where one of the slices still does not, they are made smaller.
        int slices = checked((int)(1 + (bytes * RepeatFinder.BytesPerByte / memory)));
        List<TextSpan> spans = [];
        for (int slice = 0; slice < slices; slice++)
        {
            RepeatFinder finder = new(options.Length, options.KeepFirst);
            if (Load(view, work, part, slice, slices, finder, memory / RepeatFinder.BytesPerByte))
                spans.AddRange(finder.Find(work.Cancellation));
            else
            {
                slices *= 2;
                slice = -1;
                spans.Clear();
            }
        }
        TextSpans.Write(spans, stream);
    }

    // False if there is more of the slice than is to be held; an error if the same anchor holds it together.
    private bool Load(View view, Work work, int part, int slice, int slices, RepeatFinder finder, long most)
    {
        Anchors anchors = new(options.Length);
        List<TextSpan> spans = [];
        HashSet<ulong> hashes = [];
        byte[] text = [];
        for (int table = 0; table < view.TableCount; table++)
        {
            work.Cancellation.ThrowIfCancellationRequested();
            using FileStream piece = work.Pieces.Open(Suspects, table);
            (long from, long to) = SectionOf(piece, part);
            piece.Position = from;
            using BinaryReader reader = new(piece);
            while (piece.Position < to)
            {
                int row = reader.ReadInt32(),
                    offset = reader.ReadInt32(),
                    length = reader.ReadInt32();
                if (text.Length < length)
                    text = new byte[Math.Max(length, 2 * text.Length)];
                Span<byte> bytes = text.AsSpan(0, length);
                reader.BaseStream.ReadExactly(bytes);
                if (slices == 1)
                    finder.Add(row, offset, bytes);
                else
                {
                    spans.Clear();
                    foreach (Anchor anchor in anchors.Of(bytes))
                        if (PartOf(anchor.Hash, 3, slices) == slice)
                        {
                            AddWindows(spans, row, anchor);
                            if (hashes.Count < 2)
                                hashes.Add(anchor.Hash);
                        }
                    foreach (TextSpan span in spans)
                        finder.Add(row, offset + span.Start, bytes[span.Start..span.End]);
                }
                if (finder.Bytes <= most)
                    continue;
                if (hashes.Count == 1)
                    throw new AssayException(
                        $"one repeated text fills more than {new ByteSize(finder.Bytes)} of the dataset, and select/substring needs {RepeatFinder.BytesPerByte} times that in memory for each thread, which is more than there is",
                        hint: "Drop duplicate rows first (select/dedup), or give more memory (--memory) or fewer threads."
                    );
                return false;
            }
        }
        return true;
    }

    private static (long From, long To) SectionOf(FileStream piece, int part)
    {
        Span<long> bounds = stackalloc long[2];
        piece.Position = (long)part * sizeof(long);
        piece.ReadExactly(MemoryMarshal.AsBytes(bounds));
        return (bounds[0], bounds[1]);
    }

    // Cuts whole characters only: of one that a span parts, nothing goes.
    private sealed class Cutter(SpanCutter cutter) : ICountingJudge
    {
        private readonly long[] _counts = new long[2];
        private readonly List<TextSpan> _whole = [];

        public ReadOnlySpan<long> Counts => _counts;

        public TextVerdict Judge(Batch batch, int row)
        {
            ReadOnlySpan<TextSpan> spans = cutter.SpansOf(batch, row);
            if (spans.IsEmpty)
                return TextVerdict.Keep;
            ReadOnlySpan<byte> text = batch.Text(row);
            _whole.Clear();
            foreach (TextSpan span in spans)
            {
                (int start, int end) = (span.Start, span.End);
                while (start < end && !CodePoints.IsLead(text[start]))
                    start++;
                while (end > start && end < text.Length && !CodePoints.IsLead(text[end]))
                    end--;
                if (start == end)
                    continue;
                _whole.Add(new(row, start, end));
                _counts[0]++;
                _counts[1] += end - start;
            }
            if (_whole.Count == 0)
                return TextVerdict.Keep;
            ReadOnlySpan<byte> kept = cutter.Cut(text, CollectionsMarshal.AsSpan(_whole));
            return Words.Trim(kept).IsEmpty ? TextVerdict.Drop(0) : TextVerdict.Edit(kept);
        }
    }
}
