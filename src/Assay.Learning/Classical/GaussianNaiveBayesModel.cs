namespace Assay.Learning;

/// <summary>A fitted <see cref="GaussianNaiveBayes"/>.</summary>
public sealed record GaussianNaiveBayesModel : IClassifier
{
    /// <inheritdoc/>
    public required int Classes { get; init; }

    /// <inheritdoc/>
    public required int Features { get; init; }

    /// <summary>The share of each class; 0 for one without rows.</summary>
    public required double[] Priors { get; init; }

    /// <summary>Classes x features, row-major.</summary>
    public required double[] Means { get; init; }

    /// <summary>Classes x features, row-major, smoothing included. Of a feature with variance 0 only its own value is possible.</summary>
    public required double[] Variances { get; init; }

    /// <inheritdoc/>
    /// <remarks>Where no class can explain a row (all variances 0, other values), the priors are given.</remarks>
    public double[] Probabilities(Matrix features)
    {
        features.Check(Features);
        double[] logs = new double[checked(features.Rows * Classes)];
        for (int i = 0; i < features.Rows; i++)
        {
            ReadOnlySpan<float> row = features.Row(i);
            bool any = false;
            for (int k = 0; k < Classes; k++)
            {
                double log = Math.Log(Priors[k]);
                for (int j = 0; j < row.Length && log > double.NegativeInfinity; j++)
                {
                    double variance = Variances[k * Features + j],
                        from = row[j] - Means[k * Features + j];
                    if (variance > 0)
                        log -= 0.5 * (Math.Log(2 * Math.PI * variance) + from * from / variance);
                    else if (from != 0)
                        log = double.NegativeInfinity;
                }
                logs[i * Classes + k] = log;
                any |= log > double.NegativeInfinity;
            }
            for (int k = 0; k < Classes && !any; k++)
                logs[i * Classes + k] = Math.Log(Priors[k]);
        }
        ClassScores.Softmax(logs, Classes);
        return logs;
    }
}
