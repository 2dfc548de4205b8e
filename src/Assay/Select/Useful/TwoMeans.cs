using Assay.Learning;
using Assay.Numerics;

namespace Assay.Select;

/// <summary>Splits rows in two by 2-means: exactly where there are few, else by the best of ten starts.</summary>
internal static class TwoMeans
{
    private const int MostExact = 12,
        Restarts = 10;

    /// <summary>True for the rows of one cluster, false for those of the other; null where the rows are one point, or one row.</summary>
    public static bool[]? Split(Matrix rows, RandomStream random)
    {
        if (rows.Rows < 2 || IsOnePoint(rows))
            return null;
        if (rows.Rows <= MostExact)
            return Exact(rows);
        int[] labels = new KMeans(new() { Clusters = 2, Restarts = Restarts }).Fit(rows, random).Labels;
        return Array.ConvertAll(labels, label => label == 1);
    }

    /// <summary>The sum of squared distances of a cluster's rows from their mean.</summary>
    public static double Within(Matrix rows, IEnumerable<int> members)
    {
        double[] mean = Mean(rows, members);
        return members.Sum(row => SquaredDistance(rows.Row(row), mean));
    }

    /// <summary>The centre of some rows.</summary>
    public static double[] Mean(Matrix rows, IEnumerable<int> members)
    {
        double[] sum = new double[rows.Columns];
        int count = 0;
        foreach (int row in members)
        {
            count++;
            for (int j = 0; j < sum.Length; j++)
                sum[j] += rows[row, j];
        }
        return Array.ConvertAll(sum, value => value / count);
    }

    private static double SquaredDistance(ReadOnlySpan<float> row, double[] point)
    {
        double sum = 0;
        for (int j = 0; j < point.Length; j++)
            sum += (row[j] - point[j]) * (row[j] - point[j]);
        return sum;
    }

    private static bool IsOnePoint(Matrix rows)
    {
        for (int row = 1; row < rows.Rows; row++)
            if (!rows.Row(row).SequenceEqual(rows.Row(0)))
                return false;
        return true;
    }

    // All ways to part the rows, of which row 0 is always in the first cluster.
    private static bool[] Exact(Matrix rows)
    {
        int n = rows.Rows,
            best = 0;
        double least = double.PositiveInfinity;
        for (int parts = 1; parts < 1 << (n - 1); parts++)
        {
            double sum =
                Within(rows, Enumerable.Range(0, n).Where(row => !IsSecond(parts, row)))
                + Within(rows, Enumerable.Range(0, n).Where(row => IsSecond(parts, row)));
            if (sum < least)
                (least, best) = (sum, parts);
        }
        return [.. Enumerable.Range(0, n).Select(row => IsSecond(best, row))];
    }

    private static bool IsSecond(int parts, int row) => row > 0 && (parts >> (row - 1) & 1) == 1;
}
