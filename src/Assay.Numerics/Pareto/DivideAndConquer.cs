using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Assay.Numerics;

/// <summary>Non-dominated sorting for any number of objectives from three up, O(n log^(m-1) n).</summary>
/// <remarks>
/// Jensen (2003), Fortin, Grenier and Parizeau (2013), Buzdalov and Shalyto (2014): a set is split by its last objective
/// into low, middle and high; low points can dominate middle and high ones by the other objectives alone, so each step
/// loses an objective or half of the points. Distinct points are numbered in lexicographic order, and every set is a range
/// of <c>_set</c> in ascending order, before and after each step.
/// </remarks>
internal sealed class DivideAndConquer
{
    private const int SmallSet = 128, // up to here, and up to so many pairs, comparing all is faster
        SmallPairs = 8192;
    private const int Samples = 31;

    private readonly int _stride;
    private readonly double[] _rows; // distinct points in lexicographic order, padded with zeros to whole vectors
    private readonly int[] _ranks;
    private readonly int[] _set;
    private readonly int[] _scratch;
    private readonly double[] _keys; // sweep: second objectives, ascending ...
    private readonly int[] _best; // ... and the highest rank up to there, ascending too
    private int _steps;

    private DivideAndConquer(double[] rows, int m)
    {
        (_stride, _rows) = (ExclusiveVolume.Stride(m), rows);
        int n = rows.Length / _stride;
        _ranks = new int[n];
        _set = [.. Enumerable.Range(0, n)];
        _scratch = new int[n];
        _keys = new double[n];
        _best = new int[n];
    }

    /// <summary>Ranks of n x m points, given their lexicographic order.</summary>
    public static int[] Ranks(ReadOnlySpan<double> points, int m, int[] order)
    {
        int stride = ExclusiveVolume.Stride(m);
        double[] rows = new double[order.Length * stride];
        int[] number = new int[order.Length];
        int distinct = 0;
        for (int i = 0; i < order.Length; i++)
        {
            if (i == 0 || !Points.Same(points, m, order[i], order[i - 1]))
                points.Slice(order[i] * m, m).CopyTo(rows.AsSpan(distinct++ * stride));
            number[order[i]] = distinct - 1;
        }
        DivideAndConquer sort = new(rows[..(distinct * stride)], m);
        sort.Within(0, distinct, m - 1);
        return Array.ConvertAll(number, i => sort._ranks[i]);
    }

    // Ranks a set whose points agree in all objectives after k, given lower bounds from points outside of it.
    private void Within(int start, int end, int k)
    {
        if (end - start <= SmallSet)
        {
            for (int i = start + 1; i < end; i++)
            for (int j = start; j < i; j++)
                Raise(_set[j], _set[i]);
            return;
        }
        if (k == 1)
        {
            _steps = 0;
            for (int i = start; i < end; i++)
            {
                int point = _set[i];
                double key = _rows[point * _stride + 1];
                int step = StepOf(key);
                if (step >= 0 && _best[step] >= _ranks[point])
                    _ranks[point] = _best[step] + 1;
                AddStep(step, key, _ranks[point]);
            }
            return;
        }
        double pivot = Pivot(start, end, start, start, k);
        (int low, int middle) = Split(start, end, k, pivot);
        if (middle - low == end - start)
        {
            Within(start, end, k - 1);
            return;
        }
        Within(start, low, k);
        Across(start, low, low, middle, k - 1);
        Within(low, middle, k - 1);
        Merge(start, low, middle);
        Across(start, middle, middle, end, k - 1);
        Within(middle, end, k);
        Merge(start, middle, end);
    }

    // Raises the ranks of the second set by the points of the first, whose ranks are final and which are nowhere worse in
    // the objectives after k.
    private void Across(int start1, int end1, int start2, int end2, int k)
    {
        int n1 = end1 - start1,
            n2 = end2 - start2;
        if (n1 == 0 || n2 == 0)
            return;
        if ((long)n1 * n2 <= SmallPairs)
        {
            for (int i = start2; i < end2; i++)
            for (int j = start1; j < end1 && _set[j] < _set[i]; j++)
                Raise(_set[j], _set[i]);
            return;
        }
        if (k == 1)
        {
            _steps = 0;
            for (int i = start2, j = start1; i < end2; i++)
            {
                int point = _set[i];
                for (; j < end1 && _set[j] < point; j++)
                {
                    double key = _rows[_set[j] * _stride + 1];
                    AddStep(StepOf(key), key, _ranks[_set[j]]);
                }
                int step = StepOf(_rows[point * _stride + 1]);
                if (step >= 0 && _best[step] >= _ranks[point])
                    _ranks[point] = _best[step] + 1;
            }
            return;
        }
        (double low1, double high1, _, int highestRank) = Extent(start1, end1, k);
        (double low2, double high2, int lowestRank, _) = Extent(start2, end2, k);
        if (low1 > high2 || highestRank < lowestRank)
            return;
        if (high1 <= low2)
        {
            Across(start1, end1, start2, end2, k - 1);
            return;
        }
        double pivot = Pivot(start1, end1, start2, end2, k);
        (int lowEnd1, int middleEnd1) = Split(start1, end1, k, pivot);
        (int lowEnd2, int middleEnd2) = Split(start2, end2, k, pivot);
        Across(start1, lowEnd1, start2, lowEnd2, k);
        Across(middleEnd1, end1, middleEnd2, end2, k);
        Merge(start1, lowEnd1, middleEnd1);
        Merge(lowEnd2, middleEnd2, end2);
        Across(start1, middleEnd1, lowEnd2, end2, k - 1);
        Merge(start1, middleEnd1, end1);
        Merge(start2, lowEnd2, end2);
    }

