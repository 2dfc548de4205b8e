using System.Collections.Concurrent;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using Assay.Data;
using Assay.Features;
using Assay.Numerics;

namespace Assay.Describe;

/// <summary>Which rows of one dataset stand in another, whole or in runs of words.</summary>
/// <remarks>
/// Runs of words are looked for as in the contamination studies of language models: 13 words (Brown et al., arXiv 2005.14165, appendix C), and a row counts by the share of its words
/// that stand in runs found (Touvron et al., arXiv 2307.09288, appendix A.6). Words are compared in lower case (ASCII) without punctuation at their ends, as 64-bit hashes.
/// A row with fewer words than a run can only be found whole.
/// Memory: about 40 bytes a run of the rows that are looked for; where that is more than half of what the work may take, they are looked for in several passes.
/// </remarks>
public sealed class Contamination
{
    private const int RunBytes = 40;
    private readonly IReadOnlyList<string>? _columns;
    private readonly int _words;
    private readonly Work _work;

    private Contamination(IReadOnlyList<string>? columns, int words, Work work) =>
        (_columns, _words, _work) = (columns, words, work);

    /// <summary>Looks for the rows of <paramref name="tests"/> in <paramref name="data"/>.</summary>
    /// <param name="data">As a rule what is trained on; gone through in parallel, once or more.</param>
    /// <param name="tests">As a rule what is measured on.</param>
    /// <param name="columns">Columns that make two rows the same where they have no texts; null to compare texts.</param>
    /// <param name="words">Words in a run, at least 1.</param>
    /// <param name="work">Threads, memory, cancellation.</param>
    public static ContaminationResult Find(
        View data,
        View tests,
        IReadOnlyList<string>? columns,
        int words,
        Work work
    ) => new Contamination(columns, words, work).Find(data, tests);

    private ContaminationResult Find(View data, View tests)
    {
        List<FoundRow> found = [];
        HashSet<int> touching = [];
        int passes = 0;
        foreach (Part part in Parts(tests))
        {
            passes++;
            part.Seal();
            long done = 0;
            ConcurrentBag<int> touched = [];
            _work.Each(
                data.TableCount,
                table =>
                {
                    Look(data, table, part, touched);
                    _work.Progress?.Report(
                        new(
                            $"contamination {passes}",
                            Interlocked.Add(ref done, data.RowsOf(table).Length),
                            data.DistinctRows.Length,
                            "rows"
                        )
                    );
                }
            );
            touching.UnionWith(touched);
            found.AddRange(part.Found());
        }
        return new(
            tests.DistinctRows.Length,
            [.. found.OrderByDescending(row => row.Covered).ThenBy(row => row.Row)],
            [.. touching.Order()]
        );
    }

    /// <summary>The rows that are looked for, as many at a time as memory has room for their runs.</summary>
    private IEnumerable<Part> Parts(View tests)
    {
        int most = (int)Math.Clamp(_work.MemoryBytes / 2 / RunBytes, 1, 1 << 27);
        RowWords words = new(_columns);
        Part part = new(_words);
        for (int table = 0; table < tests.TableCount; table++)
        {
            if (tests.RowsOf(table).Length == 0)
                continue;
            using Batch batch = tests.Read(table);
            foreach (int row in batch.Rows.ToArray())
            {
                _work.Cancellation.ThrowIfCancellationRequested();
                part.Add(row, words.Of(batch, row));
                if (part.Runs < most)
                    continue;
                yield return part;
                part = new(_words);
            }
        }
        if (!part.IsEmpty)
            yield return part;
    }

    private void Look(View data, int table, Part part, ConcurrentBag<int> touched)
    {
        if (data.RowsOf(table).Length == 0)
            return;
        RowWords words = new(_columns);
        using Batch batch = data.Read(table);
        foreach (int row in batch.Rows)
        {
            _work.Cancellation.ThrowIfCancellationRequested();
            if (part.Mark(row, words.Of(batch, row)))
                touched.Add(row);
        }
    }

    /// <summary>The words of a row's text as hashes; or, of a row without text, one that stands for its values.</summary>
    private sealed class RowWords(IReadOnlyList<string>? columns)
    {
        private readonly TextGrams _grams = new(new() { TextBytes = int.MaxValue });
        private readonly ulong[] _whole = new ulong[1];

        public ReadOnlySpan<ulong> Of(Batch batch, int row)
        {
            if (columns is null)
                return _grams.WordsOf(batch.Text(row));
            _whole[0] = 0;
            foreach (string name in columns)
            {
                Column? column = batch.Table.Find(name);
                int local = batch.Local(row);
                ulong value =
                    column is null || column.IsNull(local) ? 0
                    : column.Number(local) is { } number
                        ? RandomStream.SplitMix64(BitConverter.DoubleToUInt64Bits(number), 2)
                    : XxHash3.HashToUInt64(column.Utf8(local));
                _whole[0] = RandomStream.SplitMix64(_whole[0] ^ value, 1);
            }
            return _whole;
        }
    }

