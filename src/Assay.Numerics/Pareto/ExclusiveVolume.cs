using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Assay.Numerics;

/// <summary>Hypervolume in four objectives or more, and the volume that a point has to itself.</summary>
/// <remarks>
/// While, Bradstreet and Barone (2012). Swept by the last objective, each point adds the volume that it alone dominates in the
/// other objectives, times its distance to the reference. In three objectives that volume comes from a sweep
/// (<see cref="Contribution3"/>), which makes four objectives O(n^2); in more it is the point's box less the hypervolume of the
/// other points clipped to the box, of which as a rule few are not dominated. Rows are padded with zeros to whole vectors of
/// four, so that one comparison serves four objectives.
/// </remarks>
internal sealed class ExclusiveVolume
{
    private const int Lanes = 4;

    private readonly double[] _corner;
    private readonly Level[] _levels; // by number of objectives
    private readonly Contribution3 _three = new();

    /// <summary>For points in m objectives, m at least 4, all below the reference point.</summary>
    public ExclusiveVolume(int m, ReadOnlySpan<double> reference)
    {
        _corner = reference.ToArray();
        _levels = new Level[m + 1];
        for (int d = 4; d <= m; d++)
            _levels[d] = new();
    }

    /// <summary>Numbers from one padded row to the next.</summary>
    public static int Stride(int m) => (m + Lanes - 1) / Lanes * Lanes;

    /// <summary>n x m points as padded rows.</summary>
    public static double[] Padded(ReadOnlySpan<double> points, int m)
    {
        int n = points.Length / m,
            stride = Stride(m);
        double[] rows = new double[n * stride];
        for (int i = 0; i < n; i++)
            points.Slice(i * m, m).CopyTo(rows.AsSpan(i * stride));
        return rows;
    }

    /// <summary>The hypervolume of n padded rows of m numbers.</summary>
    public double OfAll(int m, ReadOnlySpan<double> rows, int n)
    {
        int stride = Stride(m);
        switch (n)
        {
            case 0:
                return 0;
            case 1:
                return Box(m, rows);
            case 2:
                double both = 1;
                for (int j = 0; j < m; j++)
                    both *= _corner[j] - Math.Max(rows[j], rows[stride + j]);
                return Box(m, rows) + Box(m, rows[stride..]) - both;
        }
        Level level = _levels[m];
        level.Sort(rows, m, n);
        double corner = _corner[m - 1],
            volume = 0;
        if (m == 4)
        {
            _three.Clear(_corner, n);
            for (int i = 0; i < n; i++)
            {
                ReadOnlySpan<double> row = rows.Slice(level.Order[i] * stride, stride);
                volume += _three.Add(row[0], row[1], row[2]) * (corner - level.Keys[i]);
            }
            return volume;
        }
        bool four = m == 5;
        int shorter = Stride(m - 1),
            swept = 0;
        double[] before = level.Swept(n * shorter);
        for (int i = 0; i < n; i++)
        {
            Span<double> point = before.AsSpan(swept * shorter, shorter);
            rows.Slice(level.Order[i] * stride, m - 1).CopyTo(point);
            point[(m - 1)..].Clear();
            double added = four ? OfFour(point, before, swept) : Of(m - 1, point, before, swept);
            if (added <= 0)
                continue;
            volume += added * (corner - level.Keys[i]);
            swept = four
                ? MovedIntoOrder(before, Without(before, swept, Vector256.Create<double>(point)) + 1)
                : Without(before, swept, shorter) + 1;
        }
        return volume;
    }

    /// <summary>The volume that each of n x m points, all below the reference, has to itself.</summary>
    public static double[] Contributions(ReadOnlySpan<double> points, int m, ReadOnlySpan<double> reference)
    {
        int n = points.Length / m,
            stride = Stride(m);
        double[] keys = new double[n];
        int[] order = new int[n];
        for (int i = 0; i < n; i++)
            keys[i] = points[i * m + m - 1];
        BucketSort.Sort(keys, order);
        double[] rows = new double[n * stride];
        for (int i = 0; i < n; i++)
            points.Slice(order[i] * m, m).CopyTo(rows.AsSpan(i * stride));
        ExclusiveVolume volume = new(m, reference);
        double[] contributions = new double[n];
        for (int i = 0; i < n; i++)
        {
            ReadOnlySpan<double> point = rows.AsSpan(i * stride, stride);
            contributions[order[i]] =
                m == 4 ? volume.OfFour(point, rows, n, except: i) : volume.Of(m, point, rows, n, except: i);
        }
        return contributions;
    }

