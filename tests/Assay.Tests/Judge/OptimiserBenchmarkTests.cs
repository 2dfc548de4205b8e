using Assay.Data;
using Assay.Judge;
using Assay.Learning;
using Assay.Numerics;
using Assay.Studies;
using Assay.Tests.Studies;
using Assay.Tests.Value;

namespace Assay.Tests;

public sealed class OptimiserBenchmarkTests
{
    private static readonly OptimiserOptions Small = new()
    {
        Features = LabelledTables.Features,
        OrderBy = "y",
        Corpus = "corpus",
        Steps = 20,
        Evaluations = 5,
        Batch = 8,
        TargetTrials = 1,
        Reruns = 1,
        Studies = 2,
        Trials = 2,
        Submissions = ["momentum", "adamw/constant/once"],
    };

    [Fact]
    public void Threads_and_kills_change_nothing_and_the_logs_score_the_same_again()
    {
        Study one = Run(Small, threads: 1),
            two = Run(Small, threads: 2);
        Assert.Equal(Csv(one), Csv(two));
        Assert.Equal(one.Answer, two.Answer);
        TablePanel logs = one.Panels.OfType<TablePanel>().Single(panel => panel.Title == "Evaluations");
        Assert.Equal(
            ["submission", "workload", "study", "trial", "score_s", "metric"],
            logs.Columns.Select(column => column.Name)
        );
        Study again = new AlgoPerf(new() { Targets = "targets" }).Run(
            StudyTables.Of(Csv(one)),
            others: ("targets", StudyTables.Of(one.Files.Single().Text))
        );
        Assert.Equal(
            one.Panels.OfType<IntervalPanel>().Single().Lines,
            again.Panels.OfType<IntervalPanel>().Single().Lines
        );
    }

    [Fact]
    public void A_killed_benchmark_goes_on_with_the_trials_that_are_left()
    {
        using Pieces pieces = Pieces.Temporary();
        Study whole = Run(Small, threads: 1),
            first = Run(Small, threads: 1, pieces);
        Assert.True(pieces.Has("trials", 5));
        Study second = Run(Small, threads: 1, pieces);
        Assert.Equal(Csv(whole), Csv(first));
        Assert.Equal(Csv(first), Csv(second));
    }

    [Fact]
    public void Submissions_that_tune_themselves_have_one_trial_and_half_as_many_steps_again()
    {
        Study study = Run(Small with { Ruleset = "self-tuning", Corpus = "" }, threads: 2);
        TablePanel logs = study.Panels.OfType<TablePanel>().Single(panel => panel.Title == "Evaluations");
        Assert.All(logs.Columns[3].Words!, trial => Assert.Equal("0", trial));
        Assert.True(logs.Columns[4].Numbers!.Max() <= 30);
    }

    [Theory]
    [InlineData("sgd", "no rule")]
    [InlineData("adamw/adamw", "stands twice")]
    [InlineData("cosine", "no update rule")]
    [InlineData("adamw/1", "no rule")]
    public void A_submission_that_is_not_understood_is_an_error(string submission, string what) =>
        Assert.Contains(
            what,
            Assert.Throws<AssayException>(() => new OptimiserBenchmark(new() { Submissions = [submission] })).Message
        );

    [Fact]
    public void Orders_by_a_column_are_of_tables_only()
    {
        OptimiserOptions ordered = Small with { Submissions = ["adamw/ascending"] };
        Assert.Contains(
            "'transformer' has no column",
            Assert.Throws<AssayException>(() => Run(ordered, threads: 1)).Message
        );
        Assert.Contains("targets", Run(ordered with { Corpus = "" }, threads: 1).Answer);
    }

    [Fact]
    public void NadamW_steps_as_the_benchmark_has_it()
    {
        Tensor tensor = Tensor.Of([1f], 1, 1);
        tensor.RequiresGrad = true;
        Optimiser optimiser = new([new("w", tensor)], new NadamW(0.9, 0.99), 0.1);
        double p = 1,
            m = 0,
            v = 0;
        for (int t = 1; t <= 5; t++)
        {
            double g = t % 2 == 0 ? -0.3 : 0.5;
            tensor.ZeroGrad();
            (tensor * Tensor.Of([(float)g], 1, 1)).Sum().Backward();
            optimiser.Step(0.01);
            p *= 1 - 0.01 * 0.1;
            m = 0.9 * m + 0.1 * g;
            v = 0.99 * v + 0.01 * g * g;
            double ahead = (0.9 * m + 0.1 * g) / (1 - Math.Pow(0.9, t));
            p -= 0.01 * ahead / (Math.Sqrt(v / (1 - Math.Pow(0.99, t))) + 1e-8);
            Assert.Equal(p, tensor.Data[0], 1e-6);
        }
    }

    [Fact]
    public void Halton_points_fill_every_axis_and_repeat_with_the_seed()
    {
        double[][] points = ShiftedHalton.Draw(400, 3, new(1, "halton"));
        Assert.Equal(points, ShiftedHalton.Draw(400, 3, new(1, "halton")));
        Assert.NotEqual(points, ShiftedHalton.Draw(400, 3, new(2, "halton")));
        for (int d = 0; d < 3; d++)
        {
            double[] axis = [.. points.Select(point => point[d]).Order()];
            Assert.InRange(axis[0], 0, 1);
            Assert.True(axis[^1] < 1);
            Assert.Equal(axis.Length, axis.Distinct().Count());
            // More even than random: the largest gap of 400 random points is about 0.015.
            Assert.True(axis.Zip(axis.Skip(1), (a, b) => b - a).Max() < 0.03);
            Assert.Equal(0.5, axis.Average(), 0.06);
        }
    }

    private static Study Run(OptimiserOptions options, int threads, Pieces? pieces = null) =>
        new OptimiserBenchmark(options).Run(
            LabelledTables.Of(60, "rows"),
            threads,
            pieces,
            others: (
                "corpus",
                new(
                    Dataset.OfTexts(
                        Enumerable.Range(0, 30).Select(i => $"row {i} of a small corpus, {i * i}"),
                        rowsPerTable: 7
                    )
                )
            )
        );

    private static string Csv(Study study)
    {
        TablePanel logs = study.Panels.OfType<TablePanel>().Single(panel => panel.Title == "Evaluations");
        IEnumerable<string> rows = Enumerable
            .Range(0, logs.Columns[0].Length)
            .Select(row =>
                string.Join(
                    ',',
                    logs.Columns.Select(column =>
                        column.Words?[row]
                        ?? column.Numbers![row]?.ToString("R", System.Globalization.CultureInfo.InvariantCulture)
                        ?? ""
                    )
                )
            );
        return string.Join(',', logs.Columns.Select(column => column.Name)) + "\n" + string.Join('\n', rows) + "\n";
    }
}
