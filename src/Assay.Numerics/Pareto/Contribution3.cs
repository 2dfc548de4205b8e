namespace Assay.Numerics;

/// <summary>Volumes that points add in three objectives, one after another: O(n log n) each at worst, nearer n as a rule.</summary>
internal sealed class Contribution3
{
    private readonly double _cornerX,
        _cornerY,
        _cornerZ;
    private readonly double[] _x,
        _y,
        _z; // the points so far that no other covers, ascending by z
    private readonly Staircase _staircase;
    private int _count;

    /// <summary>Starts with no points; at most <paramref name="capacity"/> can be added.</summary>
    public Contribution3(ReadOnlySpan<double> corner, int capacity)
    {
        (_cornerX, _cornerY, _cornerZ) = (corner[0], corner[1], corner[2]);
        _x = new double[capacity];
        _y = new double[capacity];
        _z = new double[capacity];
        _staircase = new(0, 0);
    }

    /// <summary>Adds a point below the corner; returns the volume between it and the corner that was not covered before.</summary>
    public double Add(ReadOnlySpan<double> point)
    {
        double x = point[0],
            y = point[1],
            z = point[2];
        double volume = Volume(x, y, z);
        if (volume > 0)
            Keep(x, y, z);
        return volume;
    }

    // Sweeps the point's box upwards from z; other points, clipped to the box, cover more and more of its cross section.
    private double Volume(double x, double y, double z)
    {
        // The nearest point to the left and the nearest one below cut the cross section to a smaller rectangle.
        double right = _cornerX,
            top = _cornerY;
        int above = 0;
        for (; above < _count && _z[above] <= z; above++)
        {
            double otherX = _x[above],
                otherY = _y[above];
            if (otherX <= x)
            {
                if (otherY <= y)
                    return 0;
                top = Math.Min(top, otherY);
            }
            else if (otherY <= y)
                right = Math.Min(right, otherX);
        }
        _staircase.Clear(right, top);
        double open = (right - x) * (top - y);
        for (int i = 0; i < above; i++)
            open -= Cover(_x[i], _y[i], x, y, right, top);
        double volume = 0;
        for (int i = above; i < _count; i++)
        {
            volume += open * (_z[i] - z);
            z = _z[i];
            if (_x[i] <= x && _y[i] <= y)
                return volume;
            open -= Cover(_x[i], _y[i], x, y, right, top);
        }
        return volume + open * (_cornerZ - z);
    }

    private double Cover(double otherX, double otherY, double x, double y, double right, double top)
    {
        if (otherX >= right || otherY >= top)
            return 0;
        otherX = Math.Max(otherX, x);
        otherY = Math.Max(otherY, y);
        return _staircase.Covers(otherX, otherY) ? 0 : _staircase.Insert(otherX, otherY);
    }

    private void Keep(double x, double y, double z)
    {
        int at = Array.BinarySearch(_z, 0, _count, z);
        at = at < 0 ? ~at : at;
        while (at > 0 && _z[at - 1] == z)
            at--;
        // Points from here on that the new one covers go.
        int kept = at;
        for (int i = at; i < _count; i++)
            if (_x[i] < x || _y[i] < y)
            {
                (_x[kept], _y[kept], _z[kept]) = (_x[i], _y[i], _z[i]);
                kept++;
            }
        _count = kept;
        foreach (double[] values in (ReadOnlySpan<double[]>)[_x, _y, _z])
            Array.Copy(values, at, values, at + 1, _count - at);
        (_x[at], _y[at], _z[at]) = (x, y, z);
        _count++;
    }
}