    // All objectives may be compared: in those that a step has left behind the first point is nowhere worse.
    private void Raise(int by, int point)
    {
        if (_ranks[by] < _ranks[point])
            return;
        ref double rows = ref MemoryMarshal.GetArrayDataReference(_rows);
        int a = by * _stride,
            b = point * _stride;
        for (int j = 0; j < _stride; j += Vector256<double>.Count)
            if (
                !Vector256.LessThanOrEqualAll(
                    Vector256.LoadUnsafe(ref rows, (nuint)(a + j)),
                    Vector256.LoadUnsafe(ref rows, (nuint)(b + j))
                )
            )
                return;
        _ranks[point] = _ranks[by] + 1;
    }

    // A value near the median of objective k over both ranges.
    private double Pivot(int start1, int end1, int start2, int end2, int k)
    {
        int n1 = end1 - start1,
            n = n1 + end2 - start2;
        int samples = Math.Min(n, Samples);
        Span<double> sample = stackalloc double[Samples];
        for (int i = 0; i < samples; i++)
        {
            int at = (int)((long)i * n / samples);
            sample[i] = _rows[_set[at < n1 ? start1 + at : start2 + at - n1] * _stride + k];
        }
        sample = sample[..samples];
        sample.Sort();
        return sample[samples / 2];
    }

    // Stable: points below the pivot, points at it, points above it; returns where the second and third parts start.
    private (int Low, int Middle) Split(int start, int end, int k, double pivot)
    {
        int low = start,
            same = 0,
            above = end;
        for (int i = start; i < end; i++)
        {
            int point = _set[i];
            double value = _rows[point * _stride + k];
            if (value < pivot)
                _set[low++] = point;
            else if (value == pivot)
                _scratch[same++] = point;
            else
                _scratch[--above] = point; // from the scratch array's end of this range backwards, so reversed
        }
        int middle = low + same;
        // The two parts cannot meet: together they are no longer than the range.
        _scratch.AsSpan(0, same).CopyTo(_set.AsSpan(low));
        for (int i = middle; i < end; i++)
            _set[i] = _scratch[end - 1 - (i - middle)];
        return (low, middle);
    }

    private void Merge(int start, int middle, int end)
    {
        if (middle == start || middle == end || _set[middle - 1] < _set[middle])
            return;
        int n = middle - start;
        _set.AsSpan(start, n).CopyTo(_scratch);
        int i = 0,
            j = middle,
            to = start;
        while (i < n)
            _set[to++] = j < end && _set[j] < _scratch[i] ? _set[j++] : _scratch[i++];
    }

    private (double Low, double High, int LowestRank, int HighestRank) Extent(int start, int end, int k)
    {
        double low = double.PositiveInfinity,
            high = double.NegativeInfinity;
        int lowest = int.MaxValue,
            highest = 0;
        for (int i = start; i < end; i++)
        {
            double value = _rows[_set[i] * _stride + k];
            low = Math.Min(low, value);
            high = Math.Max(high, value);
            lowest = Math.Min(lowest, _ranks[_set[i]]);
            highest = Math.Max(highest, _ranks[_set[i]]);
        }
        return (low, high, lowest, highest);
    }

    // The last step whose key is at most this one, or -1.
    private int StepOf(double key)
    {
        int low = 0,
            high = _steps;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            if (_keys[middle] <= key)
                low = middle + 1;
            else
                high = middle;
        }
        return low - 1;
    }

    private void AddStep(int after, double key, int rank)
    {
        if (after >= 0 && _best[after] >= rank)
            return;
        int from = after >= 0 && _keys[after] == key ? after : after + 1;
        int to = after + 1;
        while (to < _steps && _best[to] <= rank)
            to++;
        int shift = from + 1 - to;
        if (shift != 0)
        {
            Array.Copy(_keys, to, _keys, to + shift, _steps - to);
            Array.Copy(_best, to, _best, to + shift, _steps - to);
            _steps += shift;
        }
        (_keys[from], _best[from]) = (key, rank);
    }
}
