using Assay.Numerics;

namespace Assay.Learning;

/// <summary>Sets elements to 0 with a probability and scales the others up, so that the mean stays (Srivastava and others, 2014).</summary>
public sealed class Dropout
{
    /// <summary>Drops each element with <paramref name="probability"/>, in [0, 1).</summary>
    public Dropout(double probability)
    {
        if (!(probability is >= 0 and < 1))
            throw new ArgumentOutOfRangeException(nameof(probability), probability, "Expected a number in [0, 1).");
        Probability = probability;
    }

    /// <summary>The probability that an element is dropped.</summary>
    public double Probability { get; }

    /// <summary>Drops elements, or none without a stream: training has a stream, use has none.</summary>
    /// <param name="x">Any shape.</param>
    /// <param name="stream">One number is drawn from it; null to return <paramref name="x"/> itself.</param>
    public Tensor Forward(Tensor x, RandomStream? stream) =>
        stream is null ? x : Functional.Dropout(x, (float)Probability, stream);
}
