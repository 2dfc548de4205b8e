using Assay.Data;
using Assay.Features;
using Assay.Judge;
using Assay.Numerics;

namespace Assay.Tests.Judge;

public class ProxyJudgeTests
{
    private static readonly JudgeOptions Options = new()
    {
        Proxy = "ngram-4",
        Metrics = ["bits-per-byte@target", "distinct-1", "distinct-2", "rows", "bytes"],
    };

    private static Dataset Source(string[] vocabulary, int rows, string seed)
    {
        RandomStream random = new(11, seed);
        return Dataset.OfTexts(
            Enumerable
                .Range(0, rows)
                .Select(_ =>
                    string.Join(
                        ' ',
                        Enumerable
                            .Range(0, 6 + random.NextInt32(6))
                            .Select(_ => vocabulary[random.NextInt32(vocabulary.Length)])
                    )
                ),
            seed,
            rowsPerTable: 40
        );
    }

    private static readonly string[] Sea =
    [
        "wave",
        "tide",
        "ship",
        "harbour",
        "gull",
        "salt",
        "storm",
        "the",
        "a",
        "of",
    ];
    private static readonly string[] Law =
    [
        "court",
        "claim",
        "judge",
        "party",
        "brief",
        "appeal",
        "the",
        "a",
        "of",
        "rule",
    ];

    private static readonly View Target = new(Source(Sea, 100, "target"));
    private static readonly View InDomain = new(Source(Sea, 300, "sea"));
    private static readonly View OutOfDomain = new(Source(Law, 300, "law"));

    private static IReadOnlyList<IReadOnlyList<Measurement>> Judge(
        JudgeOptions options,
        IReadOnlyList<(string, View)> candidates,
        int threads = 2,
        Pieces? pieces = null,
        View? target = null,
        long memory = 1 << 30
    )
    {
        using Pieces temporary = Pieces.Temporary();
        Work work = new(pieces ?? temporary)
        {
            Threads = threads,
            MemoryBytes = memory,
            Random = new RandomStream(7, "judge"),
            Datasets = new Dictionary<string, View> { ["target"] = target ?? Target },
        };
        return new ProxyJudge(options).Judge(candidates, work);
    }

    private static void AssertSame(
        IReadOnlyList<IReadOnlyList<Measurement>> expected,
        IReadOnlyList<IReadOnlyList<Measurement>> found
    ) =>
        Assert.Equal(
            expected.SelectMany(of => of).SelectMany(m => m.Values).Select(BitConverter.DoubleToInt64Bits),
            found.SelectMany(of => of).SelectMany(m => m.Values).Select(BitConverter.DoubleToInt64Bits)
        );

    [Fact]
    public void TextLikeTheTargetWinsAndThePairedIntervalSaysSo()
    {
        var found = Judge(Options, [("sea", InDomain), ("law", OutOfDomain)]);
        Measurement sea = found[0][0],
            law = found[1][0];
        Assert.Equal(("bits-per-byte@target", "bits/byte", 5), (sea.Metric, sea.Unit, sea.Values.Count));
        Assert.True(sea.Interval.High < law.Interval.Low);
        Measurement difference = law.Minus(sea);
        Assert.True(difference.Interval.Low > 0);
        Assert.Equal(law.Interval.Mean - sea.Interval.Mean, difference.Interval.Mean, 12);
        Assert.All(sea.Values, bits => Assert.InRange(bits, 0.3, 2)); // log2(10) bits a word of some 5 bytes is 0.7
    }

    [Fact]
    public void SimpleMetricsAreExact()
    {
        var found = Judge(Options, [("sea", InDomain), ("law", OutOfDomain)]);
        Assert.Equal(["bits/byte", "share", "share", "rows", "bytes"], found[0].Select(m => m.Unit));
        Assert.Equal(new Interval(300, 300, 300, 0.95), found[0][3].Interval);
        double bytes = 0;
        for (int table = 0; table < InDomain.TableCount; table++)
        {
            using Batch batch = InDomain.Read(table);
            foreach (int row in batch.Rows)
                bytes += batch.Text(row).Length;
        }
        Assert.Equal(new Interval(bytes, bytes, bytes, 0.95), found[0][4].Interval);
        Assert.All(found[0][1].Values, share => Assert.InRange(share, 0.001, 0.03)); // 10 words among some 1300
        Assert.All(found[0][2].Values, share => Assert.InRange(share, 0.05, 0.11)); // 100 pairs among some 1100
    }

