using System.Numerics;

namespace Assay.Tests.Value;

/// <summary>Values of small games by the definition.</summary>
internal static class BruteForce
{
    /// <summary>Shapley values; sets are bits.</summary>
    public static double[] Shapley(int players, Func<int, double> utility) =>
        Values(players, utility, size => 1.0 / players / Binomial(players - 1, size));

    /// <summary>Banzhaf values.</summary>
    public static double[] Banzhaf(int players, Func<int, double> utility) =>
        Values(players, utility, _ => Math.Pow(2, 1 - players));

    /// <summary>Sums of marginals, each weighted by the size of the set before.</summary>
    public static double[] Values(int players, Func<int, double> utility, Func<int, double> weight)
    {
        double[] of = [.. Enumerable.Range(0, 1 << players).Select(utility)];
        double[] values = new double[players];
        for (int i = 0; i < players; i++)
        for (int set = 0; set < of.Length; set++)
            if ((set >> i & 1) == 0)
                values[i] += weight(BitOperations.PopCount((uint)set)) * (of[set | 1 << i] - of[set]);
        return values;
    }

    public static double Binomial(int n, int k)
    {
        double value = 1;
        for (int i = 1; i <= k; i++)
            value = value * (n - k + i) / i;
        return value;
    }
}
