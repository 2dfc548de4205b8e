using Assay.Data;
using Assay.Judge;
using Assay.Plan;

namespace Assay.Tests;

public class FrontierTests
{
    private static readonly FrontierOptions LossAndBytes = new() { Minimise = ["loss", "bytes"] };

    [Fact]
    public void Keeps_what_nothing_dominates_and_takes_the_knee()
    {
        FrontierReport report = new Frontier(LossAndBytes).Of([
            Candidate("all", ("loss", 1.0, 0), ("bytes", 100, 0)),
            Candidate("half", ("loss", 1.1, 0), ("bytes", 40, 0)),
            Candidate("waste", ("loss", 1.5, 0), ("bytes", 90, 0)),
            Candidate("tiny", ("loss", 2.0, 0), ("bytes", 20, 0)),
        ]);
        Assert.Equal(["all", "half", "tiny"], report.NonDominated);
        Assert.Empty(report.Undecided);
        Assert.Equal("half", report.Best);
        // Normalised: (0, 1), (0.1, 0.25), (1, 0); the knee's distance to the chord is 0.65 / sqrt 2.
        Assert.Contains("knee of the 3 candidates", report.Why);
        Assert.Contains("0.46", report.Why);
        // Rectangles below (1.1, 1.1): 1.1 x 0.1 + 1 x 0.75 + 0.1 x 0.25.
        Assert.Equal(1.1 * 0.1 + 1.0 * 0.75 + 0.1 * 0.25, report.Hypervolume, 12);
        Assert.Equal([new("loss", false), new("bytes", false)], report.Objectives);
        // Without "half" the corner between "all" and "tiny" is lost, but for what "waste" at (0.5, 0.875) covers of it.
        Assert.Equal((1 - 0.1) * (1 - 0.25) - (1 - 0.5) * (1 - 0.875), report.Contributions[1], 12);
    }

    [Fact]
    public void Beyond_eight_objectives_the_volume_is_estimated()
    {
        string[] metrics = [.. Enumerable.Range(0, 9).Select(i => $"m{i}")];
        FrontierReport report = new Frontier(new() { Minimise = metrics }).Of([
            Candidate("a", [.. metrics.Select(metric => (metric, 1.0, 0.0))]),
            Candidate("b", [.. metrics.Select(metric => (metric, 2.0, 0.0))]),
        ]);
        Assert.Equal(Math.Pow(1.1, 9), report.Hypervolume, 0.02 * Math.Pow(1.1, 9));
        Assert.Empty(report.Contributions);
    }

    [Fact]
    public void Maximised_metrics_count_the_other_way_round()
    {
        FrontierOptions options = new() { Minimise = ["loss"], Maximise = ["diversity"] };
        FrontierReport report = new Frontier(options).Of([
            Candidate("a", ("loss", 1, 0), ("diversity", 3, 0)),
            Candidate("b", ("loss", 1, 0), ("diversity", 5, 0)),
            Candidate("c", ("loss", 2, 0), ("diversity", 4, 0)),
        ]);
        Assert.Equal(["b"], report.NonDominated);
        Assert.Equal("b", report.Best);
        Assert.Equal("'b' is the best of 3 candidates in every objective.", report.Why);
        Assert.Equal([new("loss", false), new("diversity", true)], report.Objectives);
        Assert.Equal(1.21, report.Hypervolume, 12);
    }

    [Fact]
    public void A_domination_that_the_intervals_leave_open_is_undecided()
    {
        FrontierReport report = new Frontier(LossAndBytes).Of([
            Candidate("best", ("loss", 1.0, 0.1), ("bytes", 50, 0)),
            Candidate("close", ("loss", 1.15, 0.1), ("bytes", 50, 0)), // overlaps in loss
            Candidate("far", ("loss", 1.5, 0.1), ("bytes", 50, 0)), // equal bytes are exact, so settled
            Candidate("between", ("loss", 1.3, 0.25), ("bytes", 60, 0)),
        ]);
        Assert.Equal(["best"], report.NonDominated);
        Assert.Equal(["close", "between"], report.Undecided);
    }

