using Assay.Data;

namespace Assay.Value;

/// <summary>Shapley values in which marginals to small sets count more: signal <c>beta-shapley</c>.</summary>
/// <remarks>
/// Source: Kwon and Zou, "Beta Shapley: a Unified and Noise-reduced Data Valuation Framework" (2022). From the marginals of
/// permutations: the mean at every size of set, weighted by <see cref="SizeWeights.Beta"/>. Sizes at which a row never came are
/// left out, and the other weights scaled to sum to 1.
/// </remarks>
[Method("value/beta-shapley", Paper = "data-shapley")]
public sealed class BetaShapley(BetaShapleyOptions options) : IValuer
{
    /// <inheritdoc/>
    /// <exception cref="AssayException">The tables do not fit, or a value is missing.</exception>
    public IReadOnlyList<Signal> Value(View view, Work work)
    {
        (TrainingGame game, ValuedTable table, int[][] sources) = TrainingGame.Of(options, view, work);
        double[] weights = SizeWeights.Beta(sources.Length, options.SmallSets, options.LargeSets);
        if (options.Exact)
            return [SourceValues.Signal(table, sources, "beta-shapley", Enumeration.Values(game, weights, work))];
        PermutationSamples samples = Shapley.SamplerOf(game, options).Run(work);
        double[] values = SemivalueEstimate.Of(samples.Passes, sources.Length, weights, work.MemoryBytes);
        return [SourceValues.Signal(table, sources, "beta-shapley", values, samples.Note)];
    }
}
