using Assay.Numerics;

namespace Assay.Judge;

/// <summary>How well the losses of small runs order recipes as a target does: lower losses are better in both.</summary>
/// <remarks>Source: "Can Small Training Runs Reliably Guide Data Curation?", arXiv 2512.24503, sections 3 and 6.</remarks>
/// <param name="Spearman">Correlation of the ranks, in [-1, 1]; NaN if a list does not vary.</param>
/// <param name="Pairs">Share of the n (n - 1) / 2 pairs whose difference has the same sign in both, in [0, 1].</param>
/// <param name="Regret">For k = 1, 2, ..: see <see cref="RegretAt"/>.</param>
public sealed record RankAgreement(double Spearman, double Pairs, IReadOnlyList<double> Regret)
{
    /// <summary>Compares two lists of losses of the same recipes.</summary>
    /// <param name="proxy">One loss for each recipe, at least two, none of them NaN.</param>
    /// <param name="target">One for each, in the same order.</param>
    /// <param name="choices">The regret is computed for 1 to so many choices.</param>
    /// <exception cref="ArgumentException">Lengths differ, there are fewer than two, or a loss is NaN.</exception>
    public static RankAgreement Of(ReadOnlySpan<double> proxy, ReadOnlySpan<double> target, int choices = 3)
    {
        double spearman = RankCorrelation.Spearman(proxy, target);
        double[] regret = new double[Math.Min(choices, proxy.Length)];
        for (int k = 1; k <= regret.Length; k++)
            regret[k - 1] = RegretAt(k, proxy, target);
        return new(spearman, PairShare(proxy, target), regret);
    }

    /// <summary>The share of pairs of recipes that both lists order alike; a tie agrees with a tie only.</summary>
    /// <param name="proxy">One loss for each recipe, at least two.</param>
    /// <param name="target">As many.</param>
    public static double PairShare(ReadOnlySpan<double> proxy, ReadOnlySpan<double> target)
    {
        Check(proxy, target);
        long same = 0,
            pairs = 0;
        for (int i = 0; i < proxy.Length; i++)
        for (int j = 0; j < i; j++, pairs++)
            same += proxy[i].CompareTo(proxy[j]) == target[i].CompareTo(target[j]) ? 1 : 0;
        return (double)same / pairs;
    }

    /// <summary>
    /// What is lost by training the target on the k recipes that the proxy ranks first, and keeping the best of them: its target loss
    /// minus the best target loss of all recipes. At least 0.
    /// </summary>
    /// <param name="k">From 1 to the number of recipes.</param>
    /// <param name="proxy">One loss for each recipe; of equal ones the earlier recipe comes first.</param>
    /// <param name="target">As many.</param>
    public static double RegretAt(int k, ReadOnlySpan<double> proxy, ReadOnlySpan<double> target)
    {
        Check(proxy, target);
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(k, proxy.Length);
        double[] keys = proxy.ToArray();
        double best = double.PositiveInfinity,
            chosen = double.PositiveInfinity;
        foreach (double loss in target)
            best = Math.Min(best, loss);
        foreach (int recipe in Enumerable.Range(0, keys.Length).OrderBy(i => keys[i]).Take(k))
            chosen = Math.Min(chosen, target[recipe]);
        return chosen - best;
    }

    private static void Check(ReadOnlySpan<double> proxy, ReadOnlySpan<double> target)
    {
        if (proxy.Length != target.Length || proxy.Length < 2)
            throw new ArgumentException(
                $"{proxy.Length} and {target.Length} losses; there must be one of each for at least two recipes."
            );
    }
}