    [Fact]
    public void DistinctNGramsAreCountedWithinRows()
    {
        View view = new(Dataset.OfTexts(["a b a b", "a b", "b", ""]));
        DistinctNGrams one = new(1),
            two = new(2),
            five = new(5);
        foreach (DistinctNGrams counter in (DistinctNGrams[])[one, two, five])
        {
            using Batch batch = view.Read(0);
            foreach (int row in batch.Rows)
                counter.Add(batch.Text(row));
        }
        Assert.Equal(2.0 / 7, one.Share);
        Assert.Equal(2.0 / 4, two.Share); // ab ba ab, ab
        Assert.Equal(0, five.Share);
    }

    [Fact]
    public void EqualCandidatesMeasureEqual()
    {
        var found = Judge(Options, [("one", InDomain), ("two", InDomain), ("law", OutOfDomain)]);
        for (int metric = 0; metric < found[0].Count; metric++)
        {
            Assert.Equal(found[0][metric].Values, found[1][metric].Values);
            Assert.Equal(new Interval(0, 0, 0, 0.95), found[0][metric].Minus(found[1][metric]).Interval);
        }
        Assert.True(found[0][0].Values.Distinct().Count() == 5); // seeds differ
    }

    [Fact]
    public void RepeatsCountAsRows()
    {
        int[] rows = InDomain.Selection.Rows;
        View doubled = new(InDomain.Dataset, new([.. rows, .. rows]));
        JudgeOptions options = new() { Tokens = Amount.Count(1_000_000), Metrics = ["rows", "bytes", "distinct-5"] };
        var found = Judge(options, [("once", InDomain), ("twice", doubled)]);
        Assert.Equal(600, found[1][0].Interval.Mean);
        Assert.Equal(2 * found[0][1].Interval.Mean, found[1][1].Interval.Mean);
        Assert.True(found[1][2].Interval.High < found[0][2].Interval.Low); // repeats are not distinct
    }

    /// <summary>Few topics against many: every measure of sets sees which is which, on as many rows of each, with one thread as with two.</summary>
    [Fact]
    public void MeasuresOfSetsAreMetrics()
    {
        JudgeOptions options = new()
        {
            Seeds = 3,
            Metrics = [.. SetMeasure.All.Where(measure => !measure.IsRelative).Select(measure => measure.Name)],
        };
        RandomStream random = new(4, "texts");
        View Texts(int words, int rows) =>
            new(
                Dataset.OfTexts(
                    Enumerable
                        .Range(0, rows)
                        .Select(_ =>
                            string.Join(' ', Enumerable.Range(0, 12).Select(_ => $"w{random.NextInt32(words)}"))
                        )
                )
            );
        (string, View)[] candidates = [("few", Texts(12, 300)), ("many", Texts(400, 150))];
        var found = Judge(options, candidates);
        foreach ((int i, string name) in options.Metrics.Index())
        {
            SetMeasure measure = SetMeasure.Find(name)!;
            Measurement few = found[0][i],
                many = found[1][i];
            Assert.Equal((name, measure.Unit), (few.Metric, few.Unit == "" ? measure.Unit : few.Unit));
            Assert.All([.. few.Values, .. many.Values], value => Assert.True(double.IsFinite(value)));
            bool right = measure.MoreIsDiverse
                ? many.Interval.Mean >= few.Interval.Mean
                : many.Interval.Mean <= few.Interval.Mean;
            Assert.True(right, $"{name}: {few.Interval.Mean} of few words, {many.Interval.Mean} of many");
        }
        using Pieces pieces = Pieces.Temporary();
        var one = new ProxyJudge(options).Judge(candidates, new(pieces) { Random = new(7, "judge"), Threads = 1 });
        using Pieces others = Pieces.Temporary();
        var two = new ProxyJudge(options).Judge(candidates, new(others) { Random = new(7, "judge"), Threads = 2 });
        Assert.Equal(
            one.SelectMany(of => of.SelectMany(metric => metric.Values)),
            two.SelectMany(of => of.SelectMany(metric => metric.Values))
        );
    }