    /// <summary>Some of the rows that are looked for.</summary>
    private sealed class Part(int words)
    {
        private const ulong Multiplier = 0x9E3779B97F4A7C15;
        private readonly ulong _leaving = Power(words - 1); // what a word weighs in the hash of a run that it begins
        private readonly Dictionary<ulong, int> _runs = []; // place in _firstRows by hash
        private readonly List<(int Row, ulong Whole, int Start, int Words)> _rows = [];
        private readonly List<int> _places = []; // of every run of every row, in order
        private int[] _firstRows = []; // of the data in which a run stands; -1 where it stands in none

        public int Runs => _places.Count;

        public bool IsEmpty => _rows.Count == 0;

        public void Add(int row, ReadOnlySpan<ulong> text)
        {
            if (text.IsEmpty)
                return;
            ulong whole = Whole(text);
            int start = _places.Count;
            Place(whole);
            ulong hash = 0;
            for (int i = 0; i < text.Length; i++)
                if (Roll(ref hash, text, i))
                    Place(hash);
            _rows.Add((row, whole, start, text.Length));
        }

        /// <summary>To be called when the last row has been added.</summary>
        public void Seal()
        {
            _firstRows = new int[_runs.Count];
            Array.Fill(_firstRows, -1);
        }

        /// <summary>Marks the runs that a row of the data has; true if any of them is looked for.</summary>
        public bool Mark(int row, ReadOnlySpan<ulong> text)
        {
            if (text.IsEmpty)
                return false;
            bool isMarked = Mark(row, Whole(text));
            ulong hash = 0;
            for (int i = 0; i < text.Length; i++)
                if (Roll(ref hash, text, i))
                    isMarked |= Mark(row, hash);
            return isMarked;
        }

        /// <summary>The rows of which anything was found.</summary>
        public IEnumerable<FoundRow> Found()
        {
            foreach ((int row, _, int start, int count) in _rows)
            {
                int whole = _firstRows[_places[start]],
                    first = whole,
                    covered = 0,
                    until = 0; // words before it are counted
                for (int run = 0; run + words <= count; run++)
                {
                    int at = _firstRows[_places[start + 1 + run]];
                    if (at < 0)
                        continue;
                    first = first < 0 ? at : first;
                    covered += run + words - Math.Max(until, run);
                    until = run + words;
                }
                if (first >= 0)
                    yield return new(row, whole >= 0, whole >= 0 ? 1 : (double)covered / count, first);
            }
        }

        private void Place(ulong hash)
        {
            ref int place = ref CollectionsMarshal.GetValueRefOrAddDefault(_runs, hash, out bool isThere);
            if (!isThere)
                place = _runs.Count - 1;
            _places.Add(place);
        }

        // Which row comes first does not depend on which thread comes first.
        private bool Mark(int row, ulong hash)
        {
            if (!_runs.TryGetValue(hash, out int place))
                return false;
            ref int first = ref _firstRows[place];
            for (int known = Volatile.Read(ref first); known < 0 || known > row; )
            {
                int before = Interlocked.CompareExchange(ref first, row, known);
                if (before == known)
                    break;
                known = before;
            }
            return true;
        }

        /// <summary>Takes word i into the hash of the last words; true where these are a whole run.</summary>
        private bool Roll(ref ulong hash, ReadOnlySpan<ulong> text, int i)
        {
            if (i >= words)
                hash -= text[i - words] * _leaving;
            hash = hash * Multiplier + text[i];
            return i >= words - 1;
        }

        // Of another kind than the hash of a run: a run that is a whole row is a row found whole only where the other is whole too.
        private static ulong Whole(ReadOnlySpan<ulong> text) => XxHash3.HashToUInt64(MemoryMarshal.AsBytes(text), 1);

        private static ulong Power(int exponent)
        {
            ulong power = 1;
            for (int i = 0; i < exponent; i++)
                power *= Multiplier;
            return power;
        }
    }
}

/// <summary>What <see cref="Contamination"/> found.</summary>
/// <param name="Tested">Rows that were looked for.</param>
/// <param name="Found">Those of which anything stands in the data, the most covered first.</param>
/// <param name="Touching">Rows of the data that hold anything of them, ascending.</param>
public sealed record ContaminationResult(int Tested, IReadOnlyList<FoundRow> Found, IReadOnlyList<int> Touching);

/// <summary>A row that was found in the data.</summary>
/// <param name="Row">Its ordinal.</param>
/// <param name="IsWhole">Whether a row of the data is the same.</param>
/// <param name="Covered">Share of its words that stand in runs found, 0 to 1.</param>
/// <param name="In">The first row of the data that has its first run.</param>
public sealed record FoundRow(int Row, bool IsWhole, double Covered, int In);
