using Assay.Evidence;
using Assay.Numerics;
using Assay.Plan;

namespace Assay.Tests;

public class BenchmarkProblemTests
{
    [Fact]
    public void ValuesByHand()
    {
        Assert.Equal([0.25, 0.5], Of("zdt1", [0.25, 0, 0], 3));
        Assert.Equal([0.5, 10 * (1 - 0.05 * 0.05)], Of("zdt2", [0.5, 1, 1], 3));
        Assert.Equal([0.25, 1 - 0.5 - 0.25], Of("zdt3", [0.25, 0, 0], 3), Near);
        Assert.Equal([0.25, 0.5], Of("zdt4", [0.25, 0, 0], 3), Near);
        Assert.Equal([1, 0], Of("zdt6", [0, 0, 0], 3), Near);
        Assert.Equal([0.125, 0.125, 0.25], Of("dtlz1", [0.5, 0.5, 0.5, 0.5], 4), Near);
        Assert.Equal([Math.Sqrt(0.5), 0, Math.Sqrt(0.5)], Of("dtlz2", [0.5, 0, 0.5], 3), Near);
        Assert.Equal([0, 0, 6], Of("dtlz7", [0, 0, 0], 3), Near);
        Assert.Equal(
            [200 * (2 + 2 + Math.Pow(2, 0.25) + 1), 0.01 * (2 + 2 - 2 + 2)],
            Of("re21", [1, Math.Sqrt(2), Math.Sqrt(2), 1]),
            Near
        );
        // The nearest bar area of 6.05 is 6; both constraints hold.
        Assert.Equal([29.4 * 6 + 0.6 * 10 * 38, 0], Of("re22", [6.05, 10, 38]), Near);
        Assert.Throws<ArgumentException>(() => BenchmarkProblem.Named("zdt5"));
    }

    [Fact]
    public void TrueFrontsHaveThePublishedHypervolumes()
    {
        // Up to (1.1, 1.1): 0.11 + integral over f from 0 to 1 of 1.1 - h(f), and 0.1 beyond.
        Assert.Equal(0.1 + 2 / 3.0 + 0.11, Volume("zdt1"), 3);
        Assert.Equal(0.1 + 1 / 3.0 + 0.11, Volume("zdt2"), 3);
        Assert.Null(BenchmarkProblem.Named("re21").TrueFront(10));
        double Volume(string name) => Hypervolume.Exact(BenchmarkProblem.Named(name).TrueFront(10_001)!, 2, [1.1, 1.1]);
    }

    /// <summary>A search on the true objectives comes near the shipped fronts and never beyond them.</summary>
    [Theory]
    [InlineData("re21")]
    [InlineData("re22")]
    [InlineData("re23")]
    [InlineData("re24")]
    [InlineData("re25")]
    [InlineData("re31")]
    public void EngineeringProblemsHaveTheirShippedFronts(string name)
    {
        double[] front = OfflineTask.ReadFront(
            SharedData.Path($"pareto-flow/reference_points_{name.ToUpperInvariant()}.dat.gz")
        );
        BenchmarkProblem problem = BenchmarkProblem.Named(name);
        int m = problem.Objectives;
        double[] low = [.. Enumerable.Range(0, m).Select(j => Column(front, m, j).Min())],
            range = [.. Enumerable.Range(0, m).Select(j => Column(front, m, j).Max() - low[j])];
        (_, double[] found) = new Nsga2(new() { Population = 100, Generations = 200 }).Run(problem, [], new(2, name));
        double[] reference = [.. Enumerable.Repeat(1.1, m)];
        double best = Hypervolume.Exact(Scaled(front), m, reference),
            ours = Hypervolume.Exact(Scaled(found), m, reference),
            both = Hypervolume.Exact([.. Scaled(front), .. Scaled(found)], m, reference);
        Assert.InRange(ours / best, 0.95, 1.001);
        Assert.InRange(both / best, 1, 1.001);

        double[] Scaled(double[] rows) => [.. rows.Select((x, i) => (x - low[i % m]) / range[i % m])];
    }

    private static IEnumerable<double> Column(double[] rows, int m, int column) =>
        rows.Where((_, i) => i % m == column);

    private static bool Near(double a, double b) => Math.Abs(a - b) < 1e-12 * Math.Max(1, Math.Abs(a));

    private static double[] Of(string name, double[] x, int variables = 10)
    {
        BenchmarkProblem problem = BenchmarkProblem.Named(name, variables);
        double[] f = new double[problem.Objectives];
        problem.Evaluate(x, f);
        return f;
    }
}
