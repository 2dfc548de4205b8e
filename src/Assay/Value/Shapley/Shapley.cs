using Assay.Data;

namespace Assay.Value;

/// <summary>What each labelled row adds to the test score of a model, on average over all orders: signals <c>shapley</c> and <c>shapley-error</c>.</summary>
/// <remarks>
/// <para>Source: Ghorbani and Zou, "Data Shapley: Equitable Valuation of Data for Machine Learning", arXiv 1904.02868. The values
/// sum to U(all) - U0 (efficiency), rows that never change the score get 0 (null player), rows that add the same to every set get
/// the same (symmetry).</para>
/// <para>A marginal is 0 until the set has all classes; the row that completes them gets the whole jump. Rows that a truncated
/// permutation did not reach count 0 in the mean. <c>shapley-error</c> is the standard error over permutations.</para>
/// </remarks>
[Method("value/shapley", Paper = "data-shapley")]
public sealed class Shapley(ShapleyOptions options) : IValuer
{
    /// <inheritdoc/>
    /// <exception cref="AssayException">The tables do not fit, a value is missing, or the options do not suit each other.</exception>
    public IReadOnlyList<Signal> Value(View view, Work work)
    {
        (TrainingGame training, ValuedTable table, int[][] sources) = TrainingGame.Of(options, view, work);
        if (options.Estimator == ShapleyEstimator.Exact)
        {
            double[] exact = Enumeration.Values(training, SizeWeights.Shapley(sources.Length), work);
            return [SourceValues.Signal(table, sources, "shapley", exact)];
        }
        IGame game =
            options.Estimator == ShapleyEstimator.Gradient ? GradientGame.Of(options, table, sources, work) : training;
        PermutationSamples samples = SamplerOf(game, options).Run(work);
        return
        [
            SourceValues.Signal(table, sources, "shapley", samples.Means.Means(), samples.Note),
            SourceValues.Signal(table, sources, "shapley-error", samples.Means.StandardErrors()),
        ];
    }

    /// <summary>The sampler that options describe.</summary>
    internal static PermutationSampler SamplerOf(IGame game, PermutationOptions options)
    {
        bool gradient = game is GradientGame;
        FullWorth full = gradient || options.Tolerance < 0 ? default : game.Full();
        bool mayBeNegative =
            options.Task == LabelKind.Regression || options.Metric is WorthMetric.LogLoss or WorthMetric.R2;
        double unit = options.ToleranceUnit switch
        {
            ToleranceUnit.Deviations => full.Deviation,
            ToleranceUnit.Absolute => 1,
            ToleranceUnit.Auto when mayBeNegative => 1,
            _ => full.Mean,
        };
        return new(game)
        {
            Permutations = options.Permutations,
            Error = options.Error,
            Full = full.Mean,
            Tolerance = gradient || options.Tolerance < 0 ? -1 : options.Tolerance * unit,
            CountsFirst = !gradient,
        };
    }
}
