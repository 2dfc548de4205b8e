namespace Assay.Value;

/// <summary>Semivalues from the marginals of permutations, without training again.</summary>
public static class SemivalueEstimate
{
    /// <summary>The weighted mean, over sizes of set, of a player's mean marginal at that size.</summary>
    /// <remarks>
    /// Players that a permutation did not reach added 0 there. Sizes at which a player never came are left out, and the other
    /// weights scaled to sum to 1.
    /// </remarks>
    /// <param name="passes">The permutations; gone through once for each block of players that fits into memory.</param>
    /// <param name="players">Number of players.</param>
    /// <param name="weights">What each size counts, 0 to players - 1; see <see cref="SizeWeights"/>.</param>
    /// <param name="memoryBytes">Memory for sums, at least that of one player. Values do not depend on it.</param>
    /// <returns>One value a player; NaN for one without a marginal at a size that counts.</returns>
    public static double[] Of(
        Func<IEnumerable<PermutationPass>> passes,
        int players,
        double[] weights,
        long memoryBytes = 1 << 30
    )
    {
        int block = (int)Math.Clamp(memoryBytes / (16L * players), 1, players);
        double[] values = new double[players];
        for (int first = 0; first < players; first += block)
        {
            int size = Math.Min(block, players - first);
            double[][] sums = new double[size][];
            int[][] counts = new int[size][];
            for (int i = 0; i < size; i++)
                (sums[i], counts[i]) = (new double[players], new int[players]);
            foreach (PermutationPass pass in passes())
                Add(pass, first, sums, counts);
            for (int i = 0; i < size; i++)
                values[first + i] = Weighted(sums[i], counts[i], weights);
        }
        return values;
    }

    private static void Add(PermutationPass pass, int first, double[][] sums, int[][] counts)
    {
        for (int at = 0; at < pass.Order.Length; at++)
        {
            int player = pass.Order[at] - first;
            if ((uint)player >= (uint)sums.Length)
                continue;
            sums[player][at] += at < pass.Marginals.Length ? pass.Marginals[at] : 0;
            counts[player][at]++;
        }
    }

    private static double Weighted(double[] sums, int[] counts, double[] weights)
    {
        double sum = 0,
            total = 0;
        for (int k = 0; k < sums.Length; k++)
            if (counts[k] > 0)
            {
                sum += weights[k] * sums[k] / counts[k];
                total += weights[k];
            }
        return sum / total;
    }
}
