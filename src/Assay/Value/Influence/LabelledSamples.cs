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
    public override IReadOnlyList<int[]> Batches { get; } = [.. Equal(features.Rows)];

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

    // Of one size, or nearly: the matrix of a single batch is then like that of all.
    private static IEnumerable<int[]> Equal(int rows)
    {
        int batches = (rows + BatchRows - 1) / BatchRows;
        for (int batch = 0; batch < batches; batch++)
        {
            int start = (int)((long)rows * batch / batches),
                end = (int)((long)rows * (batch + 1) / batches);
            yield return [.. Enumerable.Range(start, end - start)];
        }
    }
}
