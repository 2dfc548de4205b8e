namespace Assay.Numerics;

/// <summary>The knee of a front: the point that bends furthest from the plane through the front's extremes, towards the ideal.</summary>
/// <remarks>
/// Das (1999). Objectives are normalised by the front's own ideal and nadir first: 0 is the best value on the front, 1 the
/// worst. An extreme is a point that is best in one objective (among several, the one with the smallest normalised sum).
/// Where the extremes span no plane that faces the ideal, the plane through the unit points of the axes stands in.
/// </remarks>
public static class Knee
{
    private const double Neighbourhood = 0.125;

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
        double[] unit = Varying(front, n, m, out int varying);
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

    /// <summary>
    /// How far each point of a front in two objectives bends towards the ideal: the angle between its neighbours on the far side of
    /// the ideal, pi on a straight line, more at a knee; 0 for the two ends.
    /// </summary>
    /// <remarks>The reflex angle of Branke, Deb, Dierolf and Osswald (2004). Copies of a point share its angle.</remarks>
    /// <param name="front">n x 2 numbers, row-major, each finite, mutually non-dominated.</param>
    /// <exception cref="ArgumentException">A number is not finite, or the array is not n x 2.</exception>
    public static double[] Angles(ReadOnlySpan<double> front)
    {
        double[] unit = UnitFront.Of(front, 2).Values,
            angles = new double[unit.Length / 2];
        int[] order = Points.Lexicographic(unit, 2);
        for (int start = 0, before = -1, end; start < order.Length; before = order[start], start = end)
        {
            int point = order[start];
            for (end = start + 1; end < order.Length && Points.Same(unit, 2, order[end], point); )
                end++;
            if (before < 0 || end == order.Length)
                continue;
            (double leftX, double leftY) = Towards(before);
            (double rightX, double rightY) = Towards(order[end]);
            double cosine =
                (leftX * rightX + leftY * rightY)
                / Math.Sqrt((leftX * leftX + leftY * leftY) * (rightX * rightX + rightY * rightY));
            double angle = Math.Acos(Math.Clamp(cosine, -1, 1));
            // To the left of the way from neighbour to neighbour lies what is worse; a point to the right of it bends towards the ideal.
            bool bends = leftX * rightY - leftY * rightX < 0;
            for (int i = start; i < end; i++)
                angles[order[i]] = bends ? 2 * Math.PI - angle : angle;

            (double, double) Towards(int other) =>
                (unit[2 * other] - unit[2 * point], unit[2 * other + 1] - unit[2 * point + 1]);
        }
        return angles;
    }

    /// <summary>
    /// What leaving each point costs at least: over its neighbours, the smallest quotient of what is lost in some objectives to what is
    /// gained in others, in units of the front's extent.
    /// </summary>
    /// <remarks>Rachmawati and Srinivasan (2009). Neighbours lie within 0.125, and are at least the 2m nearest. 0 without neighbours that gain anything.</remarks>
    /// <param name="front">n x m numbers, row-major, each finite, mutually non-dominated.</param>
    /// <param name="m">Number of objectives, at least 1.</param>
    /// <exception cref="ArgumentException">A number is not finite, or the array is not n x m.</exception>
    public static double[] TradeOffs(ReadOnlySpan<double> front, int m)
    {
        double[] unit = UnitFront.Of(front, m).Values;
        int n = unit.Length / m;
        double[] tradeOffs = new double[n],
            distances = new double[n];
        int[] order = new int[n];
        for (int i = 0; i < n; i++)
        {
            for (int k = 0; k < n; k++)
            {
                double squares = 0;
                for (int j = 0; j < m; j++)
                    squares += (unit[k * m + j] - unit[i * m + j]) * (unit[k * m + j] - unit[i * m + j]);
                distances[k] = k == i ? -1 : Math.Sqrt(squares);
                order[k] = k;
            }
            Array.Sort(distances, order);
            double least = double.PositiveInfinity;
            for (int k = 1; k < n && (k <= 2 * m || distances[k] <= Neighbourhood); k++)
            {
                double lost = 0,
                    gained = 0;
                for (int j = 0; j < m; j++)
                {
                    double difference = unit[order[k] * m + j] - unit[i * m + j];
                    lost += Math.Max(0, difference);
                    gained += Math.Max(0, -difference);
                }
                if (gained > 0)
                    least = Math.Min(least, lost / gained);
            }
            tradeOffs[i] = double.IsInfinity(least) ? 0 : least;
        }
        return tradeOffs;
    }

    /// <summary>
    /// The points whose trade-off stands out: at least two standard deviations above the mean; else the largest if it is more than one
    /// above; else none.
    /// </summary>
    /// <param name="front">n x m numbers, row-major, each finite, mutually non-dominated.</param>
    /// <param name="m">Number of objectives, at least 1.</param>
    /// <returns>Indices, ascending.</returns>
    /// <exception cref="ArgumentException">A number is not finite, or the array is not n x m.</exception>
    public static int[] HighTradeOff(ReadOnlySpan<double> front, int m)
    {
        double[] tradeOffs = TradeOffs(front, m);
        if (tradeOffs.Length == 0)
            return [];
        double mean = tradeOffs.Average(),
            deviation = Math.Sqrt(tradeOffs.Average(x => (x - mean) * (x - mean))),
            largest = tradeOffs.Max();
        if (deviation == 0 || largest <= mean + deviation)
            return [];
        int[] far = [.. Enumerable.Range(0, tradeOffs.Length).Where(i => tradeOffs[i] >= mean + 2 * deviation)];
        return far.Length > 0 ? far : [Array.IndexOf(tradeOffs, largest)];
    }

    // The points in [0, 1], without the objectives that are the same for all.
    private static double[] Varying(ReadOnlySpan<double> front, int n, int m, out int varying)
    {
        UnitFront scaled = UnitFront.Of(front, m);
        varying = scaled.Varying.Length;
        double[] unit = new double[n * varying];
        for (int i = 0; i < n; i++)
        for (int j = 0; j < varying; j++)
            unit[i * varying + j] = scaled.Values[i * m + scaled.Varying[j]];
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
