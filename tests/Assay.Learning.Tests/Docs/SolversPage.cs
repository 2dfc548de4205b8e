using Assay.Numerics;

namespace Assay.Learning.Tests;

/// <summary>The code of docs/solvers.md, run.</summary>
public sealed class SolversPage
{
    [Fact]
    public void Programs()
    {
        // csharpier-ignore-start
        LinearProgram linear = new(
            [-3, -5],                                                      // minimised: maximise 3x + 5y by its negative
            [
                new("plant", [3, 2], Relation.AtMost, 18),
                new("line", [0, 2], Relation.AtMost, 12),
            ]
        );                                                                 // variables from 0 up; bounds are two more lists
        LinearSolution best = Simplex.Solve(linear);
        double gap = best.Objective - linear.DualBound(best.Duals);        // 0 up to rounding: nothing better exists
        // csharpier-ignore-end

        Assert.Equal(-36, best.Objective, 9);
        Assert.Equal(0, gap, 9);
        double[,] curvature =
        {
            { 1, 0, 0 },
            { 0, 4, 0 },
            { 0, 0, 16 },
        };

        // csharpier-ignore-start
        QuadraticProgram shortest = QuadraticProgram.OnSimplex(curvature, [0, 0, 0]);
        QuadraticSolution weights = ActiveSet.Solve(shortest);
        double below = shortest.Bound(weights.Values, weights.Duals);      // no point is below it, whatever the multipliers

        IntegerProgram choice = IntegerProgram.Binary([-6, -5, -4], [new("budget", [3, 2, 2], Relation.AtMost, 4)]);
        IntegerSolution chosen = BranchAndBound.Solve(choice, maxNodes: 1000);
        // csharpier-ignore-end

        Assert.Equal(weights.Objective, below, 9);
        Assert.Equal([0, 1, 1], chosen.Values);
    }

    [Fact]
    public void Gradients()
    {
        // csharpier-ignore-start
        GradientProducts products = GradientProducts.Of([1, 1], [-1, 1.2]);
        double[] together = CaGrad.Weights(products, radius: 0.5);
        double[] falls = products.Along(together);                         // of each loss, for a small step: none is negative
        EpoStep step = Epo.Step(products, losses: [0.3, 0.6], preferences: [2, 1]);
        // csharpier-ignore-end

        Assert.All(falls, fall => Assert.True(fall > 0));
        Assert.Equal(0, step.Divergence, 9);
    }
}
