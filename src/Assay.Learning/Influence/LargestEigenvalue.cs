using System.Numerics.Tensors;
using Assay.Numerics;

namespace Assay.Learning;

/// <summary>The largest eigenvalue of a symmetric matrix by power iteration: of a Hessian, the sharpness lambda_max.</summary>
/// <remarks>
/// Power iteration finds the eigenvalue of largest magnitude. If that is negative, a second run on the matrix plus that
/// magnitude finds the largest; that one converges more slowly.
/// </remarks>
public static class LargestEigenvalue
{
    /// <summary>Finds it, or says how far it came.</summary>
    /// <param name="matrix">A: one product an iteration.</param>
    /// <param name="stream">Draws the start.</param>
    /// <param name="tolerance">The length of A v - value v, relative to the largest magnitude, at which to stop; above 0.</param>
    /// <param name="maximumIterations">Most iterations of a run, at least 1.</param>
    /// <param name="cancellation">Ends the work between iterations.</param>
    public static EigenvalueResult Of(
        ILinearOperator matrix,
        RandomStream stream,
        double tolerance = 1e-3,
        int maximumIterations = 200,
        CancellationToken cancellation = default
    )
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(matrix.Length, 1);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(tolerance);
        ArgumentOutOfRangeException.ThrowIfLessThan(maximumIterations, 1);
        EigenvalueResult largest = Iterate(matrix, stream, 0, tolerance, maximumIterations, cancellation);
        if (largest.Value >= 0)
            return largest;
        EigenvalueResult shifted = Iterate(matrix, stream, -largest.Value, tolerance, maximumIterations, cancellation);
        return shifted with { Iterations = largest.Iterations + shifted.Iterations };
    }

    private static EigenvalueResult Iterate(
        ILinearOperator matrix,
        RandomStream stream,
        double shift,
        double tolerance,
        int maximum,
        CancellationToken cancellation
    )
    {
        float[] vector = new float[matrix.Length],
            product = new float[matrix.Length];
        foreach (ref float value in vector.AsSpan())
            value = (float)stream.NextGaussian();
        Normalise(vector);
        for (int iteration = 1; ; iteration++)
        {
            cancellation.ThrowIfCancellationRequested();
            matrix.Multiply(vector, product);
            double value = 0,
                squared = 0;
            for (int i = 0; i < vector.Length; i++)
            {
                value += (double)vector[i] * product[i];
                squared += (double)product[i] * product[i];
            }
            double residual = Math.Sqrt(Math.Max(0, squared - value * value)),
                scale = Math.Max(Math.Abs(value + shift), shift);
            bool converged = residual <= tolerance * scale;
            if (converged || iteration == maximum)
                return new(value, vector, iteration, scale > 0 ? residual / scale : 0, converged);
            for (int i = 0; i < vector.Length; i++)
                vector[i] = (float)(product[i] + shift * vector[i]);
            Normalise(vector);
        }
    }

    private static void Normalise(float[] vector)
    {
        float length = TensorPrimitives.Norm<float>(vector);
        if (length > 0)
            TensorPrimitives.Divide(vector, length, vector);
    }
}

/// <summary>An eigenvalue and its vector.</summary>
/// <param name="Value">The eigenvalue.</param>
/// <param name="Vector">Of length 1.</param>
/// <param name="Iterations">Products with the matrix.</param>
/// <param name="Residual">Length of A v - value v relative to the largest magnitude: some eigenvalue lies as near as that.</param>
/// <param name="Converged">True if the tolerance was reached.</param>
public sealed record EigenvalueResult(double Value, float[] Vector, int Iterations, double Residual, bool Converged);
