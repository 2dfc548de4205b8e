using Assay.Numerics;

namespace Assay.Plan.Asymptote;

/// <summary>A loss that falls with parameters and with data at once, each towards the same floor.</summary>
/// <param name="ParameterScale">What too few parameters add at one unit of them.</param>
/// <param name="ParameterExponent">How fast that falls.</param>
/// <param name="DataScale">What too few data add at one unit of them.</param>
/// <param name="DataExponent">How fast that falls.</param>
/// <param name="Asymptote">What it never gets below.</param>
/// <remarks>
/// "Training Compute-Optimal Large Language Models", arXiv 2203.15556, equation 2; arXiv 2509.14786 compares with it. It says that parameters and data
/// add up, which a fixed corpus contradicts where large models overfit it.
/// </remarks>
public sealed record JointLaw(
    double ParameterScale,
    double ParameterExponent,
    double DataScale,
    double DataExponent,
    double Asymptote
)
{
    /// <summary>The loss of so many parameters on so much data.</summary>
    public double At(double parameters, double data) =>
        ParameterScale * Math.Pow(parameters, -ParameterExponent)
        + DataScale * Math.Pow(data, -DataExponent)
        + Asymptote;

    /// <summary>The law of least squared differences, with its sum of squares.</summary>
    /// <param name="parameters">Positive.</param>
    /// <param name="data">As many, positive.</param>
    /// <param name="losses">As many losses; five points at least, or the law is one of many.</param>
    /// <exception cref="ArgumentException">The lengths differ, or there are fewer than five points.</exception>
    public static (JointLaw Law, double SumOfSquares) Fit(
        IReadOnlyList<double> parameters,
        IReadOnlyList<double> data,
        IReadOnlyList<double> losses
    )
    {
        if (parameters.Count != losses.Count || data.Count != losses.Count || losses.Count < 5)
            throw new ArgumentException(
                $"{parameters.Count}, {data.Count} and {losses.Count} numbers cannot be fitted."
            );
        double lowest = losses.Min(),
            spread = Math.Max(losses.Max() - lowest, 1e-9);
        IEnumerable<double[]> starts =
            from exponent in (double[])[0.2, 0.5, 1.0]
            from floor in (double[])[0.5, 0.9]
            select (double[])
                [
                    spread * Math.Pow(parameters.Min(), exponent),
                    exponent,
                    spread * Math.Pow(data.Min(), exponent),
                    exponent,
                    floor * Math.Max(lowest, 0),
                ];
        LeastSquaresFit fit = LevenbergMarquardt.FitBest(
            (at, residuals) =>
            {
                JointLaw law = new(at[0], at[1], at[2], at[3], at[4]);
                for (int i = 0; i < residuals.Length; i++)
                    residuals[i] = law.At(parameters[i], data[i]) - losses[i];
            },
            losses.Count,
            starts,
            [0, 0, 0, 0, 0],
            [],
            2000
        );
        IReadOnlyList<double> best = fit.Parameters;
        return (new(best[0], best[1], best[2], best[3], best[4]), fit.SumOfSquares);
    }
}
