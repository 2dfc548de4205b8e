using System.Numerics;
using System.Runtime.Intrinsics;

namespace Assay.Numerics;

/// <summary>Volumes that points add in three objectives, one after another: one pass over the points so far, four at a time, for each.</summary>
internal sealed class Contribution3
{
    private const int Few = 64;

    private readonly CrossSection _section = new();
    private double _cornerX,
        _cornerY,
        _cornerZ;
    private double[] _x = [],
        _y = [],
        _z = []; // the points so far that no other covers, ascending by z; a vector beyond the last may be read
    private int[] _order = [];
    private int _count;

    /// <summary>Forgets all points and takes a new corner; at most <paramref name="capacity"/> points can be added.</summary>
    public void Clear(ReadOnlySpan<double> corner, int capacity)
    {
        (_cornerX, _cornerY, _cornerZ) = (corner[0], corner[1], corner[2]);
        _count = 0;
        if (_x.Length >= capacity + Vector256<double>.Count)
            return;
        capacity = Math.Max(2 * _x.Length, capacity + Vector256<double>.Count);
        _x = new double[capacity];
        _y = new double[capacity];
        _z = new double[capacity];
    }

    /// <summary>Adds a point below the corner; returns the volume between it and the corner that was not covered before.</summary>
    public double Add(double x, double y, double z)
    {
        int above = NotAbove(z);
        double volume = Volume(x, y, z, above);
        if (volume > 0)
            Keep(x, y, z, above);
        return volume;
    }

    /// <summary>Begins with n rows of four numbers, of which the first three count and none covers another; returns their hypervolume.</summary>
    public double Begin(ReadOnlySpan<double> rows, int n)
    {
        if (_order.Length < n)
            _order = new int[2 * n];
        for (int i = 0; i < n; i++)
        {
            _z[i] = rows[4 * i + 2];
            _order[i] = i;
        }
        _z.AsSpan(0, n).Sort(_order.AsSpan(0, n));
        _section.Clear(_cornerX, _cornerY);
        double volume = 0;
        for (int i = 0; i < n; i++)
        {
            (_x[i], _y[i]) = (rows[4 * _order[i]], rows[4 * _order[i] + 1]);
            volume += _section.Cover(_x[i], _y[i]) * (_cornerZ - _z[i]);
        }
        _count = n;
        return volume;
    }

    // Sweeps the point's box upwards from z; other points, clipped to the box, cover more and more of its cross section.
    private double Volume(double x, double y, double z, int above)
    {
        // The nearest point to the left and the nearest one below cut the cross section to a smaller rectangle.
        (double right, double top) = Rectangle(x, y, above);
        if (right <= x || top <= y)
            return 0;
        _section.Clear(right, top);
        double open = (right - x) * (top - y),
            volume = 0;
        for (int first = 0; first < _count; first += Vector256<double>.Count)
        {
            uint inside = (
                Vector256.LessThan(Vector256.LoadUnsafe(ref _x[first]), Vector256.Create(right))
                & Vector256.LessThan(Vector256.LoadUnsafe(ref _y[first]), Vector256.Create(top))
            ).ExtractMostSignificantBits();
            for (; inside != 0; inside &= inside - 1)
            {
                int i = first + BitOperations.TrailingZeroCount(inside);
                if (i >= _count)
                    break;
                double otherX = _x[i],
                    otherY = _y[i];
                if (i >= above)
                {
                    volume += open * (_z[i] - z);
                    z = _z[i];
                    if (otherX <= x && otherY <= y)
                        return volume;
                }
                open -= _section.Cover(Math.Max(otherX, x), Math.Max(otherY, y));
            }
        }
        return volume + open * (_cornerZ - z);
    }

    // Where points that begin no higher than the box end its cross section; no area is left if one of them covers it.
    private (double Right, double Top) Rectangle(double x, double y, int count)
    {
        Vector256<double> pointX = Vector256.Create(x),
            pointY = Vector256.Create(y),
            none = Vector256.Create(double.PositiveInfinity),
            right = Vector256.Create(_cornerX),
            top = Vector256.Create(_cornerY);
        int i = 0;
        for (; i + Vector256<double>.Count <= count; i += Vector256<double>.Count)
        {
            Vector256<double> otherX = Vector256.LoadUnsafe(ref _x[i]),
                otherY = Vector256.LoadUnsafe(ref _y[i]);
            top = Vector256.MinNative(
                top,
                Vector256.ConditionalSelect(Vector256.LessThanOrEqual(otherX, pointX), otherY, none)
            );
            right = Vector256.MinNative(
                right,
                Vector256.ConditionalSelect(Vector256.LessThanOrEqual(otherY, pointY), otherX, none)
            );
        }
        double lowestRight = Lowest(right),
            lowestTop = Lowest(top);
        for (; i < count; i++)
        {
            if (_x[i] <= x)
                lowestTop = Math.Min(lowestTop, _y[i]);
            if (_y[i] <= y)
                lowestRight = Math.Min(lowestRight, _x[i]);
        }
        return (lowestRight, lowestTop);
    }

    private static double Lowest(Vector256<double> values)
    {
        Vector128<double> pairs = Vector128.MinNative(values.GetLower(), values.GetUpper());
        return Math.Min(pairs.GetElement(0), pairs.GetElement(1));
    }

    private void Keep(double x, double y, double z, int at)
    {
        while (at > 0 && _z[at - 1] == z)
            at--;
        // Points from here on that the new one covers go.
        int kept = at;
        for (int i = at; i < _count; i++)
        {
            uint covered = i + Vector256<double>.Count <= _count ? Covered(i, x, y) : 1;
            if (covered == 0 && kept == i)
            {
                (i, kept) = (i + Vector256<double>.Count - 1, kept + Vector256<double>.Count);
                continue;
            }
            if (_x[i] >= x && _y[i] >= y)
                continue;
            (_x[kept], _y[kept], _z[kept]) = (_x[i], _y[i], _z[i]);
            kept++;
        }
        _count = kept;
        InsertAt(at, _x, x);
        InsertAt(at, _y, y);
        InsertAt(at, _z, z);
        _count++;
    }

    private void InsertAt(int at, double[] values, double value)
    {
        if (at < _count)
            values.AsSpan(at, _count - at).CopyTo(values.AsSpan(at + 1));
        values[at] = value;
    }

    private uint Covered(int from, double x, double y) =>
        (
            Vector256.GreaterThanOrEqual(Vector256.LoadUnsafe(ref _x[from]), Vector256.Create(x))
            & Vector256.GreaterThanOrEqual(Vector256.LoadUnsafe(ref _y[from]), Vector256.Create(y))
        ).ExtractMostSignificantBits();

    // How many points begin at z or lower.
    private int NotAbove(double z)
    {
        int low = 0,
            high = _count;
        // Bisection, then counting: the last steps of a bisection are the ones that cannot be predicted.
        while (high - low > Few)
        {
            int middle = (low + high) >>> 1;
            if (_z[middle] <= z)
                low = middle + 1;
            else
                high = middle;
        }
        for (; low + Vector256<double>.Count <= high; low += Vector256<double>.Count)
            if (!Vector256.LessThanOrEqualAll(Vector256.LoadUnsafe(ref _z[low]), Vector256.Create(z)))
                break;
        while (low < high && _z[low] <= z)
            low++;
        return low;
    }
}
