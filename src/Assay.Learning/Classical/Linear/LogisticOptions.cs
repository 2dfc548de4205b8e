namespace Assay.Learning;

/// <summary>How <see cref="LogisticRegression"/> fits.</summary>
public sealed record LogisticOptions
{
    /// <summary>
    /// Inverse strength C of the L2 penalty, above 0; infinity for none. As in scikit-learn: the loss is summed over rows, not
    /// averaged, so the same C penalises less on more rows. Default: 1.
    /// </summary>
    public double C { get; init; } = 1;

    /// <summary>Whether to fit an intercept, which is not penalised. Default: true.</summary>
    public bool Intercept { get; init; } = true;

    /// <summary>
    /// Fitting stops when no partial derivative of the objective, divided by the total weight of the rows, exceeds this.
    /// Default: 1e-6.
    /// </summary>
    public double Tolerance { get; init; } = 1e-6;

    /// <summary>Iterations at most, at least 1. Default: 1000.</summary>
    public int MaxIterations { get; init; } = 1000;

    /// <summary>The solver. Default: Newton up to 64 parameters, else L-BFGS.</summary>
    public LogisticSolver Solver { get; init; } = LogisticSolver.Auto;
}
