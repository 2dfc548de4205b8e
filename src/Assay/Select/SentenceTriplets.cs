using System.Collections.Concurrent;
using System.ComponentModel.DataAnnotations;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using Assay.Data;
using Assay.Numerics;

namespace Assay.Select;

/// <summary>Options of <see cref="SentenceTriplets"/>.</summary>
public sealed record SentenceTripletsOptions
{
    /// <summary>Consecutive sentences that must have been seen together. Default: 3.</summary>
    [Range(1, 100)]
    public int Sentences { get; init; } = 3;

    /// <summary>Compare lower-case sentences with numbers as 0 and without punctuation and diacritics. Default: true.</summary>
    public bool Normalise { get; init; } = true;

    /// <summary>Fewest words that a row which lost sentences may be left with. Default: 50.</summary>
    [Range(0, int.MaxValue)]
    public int MinWords { get; init; } = 50;

    /// <summary>Fewest sentences that a row which lost sentences may be left with. Default: 3.</summary>
    [Range(0, int.MaxValue)]
    public int MinSentences { get; init; } = 3;
}

/// <summary>
/// Cuts every three consecutive sentences that were seen before, in this row or an earlier one; the first occurrence stays. Rows that are
/// left with too little are dropped (<c>sentence_triplets.too_few_words</c>, <c>sentence_triplets.too_few_sentences</c>).
/// </summary>
/// <remarks>
/// Source: C4 (Raffel et al., JMLR 21, 2020, section 2.2), as "A Survey on Data Selection for Language Models" (arXiv 2402.16827) has it. A
/// sentence ends after <c>.</c>, <c>!</c> or <c>?</c> and white space, and with its line. Equal 64-bit hashes count as equal sentences.
/// </remarks>
[Method("select/sentence-triplets", Paper = "data-selection-survey")]
public sealed class SentenceTriplets(SentenceTripletsOptions options) : ISelector
{
    private const string Suspects = "suspects",
        Repeats = "repeats";
    private const long RowsPerPart = 1 << 19;

    /// <summary>Parts that repeated triplets are sorted in, if not as many as the data need; for tests.</summary>
    internal int? Parts { get; init; }

    /// <inheritdoc/>
    public Selected Select(View view, Work work)
    {
        int parts = Parts ?? (int)Math.Max(1, view.DistinctRows.Length / RowsPerPart);
        FindSuspects(view, work, parts);
        work.Make(Repeats, parts, (part, stream) => FindRepeats(view, work, part, parts, stream), unit: "parts");
        string[] reasons = ["sentence_triplets.too_few_words", "sentence_triplets.too_few_sentences"];
        TextPass pass = new(view, work, reasons, ["sentence_triplets.spans", "sentence_triplets.bytes"]);
        Selected selected = pass.Run(() =>
            new Cutter(options, new(table => TextSpans.Read(work, Repeats, parts, view.Dataset.Tables[table])))
        );
        work.Pieces.Delete(Suspects);
        work.Pieces.Delete(Repeats);
        return selected;
    }

    private readonly record struct Triplet(ulong Hash, int Row, int Start, int End);

    // For each table a piece with those of its triplets that may occur twice.
    private void FindSuspects(View view, Work work, int parts)
    {
        if (Enumerable.Range(0, view.TableCount).All(table => work.Pieces.Has(Suspects, table)))
            return;
        ConcurrentBag<Reader> idle = [];
        long sentences = 1 + (view.Dataset.Tables.Sum(table => table.Bytes) / 64);
        SeenTwice seen = new(sentences, work.MemoryBytes / 2);
        Scan.Tables(view, work, "sentences", (batch, _) => Read(batch, triplet => seen.Add(triplet.Hash)));
        work.Make(
            Suspects,
            view.TableCount,
            (table, stream) =>
            {
                List<Triplet> triplets = [];
                using Batch batch = view.Read(table);
                Read(
                    batch,
                    triplet =>
                    {
                        if (seen.Has(triplet.Hash))
                            triplets.Add(triplet);
                    }
                );
                stream.Write(MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(triplets)));
            },
            table => view.RowsOf(table).Length,
            "rows"
        );

