using System.Text;
using Assay.Data;
using Assay.Numerics;
using Assay.Select;

namespace Assay.Tests.Select;

public class DedupTests
{
    private static readonly string[] Vocabulary = [.. Enumerable.Range(0, 400).Select(i => "word" + i)];

    private static Selected Run(
        Dataset dataset,
        DedupOptions? options = null,
        Work? work = null,
        Selection? selection = null,
        Signal? signal = null,
        int nodesPerSlice = 1 << 22
    )
    {
        using Pieces temporary = Pieces.Temporary();
        View view = new View(dataset, selection).With(signals: signal is null ? null : [signal]);
        return new Dedup(options ?? new()) { NodesPerSlice = nodesPerSlice, NodesPerShare = 40 }.Select(
            view,
            work ?? new(temporary)
        );
    }

    /// <summary>Rows of 60 words; each third row repeats an earlier one with a few words changed or none.</summary>
    private static Dataset Corpus(int rows, string name = "memory", ulong seed = 5)
    {
        RandomStream random = new(seed, "corpus");
        List<string[]> texts = [];
        for (int row = 0; row < rows; row++)
        {
            string[] words = [.. Enumerable.Range(0, 60).Select(_ => Vocabulary[random.NextInt32(Vocabulary.Length)])];
            if (row % 3 == 2)
            {
                words = [.. texts[random.NextInt32(row)]];
                for (int changes = random.NextInt32(6); changes > 0; changes--)
                    words[random.NextInt32(words.Length)] = "changed" + random.NextInt32(1000);
            }
            texts.Add(words);
        }
        return Dataset.OfTexts(texts.Select(words => string.Join(' ', words)), name, rowsPerTable: 60);
    }

    private static string Show(Selected selected) =>
        string.Join(',', selected.Kept.Rows)
        + "|"
        + string.Join(
            ',',
            selected.Drops.Rows.Select(
                (row, i) => $"{row}:{selected.Drops.Reasons[selected.Drops.ReasonOf[i]]}>{selected.Drops.LostTo![i]}"
            )
        );

    [Fact]
    public void Identical_normalised_texts_leave_the_first()
    {
        Dataset data = Dataset.OfTexts([
            "Hello, World!",
            "other",
            "hello world",
            "",
            "?!",
            "HELLO  WORLD 1",
            "hello world 22",
        ]);
        Assert.Equal(
            "0,1,3,5|2:dedup.exact>0,4:dedup.exact>3,6:dedup.exact>5",
            Show(Run(data, new() { Method = DedupMethod.Exact }))
        );
        Assert.Equal("0,1,3,5|2:dedup.exact>0,4:dedup.exact>3,6:dedup.exact>5", Show(Run(data)));
        Assert.Equal("0,1,2,3,4,5,6|", Show(Run(data, new() { Method = DedupMethod.Exact, Normalise = false })));
    }

    [Fact]
    public void Without_normalisation_words_count_as_they_are_written()
    {
        string words = string.Join(' ', Vocabulary.Take(60));
        Dataset data = Dataset.OfTexts([words, words.ToUpperInvariant(), words.Replace(" ", "\n  ")]);
        Assert.Equal("0,1|2:dedup.minhash>0", Show(Run(data, new() { Normalise = false })));
    }

    [Fact]
    public void Rows_out_of_view_neither_stay_nor_count()
    {
        Dataset data = Dataset.OfTexts(["a", "a", "b", "a"]);
        Assert.Equal("2,1|3:dedup.exact>1", Show(Run(data, selection: new([2, 3, 1]))));
        Selected repeated = Run(data, selection: new([3, 3, 2], [1, 1, 0.5f]));
        Assert.Equal([3, 3, 2], repeated.Kept.Rows);
        Assert.Equal([1, 1, 0.5f], repeated.Kept.Weights!);
    }

    [Fact]
    public void Keeps_the_longest_or_the_best()
    {
        Dataset data = Dataset.OfTexts(["a b", "A, B!", "a b.", "c"], rowsPerTable: 2);
        Signal signal = new("score", [1, 3, 2, 0]);
        Assert.Equal("1,3|0:dedup.exact>1,2:dedup.exact>1", Show(Run(data, new() { Keep = DedupKeep.Longest })));
        DedupOptions best = new() { Keep = DedupKeep.BestBySignal, By = "score" };
        Assert.StartsWith("1,3|", Show(Run(data, best, signal: signal)));
        Assert.StartsWith("0,3|", Show(Run(data, best with { Lowest = true }, signal: signal)));
    }

