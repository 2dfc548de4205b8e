namespace Assay.Select;

/// <summary>The arithmetic of mixing domains: weights, and what they come to where no domain may be repeated too often.</summary>
/// <remarks>Source: "A Survey on Data Selection for Language Models", arXiv 2402.16827, section 3.8.</remarks>
public static class Mixture
{
    /// <summary>Weights by temperature: proportional to size to the power of <paramref name="alpha"/>.</summary>
    /// <param name="sizes">Rows or bytes of each domain, not negative.</param>
    /// <param name="alpha">1: proportional to size; 0: uniform over the domains that are not empty; between: small domains gain.</param>
    /// <returns>Weights that sum to 1; all 0 if all domains are empty.</returns>
    public static double[] Temperature(ReadOnlySpan<double> sizes, double alpha)
    {
        double largest = 0,
            sum = 0;
        foreach (double size in sizes)
            largest = Math.Max(largest, size);
        double[] weights = new double[sizes.Length];
        for (int i = 0; i < sizes.Length; i++)
        {
            weights[i] = sizes[i] > 0 ? Math.Pow(sizes[i] / largest, alpha) : 0;
            sum += weights[i];
        }
        for (int i = 0; sum > 0 && i < weights.Length; i++)
            weights[i] /= sum;
        return weights;
    }

    /// <summary>
    /// Shares a total out by weights, where no domain gives more than its size times <paramref name="maxEpochs"/>: what a domain cannot give, the
    /// others give in proportion to their weights.
    /// </summary>
    /// <param name="weights">One for each domain, not negative; they need not sum to 1.</param>
    /// <param name="sizes">Rows or bytes of each domain.</param>
    /// <param name="total">What is to be given, in the same unit.</param>
    /// <param name="maxEpochs">How often a domain is gone through at most, above 0.</param>
    /// <returns>What each gives; less than the total together only if all that have weight give all they can.</returns>
    public static double[] Allocate(
        ReadOnlySpan<double> weights,
        ReadOnlySpan<double> sizes,
        double total,
        double maxEpochs
    )
    {
        double[] amounts = new double[weights.Length];
        bool[] full = new bool[weights.Length];
        double left = total;
        while (true)
        {
            double open = 0;
            for (int i = 0; i < weights.Length; i++)
                open += full[i] ? 0 : weights[i];
            if (!(open > 0))
                return amounts;
            bool filled = false;
            double remaining = left;
            for (int i = 0; i < weights.Length; i++)
            {
                if (full[i])
                    continue;
                double most = maxEpochs * sizes[i];
                amounts[i] = remaining * (weights[i] / open);
                if (amounts[i] < most || weights[i] == 0)
                    continue;
                amounts[i] = most;
                left -= most;
                full[i] = filled = true;
            }
            if (!filled)
                return amounts;
        }
    }

    /// <summary>Whole numbers near the amounts, with their sum rounded: the largest fractions are rounded up, the first of equal ones.</summary>
    public static long[] Round(ReadOnlySpan<double> amounts)
    {
        double[] fractions = new double[amounts.Length];
        long[] counts = new long[amounts.Length];
        double sum = 0;
        for (int i = 0; i < amounts.Length; i++)
        {
            counts[i] = (long)Math.Floor(amounts[i]);
            fractions[i] = amounts[i] - counts[i];
            sum += amounts[i];
        }
        long missing = (long)Math.Round(sum) - counts.Sum();
        foreach (int i in Enumerable.Range(0, fractions.Length).OrderByDescending(i => fractions[i]).Take((int)missing))
            counts[i]++;
        return counts;
    }
}
