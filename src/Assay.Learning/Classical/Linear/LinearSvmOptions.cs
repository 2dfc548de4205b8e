namespace Assay.Learning;

/// <summary>How <see cref="LinearSvm"/> fits.</summary>
public sealed record LinearSvmOptions
{
    /// <summary>Weight C of the loss against half the squared coefficients, above 0; the loss is summed over rows. Default: 1.</summary>
    public double C { get; init; } = 1;

    /// <summary>Whether the hinge loss is squared, as is scikit-learn's default. Default: true.</summary>
    public bool SquaredHinge { get; init; } = true;

    /// <summary>
    /// Whether to fit an intercept: the coefficient of a constant feature of 1, penalised like the others (as in liblinear).
    /// Default: true.
    /// </summary>
    public bool Intercept { get; init; } = true;

    /// <summary>Fitting stops when no projected gradient of the dual exceeds this. Default: 1e-4.</summary>
    public double Tolerance { get; init; } = 1e-4;

    /// <summary>Passes over the rows at most, at least 1. Default: 1000.</summary>
    public int MaxIterations { get; init; } = 1000;
}
