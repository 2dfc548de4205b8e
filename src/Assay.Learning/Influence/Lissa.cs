using System.Numerics.Tensors;
using Assay.Numerics;

namespace Assay.Learning;

/// <summary>
/// Solves (A + damping I) x = b by a truncated Neumann series, with all of A or with one random part of it for each term (LiSSA:
/// Agarwal, Bullins and Hazan, 2017; Koh and Liang, 2017).
/// </summary>
/// <remarks>
/// x_0 = b / scale and x_{t+1} = x_t + (b - (A_t + damping I) x_t) / scale, whose error shrinks by 1 - (eigenvalue + damping) / scale
/// a step: the scale must exceed half of the largest eigenvalue of every part, plus damping (see <see cref="LargestEigenvalue"/>),
/// and about scale / damping steps are needed.
/// </remarks>
public static class Lissa
{
    /// <summary>The series with the whole matrix: no random numbers.</summary>
    /// <inheritdoc cref="Solve(IBatchedOperator, ReadOnlySpan{float}, LissaOptions, RandomStream, CancellationToken)"/>
    public static LissaResult Neumann(
        ILinearOperator matrix,
        ReadOnlySpan<float> right,
        LissaOptions options,
        CancellationToken cancellation = default
    )
    {
        Check(matrix.Length, right, options);
        float[] product = new float[matrix.Length],
            solution = new float[matrix.Length];
        bool diverged = Run(
            right,
            options,
            (x, y) => matrix.Multiply(x, y),
            solution,
            product,
            cancellation,
            out int steps
        );
        return new(solution, steps, diverged);
    }

    /// <summary>The mean of several series, each term of which takes the matrix of a random batch.</summary>
    /// <param name="matrix">A Hessian or a Gauss-Newton matrix, in batches.</param>
    /// <param name="right">b.</param>
    /// <param name="options">Scale, damping, depth and repeats.</param>
    /// <param name="stream">Draws the batches; repeat r uses its child r.</param>
    /// <param name="cancellation">Ends the work between terms.</param>
    /// <exception cref="ArgumentException">The right side has another length than the matrix.</exception>
    public static LissaResult Solve(
        IBatchedOperator matrix,
        ReadOnlySpan<float> right,
        LissaOptions options,
        RandomStream stream,
        CancellationToken cancellation = default
    )
    {
        Check(matrix.Length, right, options);
        float[] sum = new float[matrix.Length],
            solution = new float[matrix.Length],
            product = new float[matrix.Length];
        int steps = 0;
        for (int repeat = 0; repeat < options.Repeats; repeat++)
        {
            RandomStream batches = stream.Child(repeat);
            bool diverged = Run(
                right,
                options,
                (x, y) => matrix.Multiply(batches.NextInt32(matrix.Batches), x, y),
                solution,
                product,
                cancellation,
                out int done
            );
            steps += done;
            if (diverged)
                return new(solution, steps, true);
            TensorPrimitives.MultiplyAdd(solution, 1f / options.Repeats, sum, sum);
        }
        return new(sum, steps, false);
    }

    private delegate void Product(float[] vector, float[] product);

    private static bool Run(
        ReadOnlySpan<float> right,
        LissaOptions options,
        Product multiply,
        float[] x,
        float[] product,
        CancellationToken cancellation,
        out int steps
    )
    {
        float share = (float)(1 / options.Scale),
            damping = (float)options.Damping;
        double start = TensorPrimitives.Norm(right) / options.Scale;
        TensorPrimitives.Multiply(right, share, x);
        for (steps = 0; steps < options.Depth; steps++)
        {
            cancellation.ThrowIfCancellationRequested();
            multiply(x, product);
            for (int i = 0; i < x.Length; i++)
                x[i] += share * (right[i] - product[i] - damping * x[i]);
            // A convergent series has at most 1 + t times the length of its first term after t steps.
            if (!(TensorPrimitives.Norm<float>(x) <= 1.01 * start * (steps + 2)))
            {
                steps++;
                return true;
            }
        }
        return false;
    }

    private static void Check(int length, ReadOnlySpan<float> right, LissaOptions options)
    {
        if (right.Length != length)
            throw new ArgumentException($"The matrix has {length} rows, and the right side {right.Length}.");
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.Scale);
        ArgumentOutOfRangeException.ThrowIfNegative(options.Damping);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Depth, 0);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Repeats, 1);
    }
}

/// <summary>How a Neumann series is summed.</summary>
public sealed record LissaOptions
{
    /// <summary>What the matrix is divided by, above 0 and above half of its largest eigenvalue plus damping.</summary>
    public double Scale { get; init; } = 10;

    /// <summary>Added to the diagonal, at least 0.</summary>
    public double Damping { get; init; } = 0.01;

    /// <summary>Terms after the first, at least 0.</summary>
    public int Depth { get; init; } = 1000;

    /// <summary>Random series that are averaged, at least 1.</summary>
    public int Repeats { get; init; } = 1;
}

/// <summary>What a Neumann series gave.</summary>
/// <param name="Solution">x; of no use if it diverged.</param>
/// <param name="Steps">Products with the matrix.</param>
/// <param name="Diverged">True if it grew beyond what a convergent series can: the scale is too small.</param>
public sealed record LissaResult(float[] Solution, int Steps, bool Diverged);
