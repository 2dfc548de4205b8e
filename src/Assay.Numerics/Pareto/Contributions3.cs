namespace Assay.Numerics;

/// <summary>Hypervolume contributions in three objectives by one sweep, as Guerreiro and Fonseca (2018) do it; O(n log n) as a rule.</summary>
/// <remarks>
/// Swept upwards by the third objective, the cross section of the union is a staircase. The area that a step has to itself is its
/// cell between the neighbouring steps, less what the points cover that it alone dominates (its shadows). Only the new step and
/// its two neighbours change; what a step had to itself since its last change, times the height, is added to its contribution.
/// A point that two others cover matters no more. Searching is by bisection in plain arrays, so insertion moves up to n numbers.
/// </remarks>
internal sealed class Contributions3
{
    private readonly double _cornerX,
        _cornerY;
    private readonly double[] _contributions;
    private Step[] _steps = new Step[16]; // x ascending, y descending
    private int _count;

    private Contributions3(int n, ReadOnlySpan<double> reference)
    {
        (_cornerX, _cornerY) = (reference[0], reference[1]);
        _contributions = new double[n];
    }

    /// <summary>The volume that each of n x 3 points, all below the reference, has to itself.</summary>
    public static double[] Of(ReadOnlySpan<double> points, ReadOnlySpan<double> reference)
    {
        int n = points.Length / 3;
        double[] heights = new double[n];
        int[] order = new int[n];
        for (int i = 0; i < n; i++)
            heights[i] = points[3 * i + 2];
        BucketSort.Sort(heights, order);
        Contributions3 sweep = new(n, reference);
        for (int i = 0; i < n; i++)
            sweep.Add(order[i], points[3 * order[i]], points[3 * order[i] + 1], heights[i]);
        for (int i = 0; i < sweep._count; i++)
            sweep.Settle(sweep._steps[i], reference[2]);
        return sweep._contributions;
    }

    private void Add(int point, double x, double y, double z)
    {
        int at = UpperBound(x);
        if (at > 0 && _steps[at - 1].Y <= y)
        {
            Shade(at - 1, x, y, z);
            return;
        }
        // Steps that the new one covers are its shadows; what shaded them is covered twice.
        int first = at > 0 && _steps[at - 1].X == x ? at - 1 : at,
            end = first;
        Step step = new(point, x, y, z);
        for (; end < _count && _steps[end].Y >= y; end++)
        {
            Settle(_steps[end], z);
            step.Shadows.Add((_steps[end].X, _steps[end].Y));
        }
        Replace(first, end, step);
        step.Area = Open(first);
        // The neighbours' cells end at the new step.
        if (first > 0)
        {
            Settle(_steps[first - 1], z);
            _steps[first - 1].Shadows.RemoveAll(shadow => shadow.X >= x);
            _steps[first - 1].Area = Open(first - 1);
        }
        if (first + 1 < _count)
        {
            Settle(_steps[first + 1], z);
            _steps[first + 1].Shadows.RemoveAll(shadow => shadow.Y >= y);
            _steps[first + 1].Area = Open(first + 1);
        }
    }

    // A point that only step "by" covers takes from what that step has to itself; one that the next step covers too takes nothing.
    private void Shade(int by, double x, double y, double z)
    {
        Step step = _steps[by];
        if (x >= Right(by) || y >= Top(by))
            return;
        List<(double X, double Y)> shadows = step.Shadows;
        int at = 0;
        while (at < shadows.Count && shadows[at].X <= x)
            at++;
        if (at > 0 && shadows[at - 1].Y <= y)
            return;
        Settle(step, z);
        int first = at > 0 && shadows[at - 1].X == x ? at - 1 : at,
            end = first;
        while (end < shadows.Count && shadows[end].Y >= y)
            end++;
        shadows.RemoveRange(first, end - first);
        shadows.Insert(first, (x, y));
        step.Area = Open(by);
    }

    private double Right(int at) => at + 1 < _count ? _steps[at + 1].X : _cornerX;

    private double Top(int at) => at > 0 ? _steps[at - 1].Y : _cornerY;

    private double Open(int at)
    {
        Step step = _steps[at];
        double right = Right(at),
            top = Top(at),
            area = (right - step.X) * (top - step.Y);
        foreach ((double x, double y) in step.Shadows)
        {
            if (y >= top)
                continue;
            if (x >= right)
                break;
            area -= (right - x) * (top - y);
            top = y;
        }
        return Math.Max(0, area);
    }

    private void Settle(Step step, double z)
    {
        _contributions[step.Point] += step.Area * (z - step.Since);
        step.Since = z;
    }

    private void Replace(int from, int to, Step step)
    {
        int shift = from + 1 - to;
        if (_count + shift > _steps.Length)
            Array.Resize(ref _steps, 2 * _steps.Length);
        if (shift != 0)
            Array.Copy(_steps, to, _steps, to + shift, _count - to);
        _count += shift;
        _steps[from] = step;
    }

    private int UpperBound(double x)
    {
        int low = 0,
            high = _count;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            if (_steps[middle].X <= x)
                low = middle + 1;
            else
                high = middle;
        }
        return low;
    }

    private sealed class Step(int point, double x, double y, double z)
    {
        public int Point => point;
        public double X => x;
        public double Y => y;
        public double Area { get; set; }
        public double Since { get; set; } = z;

        /// <summary>Points that this step alone dominates: x ascending, y descending.</summary>
        public List<(double X, double Y)> Shadows { get; } = [];
    }
}
