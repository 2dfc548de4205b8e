namespace Assay.Numerics;

/// <summary>What is left open of a rectangle as corners cover it from the right and above: a staircase in two plain arrays.</summary>
/// <remarks>For the short staircases inside one point's box, where <see cref="Staircase"/> would spend its time on blocks.</remarks>
internal sealed class CrossSection
{
    private const int Short = 16;

    private double[] _x = new double[64],
        _y = new double[64];
    private int _count;
    private double _right,
        _top;

    /// <summary>Starts with nothing covered, up to the given right and upper edges.</summary>
    public void Clear(double right, double top) => (_count, _right, _top) = (0, right, top);

    /// <summary>Covers everything right of and above a corner inside of the rectangle; returns the area that was open there.</summary>
    public double Cover(double x, double y)
    {
        double[] xs = _x,
            ys = _y;
        int count = _count,
            at = 0;
        if (count > Short)
            at = UpperBound(x);
        else
            while (at < count && xs[at] <= x)
                at++;
        double top = _top;
        if (at > 0)
        {
            top = ys[at - 1];
            if (top <= y)
                return 0;
            if (xs[at - 1] == x)
            {
                at--;
                top = at > 0 ? ys[at - 1] : _top;
            }
        }
        double left = x,
            area = 0;
        int end = at;
        for (; end < count && ys[end] >= y; end++)
        {
            area += (xs[end] - left) * (top - y);
            (left, top) = (xs[end], ys[end]);
        }
        area += ((end < count ? xs[end] : _right) - left) * (top - y);
        Replace(at, end, x, y);
        return area;
    }

    private void Replace(int from, int to, double x, double y)
    {
        int shift = from + 1 - to;
        if (_count + shift > _x.Length)
        {
            Array.Resize(ref _x, 2 * _x.Length);
            Array.Resize(ref _y, 2 * _y.Length);
        }
        if (shift != 0 && to < _count)
        {
            _x.AsSpan(to, _count - to).CopyTo(_x.AsSpan(to + shift));
            _y.AsSpan(to, _count - to).CopyTo(_y.AsSpan(to + shift));
        }
        _count += shift;
        (_x[from], _y[from]) = (x, y);
    }

    private int UpperBound(double x)
    {
        int low = 0,
            high = _count;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            if (_x[middle] <= x)
                low = middle + 1;
            else
                high = middle;
        }
        return low;
    }
}
