namespace Assay.Learning;

/// <summary>A fitted classifier.</summary>
public interface IClassifier
{
    /// <summary>Number of classes.</summary>
    int Classes { get; }

    /// <summary>Number of features of a row.</summary>
    int Features { get; }

    /// <summary>The probability of every class for every row.</summary>
    /// <param name="features">Rows of as many features as the model was fitted on.</param>
    /// <returns>Rows x classes numbers, row-major; each row sums to 1.</returns>
    /// <exception cref="ArgumentException">The number of features differs, or a feature is not finite.</exception>
    double[] Probabilities(Matrix features);

    /// <summary>The most probable class of every row; the lowest of those that tie.</summary>
    /// <param name="features">Rows of as many features as the model was fitted on.</param>
    /// <exception cref="ArgumentException">The number of features differs, or a feature is not finite.</exception>
    int[] Predict(Matrix features) => ClassScores.Best(Probabilities(features), Classes);
}
