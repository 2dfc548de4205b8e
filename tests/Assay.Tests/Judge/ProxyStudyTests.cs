using Assay.Data;
using Assay.Judge;
using Assay.Numerics;

namespace Assay.Tests.Judge;

public class ProxyStudyTests
{
    /// <summary>Rows of one number whose sign is the label, some labels wrong.</summary>
    private static View Labelled(string seed, int rows, int flipped)
    {
        RandomStream random = new(9, seed);
        return new(
            Rows.Of(
                rows,
                50,
                (builder, row) =>
                {
                    double x = random.NextGaussian();
                    builder.Column("x").Set(x);
                    builder.Column("label").Set(x > 0 != row < flipped ? "yes"u8 : "no"u8);
                }
            )
        );
    }

    private static readonly (string, View)[] Candidates =
    [
        ("noisy", Labelled("pool", 300, 120)),
        ("clean", Labelled("pool", 300, 0)),
        ("same", Labelled("pool", 300, 0)),
    ];

    private static readonly JudgeOptions Judge = new()
    {
        Proxy = "mlp",
        Seeds = 2,
        Epochs = 5,
        Metrics = ["accuracy@target"],
    };

    private static Work WorkIn(Pieces pieces, int threads = 2) =>
        new(pieces)
        {
            Threads = threads,
            Random = new RandomStream(7, "judge"),
            Datasets = new Dictionary<string, View> { ["target"] = Labelled("target", 200, 0) },
        };

    [Fact]
    public void ItRanksAtEveryRateAndComparesWithTheTunedTarget()
    {
        using Pieces pieces = Pieces.Temporary();
        ProxyStudyOptions options = new()
        {
            Reduce = [1, 10],
            Target = "mlp",
            TargetReduce = [1, 3],
        };
        ProxyStudyReport report = new ProxyStudy(options).Study(Judge, Candidates, WorkIn(pieces));
        Assert.Equal("log-loss@target", report.Metric);
        Assert.Equal(["noisy", "clean", "same"], report.Candidates);
        Assert.Equal([1, 10], report.Rates.Select(rate => rate.Reduce));
        Assert.All(report.Rates, rate => Assert.Equal("noisy", rate.Ranking[^1]));
        // Identical candidates measure the same under every protocol.
        Assert.All(report.Rates, rate => Assert.Equal(rate.Losses[1].Values, rate.Losses[2].Values));
        Assert.Equal(report.Reference![1], report.Reference[2]);
        Assert.True(report.Reference[0] > report.Reference[1]);
        Assert.All(report.Rates, rate => Assert.Equal(1, rate.Agreement.Spearman, 12));
        Assert.All(report.Rates, rate => Assert.Equal(0, rate.Agreement.Regret[0], 12));
        Assert.Empty(report.Flips);
        Assert.True(report.Rates[0].Losses[0].Interval.Mean != report.Rates[1].Losses[0].Interval.Mean);

        // What was trained once is not trained again, and the number of threads changes nothing.
        using Pieces other = Pieces.Temporary();
        Assert.Equal(
            report.Rates.SelectMany(rate => rate.Losses).SelectMany(of => of.Values),
            new ProxyStudy(options)
                .Study(Judge, Candidates, WorkIn(other, 1))
                .Rates.SelectMany(rate => rate.Losses)
                .SelectMany(of => of.Values)
        );
        DateTime written = File.GetLastWriteTimeUtc(
            Directory.GetFiles(pieces.Folder, "judging-000000", SearchOption.AllDirectories)[0]
        );
        new ProxyStudy(options).Study(Judge, Candidates, WorkIn(pieces));
        Assert.Equal(
            written,
            File.GetLastWriteTimeUtc(
                Directory.GetFiles(pieces.Folder, "judging-000000", SearchOption.AllDirectories)[0]
            )
        );
    }

    [Fact]
    public void TheJudgeTakesTheReducedRateUnlessItLearnsTooLittle()
    {
        using Pieces small = Pieces.Temporary(),
            usual = Pieces.Temporary(),
            tiny = Pieces.Temporary();
        JudgeOptions options = Judge with { Metrics = ["log-loss@target"], Epochs = 40, Reduce = 10 };
        var reduced = new ProxyJudge(options).Judge(Candidates, WorkIn(small), out RateChoice? choice);
        Assert.Equal(0.1, choice!.Share, 12);
        Assert.Equal(Math.Log(2), choice.Start, 0.02);
        Assert.Equal(2, choice.Losses.Count);
        var fixedRate = new ProxyJudge(options with { Rate = "usual" }).Judge(
            Candidates,
            WorkIn(usual),
            out RateChoice? none
        );
        Assert.Null(none);
        Assert.NotEqual(fixedRate[1][0].Interval.Mean, reduced[1][0].Interval.Mean);

        var refused = new ProxyJudge(options with { Epochs = 1, Reduce = 10_000 }).Judge(
            Candidates,
            WorkIn(tiny),
            out choice
        );
        Assert.Equal(3, choice!.Losses.Count);
        Assert.True(choice.Share is 1 or 0.1);
        Assert.Equal(3, refused.Count);
    }

    [Fact]
    public void BadInputIsOneClearError()
    {
        using Pieces pieces = Pieces.Temporary();
        Work work = WorkIn(pieces);
        Assert.Contains(
            "there is one",
            Assert.Throws<AssayException>(() => new ProxyStudy(new()).Study(Judge, Candidates[..1], work)).Message
        );
        Assert.Contains(
            "ngram-6 has none",
            Assert.Throws<AssayException>(() => new ProxyStudy(new()).Study(new(), Candidates, work)).Message
        );
        Assert.Contains(
            "no metric",
            Assert
                .Throws<AssayException>(() =>
                    new ProxyStudy(new()).Study(Judge with { Metrics = ["rows"] }, Candidates, work)
                )
                .Message
        );
        Assert.Throws<AssayException>(() => new ProxyStudy(new() { Reduce = [1, 1] }));
        Assert.Throws<AssayException>(() =>
            new ProxyStudy(new() { Target = "gpt-250k" }).Study(Judge, Candidates, work)
        );
    }
}
