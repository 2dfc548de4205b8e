using Assay.Learning;

namespace Assay.Value;

/// <summary>Rows of a labelled table under a classifier.</summary>
/// <param name="classifier">The classifier.</param>
/// <param name="features">At least one row.</param>
/// <param name="labels">The class of each row, 0 to classes - 1.</param>
public sealed class LabelledSamples(DifferentiableClassifier classifier, Matrix features, int[] labels) : LossSamples
{
    private const int BatchRows = 256;

    /// <inheritdoc/>
    public override int Count => features.Rows;

    /// <inheritdoc/>
    public override IReadOnlyList<int[]> Batches { get; } = [.. Enumerable.Range(0, features.Rows).Chunk(BatchRows)];

    /// <inheritdoc/>
    public override int SizeOf(int sample) => 1;

    /// <inheritdoc/>
    public override Tensor Logits(ReadOnlySpan<int> samples) => classifier.Logits(features, samples.ToArray());

    /// <inheritdoc/>
    public override int[] Targets(ReadOnlySpan<int> samples)
    {
        int[] targets = new int[samples.Length];
        for (int i = 0; i < targets.Length; i++)
            targets[i] = labels[samples[i]];
        return targets;
    }
}