    [Fact]
    public void Bad_options_are_explained()
    {
        Dataset data = Dataset.OfTexts(["a"]);
        DedupOptions best = new() { Keep = DedupKeep.BestBySignal };
        Assert.Contains("needs 'by'", Assert.Throws<AssayException>(() => Run(data, best)).Message);
        Assert.Contains("'x'", Assert.Throws<AssayException>(() => Run(data, best with { By = "x" })).Message);
        Assert.Contains(
            "row 0",
            Assert
                .Throws<AssayException>(() => Run(data, best with { By = "x" }, signal: new("x", [double.NaN])))
                .Message
        );
        Assert.Throws<AssayException>(() => Run(data, new() { By = "x" }));
        Assert.Contains(
            "'elsewhere'",
            Assert.Throws<AssayException>(() => Run(data, new() { Against = ["elsewhere"] })).Message
        );
    }

    [Fact]
    public void Rows_found_in_another_dataset_go_with_their_cluster()
    {
        using Pieces pieces = Pieces.Temporary();
        Dataset data = Dataset.OfTexts(["x", "test one", "y", "Test, one", "z"], rowsPerTable: 2);
        Dataset heldOut = Dataset.OfTexts(["TEST ONE", "TEST ONE", "unseen"], "heldout");
        Dataset more = Dataset.OfTexts(["y", "test one"], "more");
        Work work = new(pieces)
        {
            Datasets = new Dictionary<string, View> { ["heldout"] = new(heldOut), ["more"] = new(more, new([0])) },
        };
        Assert.Equal(
            "0,4|1:dedup.in_heldout>-1,2:dedup.in_more>-1,3:dedup.in_heldout>-1",
            Show(Run(data, new() { Against = ["heldout", "more"] }, work))
        );
    }

    [Fact]
    public void A_dataset_is_not_compared_against_its_own_rows()
    {
        using Pieces pieces = Pieces.Temporary();
        Dataset data = Dataset.OfTexts(["a", "b", "a"]);
        Dictionary<string, View> datasets = new() { ["self"] = new(data), ["rest"] = new(data, new([2])) };
        Work work = new(pieces) { Datasets = datasets };
        Assert.Contains(
            "shares rows",
            Assert.Throws<AssayException>(() => Run(data, new() { Against = ["self"] }, work)).Message
        );
        Assert.Equal(
            "1|0:dedup.in_rest>-1",
            Show(Run(data, new() { Against = ["rest"] }, work, selection: new([0, 1])))
        );
    }

    [Theory]
    [InlineData(0.6)]
    [InlineData(0.8)]
    public void Verified_clusters_are_those_of_brute_force(double threshold)
    {
        // Bands of one hash: pairs of similarity 0.6 miss each other with probability 0.4^64.
        DedupOptions options = new()
        {
            Verify = true,
            Threshold = threshold,
            Bands = 64,
            Rows = 1,
        };
        Dataset data = Corpus(150);
        List<HashSet<string>> sets = [];
        for (int i = 0; i < data.Tables.Count; i++)
        {
            using Table table = data.Read(i);
            for (int row = 0; row < table.RowCount; row++)
            {
                string[] words = Encoding.UTF8.GetString(table.Find("text")!.Utf8(row)).Split(' ');
                sets.Add([
                    .. Enumerable.Range(0, words.Length - 4).Select(k => string.Join(' ', words.Skip(k).Take(5))),
                ]);
            }
        }
        DisjointSets expected = new(sets.Count);
        for (int a = 0; a < sets.Count; a++)
        for (int b = a + 1; b < sets.Count; b++)
        {
            int shared = sets[a].Count(sets[b].Contains);
            if (shared >= threshold * (sets[a].Count + sets[b].Count - shared))
                expected.Join(a, b);
        }
        Selected selected = Run(data, options with { Normalise = false });
        Assert.Equal(Enumerable.Range(0, sets.Count).Where(row => expected.LeastOf(row) == row), selected.Kept.Rows);
        Assert.InRange(selected.Drops.Rows.Length, 10, 50);
    }

    [Fact]
    public void Near_copies_are_found_and_others_are_not()
    {
        Selected selected = Run(Corpus(600), new() { Normalise = false });
        Assert.All(selected.Drops.Rows, row => Assert.Equal(2, row % 3));
        // 200 near-copies with 0 to 5 words changed of 60: similarity 1 down to about 0.4.
        Assert.InRange(selected.Drops.Rows.Length, 90, 170);
        for (int i = 0; i < selected.Drops.Rows.Length; i++)
            Assert.Contains(selected.Drops.LostTo![i], selected.Kept.Rows);
    }

    public static TheoryData<bool, bool> Modes =>
        new()
        {
            { false, false },
            { true, false },
            { true, true },
            { false, true },
        };

