namespace Assay.Learning;

/// <summary>A fitted linear support vector machine.</summary>
/// <remarks>It has margins and no probabilities; <see cref="PlattScaling"/> makes those of margins of held-out rows.</remarks>
public sealed record LinearSvmModel
{
    /// <summary>Number of classes.</summary>
    public required int Classes { get; init; }

    /// <summary>Number of features of a row.</summary>
    public required int Features { get; init; }

    /// <summary>Outputs x features, row-major: one output for two classes, else one for each class against the rest.</summary>
    public required double[] Coefficients { get; init; }

    /// <summary>One number an output; negative infinity for a class that had no row.</summary>
    public required double[] Intercepts { get; init; }

    /// <summary>Passes over the rows that were made, of all outputs together.</summary>
    public int Iterations { get; init; }

    /// <summary>Whether the tolerance was reached for every output.</summary>
    public bool Converged { get; init; }

    /// <summary>Signed distances, times the coefficients' length, from the separating plane; positive for class 1 or the class itself.</summary>
    /// <param name="features">Rows of as many features as the model was fitted on.</param>
    /// <returns>Rows x outputs numbers, row-major.</returns>
    /// <exception cref="ArgumentException">The number of features differs, or a feature is not finite.</exception>
    public double[] Margins(Matrix features)
    {
        features.Check(Features);
        return new DenseDesign(features).Project(Coefficients, Intercepts);
    }

    /// <summary>The class with the largest margin of every row; the lowest of those that tie.</summary>
    /// <param name="features">Rows of as many features as the model was fitted on.</param>
    /// <exception cref="ArgumentException">The number of features differs, or a feature is not finite.</exception>
    public int[] Predict(Matrix features)
    {
        double[] margins = Margins(features);
        return Classes > 2 ? ClassScores.Best(margins, Classes) : [.. margins.Select(margin => margin > 0 ? 1 : 0)];
    }
}
