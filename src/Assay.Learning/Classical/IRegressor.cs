namespace Assay.Learning;

/// <summary>A fitted regressor.</summary>
public interface IRegressor
{
    /// <summary>Number of features of a row.</summary>
    int Features { get; }

    /// <summary>The predicted number for every row.</summary>
    /// <param name="features">Rows of as many features as the model was fitted on.</param>
    /// <exception cref="ArgumentException">The number of features differs, or a feature is not finite.</exception>
    double[] Predict(Matrix features);
}