    [Theory]
    [MemberData(nameof(Modes))]
    public void Threads_memory_and_slices_change_nothing(bool verify, bool against)
    {
        DedupOptions options = new()
        {
            Verify = verify,
            Normalise = false,
            Keep = DedupKeep.Longest,
            Bands = 4,
            Rows = 4,
            Against = against ? ["other"] : [],
        };
        Dictionary<string, View> datasets = new() { ["other"] = new(Corpus(100, "other", seed: 5)) };
        string? first = null;
        Dataset data = Corpus(400);
        foreach (
            (int threads, long memory, int slice) in ((int, long, int)[])
                [(1, 1 << 30, 1 << 22), (2, 3000, 1 << 22), (2, 5000, 300), (3, 1 << 20, 150)]
        )
        {
            using Pieces pieces = Pieces.Temporary();
            Work work = new(pieces)
            {
                Threads = threads,
                MemoryBytes = memory,
                Datasets = datasets,
            };
            string shown = Show(Run(data, options, work, nodesPerSlice: slice));
            // How a bucket is cut decides which of its pairs are compared only when it is verified; the slices do not cut buckets.
            Assert.Equal(first ??= shown, shown);
            Assert.Empty(Directory.GetFiles(pieces.Folder));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_killed_run_goes_on_to_the_same_result(bool verify)
    {
        DedupOptions options = new()
        {
            Verify = verify,
            Normalise = false,
            Bands = 6,
            Rows = 4,
        };
        Dataset data = Corpus(300);
        string whole = Show(Run(data, options));
        int reports = 0;
        using (Pieces pieces = Pieces.Temporary())
            Run(data, options, new(pieces) { Threads = 1, Progress = new Each(_ => reports++) });
        for (int kill = 1; kill <= reports; kill += 2)
        {
            using Pieces pieces = Pieces.Temporary();
            int left = kill;
            Work killed = new(pieces)
            {
                Threads = 2,
                Progress = new Each(_ =>
                {
                    if (Interlocked.Decrement(ref left) == 0)
                        throw new OperationCanceledException("killed");
                }),
            };
            Assert.Throws<OperationCanceledException>(() => Run(data, options, killed));
            // Some finished pieces are lost as well.
            foreach (string piece in Directory.GetFiles(pieces.Folder).Order().Where((_, i) => i % 3 == kill % 3))
                File.Delete(piece);
            Assert.Equal(whole, Show(Run(data, options, new(pieces) { Threads = 2, MemoryBytes = 5000 })));
        }
    }

    [Fact]
    public void Stages_are_reported_by_name()
    {
        List<string> stages = [];
        using Pieces pieces = Pieces.Temporary();
        Run(Corpus(100), work: new(pieces) { Threads = 1, Progress = new Each(p => stages.Add(p.Stage)) });
        Assert.Equal(["signatures", "exact", "buckets", "clusters"], stages.Distinct());
    }

    [Fact]
    public void Cancellation_stops_the_work()
    {
        using CancellationTokenSource source = new();
        source.Cancel();
        using Pieces pieces = Pieces.Temporary();
        Assert.ThrowsAny<OperationCanceledException>(() =>
            Run(Corpus(10), work: new(pieces) { Cancellation = source.Token })
        );
    }

    [Fact]
    public void Crowded_buckets_take_linear_work()
    {
        // 5,000 rows with one boilerplate and a last word of their own: all in the same buckets of most bands.
        string boilerplate = string.Join(' ', Vocabulary.Take(120));
        Dataset data = Dataset.OfTexts(
            Enumerable
                .Range(0, 5_000)
                .Select(i =>
                    $"{boilerplate} end{(char)('a' + i % 26)}{(char)('a' + i / 26 % 26)}{(char)('a' + i / 676)}"
                )
        );
        DedupOptions asWritten = new() { Normalise = false };
        Selected plain = Run(data, asWritten);
        Assert.Equal([0], plain.Kept.Rows);
        Selected verified = Run(data, asWritten with { Verify = true });
        Assert.Equal([0], verified.Kept.Rows);
        // Nothing reaches similarity 1: every member is compared with at most 16 representatives.
        Assert.Equal(5_000, Run(data, asWritten with { Verify = true, Threshold = 1, Bands = 4, Rows = 8 }).Kept.Count);
    }

    [Fact]
    public void Nothing_in_nothing_out()
    {
        Assert.Equal("|", Show(Run(Dataset.OfTexts([]))));
        Assert.Equal("|", Show(Run(Dataset.OfTexts(["a"]), new() { Verify = true }, selection: new([]))));
    }

    private sealed class Each(Action<Progress> hear) : IProgress<Progress>
    {
        public void Report(Progress value) => hear(value);
    }
}
