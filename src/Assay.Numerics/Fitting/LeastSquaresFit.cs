namespace Assay.Numerics;

/// <summary>Parameters that make residuals small.</summary>
/// <param name="Parameters">The parameters, within their bounds.</param>
/// <param name="SumOfSquares">Sum of the squared residuals there.</param>
/// <param name="Residuals">The residuals there.</param>
/// <param name="HasConverged">False if the iterations ran out before the steps became small.</param>
/// <param name="Iterations">Steps that were tried.</param>
public sealed record LeastSquaresFit(
    IReadOnlyList<double> Parameters,
    double SumOfSquares,
    IReadOnlyList<double> Residuals,
    bool HasConverged,
    int Iterations
)
{
    /// <summary>Root of the mean squared residual.</summary>
    public double RootMeanSquare => Math.Sqrt(SumOfSquares / Residuals.Count);
}
