using Assay.Numerics;

namespace Assay.Plan.Asymptote;

/// <summary>A loss that falls with something towards a floor: scale / x^exponent + asymptote.</summary>
/// <param name="Scale">What is above the asymptote at x = 1, at least 0.</param>
/// <param name="Exponent">How fast it falls, at least 0.</param>
/// <param name="Asymptote">What it never gets below.</param>
/// <remarks>Source: arXiv 2509.14786, section 3; the paper's symbols are A, B and C.</remarks>
public sealed record PowerLaw(double Scale, double Exponent, double Asymptote)
{
    /// <summary>Points that a fit needs at least.</summary>
    public const int Parameters = 3;

    private const double SteepestExponent = 20;

    /// <summary>The loss at <paramref name="x"/>.</summary>
    /// <param name="x">Positive.</param>
    public double At(double x) => Scale * Math.Pow(x, -Exponent) + Asymptote;

    /// <summary>The x at which the loss is <paramref name="loss"/>, or null at and below the asymptote, where there is none.</summary>
    public double? Inverse(double loss) =>
        loss > Asymptote && Scale > 0 && Exponent > 0 ? Math.Pow(Scale / (loss - Asymptote), 1 / Exponent) : null;

    /// <summary>The law of least squared differences, with its sum of squares.</summary>
    /// <param name="x">Where, positive; three different ones at least.</param>
    /// <param name="losses">As many losses.</param>
    /// <param name="mayBeNegative">
    /// Whether the asymptote may be below 0: the paper's fits over ensemble members have no bounds. Scale and exponent are at least 0 in any case.
    /// </param>
    /// <exception cref="ArgumentException">There are fewer than three different x, or a number is not finite or not positive.</exception>
    public static (PowerLaw Law, double SumOfSquares) Fit(
        IReadOnlyList<double> x,
        IReadOnlyList<double> losses,
        bool mayBeNegative = false
    )
    {
        Check(x, losses);
        double lowest = losses.Min(),
            highest = losses.Max(),
            smallest = x.Min();
        // A law with one exponent is linear in the rest, so that good starts are lines through a few exponents.
        List<double[]> starts = [];
        foreach (double exponent in (double[])[0.05, 0.2, 0.5, 1, 2, 5])
        {
            (double scale, double asymptote) = Line(x, losses, exponent);
            starts.Add([
                Math.Max(scale, 1e-12),
                exponent,
                mayBeNegative ? asymptote : Math.Clamp(asymptote, 0, lowest),
            ]);
        }
        starts.Add([(highest - lowest) * Math.Pow(smallest, 0.5), 0.5, Math.Max(lowest - 0.1 * (highest - lowest), 0)]);
        LeastSquaresFit fit = LevenbergMarquardt.FitBest(
            (at, residuals) =>
            {
                for (int i = 0; i < residuals.Length; i++)
                    residuals[i] = at[0] * Math.Pow(x[i], -at[1]) + at[2] - losses[i];
            },
            x.Count,
            starts,
            [0, 0, mayBeNegative ? double.NegativeInfinity : 0],
            [double.PositiveInfinity, SteepestExponent, double.PositiveInfinity],
            2000
        );
        return (new(fit.Parameters[0], fit.Parameters[1], fit.Parameters[2]), fit.SumOfSquares);
    }

    /// <summary>The same with an exponent of 1, which two points determine: the form for a few ensemble members.</summary>
    /// <inheritdoc cref="Fit"/>
    public static (PowerLaw Law, double SumOfSquares) FitReciprocal(
        IReadOnlyList<double> x,
        IReadOnlyList<double> losses
    )
    {
        Check(x, losses, atLeast: 2);
        (double scale, double asymptote) = Line(x, losses, 1);
        PowerLaw law = new(scale, 1, asymptote);
        return (law, x.Zip(losses, (at, loss) => (law.At(at) - loss) * (law.At(at) - loss)).Sum());
    }

    private static (double Scale, double Asymptote) Line(
        IReadOnlyList<double> x,
        IReadOnlyList<double> losses,
        double exponent
    )
    {
        double[] powers = [.. x.Select(at => Math.Pow(at, -exponent))];
        double mean = powers.Average(),
            height = losses.Average(),
            square = 0,
            product = 0;
        for (int i = 0; i < powers.Length; i++)
        {
            square += (powers[i] - mean) * (powers[i] - mean);
            product += (powers[i] - mean) * (losses[i] - height);
        }
        double scale = square > 0 ? product / square : 0;
        return (scale, height - scale * mean);
    }

    private static void Check(IReadOnlyList<double> x, IReadOnlyList<double> losses, int atLeast = Parameters)
    {
        if (x.Count != losses.Count || x.Distinct().Count() < atLeast)
            throw new ArgumentException($"{x.Count} points with {x.Distinct().Count()} different x cannot be fitted.");
        if (x.Any(at => !(at > 0) || !double.IsFinite(at)) || losses.Any(loss => !double.IsFinite(loss)))
            throw new ArgumentException("An x is not positive, or a loss is not finite.");
    }
}
