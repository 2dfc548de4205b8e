using Assay.Numerics;

namespace Assay.Judge;

/// <summary>How an ability answers to more rows.</summary>
public enum GrowthClass
{
    /// <summary>It goes on growing.</summary>
    Responsive,

    /// <summary>It stops early.</summary>
    Plateau,

    /// <summary>It does not grow in the range that was tried.</summary>
    Resistant,
}

/// <summary>The pace of an ability: how far it grows, how soon, and which class that makes it.</summary>
/// <remarks>
/// Classes by the rules of the paper's recipe, made general: resistant where the best score is less than two deviations of a run above the first; at a plateau where the smallest size
/// within one deviation (a point at least) of all later scores is small; else responsive. Complexity is ours: what is still missing at the largest size.
/// </remarks>
public sealed record GrowthPace
{
    private const double Confidence = 0.95;

    /// <summary>The scores.</summary>
    public required AbilityScores Scores { get; init; }

    /// <summary>The class.</summary>
    public required GrowthClass Class { get; init; }

    /// <summary>The smallest size whose score no later one beats by more than a deviation, or a point.</summary>
    public required double PlateauRows { get; init; }

    /// <summary>The scores that the class was decided on: means, or smoothed means.</summary>
    public required IReadOnlyList<double> Judged { get; init; }

    /// <summary>The fitted curve, or null where there are fewer than three sizes.</summary>
    public required GrowthCurve? Curve { get; init; }

    /// <summary>Rows at which half of the gain up to the largest size is reached, by the curve; null where there is no curve or no gain.</summary>
    public required MeanInterval? Half { get; init; }

    /// <summary>Complexity: the share of what lies above chance that is missing at the largest size.</summary>
    public required double Complexity { get; init; }

    /// <summary>The same by the area above the curve of what is reached, over the logarithm of the sizes.</summary>
    public required double AreaComplexity { get; init; }

    /// <summary>The share of the gain over chance at the largest size that is reached at each size; NaN where there is none.</summary>
    public IReadOnlyList<double> Shares()
    {
        double[] means = Scores.Means();
        double gain = means[^1] - Scores.Chance;
        return [.. means.Select(mean => gain > 0 ? (mean - Scores.Chance) / gain : double.NaN)];
    }

    /// <summary>The mean at a size with Student's interval over runs; without width where there is one run.</summary>
    public MeanInterval At(int size) =>
        Scores.Scores[size].Count > 1
            ? MeanInterval.Of([.. Scores.Scores[size]], Confidence)
            : MeanInterval.Exact(Scores.Scores[size][0]);

    /// <summary>Judges an ability.</summary>
    /// <param name="scores">Its scores.</param>
    /// <param name="rules">By which rules.</param>
    /// <param name="random">Draws the bootstrap samples.</param>
    public static GrowthPace Of(AbilityScores scores, GrowthRules rules, RandomStream random)
    {
        double[] means = scores.Means(),
            judged = rules.Smooth ? GridSmoothing.Of(means) : means;
        double deviation = scores.Deviation(),
            margin = Math.Max(rules.Point, deviation);
        int plateau = Enumerable.Range(0, judged.Length).First(i => judged[i..].Max() - judged[i] <= margin);
        double[] reached = [.. means.Select(mean => (mean - scores.Chance) / (rules.Full - scores.Chance))];
        GrowthCurve? curve = means.Length > 2 ? GrowthCurve.Fit(scores.Chance, rules.Full, scores.Sizes, means) : null;
        return new()
        {
            Scores = scores,
            Class =
                judged.Max() - judged[0] <= 2 * deviation ? GrowthClass.Resistant
                : scores.Sizes[plateau] <= rules.PlateauRows ? GrowthClass.Plateau
                : GrowthClass.Responsive,
            PlateauRows = scores.Sizes[plateau],
            Judged = judged,
            Curve = curve,
            Half = curve is { Gain: > 0 } ? HalfOf(scores, curve, rules, random) : null,
            Complexity = 1 - reached[^1],
            AreaComplexity = Area(scores.Sizes, reached),
        };
    }

    // Runs are drawn anew at each size.
    private static MeanInterval HalfOf(AbilityScores scores, GrowthCurve curve, GrowthRules rules, RandomStream random)
    {
        double half = curve.RowsTo(0.5, scores.Sizes[^1]);
        if (scores.Scores.All(of => of.Count == 1) || rules.Resamples < 2)
            return MeanInterval.Exact(half);
        double[] halves = new double[rules.Resamples];
        for (int sample = 0; sample < halves.Length; sample++)
        {
            double[] means =
            [
                .. scores.Scores.Select(of =>
                    Enumerable.Range(0, of.Count).Average(_ => of[random.NextInt32(of.Count)])
                ),
            ];
            GrowthCurve drawn = GrowthCurve.Fit(scores.Chance, rules.Full, scores.Sizes, means);
            halves[sample] = drawn.Gain > 0 ? drawn.RowsTo(0.5, scores.Sizes[^1]) : scores.Sizes[^1];
        }
        double[] ends = Quantiles.Of(halves, [(1 - Confidence) / 2, (1 + Confidence) / 2]);
        return new(half, Math.Min(half, ends[0]), Math.Max(half, ends[1]), Confidence);
    }

    private static double Area(IReadOnlyList<double> sizes, double[] reached)
    {
        double area = 0;
        for (int i = 1; i < reached.Length; i++)
            area += (1 - (reached[i] + reached[i - 1]) / 2) * Math.Log(sizes[i] / sizes[i - 1]);
        return area / Math.Log(sizes[^1] / sizes[0]);
    }
}