    /// <summary>The volume of a padded point's box that none of n padded rows covers; the row at <paramref name="except"/> does not count.</summary>
    public double Of(int m, ReadOnlySpan<double> point, ReadOnlySpan<double> rows, int n, int except = -1)
    {
        int stride = Stride(m),
            kept = 0;
        double[] clipped = _levels[m].Clipped(n * stride);
        for (int i = 0; i < n; i++)
        {
            if (i == except)
                continue;
            Span<double> own = clipped.AsSpan(kept * stride, stride);
            if (Clip(rows.Slice(i * stride, stride), point, own))
                return 0;
            kept = WithThoseKept(clipped, kept, stride);
        }
        double box = Box(m, point);
        return kept == 0 ? box : Math.Max(0, box - OfAll(m, clipped.AsSpan(0, kept * stride), kept));
    }

    /// <summary>The same in four objectives, for rows in ascending order of the last objective.</summary>
    public double OfFour(ReadOnlySpan<double> point, ReadOnlySpan<double> rows, int n, int except = -1)
    {
        // Clipping keeps the order, so that nothing is sorted by the last objective.
        Vector256<double> own = Vector256.Create(point);
        double corner = _corner[3];
        int i = 0,
            kept = 0;
        double[] clipped = _levels[4].Clipped((n + 1) * Lanes);
        // The rows that begin no higher than the point all begin at its height once they are clipped: a set in three objectives.
        for (; i < n && rows[i * Lanes + 3] <= point[3]; i++)
        {
            Vector256<double> row = Vector256.MaxNative(Vector256.Create(rows.Slice(i * Lanes, Lanes)), own);
            if (i == except)
                continue;
            if (Vector256.EqualsAll(row, own))
                return 0;
            kept = WithThoseKept(clipped, kept, row);
        }
        _three.Clear(_corner, n);
        double covered = _three.Begin(clipped, kept) * (corner - point[3]);
        for (; i < n; i++)
        {
            if (i == except)
                continue;
            Vector256<double> row = Vector256.MaxNative(Vector256.Create(rows.Slice(i * Lanes, Lanes)), own);
            covered += _three.Add(row[0], row[1], row[2]) * (corner - row[3]);
        }
        return Math.Max(0, Box(4, point) - covered);
    }

    // Keeps row n if none of those before it covers it, and takes away those that it covers; returns how many there are then.
    private static int WithThoseKept(double[] rows, int n, int stride)
    {
        ReadOnlySpan<double> own = rows.AsSpan(n * stride, stride);
        for (int by = 0; by < n; by++)
            if (Covers(rows.AsSpan(by * stride, stride), own))
            {
                // What covers one covers many: it is asked earlier next time.
                Exchange(rows, by, by / 2, stride);
                return n;
            }
        return Without(rows, n, stride) + 1;
    }

    // The same for a row of four.
    private static int WithThoseKept(double[] rows, int n, Vector256<double> own)
    {
        ref double first = ref MemoryMarshal.GetArrayDataReference(rows);
        for (int by = 0; by < n; by++)
        {
            Vector256<double> row = Vector256.LoadUnsafe(ref first, (nuint)(by * Lanes));
            if (!Vector256.LessThanOrEqualAll(row, own))
                continue;
            int earlier = by / 2;
            Vector256.LoadUnsafe(ref first, (nuint)(earlier * Lanes)).StoreUnsafe(ref first, (nuint)(by * Lanes));
            row.StoreUnsafe(ref first, (nuint)(earlier * Lanes));
            return n;
        }
        return Without(rows, n, own) + 1;
    }

