using Assay.Numerics;

namespace Assay.Learning;

/// <summary>Gradient-boosted trees for classes: logistic loss for two, softmax loss (a tree a class and round) for more.</summary>
/// <remarks>Friedman, "Greedy Function Approximation" (2001), with second derivatives and histograms; see <see cref="BoostingOptions"/>.</remarks>
public sealed class GradientBoosting : IClassifierLearner
{
    private readonly BoostingOptions _options;

    /// <summary>Checks the options.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public GradientBoosting(BoostingOptions options)
    {
        options.Check();
        _options = options;
    }

    /// <summary>Fits a model.</summary>
    /// <param name="data">Rows of at least two classes; complete, unless the options allow missing values.</param>
    /// <param name="random">Draws the rows of each round, where the options ask for that.</param>
    /// <exception cref="ArgumentException">A feature is NaN and must not be, or only one class has rows.</exception>
    public GradientBoostingModel Fit(ClassificationData data, RandomStream random)
    {
        if (!_options.MissingValues)
            data.RequireComplete();
        int[] present = ClassificationData.PresentClasses(data.Labels, data.Weights, data.Classes);
        int outputs = present.Length == 2 ? 1 : present.Length;
        int[] targets = [.. data.Labels.Select(label => Math.Max(0, Array.BinarySearch(present, label)))];
        double[] shares = new double[present.Length];
        for (int i = 0; i < data.Rows; i++)
            shares[targets[i]] += data.Weight(i);
        double[] start =
            outputs == 1 ? [Math.Log(shares[1] / shares[0])] : Centred([.. shares.Select(share => Math.Log(share))]);
        double[] p = new double[data.Rows * outputs];
        Tree[] trees = Boosting.Grow(
            data.Features,
            data.Weights,
            start,
            _options,
            random,
            (scores, output, gradients, hessians) =>
            {
                if (output == 0)
                {
                    scores.CopyTo(p, 0);
                    if (outputs > 1)
                        ClassScores.Softmax(p, outputs);
                }
                for (int i = 0; i < data.Rows; i++)
                {
                    double own = p[i * outputs + output],
                        weight = data.Weight(i);
                    bool right = outputs == 1 ? targets[i] == 1 : targets[i] == output;
                    own = outputs == 1 ? Logistic.Sigmoid(own) : own;
                    gradients[i] = weight * (own - (right ? 1 : 0));
                    hessians[i] = weight * own * (1 - own);
                }
            }
        );
        return new()
        {
            Classes = data.Classes,
            Features = data.Features.Columns,
            Present = present,
            Start = start,
            Trees = trees,
            MissingValues = _options.MissingValues,
        };
    }

    IClassifier IClassifierLearner.Fit(ClassificationData data, RandomStream random) => Fit(data, random);

    private static double[] Centred(double[] values)
    {
        double mean = values.Average();
        return [.. values.Select(value => value - mean)];
    }
}
