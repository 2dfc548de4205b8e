namespace Assay.Learning;

/// <summary>A fitted linear regression.</summary>
/// <param name="Coefficients">One number a feature.</param>
/// <param name="Intercept">What is predicted where all features are 0.</param>
public sealed record RidgeModel(double[] Coefficients, double Intercept) : IRegressor
{
    /// <inheritdoc/>
    public int Features => Coefficients.Length;

    /// <inheritdoc/>
    public double[] Predict(Matrix features)
    {
        features.Check(Features);
        return new DenseDesign(features).Project(Coefficients, [Intercept]);
    }
}
