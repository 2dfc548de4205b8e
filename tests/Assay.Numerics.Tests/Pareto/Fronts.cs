using Assay.Numerics;

namespace Assay.Tests;

/// <summary>Point sets that any language can make from SplitMix64, and references worked from the definitions.</summary>
internal static class Fronts
{
    /// <summary>n x m uniform numbers.</summary>
    public static double[] Cloud(ulong seed, int n, int m) =>
        [
            .. Enumerable
                .Range(1, n * m)
                .Select(k => (RandomStream.SplitMix64(seed, (ulong)k) >> 11) * (1.0 / (1UL << 53))),
        ];

    /// <summary>Points on the simplex (power 1), the sphere (0.5) or the convex front (2): all non-dominated.</summary>
    public static double[] Simplex(ulong seed, int n, int m, double power)
    {
        double[] rows = [.. Cloud(seed, n, m).Select(u => -Math.Log(1 - u))];
        for (int i = 0; i < n; i++)
        {
            double sum = rows.AsSpan(i * m, m).ToArray().Sum();
            for (int j = 0; j < m; j++)
                rows[i * m + j] = Math.Pow(rows[i * m + j] / sum, power);
        }
        return rows;
    }

    /// <summary>All points of the simplex whose coordinates are multiples of 1/p, in lexicographic order.</summary>
    public static double[] DasDennis(int m, int p)
    {
        List<double> rows = [];
        void Fill(int[] parts, int at, int left)
        {
            if (at == m - 1)
            {
                parts[at] = left;
                rows.AddRange(parts.Select(part => part / (double)p));
                return;
            }
            for (parts[at] = 0; parts[at] <= left; parts[at]++)
                Fill(parts, at + 1, left - parts[at]);
        }
        Fill(new int[m], 0, p);
        return [.. rows];
    }

    /// <summary>Ranks by peeling, straight from the definition.</summary>
    public static int[] Peel(double[] points, int m)
    {
        int n = points.Length / m;
        int[] ranks = new int[n];
        Array.Fill(ranks, -1);
        for (int front = 0; ranks.Contains(-1); front++)
        {
            int[] left = [.. Enumerable.Range(0, n).Where(i => ranks[i] < 0)];
            foreach (int i in left.Where(i => !left.Any(other => Dominates(points, m, other, i))).ToArray())
                ranks[i] = front;
        }
        return ranks;
    }

    /// <summary>Hypervolume by counting the cells of the grid that the coordinates make.</summary>
    public static double CellVolume(double[] points, int m, double[] reference)
    {
        int n = points.Length / m;
        double[][] cuts =
        [
            .. Enumerable
                .Range(0, m)
                .Select(j =>
                    Enumerable
                        .Range(0, n)
                        .Select(i => points[i * m + j])
                        .Where(x => x < reference[j])
                        .Append(reference[j])
                        .Distinct()
                        .Order()
                        .ToArray()
                ),
        ];
        double Volume(int axis, int[] inside, double box)
        {
            if (inside.Length == 0)
                return 0;
            if (axis == m)
                return box;
            double sum = 0;
            for (int c = 0; c + 1 < cuts[axis].Length; c++)
            {
                double start = cuts[axis][c];
                int[] below = [.. inside.Where(i => points[i * m + axis] <= start)];
                sum += Volume(axis + 1, below, box * (cuts[axis][c + 1] - start));
            }
            return sum;
        }
        return Volume(0, [.. Enumerable.Range(0, n)], 1);
    }

    private static bool Dominates(double[] points, int m, int a, int b)
    {
        bool smaller = false;
        for (int j = 0; j < m; j++)
        {
            if (points[a * m + j] > points[b * m + j])
                return false;
            smaller |= points[a * m + j] < points[b * m + j];
        }
        return smaller;
    }
}