    private static int Without(double[] rows, int n, Vector256<double> own)
    {
        ref double first = ref MemoryMarshal.GetArrayDataReference(rows);
        int left = 0;
        for (int i = 0; i < n; i++)
        {
            Vector256<double> row = Vector256.LoadUnsafe(ref first, (nuint)(i * Lanes));
            if (Vector256.LessThanOrEqualAll(own, row))
                continue;
            row.StoreUnsafe(ref first, (nuint)(left * Lanes));
            left++;
        }
        own.StoreUnsafe(ref first, (nuint)(left * Lanes));
        return left;
    }

    // Moves the last of n rows of four to its place by the last objective, among the others that are in order; returns n.
    private static int MovedIntoOrder(double[] rows, int n)
    {
        int from = (n - 1) * Lanes,
            to = from;
        double key = rows[from + 3];
        while (to > 0 && rows[to - 1] > key)
            to -= Lanes;
        if (to == from)
            return n;
        Vector256<double> row = Vector256.Create(rows.AsSpan(from, Lanes));
        Array.Copy(rows, to, rows, to + Lanes, from - to);
        row.CopyTo(rows, to);
        return n;
    }

    private double Box(int m, ReadOnlySpan<double> row)
    {
        double box = 1;
        for (int j = 0; j < m; j++)
            box *= _corner[j] - row[j];
        return box;
    }

    // Takes the rows that row n covers from the n rows before it, and moves it behind the rest; returns how many are left.
    private static int Without(double[] rows, int n, int stride)
    {
        Span<double> own = rows.AsSpan(n * stride, stride);
        int left = 0;
        for (int i = 0; i < n; i++)
        {
            Span<double> row = rows.AsSpan(i * stride, stride);
            if (Covers(own, row))
                continue;
            if (left != i)
                row.CopyTo(rows.AsSpan(left * stride));
            left++;
        }
        if (left != n)
            own.CopyTo(rows.AsSpan(left * stride));
        return left;
    }

    // The larger of both in each objective; true if that is the point itself, so that the row covers the point.
    private static bool Clip(ReadOnlySpan<double> row, ReadOnlySpan<double> point, Span<double> clipped)
    {
        bool covered = true;
        for (int j = 0; j < clipped.Length; j += Lanes)
        {
            Vector256<double> own = Vector256.Create(point.Slice(j, Lanes)),
                larger = Vector256.MaxNative(Vector256.Create(row.Slice(j, Lanes)), own);
            larger.CopyTo(clipped.Slice(j, Lanes));
            covered &= Vector256.EqualsAll(larger, own);
        }
        return covered;
    }

    private static bool Covers(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        for (int j = 0; j < a.Length; j += Lanes)
            if (!Vector256.LessThanOrEqualAll(Vector256.Create(a.Slice(j, Lanes)), Vector256.Create(b.Slice(j, Lanes))))
                return false;
        return true;
    }

    private static void Exchange(double[] rows, int a, int b, int stride)
    {
        if (a == b)
            return;
        for (int j = 0; j < stride; j++)
            (rows[a * stride + j], rows[b * stride + j]) = (rows[b * stride + j], rows[a * stride + j]);
    }

    /// <summary>Memory of one number of objectives: no two calls for the same number are ever under way at once.</summary>
    private sealed class Level
    {
        private double[] _swept = [],
            _clipped = [];

        public double[] Keys { get; private set; } = [];
        public int[] Order { get; private set; } = [];

        public double[] Swept(int length) =>
            _swept.Length >= length ? _swept : _swept = new double[Math.Max(length, 2 * _swept.Length)];

        public double[] Clipped(int length) =>
            _clipped.Length >= length ? _clipped : _clipped = new double[Math.Max(length, 2 * _clipped.Length)];

        /// <summary>Puts the rows in ascending order of their last objective.</summary>
        public void Sort(ReadOnlySpan<double> rows, int m, int n)
        {
            if (Keys.Length < n)
            {
                Keys = new double[2 * n];
                Order = new int[2 * n];
            }
            int stride = Stride(m);
            for (int i = 0; i < n; i++)
            {
                Keys[i] = rows[i * stride + m - 1];
                Order[i] = i;
            }
            Keys.AsSpan(0, n).Sort(Order.AsSpan(0, n));
        }
    }
}
