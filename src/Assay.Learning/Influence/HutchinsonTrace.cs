using System.Numerics.Tensors;
using Assay.Numerics;

namespace Assay.Learning;

/// <summary>The trace of a matrix from its products with random signs (Hutchinson, 1990): the mean of z' A z.</summary>
public static class HutchinsonTrace
{
    /// <summary>Estimates the trace.</summary>
    /// <param name="matrix">A: one product a probe.</param>
    /// <param name="probes">Number of random vectors, at least 2.</param>
    /// <param name="stream">Draws the signs; probe p uses its child p.</param>
    /// <param name="cancellation">Ends the work between probes.</param>
    public static TraceEstimate Of(
        ILinearOperator matrix,
        int probes,
        RandomStream stream,
        CancellationToken cancellation = default
    )
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(probes, 2);
        float[] signs = new float[matrix.Length],
            product = new float[matrix.Length];
        double[] values = new double[probes];
        for (int probe = 0; probe < probes; probe++)
        {
            cancellation.ThrowIfCancellationRequested();
            RandomSigns.Fill(stream.Child(probe), signs);
            matrix.Multiply(signs, product);
            values[probe] = TensorPrimitives.Dot<float>(signs, product);
        }
        double mean = values.Average(),
            variance = values.Sum(value => (value - mean) * (value - mean)) / (probes - 1);
        return new(mean, Math.Sqrt(variance / probes), probes);
    }
}

/// <summary>An estimate of a trace.</summary>
/// <param name="Value">The mean over probes: unbiased.</param>
/// <param name="StandardError">Of the mean.</param>
/// <param name="Probes">Number of random vectors.</param>
public sealed record TraceEstimate(double Value, double StandardError, int Probes);
