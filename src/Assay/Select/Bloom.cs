using System.Collections.Concurrent;
using System.ComponentModel.DataAnnotations;
using System.Runtime.InteropServices;
using System.Text;
using Assay.Data;
using Assay.Numerics;

namespace Assay.Select;

/// <summary>Options of <see cref="Bloom"/>.</summary>
public sealed record BloomOptions
{
    /// <summary>Words in an n-gram. Default: 13.</summary>
    [Range(1, 1000)]
    public int Ngram { get; init; } = 13;

    /// <summary>
    /// Fewest words of a paragraph that is looked at. One with fewer than <see cref="Ngram"/> words is one n-gram of them all. Default: 13, so
    /// that shorter paragraphs always stay.
    /// </summary>
    [Range(1, 1000)]
    public int MinWords { get; init; } = 13;

    /// <summary>A paragraph, and a whole row, goes if more than this share of its n-grams was seen before. Default: 0.8.</summary>
    [Range(0, 1)]
    public double Threshold { get; init; } = 0.8;

    /// <summary>The rate at which an unseen n-gram counts as seen; the filter takes about 10 bits for each n-gram at 0.01. Default: 0.01.</summary>
    [Range(1e-12, 0.5)]
    public double FalsePositives { get; init; } = 0.01;

    /// <summary>What a word is. Default: <c>word-punctuation</c>, a run of letters and digits or one other sign.</summary>
    public WordSplit Words { get; init; } = WordSplit.WordPunctuation;
}

/// <summary>
/// Cuts paragraphs whose n-grams were seen before, in earlier rows or paragraphs, and drops rows that are seen almost entirely. Keeps all that it saw
/// in a Bloom filter: memory is small and fixed, and some new text is taken for seen at a chosen rate.
/// </summary>
/// <remarks>
/// <para>
/// Source: DCLM (arXiv 2406.11794), its Bloom filter deduplication in the mode "old-both", as "A Survey on Data Selection for Language Models"
/// (arXiv 2402.16827) has it: paragraphs are lines; one with more than 80 % of its 13-grams seen is cut, the n-grams of any other are added; a row in which more than
/// 80 % of all n-grams were seen is dropped, after its paragraphs have been added.
/// </para>
/// <para>
/// The outcome depends on the order of the rows, and on nothing else: rows are taken in the order of the dataset. (The release works on many files at once and draws its
/// hash functions anew in each run, so that two runs differ.)
/// </para>
/// </remarks>
[Method("select/bloom", Paper = "data-selection-survey")]
public sealed class Bloom(BloomOptions options) : ISelector
{
    private const string Seen = "seen";

    /// <inheritdoc/>
    /// <exception cref="AssayException">The filter does not fit into memory.</exception>
    public Selected Select(View view, Work work)
    {
        Judge(view, work);
        TextPass pass = new(view, work, ["bloom.document", "bloom.nothing_left"], ["bloom.paragraphs", "bloom.bytes"]);
        Selected selected = pass.Run(() => new Cutter(work));
        work.Pieces.Delete(Seen);
        return selected;
    }

    /// <summary>Deduplicates texts in the given order.</summary>
    /// <returns>What is left of each text, or null where it is dropped.</returns>
    public static IReadOnlyList<string?> Deduplicate(IEnumerable<string> texts, BloomOptions? options = null)
    {
        View view = new(Dataset.OfTexts(texts));
        using Pieces pieces = Pieces.Temporary();
        Selected selected = new Bloom(options ?? new()).Select(view, new(pieces) { Threads = 1 });
        string?[] left = new string?[view.Dataset.RowCount];
        view.With(selected.Kept, selected.Edits)
            .ForEach(
                selected.Kept.Rows,
                (batch, row) => left[row] = Encoding.UTF8.GetString(batch.Text(row)),
                CancellationToken.None
            );
        return left;
    }

