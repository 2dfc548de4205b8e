namespace Assay.Learning;

/// <summary>How <see cref="RidgeRegression"/> fits.</summary>
public sealed record RidgeOptions
{
    /// <summary>
    /// Strength of the L2 penalty, at least 0; the squared error is summed over rows. 0 is least squares, of smallest
    /// coefficients where they are not unique. Default: 1.
    /// </summary>
    public double Alpha { get; init; } = 1;

    /// <summary>Whether to fit an intercept, which is not penalised. Default: true.</summary>
    public bool Intercept { get; init; } = true;
}