    [Fact]
    public void SetsNeedRowsWithWords()
    {
        View blank = new(Dataset.OfTexts(Enumerable.Repeat("  \t ", 50)));
        AssayException wrong = Assert.Throws<AssayException>(() =>
            Judge(new() { Metrics = ["self-bleu"] }, [("blank", blank), ("sea", InDomain)])
        );
        Assert.Contains("words", wrong.Message);
        Assert.Contains(
            "one only",
            Assert
                .Throws<AssayException>(() =>
                    Judge(new() { Metrics = ["mtld"] }, [("one", new(Dataset.OfTexts(["alone"])))])
                )
                .Message
        );
    }

    [Fact]
    public void TheBudgetIsTheSameForAllAndLeavesRoomToDraw()
    {
        // A candidate of three times the size is not trained on more: the smaller one bounds both.
        View small = new(InDomain.Dataset, new([.. InDomain.Selection.Rows.Take(100)]));
        JudgeOptions all = Options with { Tokens = Amount.Share(1) };
        var pair = Judge(all, [("small", small), ("large", InDomain)]);
        var alone = Judge(all, [("large", InDomain)]);
        Assert.True(pair[1][0].Interval.Mean > alone[0][0].Interval.Mean);
        Assert.True(pair[0][0].Values.Distinct().Count() == 5);
        AssertSame(
            Judge(Options with { Tokens = Amount.Share(0.8) }, [("small", small)]),
            Judge(all, [("small", small)])
        );
    }

    [Fact]
    public void ThreadsAndKillsChangeNothing()
    {
        (string, View)[] candidates = [("sea", InDomain), ("law", OutOfDomain)];
        var expected = Judge(Options, candidates, threads: 1);
        using Pieces pieces = Pieces.Temporary();
        AssertSame(expected, Judge(Options, candidates, threads: 2, pieces));
        File.Delete(pieces.PathOf("judging", 0));
        File.Delete(pieces.PathOf("judging", 6));
        AssertSame(expected, Judge(Options, candidates, threads: 2, pieces));
    }

    [Fact]
    public void ATransformerStandsInAndGoesOnFromWhereItWasStopped()
    {
        JudgeOptions options = new()
        {
            Proxy = "gpt-250k",
            Rate = "usual", // the small one is ProxyStudyTests'
            Epochs = 6,
            Seeds = 2,
            Tokens = Amount.Count(6000),
        };
        (string, View)[] candidates = [("sea", InDomain), ("law", OutOfDomain)];
        using Pieces whole = Pieces.Temporary(),
            stopped = Pieces.Temporary();
        var expected = Judge(options, candidates, threads: 2, whole);
        Assert.True(expected[0][0].Interval.Mean < expected[1][0].Interval.Mean);

        using CancellationTokenSource stop = new();
        Work work = new(stopped)
        {
            Threads = 1,
            MemoryBytes = 1 << 30,
            Random = new RandomStream(7, "judge"),
            Datasets = new Dictionary<string, View> { ["target"] = Target },
            Cancellation = stop.Token,
            Progress = new Listener(progress =>
            {
                if (progress.Stage == "judging" && progress.Done > 0.4 * progress.Total)
                    stop.Cancel();
            }),
        };
        Assert.ThrowsAny<OperationCanceledException>(() => new ProxyJudge(options).Judge(candidates, work));
        Assert.NotEmpty(Directory.GetFiles(stopped.Folder, "step-*", SearchOption.AllDirectories));
        AssertSame(expected, Judge(options, candidates, threads: 1, stopped));
        Assert.Empty(Directory.GetFiles(stopped.Folder, "step-*", SearchOption.AllDirectories));
    }