    // Writes for each table a piece: for each row a byte that is 1 if it goes, and for each of its paragraphs one that is 1 if it is cut.
    // One table needs all before it, so they are judged one by one; only their n-grams are hashed beforehand, several tables at once.
    private void Judge(View view, Work work)
    {
        if (Enumerable.Range(0, view.TableCount).All(table => work.Pieces.Has(Seen, table)))
            return;
        BloomFilter filter = MakeFilter(view, work);
        ConcurrentBag<NGrams> idle = [];
        int together = 2 * work.Threads;
        NGrams[] hashed = new NGrams[together];
        long done = 0;
        for (int first = 0; first < view.TableCount; first += together)
        {
            work.Each(
                Math.Min(together, view.TableCount - first),
                i =>
                {
                    hashed[i] = idle.TryTake(out NGrams? used) ? used : new(options);
                    using Batch batch = view.Read(first + i);
                    hashed[i].Read(batch, work.Cancellation);
                }
            );
            for (int table = first; table < Math.Min(view.TableCount, first + together); table++)
            {
                work.Cancellation.ThrowIfCancellationRequested();
                NGrams grams = hashed[table - first];
                if (work.Pieces.Has(Seen, table))
                    Replay(grams, filter, work, table);
                else
                {
                    byte[] verdicts = Judge(grams, filter);
                    work.Pieces.Write(Seen, table, stream => stream.Write(verdicts));
                }
                idle.Add(grams);
                done += view.RowsOf(table).Length;
                work.Progress?.Report(new(Seen, done, view.DistinctRows.Length, "rows"));
            }
        }
    }

    private BloomFilter MakeFilter(View view, Work work)
    {
        long members = 0;
        ConcurrentBag<NGrams> idle = [];
        Scan.Tables(
            view,
            work,
            "n-grams",
            (batch, _) =>
            {
                NGrams grams = idle.TryTake(out NGrams? used) ? used : new(options);
                Interlocked.Add(ref members, grams.Count(batch, work.Cancellation));
                idle.Add(grams);
            }
        );
        long bytes = BloomFilter.SizeOf(members, options.FalsePositives).Bytes;
        if (bytes <= work.MemoryBytes)
            return new(members, options.FalsePositives);
        double fits = options.FalsePositives;
        while (fits < 0.5 && BloomFilter.SizeOf(members, fits).Bytes > work.MemoryBytes)
            fits *= 1.1;
        throw new AssayException(
            $"{members:N0} n-grams at a false-positive rate of {options.FalsePositives} take a filter of {new ByteSize(bytes)}, more than the {new ByteSize(work.MemoryBytes)} of memory there is",
            hint: fits < 0.5
                ? $"Write 'false-positives: {fits:G2}', which fits, or give more memory (--memory)."
                : "Give more memory (--memory), or drop duplicate rows first (select/dedup)."
        );
    }

    private byte[] Judge(NGrams grams, BloomFilter filter)
    {
        byte[] verdicts = new byte[grams.Rows.Count + grams.Paragraphs.Count];
        int paragraph = 0,
            gram = 0,
            at = 0;
        foreach (int paragraphs in grams.Rows)
        {
            int row = at++;
            long all = 0,
                allSeen = 0;
            for (int end = paragraph + paragraphs; paragraph < end; paragraph++)
            {
                int count = grams.Paragraphs[paragraph],
                    seen = 0;
                for (int i = gram; i < gram + count; i++)
                    seen += filter.Contains(grams.Hashes[i]) ? 1 : 0;
                bool cut = seen / (double)count > options.Threshold; // not where there are none
                if (!cut)
                    for (int i = gram; i < gram + count; i++)
                        filter.Add(grams.Hashes[i]);
                verdicts[at++] = (byte)(cut ? 1 : 0);
                gram += count;
                all += count;
                allSeen += seen;
            }
            verdicts[row] = (byte)(allSeen / (double)all > options.Threshold ? 1 : 0);
        }
        return verdicts;
    }

    // What an earlier run had seen by the end of the table is seen again.
    private static void Replay(NGrams grams, BloomFilter filter, Work work, int table)
    {
        byte[] verdicts = File.ReadAllBytes(work.Pieces.PathOf(Seen, table));
        int paragraph = 0,
            gram = 0,
            at = 0;
        foreach (int paragraphs in grams.Rows)
        {
            at++;
            for (int end = paragraph + paragraphs; paragraph < end; paragraph++)
            {
                int count = grams.Paragraphs[paragraph];
                if (verdicts[at++] == 0)
                    for (int i = gram; i < gram + count; i++)
                        filter.Add(grams.Hashes[i]);
                gram += count;
            }
        }
    }

    /// <summary>The n-grams of a table's rows, paragraph by paragraph.</summary>
    private sealed class NGrams(BloomOptions options)
    {
        private const ulong Multiplier = 0x9FB21C651E98DF25;
        private readonly ScannedText _text = new(options.Words);
        private readonly ulong _leaving = Power(options.Ngram);
        private readonly List<int> _ends = [];

