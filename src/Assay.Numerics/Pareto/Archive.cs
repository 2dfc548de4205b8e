namespace Assay.Numerics;

/// <summary>Keeps every point that no other point offered so far dominates.</summary>
/// <remarks>
/// Which points are kept does not depend on the order in which they are offered. They are held in the order of their first objective:
/// what dominates a point stands before it, what it dominates after it. In two objectives each question is a bisection; in more it is a
/// pass over a part of the points.
/// </remarks>
public sealed class Archive : IArchive
{
    private readonly int _m;
    private readonly List<(double[] Point, int Number)> _members = [];
    private int _offered;

    /// <summary>An empty archive.</summary>
    /// <param name="m">Number of objectives, at least 1.</param>
    public Archive(int m)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(m);
        _m = m;
    }

    /// <inheritdoc/>
    public IReadOnlyList<int> Members => [.. _members.Select(member => member.Number).Order()];

    internal int Count => _members.Count;

    /// <inheritdoc/>
    public ArchiveChange Add(ReadOnlySpan<double> point)
    {
        if (Numerics.Points.Check(point, _m) != 1)
            throw new ArgumentException($"The point has {point.Length} numbers for {_m} objectives.");
        int number = _offered++,
            at = UpperBound(point[0]);
        // In two objectives the members before descend in the second: the nearest is the lowest.
        for (int i = at - 1, last = _m == 2 ? at - 1 : 0; i >= 0 && i >= last; i--)
            if (Covers(_members[i].Point, point))
                return new(false, []);
        int start = at;
        while (start > 0 && _members[start - 1].Point[0] == point[0])
            start--;
        List<int> removed = [];
        int kept = start;
        for (int i = start; i < _members.Count; i++)
        {
            if (Covers(point, _members[i].Point))
            {
                removed.Add(_members[i].Number);
                continue;
            }
            // In two objectives what it covers stands side by side.
            if (_m == 2 && i >= at)
            {
                if (removed.Count > 0)
                    _members.RemoveRange(kept, i - kept);
                kept = -1;
                break;
            }
            _members[kept++] = _members[i];
        }
        if (kept >= 0)
            _members.RemoveRange(kept, _members.Count - kept);
        _members.Insert(UpperBound(point[0]), (point.ToArray(), number));
        removed.Sort();
        return new(true, removed);
    }

    /// <inheritdoc/>
    public double[] Points() => [.. _members.OrderBy(member => member.Number).SelectMany(member => member.Point)];

    /// <summary>Takes a member out.</summary>
    internal void Remove(int number) => _members.RemoveAt(_members.FindIndex(member => member.Number == number));

    private static bool Covers(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        for (int j = 0; j < a.Length; j++)
            if (a[j] > b[j])
                return false;
        return true;
    }

    private int UpperBound(double first)
    {
        int low = 0,
            high = _members.Count;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            if (_members[middle].Point[0] <= first)
                low = middle + 1;
            else
                high = middle;
        }
        return low;
    }
}
