namespace Assay.Learning;

/// <summary>The nearest rows seen so far: a heap with the farthest on top, of equal distances the higher index.</summary>
/// <param name="capacity">Rows to keep, at least 1.</param>
internal sealed class NearestRows(int capacity)
{
    private readonly (double Distance, int Row)[] _heap = new (double, int)[capacity];
    private int _count;

    /// <summary>Above this distance nothing is taken any more.</summary>
    public double Worst => _count < capacity ? double.PositiveInfinity : _heap[0].Distance;

    public void Offer(double distance, int row)
    {
        if (_count < capacity)
        {
            int at = _count++;
            for (; at > 0 && Farther((distance, row), _heap[(at - 1) / 2]); at = (at - 1) / 2)
                _heap[at] = _heap[(at - 1) / 2];
            _heap[at] = (distance, row);
        }
        else if (Farther(_heap[0], (distance, row)))
        {
            int at = 0;
            while (true)
            {
                int child = 2 * at + 1;
                if (child + 1 < _count && Farther(_heap[child + 1], _heap[child]))
                    child++;
                if (child >= _count || !Farther(_heap[child], (distance, row)))
                    break;
                _heap[at] = _heap[child];
                at = child;
            }
            _heap[at] = (distance, row);
        }
    }

    /// <summary>Writes the rows, the nearest first.</summary>
    public void Write(Span<int> rows, Span<double> distances)
    {
        Array.Sort(_heap, 0, _count);
        for (int i = 0; i < _count; i++)
            (distances[i], rows[i]) = _heap[i];
    }

    private static bool Farther((double Distance, int Row) a, (double Distance, int Row) b) =>
        a.Distance > b.Distance || (a.Distance == b.Distance && a.Row > b.Row);
}