    private sealed class Listener(Action<Progress> hear) : IProgress<Progress>
    {
        public void Report(Progress value) => hear(value);
    }

    [Fact]
    public void AClassifierStandsInForLabelledRows()
    {
        static View Labelled(string seed, int rows, int flipped)
        {
            RandomStream random = new(9, seed);
            TableBuilder builder = new("table");
            for (int row = 0; row < rows; row++)
            {
                double x = random.NextGaussian();
                bool label = x > 0 != row < flipped;
                builder.Column("x").Set(x);
                builder.Column("label").Set(label ? "yes"u8 : "no"u8);
                builder.EndRow(new((UInt128)row + 1), row);
            }
            using MemoryStream bytes = new();
            builder.WriteTo(bytes);
            return new(Dataset.Of("table", "text", [bytes.ToArray()]));
        }
        JudgeOptions options = new() { Proxy = "logistic", Metrics = ["accuracy@target", "log-loss@target", "rows"] };
        var found = Judge(
            options,
            [("clean", Labelled("pool", 300, 0)), ("noisy", Labelled("pool", 300, 100))],
            target: Labelled("target", 200, 0)
        );
        Assert.Equal(["share", "nats", "rows"], found[0].Select(m => m.Unit));
        Assert.InRange(found[0][0].Interval.Mean, 0.95, 1);
        Assert.True(found[1][1].Minus(found[0][1]).Interval.Low > 0); // the loss of noise is seen

        AssayException wrong = Assert.Throws<AssayException>(() =>
            new ProxyJudge(options with { Metrics = ["bits-per-byte@target"] })
        );
        Assert.Contains("does not measure bits-per-byte@target", wrong.Message);
        Assert.Contains("accuracy, log-loss", wrong.Hint);
    }

    [Fact]
    public void BadInputIsOneClearError()
    {
        AssayException unknown = Assert.Throws<AssayException>(() =>
            new ProxyJudge(new() { Metrics = ["diversities"] })
        );
        Assert.Contains("'diversities'", unknown.Message);
        Assert.Contains("distinct-1 to distinct-5", unknown.Hint);
        Assert.Throws<AssayException>(() => new ProxyJudge(new() { Metrics = ["distinct-6"] }));
        Assert.Throws<AssayException>(() => new ProxyJudge(new() { Metrics = ["bits-per-byte@"] }));

        AssayException noTarget = Assert.Throws<AssayException>(() =>
            Judge(new() { Metrics = ["bits-per-byte@nowhere"] }, [("sea", InDomain)])
        );
        Assert.Contains("nowhere", noTarget.Message);

        View empty = new(InDomain.Dataset, new([]));
        AssayException noText = Assert.Throws<AssayException>(() =>
            Judge(Options, [("sea", InDomain), ("none", empty)])
        );
        Assert.Contains("'none' has no text", noText.Message);

        AssayException few = Assert.Throws<AssayException>(() =>
            Judge(Options, [("sea", InDomain)], target: new(Dataset.OfTexts(["a", "b"])))
        );
        Assert.Contains("2 rows for 5 seeds", few.Message);

        AssayException blank = Assert.Throws<AssayException>(() =>
            Judge(Options, [("sea", InDomain)], target: new(Dataset.OfTexts(["", "", "", "", ""])))
        );
        Assert.Contains("no text", blank.Message);

        AssayException memory = Assert.Throws<AssayException>(() =>
            Judge(new() { Proxy = "ngram-8" }, [("sea", InDomain)], memory: 100_000)
        );
        Assert.Contains("'tokens: ", memory.Hint);
        Assert.Throws<ArgumentException>(() =>
        {
            var found = Judge(Options, [("sea", InDomain)])[0];
            found[0].Minus(found[1]);
        });
    }
}