        void Read(Batch batch, Action<Triplet> use)
        {
            Reader reader = idle.TryTake(out Reader? used) ? used : new(options);
            foreach (int row in batch.Rows)
            {
                work.Cancellation.ThrowIfCancellationRequested();
                reader.Read(row, batch.Text(row), use);
            }
            idle.Add(reader);
        }
    }

    // Of each hash all occurrences but the first.
    private static void FindRepeats(View view, Work work, int part, int parts, Stream stream)
    {
        List<Triplet> triplets = [];
        for (int table = 0; table < view.TableCount; table++)
        {
            work.Cancellation.ThrowIfCancellationRequested();
            using FileStream piece = work.Pieces.Open(Suspects, table);
            byte[] bytes = new byte[piece.Length];
            piece.ReadExactly(bytes);
            foreach (Triplet triplet in MemoryMarshal.Cast<byte, Triplet>(bytes))
                if (RandomStream.SplitMix64(triplet.Hash, 2) % (uint)parts == (uint)part)
                    triplets.Add(triplet);
        }
        triplets.Sort(
            (a, b) =>
                a.Hash != b.Hash ? a.Hash.CompareTo(b.Hash)
                : a.Row != b.Row ? a.Row.CompareTo(b.Row)
                : a.Start.CompareTo(b.Start)
        );
        List<TextSpan> spans = [];
        for (int i = 1; i < triplets.Count; i++)
            if (triplets[i].Hash == triplets[i - 1].Hash)
                spans.Add(new(triplets[i].Row, triplets[i].Start, triplets[i].End));
        TextSpans.Write(spans, stream);
    }

    // Reads triplets with the buffers of one thread. One goes with the white space before it, so that line breaks stay where they are.
    private sealed class Reader(SentenceTripletsOptions options)
    {
        private readonly TextNormaliser _normaliser = new();
        private readonly List<(ulong Hash, int End)> _sentences = [];

        public void Read(int row, ReadOnlySpan<byte> text, Action<Triplet> use)
        {
            _sentences.Clear();
            foreach (Range line in Lines.Of(text))
            foreach (Range sentence in Sentences.Of(text[line]))
            {
                (int start, int length) = sentence.GetOffsetAndLength(text[line].Length);
                ReadOnlySpan<byte> words = text[line].Slice(start, length);
                ulong hash = XxHash3.HashToUInt64(options.Normalise ? _normaliser.Normalise(words) : Words.Trim(words));
                if (!Words.Trim(words).IsEmpty)
                    _sentences.Add((hash, line.Start.Value + start + length));
            }
            for (int last = options.Sentences - 1; last < _sentences.Count; last++)
            {
                int first = last - options.Sentences + 1;
                ulong hash = 0;
                for (int i = first; i <= last; i++)
                    hash = Hash64.Append(hash, _sentences[i].Hash);
                use(new(hash, row, first == 0 ? 0 : _sentences[first - 1].End, _sentences[last].End));
            }
        }
    }

    private sealed class Cutter(SentenceTripletsOptions options, SpanCutter cutter) : ICountingJudge
    {
        private readonly long[] _counts = new long[2];

        public ReadOnlySpan<long> Counts => _counts;

        public TextVerdict Judge(Batch batch, int row)
        {
            ReadOnlySpan<TextSpan> spans = cutter.SpansOf(batch, row);
            if (spans.IsEmpty)
                return TextVerdict.Keep;
            _counts[0] += spans.Length;
            foreach (TextSpan span in spans)
                _counts[1] += span.End - span.Start;
            ReadOnlySpan<byte> kept = Words.Trim(cutter.Cut(batch.Text(row), spans));
            if (Words.Count(kept) < options.MinWords)
                return TextVerdict.Drop(0);
            int sentences = 0;
            foreach (Range line in Lines.Of(kept))
            foreach (Range sentence in Sentences.Of(kept[line]))
                sentences += Words.Trim(kept[line][sentence]).IsEmpty ? 0 : 1;
            return sentences < options.MinSentences ? TextVerdict.Drop(1) : TextVerdict.Edit(kept);
        }
    }
}
