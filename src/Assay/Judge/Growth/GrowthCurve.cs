using Assay.Numerics;

namespace Assay.Judge;

/// <summary>A saturating curve through the scores of an ability.</summary>
/// <remarks>
/// score(n) = chance + gain n^h / (n^h + middle^h): chance without rows, chance + gain with all the rows of the world, half of the gain at <c>middle</c> rows. It is Hill's
/// curve, a logistic in the logarithm of n, and bends both ways, since abilities often start late. Fitted to the means by least squares.
/// </remarks>
/// <param name="Chance">The score without rows.</param>
/// <param name="Gain">What all rows would add.</param>
/// <param name="Middle">Rows at which half of the gain is reached.</param>
/// <param name="Steepness">h: the larger, the more sudden.</param>
/// <param name="Error">Root of the mean squared residual.</param>
public sealed record GrowthCurve(double Chance, double Gain, double Middle, double Steepness, double Error)
{
    private const double LeastSteepness = 0.2,
        MostSteepness = 4;

    /// <summary>The score at a number of rows.</summary>
    /// <param name="rows">0 or more.</param>
    public double At(double rows) => Chance + Gain * Share(rows);

    /// <summary>Rows at which the share of what was gained up to some rows is reached.</summary>
    /// <param name="share">In (0, 1].</param>
    /// <param name="upTo">The rows up to which the gain counts.</param>
    public double RowsTo(double share, double upTo)
    {
        double wanted = share * Share(upTo);
        return Middle * Math.Pow(wanted / (1 - wanted), 1 / Steepness);
    }

    /// <summary>Fits the curve.</summary>
    /// <param name="chance">The score without rows.</param>
    /// <param name="full">The score of all right: no curve goes beyond.</param>
    /// <param name="sizes">Rows, ascending.</param>
    /// <param name="means">The mean score at each.</param>
    public static GrowthCurve Fit(double chance, double full, IReadOnlyList<double> sizes, IReadOnlyList<double> means)
    {
        double low = Math.Log(sizes[0]),
            high = Math.Log(sizes[^1]),
            most = means.Max() - chance,
            least = Math.Min(0, means.Min() - chance);
        LeastSquaresFit fit = LevenbergMarquardt.FitBest(
            (parameters, residuals) =>
            {
                for (int i = 0; i < sizes.Count; i++)
                    residuals[i] =
                        chance
                        + parameters[0] * Logistic(parameters[2] * (Math.Log(sizes[i]) - parameters[1]))
                        - means[i];
            },
            sizes.Count,
            from gain in (double[])[most, Math.Min(full - chance, 1.5 * most)]
            from middle in (double[])[0.25, 0.5, 0.75, 1]
            from steepness in (double[])[0.5, 1.2]
            select (IReadOnlyList<double>)[gain, low + middle * (high - low), steepness],
            [Math.Min(least, 0), low - 3, LeastSteepness],
            [Math.Max(full - chance, 1e-9), high + 5, MostSteepness]
        );
        return new(chance, fit.Parameters[0], Math.Exp(fit.Parameters[1]), fit.Parameters[2], fit.RootMeanSquare);
    }

    private double Share(double rows) => rows <= 0 ? 0 : Logistic(Steepness * (Math.Log(rows) - Math.Log(Middle)));

    private static double Logistic(double x) => 1 / (1 + Math.Exp(-x));
}
