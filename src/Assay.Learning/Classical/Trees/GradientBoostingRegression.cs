using Assay.Numerics;

namespace Assay.Learning;

/// <summary>Gradient-boosted trees for numbers, with half the squared error as loss.</summary>
/// <remarks>Friedman, "Greedy Function Approximation" (2001), with histograms; see <see cref="BoostingOptions"/>.</remarks>
public sealed class GradientBoostingRegression : IRegressorLearner
{
    private readonly BoostingOptions _options;

    /// <summary>Checks the options.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public GradientBoostingRegression(BoostingOptions options)
    {
        options.Check();
        _options = options;
    }

    /// <summary>Fits a model.</summary>
    /// <param name="data">Rows; complete, unless the options allow missing values.</param>
    /// <param name="random">Draws the rows of each round, where the options ask for that.</param>
    /// <exception cref="ArgumentException">A feature is NaN and must not be.</exception>
    public GradientBoostingRegressionModel Fit(RegressionData data, RandomStream random)
    {
        if (!_options.MissingValues)
            data.RequireComplete();
        double sum = 0,
            total = 0;
        for (int i = 0; i < data.Rows; i++)
        {
            sum += data.Weight(i) * data.Targets[i];
            total += data.Weight(i);
        }
        Tree[] trees = Boosting.Grow(
            data.Features,
            data.Weights,
            [sum / total],
            _options,
            random,
            (scores, _, gradients, hessians) =>
            {
                for (int i = 0; i < data.Rows; i++)
                {
                    hessians[i] = data.Weight(i);
                    gradients[i] = hessians[i] * (scores[i] - data.Targets[i]);
                }
            }
        );
        return new(sum / total, trees, data.Features.Columns, _options.MissingValues);
    }

    IRegressor IRegressorLearner.Fit(RegressionData data, RandomStream random) => Fit(data, random);
}
