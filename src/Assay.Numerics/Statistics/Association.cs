namespace Assay.Numerics;

/// <summary>How far one variable says what another is, where <see cref="Correlation"/> of two lists of numbers does not apply.</summary>
/// <remarks>Everything is NaN where it is undefined: never 0, which would say that there is no association.</remarks>
public static class Association
{
    /// <summary>Pearson's chi-squared of a table of counts: the sum of (observed - expected)² / expected; empty rows and columns count for nothing.</summary>
    /// <param name="counts">Counts, a row for each category of one variable, a column for each of the other.</param>
    public static double ChiSquared(long[,] counts)
    {
        (double[] rows, double[] columns, double total) = Margins(counts);
        double sum = 0;
        for (int i = 0; i < rows.Length; i++)
        for (int j = 0; j < columns.Length; j++)
            if (rows[i] * columns[j] > 0)
            {
                double expected = rows[i] * columns[j] / total,
                    difference = counts[i, j] - expected;
                sum += difference * difference / expected;
            }
        return sum;
    }

    /// <summary>Cramér's V of a table of counts, in [0, 1]; NaN if a variable has fewer than two categories that occur.</summary>
    /// <remarks>Cramér (1946): the square root of chi-squared over n times the smaller number of categories less one. Not corrected for bias.</remarks>
    /// <param name="counts">Counts, a row for each category of one variable, a column for each of the other.</param>
    public static double CramersV(long[,] counts)
    {
        (double[] rows, double[] columns, double total) = Margins(counts);
        int smaller = Math.Min(rows.Count(row => row > 0), columns.Count(column => column > 0));
        return smaller < 2 ? double.NaN : Math.Min(1, Math.Sqrt(ChiSquared(counts) / (total * (smaller - 1))));
    }

    /// <summary>
    /// The correlation ratio eta of numbers in groups, in [0, 1]: the root of the share of their variance that lies between groups; NaN if the numbers
    /// do not vary, or are in one group.
    /// </summary>
    /// <param name="groups">The group of each number, from 0.</param>
    /// <param name="values">The numbers, finite.</param>
    /// <exception cref="ArgumentException">Lengths differ.</exception>
    public static double CorrelationRatio(ReadOnlySpan<int> groups, ReadOnlySpan<double> values)
    {
        if (groups.Length != values.Length)
            throw new ArgumentException(
                $"A correlation ratio needs a group for each number, not {groups.Length} for {values.Length}."
            );
        int most = -1;
        foreach (int group in groups)
            most = Math.Max(most, group);
        Moments[] within = [.. Enumerable.Range(0, most + 1).Select(_ => new Moments())];
        Moments all = new();
        for (int i = 0; i < values.Length; i++)
        {
            within[groups[i]].Add(values[i]);
            all.Add(values[i]);
        }
        double between = 0,
            inside = 0;
        foreach (Moments group in within.Where(group => group.Count > 0))
        {
            between += group.Count * Math.Pow(group.Mean - all.Mean, 2);
            inside += group.Count * Math.Pow(group.StandardDeviation ?? double.NaN, 2);
        }
        return within.Count(group => group.Count > 0) < 2 || !(between + inside > 0)
            ? double.NaN
            : Math.Sqrt(between / (between + inside));
    }

    private static (double[] Rows, double[] Columns, double Total) Margins(long[,] counts)
    {
        double[] rows = new double[counts.GetLength(0)],
            columns = new double[counts.GetLength(1)];
        for (int i = 0; i < rows.Length; i++)
        for (int j = 0; j < columns.Length; j++)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(counts[i, j], nameof(counts));
            rows[i] += counts[i, j];
            columns[j] += counts[i, j];
        }
        return (rows, columns, rows.Sum());
    }
}
