namespace Assay.Learning;

/// <summary>Merges the tokens of one piece of text until nothing merges: always the pair of lowest rank, of equal ones the leftmost.</summary>
/// <remarks>
/// Short pieces by scanning for the lowest rank, which is quadratic but has no overhead; long ones by a heap in O(n log n).
/// Not thread-safe; allocates only while pieces grow longer than all before.
/// </remarks>
internal sealed class BpeMerger(BpeMerges merges)
{
    private const int LongestScanned = 96;

    private readonly ulong[] _scanned = new ulong[LongestScanned];
    private Link[] _links = [];
    private (ulong Merge, int At)[] _heap = [];
    private int _heapLength;

    private struct Link
    {
        public int Token; // -1 once it is part of the token to its left
        public int Previous;
        public int Next;
        public ulong Merge; // with the next
    }

    /// <summary>Merges in place.</summary>
    /// <returns>How many tokens are left, at the beginning of <paramref name="tokens"/>.</returns>
    public int Merge(Span<int> tokens) => tokens.Length <= LongestScanned ? Scan(tokens) : MergeByHeap(tokens);

    private int Scan(Span<int> tokens)
    {
        int count = tokens.Length;
        Span<ulong> found = _scanned;
        for (int i = 0; i + 1 < count; i++)
            found[i] = merges.Find(tokens[i], tokens[i + 1]);
        while (count > 1)
        {
            int at = 0;
            ulong lowest = found[0];
            for (int i = 1; i + 1 < count; i++)
                if (found[i] < lowest)
                    (at, lowest) = (i, found[i]);
            if (lowest == BpeMerges.None)
                break;
            tokens[at] = (int)(uint)lowest;
            count--;
            for (int i = at + 1; i < count; i++)
            {
                tokens[i] = tokens[i + 1];
                found[i - 1] = found[i];
            }
            if (at + 1 < count)
                found[at] = merges.Find(tokens[at], tokens[at + 1]);
            if (at > 0)
                found[at - 1] = merges.Find(tokens[at - 1], tokens[at]);
        }
        return count;
    }

    private int MergeByHeap(Span<int> tokens)
    {
        int count = tokens.Length;
        if (_links.Length < count)
            _links = new Link[Math.Max(count, 2 * _links.Length)];
        Span<Link> links = _links.AsSpan(0, count);
        _heapLength = 0;
        for (int i = 0; i < count; i++)
            links[i] = new()
            {
                Token = tokens[i],
                Previous = i - 1,
                Next = i + 1 < count ? i + 1 : -1,
            };
        for (int i = 0; i + 1 < count; i++)
            Offer(links, i);
        while (_heapLength > 0)
        {
            (ulong merge, int at) = Pop();
            ref Link left = ref links[at];
            if (left.Token < 0 || left.Next < 0 || left.Merge != merge)
                continue; // merged meanwhile
            ref Link right = ref links[left.Next];
            left.Token = (int)(uint)merge;
            right.Token = -1;
            left.Next = right.Next;
            if (right.Next >= 0)
                links[right.Next].Previous = at;
            Offer(links, at);
            if (left.Previous >= 0)
                Offer(links, left.Previous);
        }
        int kept = 0;
        for (int at = 0; at >= 0; at = links[at].Next)
            tokens[kept++] = links[at].Token;
        return kept;
    }

    private void Offer(Span<Link> links, int at)
    {
        ref Link link = ref links[at];
        link.Merge = link.Next < 0 ? BpeMerges.None : merges.Find(link.Token, links[link.Next].Token);
        if (link.Merge != BpeMerges.None)
            Push((link.Merge, at));
    }

    private static bool IsBefore((ulong Merge, int At) a, (ulong Merge, int At) b) =>
        a.Merge < b.Merge || (a.Merge == b.Merge && a.At < b.At);

    private void Push((ulong Merge, int At) item)
    {
        if (_heapLength == _heap.Length)
            Array.Resize(ref _heap, Math.Max(256, 2 * _heap.Length));
        int at = _heapLength++;
        while (at > 0 && IsBefore(item, _heap[(at - 1) / 2]))
        {
            _heap[at] = _heap[(at - 1) / 2];
            at = (at - 1) / 2;
        }
        _heap[at] = item;
    }

    private (ulong Merge, int At) Pop()
    {
        (ulong, int) top = _heap[0];
        (ulong Merge, int At) item = _heap[--_heapLength];
        int at = 0;
        while (2 * at + 1 < _heapLength)
        {
            int child = 2 * at + 1;
            if (child + 1 < _heapLength && IsBefore(_heap[child + 1], _heap[child]))
                child++;
            if (!IsBefore(_heap[child], item))
                break;
            _heap[at] = _heap[child];
            at = child;
        }
        _heap[at] = item;
        return top;
    }
}
