namespace Assay.Learning;

/// <summary>How evenly things fall into kinds: words, clusters, cells of an archive.</summary>
public static class Spread
{
    /// <summary>Shannon's entropy of the shares, in nats; divide by ln 2 for bits. 0 where there is at most one kind.</summary>
    /// <param name="counts">How often each kind occurs, not negative.</param>
    public static double Entropy(IEnumerable<long> counts)
    {
        double total = 0,
            sum = 0;
        foreach (long count in counts)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(count);
            total += count;
            sum += count > 0 ? count * Math.Log(count) : 0;
        }
        return total > 0 ? Math.Max(0, Math.Log(total) - sum / total) : 0;
    }

    /// <summary>How often each label occurs.</summary>
    /// <param name="labels">From 0 to below <paramref name="kinds"/>.</param>
    /// <param name="kinds">Number of kinds.</param>
    public static long[] Counts(ReadOnlySpan<int> labels, int kinds)
    {
        long[] counts = new long[kinds];
        foreach (int label in labels)
            counts[label]++;
        return counts;
    }
}

/// <summary>An archive of quality and diversity: cells of descriptors, each with the best row that fell into it.</summary>
/// <param name="Coverage">Share of the cells that hold a row.</param>
/// <param name="Score">QD-score: the sum over filled cells of the best quality.</param>
/// <param name="Entropy">Of the shares of rows in cells, in nats.</param>
/// <param name="Elites">The best row of each filled cell, by rising cell.</param>
/// <remarks>Mouret and Clune, "Illuminating search spaces by mapping elites" (2015); Pugh, Soros and Stanley, "Quality diversity" (2016).</remarks>
public sealed record EliteArchive(double Coverage, double Score, double Entropy, IReadOnlyList<int> Elites)
{
    /// <summary>Fills the cells; of rows of one quality the first is the best.</summary>
    /// <param name="cells">The cell of each row, from 0.</param>
    /// <param name="qualities">The quality of each row, finite.</param>
    /// <param name="count">Number of cells.</param>
    /// <exception cref="ArgumentException">Lengths differ, a cell does not exist, or a quality is not finite.</exception>
    public static EliteArchive Of(ReadOnlySpan<int> cells, ReadOnlySpan<double> qualities, int count)
    {
        if (cells.Length != qualities.Length || count < 1)
            throw new ArgumentException($"{cells.Length} cells of {qualities.Length} rows, in an archive of {count}.");
        int[] best = [.. Enumerable.Repeat(-1, count)];
        for (int row = 0; row < cells.Length; row++)
        {
            if ((uint)cells[row] >= (uint)count || !double.IsFinite(qualities[row]))
                throw new ArgumentException($"Row {row} has quality {qualities[row]} in cell {cells[row]} of {count}.");
            if (best[cells[row]] < 0 || qualities[row] > qualities[best[cells[row]]])
                best[cells[row]] = row;
        }
        int[] elites = [.. best.Where(row => row >= 0)];
        double score = 0;
        foreach (int row in elites)
            score += qualities[row];
        return new(elites.Length / (double)count, score, Spread.Entropy(Spread.Counts(cells, count)), elites);
    }
}
