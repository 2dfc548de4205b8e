using Assay.Numerics;

namespace Assay.Learning.Tests;

public sealed class SolverTests
{
    private static readonly double[] Spectrum = [.. Enumerable.Range(1, 24).Select(i => i * i / 50.0)];

    private static float[] Vector(int length, string name)
    {
        RandomStream stream = new(9, name);
        return [.. Enumerable.Range(0, length).Select(_ => (float)stream.NextGaussian())];
    }

    private static double RelativeDifference(float[] expected, float[] actual)
    {
        double difference = expected.Zip(actual, (a, b) => (double)(a - b) * (a - b)).Sum();
        return Math.Sqrt(difference / expected.Sum(a => (double)a * a));
    }

    [Fact]
    public void Conjugate_gradients_reach_the_residual_that_they_state()
    {
        DenseOperator matrix = DenseOperator.Of(Spectrum, 1);
        float[] expected = Vector(24, "x"),
            right = new float[24];
        matrix.Multiply(expected, right);
        for (int i = 0; i < 24; i++)
            right[i] += 0.1f * expected[i];
        ConjugateGradientResult solved = ConjugateGradient.Solve(
            matrix,
            right,
            new() { Damping = 0.1, Tolerance = 1e-6 }
        );
        Assert.True(solved.Converged);
        Assert.True(solved.RelativeResidual < 3e-6, $"{solved.RelativeResidual}");
        Assert.True(RelativeDifference(expected, solved.Solution) < 1e-4);
        ConjugateGradientResult early = ConjugateGradient.Solve(
            matrix,
            right,
            new() { Damping = 0.1, MaximumIterations = 3 }
        );
        Assert.False(early.Converged);
        Assert.Equal(3, early.Iterations);
        Assert.True(early.RelativeResidual > 1e-5);
    }

    [Fact]
    public void Conjugate_gradients_report_negative_curvature_until_damping_is_enough()
    {
        DenseOperator matrix = DenseOperator.Of([-1, .. Spectrum], 2);
        float[] right = Vector(25, "b");
        Assert.True(ConjugateGradient.Solve(matrix, right, new() { Tolerance = 1e-6 }).NegativeCurvature);
        ConjugateGradientResult damped = ConjugateGradient.Solve(matrix, right, new() { Damping = 1.5 });
        Assert.True(damped.Converged && !damped.NegativeCurvature);
        Assert.Equal(new float[25], ConjugateGradient.Solve(matrix, new float[25], new() { Damping = 1.5 }).Solution);
    }

    [Fact]
    public void A_Neumann_series_converges_where_its_scale_is_large_enough()
    {
        DenseOperator matrix = DenseOperator.Of(Spectrum, 3);
        float[] right = Vector(24, "b");
        float[] expected = ConjugateGradient.Solve(matrix, right, new() { Damping = 0.5, Tolerance = 1e-6 }).Solution;
        // The error shrinks by 1 - 0.52 / 12 a step: e^-17 after 400.
        LissaResult series = Lissa.Neumann(
            matrix,
            right,
            new()
            {
                Scale = 12,
                Damping = 0.5,
                Depth = 400,
            }
        );
        Assert.False(series.Diverged);
        Assert.True(RelativeDifference(expected, series.Solution) < 1e-4);
        // Half of the largest eigenvalue and damping is 6: from there on the series grows.
        LissaResult grown = Lissa.Neumann(
            matrix,
            right,
            new()
            {
                Scale = 5,
                Damping = 0.5,
                Depth = 400,
            }
        );
        Assert.True(grown.Diverged);
        Assert.True(grown.Steps < 100, $"{grown.Steps}");
    }

    [Fact]
    public void Stochastic_series_come_near_the_solution()
    {
        RandomStream stream = new(4, "rows");
        Tensor x = Tensor.Normal(stream, 1, 64, 4),
            w = Tensor.Normal(stream, 1, 1, 4);
        w.RequiresGrad = true;
        HessianVector hessian = new(
            [new("w", w)],
            16,
            batch => Functional.Linear(x.Slice(0, batch * 4, 4), w).Square().Mean()
        );
        float[] right = Vector(4, "b"),
            expected = ConjugateGradient.Solve(hessian, right, new() { Damping = 0.1 }).Solution;
        LissaOptions options = new()
        {
            Scale = 40,
            Damping = 0.1,
            Depth = 400,
            Repeats = 8,
        };
        LissaResult solved = Lissa.Solve(hessian, right, options, new RandomStream(1, "lissa"));
        Assert.Equal(3200, solved.Steps);
        // The spread of one series is about sqrt(1 / scale) of the solution, and 8 are averaged; the seed is fixed.
        Assert.True(RelativeDifference(expected, solved.Solution) < 0.1);
        Assert.Equal(solved.Solution, Lissa.Solve(hessian, right, options, new RandomStream(1, "lissa")).Solution);
    }

    [Fact]
    public void The_trace_is_within_five_standard_errors()
    {
        DenseOperator matrix = DenseOperator.Of(Spectrum, 5);
        TraceEstimate trace = HutchinsonTrace.Of(matrix, 400, new RandomStream(3, "trace"));
        Assert.True(Math.Abs(trace.Value - Spectrum.Sum()) < 5 * trace.StandardError);
        // The variance of a probe is at most twice the sum of squared eigenvalues.
        Assert.InRange(trace.StandardError, 0.01, 1.5 * Math.Sqrt(2 * Spectrum.Sum(value => value * value) / 400));
    }

    [Fact]
    public void Power_iteration_finds_the_largest_eigenvalue_also_below_a_larger_negative_one()
    {
        foreach (double smallest in (double[])[0, -30])
        {
            DenseOperator matrix = DenseOperator.Of([smallest, .. Spectrum], 6);
            EigenvalueResult found = LargestEigenvalue.Of(
                matrix,
                new RandomStream(2, "start"),
                tolerance: 1e-4,
                maximumIterations: 2000
            );
            Assert.True(found.Converged);
            Assert.Equal(Spectrum[^1], found.Value, 0.01);
        }
    }
}
