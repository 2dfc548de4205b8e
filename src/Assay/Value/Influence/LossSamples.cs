using Assay.Learning;

namespace Assay.Value;

/// <summary>Samples with a loss under a model whose gradients can be had: rows of a labelled table, or token sequences.</summary>
/// <remarks>A sample's loss is the mean of the cross-entropy over its places: one of a row, the predicted tokens of a sequence.</remarks>
public abstract class LossSamples
{
    /// <summary>The target of places that do not count.</summary>
    protected const int NotCounted = TokenBatch.NotCounted;

    /// <summary>Number of samples.</summary>
    public abstract int Count { get; }

    /// <summary>The samples in batches, each once, in an order that depends on nothing but the samples.</summary>
    public abstract IReadOnlyList<int[]> Batches { get; }

    /// <summary>Places of a sample that count, at least 1.</summary>
    public abstract int SizeOf(int sample);

    /// <summary>What the model says at every place, with a graph back to its parameters.</summary>
    /// <returns>[samples x places, classes]; every sample has equally many places, those of padding included.</returns>
    public abstract Tensor Logits(ReadOnlySpan<int> samples);

    /// <summary>What is right at every place, in the order of <see cref="Logits"/>; -1 where nothing counts.</summary>
    public abstract int[] Targets(ReadOnlySpan<int> samples);

    /// <summary>The mean loss of each sample of a batch.</summary>
    /// <returns>[samples, places], each row of which sums to the sample's loss.</returns>
    public Tensor Losses(int[] samples) => Losses(Logits(samples), Targets(samples), samples, size => 1.0 / size);

    /// <summary>Losses of places, all of a sample times a weight that depends on its size.</summary>
    internal Tensor Losses(Tensor logits, int[] targets, int[] samples, Func<int, double> weight)
    {
        float[] weights = [.. samples.Select(sample => (float)weight(SizeOf(sample)))];
        return Functional.CrossEntropyRows(logits, targets, NotCounted).Reshape(samples.Length, -1)
            * Tensor.Of(weights, samples.Length, 1);
    }

    /// <summary>The classes that a model itself would draw at the places that count.</summary>
    internal static int[] Drawn(Tensor logits, int[] targets, Numerics.RandomStream stream) =>
        SampledLabels.Of(logits, stream, targets, NotCounted);
}
