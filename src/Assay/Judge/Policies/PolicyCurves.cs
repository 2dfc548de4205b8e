using Assay.Numerics;

namespace Assay.Judge;

/// <summary>Arms that are compared at equal KL: their curves, where these overlap, and the differences, seed by seed.</summary>
/// <remarks>
/// Nothing is extrapolated: at a divergence that an arm did not reach it has no reward. Differences are paired by seed, so that what is common to a seed (its data, its
/// reference, its prompts) falls out; their interval is Student's over the seeds.
/// </remarks>
public sealed class PolicyCurves
{
    private readonly Dictionary<(string Arm, int Seed), PolicyCurve> _curves;

    /// <summary>The curves of measured policies.</summary>
    /// <param name="points">The policies, in any order; arms stand in the order of their first policy.</param>
    /// <param name="envelope">Whether a curve is the running maximum of its rewards; see <see cref="PolicyCurve.Of"/>.</param>
    /// <exception cref="ArgumentException">There is none, or a number is not finite.</exception>
    public PolicyCurves(IEnumerable<PolicyPoint> points, bool envelope = false)
    {
        PolicyPoint[] all = [.. points];
        if (all.Length == 0)
            throw new ArgumentException("There is no policy.", nameof(points));
        Arms = [.. all.Select(point => point.Arm).Distinct()];
        Seeds = [.. all.Select(point => point.Seed).Distinct().Order()];
        _curves = all.GroupBy(point => (point.Arm, point.Seed))
            .ToDictionary(
                group => group.Key,
                group =>
                    PolicyCurve.Of(
                        [.. group.Select(point => point.Kl)],
                        [.. group.Select(point => point.Reward)],
                        envelope
                    )
            );
    }

    /// <summary>The arms, in the order of their first policy.</summary>
    public IReadOnlyList<string> Arms { get; }

    /// <summary>The seeds, ascending.</summary>
    public IReadOnlyList<int> Seeds { get; }

    /// <summary>The curve of an arm in a seed, or null where it was not run.</summary>
    public PolicyCurve? Of(string arm, int seed) => _curves.GetValueOrDefault((arm, seed));

    /// <summary>An arm's curves, in the order of the seeds.</summary>
    public IReadOnlyList<PolicyCurve> Of(string arm) =>
        [.. Seeds.Select(seed => Of(arm, seed)).Where(curve => curve is not null).Select(curve => curve!)];

    /// <summary>The divergences that every curve of the arms covers, in all their seeds; null where there are none in common.</summary>
    public (double Low, double High)? Overlap(params IReadOnlyList<string> arms)
    {
        PolicyCurve[] curves = [.. arms.SelectMany(Of)];
        if (curves.Length == 0)
            return null;
        double low = curves.Max(curve => curve.Low),
            high = curves.Min(curve => curve.High);
        return low <= high ? (low, high) : null;
    }

    /// <summary>An arm's reward at a divergence, in each seed that reached it.</summary>
    public IReadOnlyList<double> At(string arm, double kl) =>
        [.. Of(arm).Select(curve => curve.At(kl)).Where(reward => !double.IsNaN(reward))];

    /// <summary>How much an arm is better than another at a divergence.</summary>
    /// <param name="arm">The arm.</param>
    /// <param name="against">The other.</param>
    /// <param name="kl">At which divergence.</param>
    /// <param name="confidence">Of the interval, in (0, 1).</param>
    public PolicyDifference Difference(string arm, string against, double kl, double confidence = 0.95) =>
        Paired(arm, against, (kl, kl), confidence);

    /// <summary>How much an arm is better than another in the mean over the divergences that both cover in all their seeds.</summary>
    /// <param name="arm">The arm.</param>
    /// <param name="against">The other.</param>
    /// <param name="confidence">Of the interval, in (0, 1).</param>
    public PolicyDifference Difference(string arm, string against, double confidence = 0.95) =>
        Paired(arm, against, Overlap(arm, against), confidence);

    private PolicyDifference Paired(string arm, string against, (double Low, double High)? range, double confidence)
    {
        double[] differences = range is not { } over
            ? []
            :
            [
                .. Seeds
                    .Select(seed =>
                        Of(arm, seed) is { } one && Of(against, seed) is { } other
                            ? one.Mean(over.Low, over.High) - other.Mean(over.Low, over.High)
                            : double.NaN
                    )
                    .Where(difference => !double.IsNaN(difference)),
            ];
        return new(arm, against, range, differences, confidence);
    }
}

/// <summary>How much an arm's reward is above another's at equal divergence.</summary>
/// <param name="Arm">The arm.</param>
/// <param name="Against">The other.</param>
/// <param name="Range">Over which divergences; null if the arms share none.</param>
/// <param name="BySeed">A difference for each seed in which both arms reached them.</param>
/// <param name="Confidence">Of the interval.</param>
public sealed record PolicyDifference(
    string Arm,
    string Against,
    (double Low, double High)? Range,
    IReadOnlyList<double> BySeed,
    double Confidence
)
{
    /// <summary>The mean over the seeds with Student's interval; from one seed a number whose error is not known; null from none.</summary>
    public MeanInterval? Value =>
        BySeed.Count switch
        {
            0 => null,
            1 => MeanInterval.Exact(BySeed[0]),
            _ => MeanInterval.Of([.. BySeed], Confidence),
        };

    /// <summary>1 if the interval lies above zero, -1 if below; 0 where it holds zero or there are fewer than two seeds.</summary>
    public int Sign =>
        BySeed.Count < 2 ? 0
        : Value!.Value.Low > 0 ? 1
        : Value!.Value.High < 0 ? -1
        : 0;
}
