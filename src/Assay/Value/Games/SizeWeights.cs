namespace Assay.Value;

/// <summary>How much a marginal counts, by the size of the set that the player joins: what tells one semivalue from another.</summary>
/// <remarks>
/// A semivalue of player i is the sum over sizes k of w(k) times the mean, over sets of k other players, of what i adds. The
/// weights of sizes 0 to n - 1 sum to 1.
/// </remarks>
public static class SizeWeights
{
    /// <summary>Shapley: every size counts the same, 1 / n.</summary>
    /// <param name="players">Number of players n, at least 1.</param>
    public static double[] Shapley(int players) => Beta(players, 1, 1);

    /// <summary>
    /// Beta(a, b): w(k) in proportion to B(k + b, n - k - 1 + a) / B(k + 1, n - k). Kwon and Zou, "Beta Shapley" (2022).
    /// </summary>
    /// <param name="players">Number of players n, at least 1.</param>
    /// <param name="smallSets">a, above 0: the larger, the more small sets count.</param>
    /// <param name="largeSets">b, above 0: the larger, the more large sets count.</param>
    public static double[] Beta(int players, double smallSets, double largeSets)
    {
        if (!(smallSets > 0 && double.IsFinite(smallSets)))
            throw new ArgumentOutOfRangeException(nameof(smallSets), smallSets, "Expected a number above 0.");
        if (!(largeSets > 0 && double.IsFinite(largeSets)))
            throw new ArgumentOutOfRangeException(nameof(largeSets), largeSets, "Expected a number above 0.");
        return OfRatios(players, k => (k + largeSets) * (players - k - 1) / ((players - k - 2 + smallSets) * (k + 1)));
    }

    /// <summary>Banzhaf: every set counts the same, so sizes by their number of sets, binom(n - 1, k) / 2^(n - 1).</summary>
    /// <param name="players">Number of players n, at least 1.</param>
    public static double[] Banzhaf(int players) => OfRatios(players, k => (players - 1.0 - k) / (k + 1));

    /// <summary>Leave-one-out: only the set of all others counts.</summary>
    /// <param name="players">Number of players n, at least 1.</param>
    public static double[] LeaveOneOut(int players)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(players, 1);
        double[] weights = new double[players];
        weights[^1] = 1;
        return weights;
    }

    // Weights from w(k + 1) / w(k), by logarithms: some of them are too small for a double.
    private static double[] OfRatios(int players, Func<int, double> ratio)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(players, 1);
        double[] weights = new double[players];
        for (int k = 0; k + 1 < players; k++)
            weights[k + 1] = weights[k] + Math.Log(ratio(k));
        double largest = weights.Max(),
            total = 0;
        for (int k = 0; k < players; k++)
            total += weights[k] = Math.Exp(weights[k] - largest);
        for (int k = 0; k < players; k++)
            weights[k] /= total;
        return weights;
    }
}
