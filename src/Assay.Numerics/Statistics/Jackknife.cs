namespace Assay.Numerics;

/// <summary>Standard errors of what is computed from a sample as a whole, by leaving groups of it out.</summary>
/// <remarks>
/// The delete-a-group jackknife (Quenouille, 1956; Kott, 2001). No item stands in a part twice, as in a bootstrap, so that it suits measures of repetition, which
/// every resample with repeats would deceive.
/// </remarks>
public static class Jackknife
{
    /// <summary>The standard error of a statistic of independent items.</summary>
    /// <param name="items">Number of items; item i belongs to group i modulo <paramref name="groups"/>.</param>
    /// <param name="groups">From 2; as many as there are items where there are fewer.</param>
    /// <param name="statistic">Its value of some of the items, ascending; asked from several threads at once.</param>
    /// <returns>0 of fewer than two items.</returns>
    public static double StandardError(int items, int groups, Func<int[], double> statistic)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(groups, 2);
        groups = Math.Min(groups, items);
        if (groups < 2)
            return 0;
        double[] values = new double[groups];
        Workers.For(
            groups,
            group => values[group] = statistic([.. Enumerable.Range(0, items).Where(item => item % groups != group)])
        );
        double mean = values.Average(),
            squares = values.Sum(value => (value - mean) * (value - mean));
        return Math.Sqrt(squares * (groups - 1) / groups);
    }
}
