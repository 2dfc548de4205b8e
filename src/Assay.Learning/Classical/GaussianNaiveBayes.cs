using Assay.Numerics;

namespace Assay.Learning;

/// <summary>Naive Bayes with a normal distribution for every feature and class.</summary>
/// <remarks>As scikit-learn's <c>GaussianNB</c>: variances get <paramref name="smoothing"/> times the largest variance of a feature.</remarks>
/// <param name="smoothing">At least 0. Default: 1e-9.</param>
public sealed class GaussianNaiveBayes(double smoothing = 1e-9) : IClassifierLearner
{
    private readonly double _smoothing =
        smoothing >= 0 && double.IsFinite(smoothing)
            ? smoothing
            : throw new ArgumentOutOfRangeException(nameof(smoothing), smoothing, "Smoothing must be finite and >= 0.");

    /// <summary>Fits a model.</summary>
    /// <param name="data">Complete rows of at least two classes.</param>
    /// <exception cref="ArgumentException">A feature is NaN, or only one class has rows.</exception>
    public GaussianNaiveBayesModel Fit(ClassificationData data)
    {
        data.RequireComplete();
        ClassificationData.PresentClasses(data.Labels, data.Weights, data.Classes);
        int d = data.Features.Columns;
        double[] totals = new double[data.Classes],
            means = new double[data.Classes * d],
            variances = new double[data.Classes * d];
        for (int i = 0; i < data.Rows; i++)
        {
            int k = data.Labels[i];
            totals[k] += data.Weight(i);
            ReadOnlySpan<float> row = data.Features.Row(i);
            for (int j = 0; j < d; j++)
                means[k * d + j] += data.Weight(i) * row[j];
        }
        for (int at = 0; at < means.Length; at++)
            means[at] = totals[at / d] > 0 ? means[at] / totals[at / d] : 0;
        double[] overall = Scatter.MeanOf(data.Features, data.Weights),
            spread = new double[d];
        for (int i = 0; i < data.Rows; i++)
        {
            int k = data.Labels[i];
            ReadOnlySpan<float> row = data.Features.Row(i);
            for (int j = 0; j < d; j++)
            {
                double fromClass = row[j] - means[k * d + j],
                    fromAll = row[j] - overall[j];
                variances[k * d + j] += data.Weight(i) * fromClass * fromClass;
                spread[j] += data.Weight(i) * fromAll * fromAll;
            }
        }
        double total = totals.Sum(),
            floor = _smoothing * spread.Max() / total;
        for (int at = 0; at < variances.Length; at++)
            variances[at] = (totals[at / d] > 0 ? variances[at] / totals[at / d] : 0) + floor;
        return new()
        {
            Classes = data.Classes,
            Features = d,
            Priors = [.. totals.Select(weight => weight / total)],
            Means = means,
            Variances = variances,
        };
    }

    IClassifier IClassifierLearner.Fit(ClassificationData data, RandomStream random) => Fit(data);
}