        /// <summary>Paragraphs of each row.</summary>
        public List<int> Rows { get; } = [];

        /// <summary>N-grams of each paragraph.</summary>
        public List<int> Paragraphs { get; } = [];

        /// <summary>The hashes of all n-grams.</summary>
        public List<ulong> Hashes { get; } = [];

        public void Read(Batch batch, CancellationToken cancellation)
        {
            Rows.Clear();
            Paragraphs.Clear();
            Hashes.Clear();
            foreach (int row in batch.Rows)
            {
                cancellation.ThrowIfCancellationRequested();
                Split(batch.Text(row));
                int first = 0;
                foreach (int end in _ends)
                {
                    int hashes = Hashes.Count;
                    Hash(first, end);
                    Paragraphs.Add(Hashes.Count - hashes);
                    first = end;
                }
                Rows.Add(_ends.Count);
            }
        }

        public long Count(Batch batch, CancellationToken cancellation)
        {
            long count = 0;
            foreach (int row in batch.Rows)
            {
                cancellation.ThrowIfCancellationRequested();
                Split(batch.Text(row));
                int first = 0;
                foreach (int end in _ends)
                {
                    count += Math.Max(end - first - options.Ngram + 1, end - first >= options.MinWords ? 1 : 0);
                    first = end;
                }
            }
            return count;
        }

        // Notes of each paragraph the word behind it.
        private void Split(ReadOnlySpan<byte> text)
        {
            _text.Load(text);
            _ends.Clear();
            ReadOnlySpan<int> starts = _text.WordStarts;
            int word = 0;
            for (int at = 0; at <= text.Length; at++)
            {
                at = _text.LineFeeds.First(at, text.Length);
                while (word < starts.Length && starts[word] < at)
                    word++;
                _ends.Add(word);
            }
        }

        // A polynomial in the words' hashes, rolled from one n-gram to the next.
        private void Hash(int first, int end)
        {
            ReadOnlySpan<int> starts = _text.WordStarts,
                ends = _text.WordEnds;
            ulong rolling = 0;
            for (int word = first; word < end; word++)
            {
                rolling = (rolling * Multiplier) + HashOf(word);
                if (word - first >= options.Ngram)
                    rolling -= HashOf(word - options.Ngram) * _leaving;
                if (word - first >= options.Ngram - 1)
                    Hashes.Add(rolling);
            }
            if (end - first < options.Ngram && end - first >= options.MinWords)
                Hashes.Add(rolling);
        }

        private ulong HashOf(int word) =>
            Hash64.Of(ref _text.At(_text.WordStarts[word]), _text.WordEnds[word] - _text.WordStarts[word]);

        private static ulong Power(int exponent)
        {
            ulong power = 1;
            for (int i = 0; i < exponent; i++)
                power *= Multiplier;
            return power;
        }
    }

    private sealed class Cutter(Work work) : ICountingJudge
    {
        private readonly long[] _counts = new long[2];
        private readonly List<TextSpan> _cuts = [];
        private readonly SpanCutter _cutter = new(_ => []);
        private int _table = -1;
        private byte[] _verdicts = [];
        private int _at;

        public ReadOnlySpan<long> Counts => _counts;

        public TextVerdict Judge(Batch batch, int row)
        {
            if (_table != batch.Index)
            {
                _table = batch.Index;
                _verdicts = File.ReadAllBytes(work.Pieces.PathOf(Seen, _table));
                _at = 0;
            }
            ReadOnlySpan<byte> text = batch.Text(row);
            bool goes = _verdicts[_at++] != 0;
            _cuts.Clear();
            // A paragraph after the first starts with the line feed before it.
            for (int start = 0, from = 0; ; )
            {
                int feed = text[from..].IndexOf((byte)'\n');
                int end = feed < 0 ? text.Length : from + feed;
                if (_verdicts[_at++] != 0)
                {
                    _cuts.Add(new(row, start, end));
                    _counts[0]++;
                    _counts[1] += end - start;
                }
                if (feed < 0)
                    break;
                (start, from) = (end, end + 1);
            }
            if (goes)
                return TextVerdict.Drop(0);
            if (_cuts.Count == 0)
                return TextVerdict.Keep;
            ReadOnlySpan<byte> kept = _cutter.Cut(text, CollectionsMarshal.AsSpan(_cuts));
            return Data.Words.Trim(kept).IsEmpty ? TextVerdict.Drop(1) : TextVerdict.Edit(kept.TrimStart((byte)'\n'));
        }
    }
}
