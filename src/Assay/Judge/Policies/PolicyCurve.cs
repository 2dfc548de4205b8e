namespace Assay.Judge;

/// <summary>The reward of one arm and seed as a function of KL: straight lines between the policies that were measured, and nothing beyond them.</summary>
/// <remarks>
/// How hard a policy is pushed is a dial of its own in every method (beta, steps, N, a clip range), so that equal dials compare nothing. The divergence from the
/// reference is the same thing for all: Gao, Schulman and Hilton, "Scaling laws for reward model overoptimization", 2022; Stiennon and others, 2020, figure 5.
/// </remarks>
public sealed class PolicyCurve
{
    private readonly double[] _kl,
        _reward;

    private PolicyCurve(double[] kl, double[] reward) => (_kl, _reward) = (kl, reward);

    /// <summary>Divergences of the measured policies, ascending, each once.</summary>
    public IReadOnlyList<double> Kl => _kl;

    /// <summary>Their rewards.</summary>
    public IReadOnlyList<double> Reward => _reward;

    /// <summary>The least divergence that was measured.</summary>
    public double Low => _kl[0];

    /// <summary>The largest.</summary>
    public double High => _kl[^1];

    /// <summary>The curve through measured policies, in any order; of policies at one divergence the mean counts.</summary>
    /// <param name="kl">At least one finite divergence.</param>
    /// <param name="reward">As many finite rewards.</param>
    /// <param name="envelope">
    /// Instead of the rewards their running maximum: the most that was reached within so much divergence. It never falls, so that over-optimisation is not seen in it; and being
    /// a maximum of noisy figures it is too good, the more so the more policies an arm has.
    /// </param>
    /// <exception cref="ArgumentException">There is none, lengths differ, or a number is not finite.</exception>
    public static PolicyCurve Of(ReadOnlySpan<double> kl, ReadOnlySpan<double> reward, bool envelope = false)
    {
        if (kl.Length == 0 || kl.Length != reward.Length)
            throw new ArgumentException(
                $"{kl.Length} divergences and {reward.Length} rewards; expected as many, at least one."
            );
        foreach (double number in (ReadOnlySpan<double>)[.. kl, .. reward])
            if (!double.IsFinite(number))
                throw new ArgumentException($"A divergence or a reward is {number}; both must be finite.");
        double[] divergences = kl.ToArray(),
            rewards = reward.ToArray();
        (double Kl, double Reward)[] knots =
        [
            .. divergences
                .Zip(rewards)
                .GroupBy(point => point.First)
                .OrderBy(group => group.Key)
                .Select(group => (group.Key, group.Average(point => point.Second))),
        ];
        if (envelope)
            for (int i = 1; i < knots.Length; i++)
                knots[i].Reward = Math.Max(knots[i].Reward, knots[i - 1].Reward);
        return new([.. knots.Select(knot => knot.Kl)], [.. knots.Select(knot => knot.Reward)]);
    }

    /// <summary>The reward at a divergence; NaN outside of what was measured.</summary>
    public double At(double kl)
    {
        if (!(kl >= Low && kl <= High))
            return double.NaN;
        int at = Array.BinarySearch(_kl, kl);
        if (at >= 0)
            return _reward[at];
        int above = ~at;
        double share = (kl - _kl[above - 1]) / (_kl[above] - _kl[above - 1]);
        return _reward[above - 1] + share * (_reward[above] - _reward[above - 1]);
    }

    /// <summary>The mean reward over a range of divergences: the area under the curve over its width, exactly. At one divergence the reward there; NaN where the range was not measured.</summary>
    /// <param name="low">Where it begins.</param>
    /// <param name="high">Where it ends, not below <paramref name="low"/>.</param>
    public double Mean(double low, double high)
    {
        if (!(low <= high && low >= Low && high <= High))
            return double.NaN;
        if (low == high)
            return At(low);
        double area = 0,
            from = low,
            reward = At(low);
        foreach (double kl in _kl.Where(kl => kl > low && kl < high).Append(high))
        {
            double next = At(kl);
            area += (kl - from) * (reward + next) / 2;
            (from, reward) = (kl, next);
        }
        return area / (high - low);
    }
}
