namespace Assay.Numerics;

/// <summary>The knee of a front: the point that bends furthest from the plane through the front's extremes, towards the ideal.</summary>
/// <remarks>
/// Das (1999). Objectives are normalised by the front's own ideal and nadir first: 0 is the best value on the front, 1 the
/// worst. An extreme is a point that is best in one objective (among several, the one with the smallest normalised sum).
/// Where the extremes span no plane that faces the ideal, the plane through the unit points of the axes stands in.
/// </remarks>
public static class Knee
{
    /// <summary>Index of the point with the largest distance; the first of those within 1e-12 of it. Meant for mutually non-dominated points.</summary>
    /// <param name="front">n x m numbers, row-major, each finite, n at least 1.</param>
    /// <param name="m">Number of objectives, at least 1.</param>
    /// <exception cref="ArgumentException">There is no point, a number is not finite, or the array is not n x m.</exception>
    public static int Of(ReadOnlySpan<double> front, int m)
    {
        double[] distances = Distances(front, m);
        if (distances.Length == 0)
            throw new ArgumentException("A front without points has no knee.");
        double largest = distances.Max();
        return Array.FindIndex(distances, distance => distance >= largest - 1e-12);
    }

    /// <summary>
    /// Each point's distance from the plane, positive on the side of the ideal; 0 for all if no objective varies. In two
    /// objectives the plane is the chord between the extremes.
    /// </summary>
    /// <param name="front">n x m numbers, row-major, each finite.</param>
    /// <param name="m">Number of objectives, at least 1.</param>
    /// <exception cref="ArgumentException">A number is not finite, or the array is not n x m.</exception>
    public static double[] Distances(ReadOnlySpan<double> front, int m)
    {
        int n = Points.Check(front, m);
        double[] unit = Normalised(front, n, m, out int varying);
        double[] distances = new double[n];
        if (varying == 0)
            return distances;
        double[] normal = Normal(unit, n, varying);
        double length = Math.Sqrt(normal.Sum(x => x * x));
        for (int i = 0; i < n; i++)
        {
            double dot = 0;
            for (int j = 0; j < varying; j++)
                dot += normal[j] * unit[i * varying + j];
            distances[i] = (1 - dot) / length;
        }
        return distances;
    }

    // The points in [0, 1], without the objectives that are the same for all.
    private static double[] Normalised(ReadOnlySpan<double> front, int n, int m, out int varying)
    {
        List<(int Objective, double Ideal, double Range)> axes = [];
        for (int j = 0; j < m; j++)
        {
            double low = double.PositiveInfinity,
                high = double.NegativeInfinity;
            for (int i = 0; i < n; i++)
            {
                low = Math.Min(low, front[i * m + j]);
                high = Math.Max(high, front[i * m + j]);
            }
            if (high > low)
                axes.Add((j, low, high - low));
        }
        varying = axes.Count;
        double[] unit = new double[n * varying];
        for (int i = 0; i < n; i++)
        for (int j = 0; j < varying; j++)
            unit[i * varying + j] = (front[i * m + axes[j].Objective] - axes[j].Ideal) / axes[j].Range;
        return unit;
    }

    // The normal v of the plane v.x = 1 through the extremes; all ones if they span none with positive v.
    private static double[] Normal(double[] unit, int n, int m)
    {
        double[,] system = new double[m, m + 1];
        for (int j = 0; j < m; j++)
        {
            int extreme = 0;
            for (int i = 1; i < n; i++)
            {
                double difference = unit[i * m + j] - unit[extreme * m + j];
                if (difference < 0 || (difference == 0 && Sum(i) < Sum(extreme)))
                    extreme = i;
            }
            for (int k = 0; k < m; k++)
                system[j, k] = unit[extreme * m + k];
            system[j, m] = 1;
        }
        double[]? normal = Solve(system, m);
        return normal is not null && Array.TrueForAll(normal, x => x > 0) ? normal : [.. Enumerable.Repeat(1.0, m)];

        double Sum(int i) => unit.AsSpan(i * m, m).ToArray().Sum();
    }

    // Gauss and Jordan with the largest pivot of each column; null if the rows are dependent.
    private static double[]? Solve(double[,] system, int m)
    {
        for (int column = 0; column < m; column++)
        {
            int pivot = column;
            for (int row = column + 1; row < m; row++)
                if (Math.Abs(system[row, column]) > Math.Abs(system[pivot, column]))
                    pivot = row;
            if (Math.Abs(system[pivot, column]) < 1e-12)
                return null;
            for (int k = 0; k <= m; k++)
                (system[column, k], system[pivot, k]) = (system[pivot, k], system[column, k]);
            for (int row = 0; row < m; row++)
            {
                if (row == column)
                    continue;
                double factor = system[row, column] / system[column, column];
                for (int k = column; k <= m; k++)
                    system[row, k] -= factor * system[column, k];
            }
        }
        return [.. Enumerable.Range(0, m).Select(i => system[i, m] / system[i, i])];
    }
}
