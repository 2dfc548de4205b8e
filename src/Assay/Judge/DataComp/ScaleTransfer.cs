using Assay.Numerics;
using MathNet.Numerics.Distributions;

namespace Assay.Judge;

/// <summary>Whether a ranking of data sets at one scale says what another scale says, on the data sets that both have.</summary>
/// <remarks>
/// Intervals by Fisher (1921): the inverse hyperbolic tangent of a correlation is nearly normal. For ranks Bonett and Wright, "Sample size
/// requirements for estimating Pearson, Kendall and Spearman correlations" (2000), inflate its variance by 1 + rho^2 / 2.
/// </remarks>
/// <param name="Small">The one scale.</param>
/// <param name="Large">The other.</param>
/// <param name="Datasets">The data sets that both have.</param>
/// <param name="SmallScores">Their scores at the one, means over runs.</param>
/// <param name="LargeScores">And at the other.</param>
public sealed record ScaleTransfer(
    string Small,
    string Large,
    IReadOnlyList<string> Datasets,
    IReadOnlyList<double> SmallScores,
    IReadOnlyList<double> LargeScores
)
{
    /// <summary>Fewest data sets that a correlation is given for: an interval needs four.</summary>
    public const int Fewest = 4;

    private const double Confidence = 0.95;

    /// <summary>Pearson's correlation with its 95 % interval.</summary>
    public MeanInterval Pearson => Interval(Correlation.Pearson([.. SmallScores], [.. LargeScores]), ofRanks: false);

    /// <summary>Spearman's, with its interval.</summary>
    public MeanInterval Spearman =>
        Interval(RankCorrelation.Spearman([.. SmallScores], [.. LargeScores]), ofRanks: true);

    /// <summary>Whether the scores vary, so that there is something to correlate.</summary>
    public bool Varies => SmallScores.Distinct().Count() > 1 && LargeScores.Distinct().Count() > 1;

    private MeanInterval Interval(double r, bool ofRanks)
    {
        // Perfect agreement of few ranks proves little: its interval is that of one exchange of neighbours.
        double n = Datasets.Count,
            most = ofRanks ? 1 - 12 / (n * (n * n - 1)) : 1;
        double z = Math.Atanh(Math.Clamp(r, -most, most)),
            half =
                Normal.InvCDF(0, 1, (1 + Confidence) / 2)
                * Math.Sqrt((ofRanks ? 1 + r * r / 2 : 1) / Math.Max(1, n - 3));
        return new(r, Math.Min(r, Math.Tanh(z - half)), Math.Max(r, Math.Tanh(z + half)), Confidence);
    }
}