    [Fact]
    public void One_certain_domination_decides_whatever_the_others_leave_open()
    {
        FrontierReport report = new Frontier(new() { Minimise = ["loss"] }).Of([
            Candidate("a", ("loss", 1.0, 0.01)),
            Candidate("b", ("loss", 1.2, 0.15)),
            Candidate("c", ("loss", 1.3, 0.05)), // open against b, certain against a
        ]);
        Assert.Equal(["a"], report.NonDominated);
        Assert.Equal([], report.Undecided);
    }

    [Fact]
    public void A_single_objective_takes_the_best_and_says_who_is_close()
    {
        FrontierReport report = new Frontier(new() { Minimise = ["loss"] }).Of([
            Candidate("a", ("loss", 1.3, 0.05)),
            Candidate("b", ("loss", 1.0, 0.1)),
            Candidate("c", ("loss", 1.1, 0.05)),
        ]);
        Assert.Equal("b", report.Best);
        Assert.Equal(
            "'b' has the lowest loss (1) of 3 candidates, but its interval overlaps with that of 'c'.",
            report.Why
        );
        Assert.Equal(["c"], report.Undecided);
    }

    [Fact]
    public void Equals_go_by_order_and_constant_objectives_divide_nothing()
    {
        PlanCandidate[] twins =
        [
            Candidate("x", ("loss", 1, 0), ("bytes", 5, 0)),
            Candidate("y", ("loss", 1, 0), ("bytes", 5, 0)),
        ];
        FrontierReport report = new Frontier(LossAndBytes).Of(twins);
        Assert.Equal(["x", "y"], report.NonDominated);
        Assert.Equal("x", report.Best);
        Assert.Equal(1.21, report.Hypervolume, 12);
        Assert.Contains("comes first", report.Why);
        Assert.Contains("comes first", new Frontier(new() { Maximise = ["loss"] }).Of(twins).Why);
    }

    [Fact]
    public void A_front_without_a_knee_says_so()
    {
        FrontierReport report = new Frontier(LossAndBytes).Of([
            Candidate("x", ("loss", 1, 0), ("bytes", 5, 0)),
            Candidate("y", ("loss", 2, 0), ("bytes", 4, 0)),
        ]);
        Assert.Equal("x", report.Best);
        Assert.Contains("no knee", report.Why);
    }

    [Fact]
    public void One_candidate_is_the_frontier()
    {
        FrontierReport report = new Frontier(LossAndBytes).Of([Candidate("x", ("loss", 1, 1), ("bytes", 5, 0))]);
        Assert.Equal("x", report.Best);
        Assert.Equal("'x' is the only candidate.", report.Why);
    }

    [Fact]
    public void A_missing_metric_names_the_candidate_and_what_there_is()
    {
        AssayException failure = Assert.Throws<AssayException>(() =>
            new Frontier(LossAndBytes).Of([Candidate("x", ("loss", 1, 0), ("rows", 5, 0))])
        );
        Assert.Contains("candidate 'x' has no measurement of the frontier's metric 'bytes'", failure.Message);
        Assert.Contains("Measured: loss, rows.", failure.Hint);
    }

    [Theory]
    [InlineData(double.NaN, 0.1)]
    [InlineData(double.PositiveInfinity, 0.1)]
    [InlineData(1, -0.1)]
    [InlineData(1, double.NaN)]
    public void Numbers_must_make_sense(double mean, double half) =>
        Assert.Throws<AssayException>(() =>
            new Frontier(new() { Minimise = ["loss"] }).Of([Candidate("x", ("loss", mean, half))])
        );

    [Fact]
    public void Objectives_are_needed_once_each()
    {
        Assert.Throws<AssayException>(() => new Frontier(new()));
        Assert.Throws<AssayException>(() => new Frontier(new() { Minimise = ["loss"], Maximise = ["loss"] }));
        Assert.Throws<AssayException>(() => new Frontier(LossAndBytes).Of([]));
    }

    private static PlanCandidate Candidate(string name, params (string Metric, double Mean, double Half)[] metrics) =>
        new(
            name,
            [
                .. metrics.Select(x => new Measurement(
                    x.Metric,
                    "",
                    [x.Mean],
                    new(x.Mean, x.Mean - x.Half, x.Mean + x.Half, 0.95)
                )),
            ]
        );
}
