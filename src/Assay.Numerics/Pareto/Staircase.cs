namespace Assay.Numerics;

/// <summary>
/// The mutually non-dominated points seen so far in a plane, from left and high to right and low, below a corner. Says
/// whether a new point is dominated, and how much area it adds.
/// </summary>
/// <remarks>
/// Sorted blocks of bounded length: bisection over the blocks, then within one. An insertion moves at most a block and the
/// list of blocks, so a million steps cost little more than a balanced tree would, and small staircases are one array.
/// </remarks>
internal sealed class Staircase
{
    private const int BlockSize = 256;

    private Block[] _blocks = [new()];
    private int _count = 1; // blocks in use; only a single block may be empty
    private double _cornerX,
        _cornerY;

    /// <summary>An empty staircase below the corner.</summary>
    public Staircase(double cornerX, double cornerY) => Clear(cornerX, cornerY);

    /// <summary>Forgets all points and takes a new corner, keeping the memory.</summary>
    public void Clear(double cornerX, double cornerY)
    {
        _count = 1;
        _blocks[0].Count = 0;
        (_cornerX, _cornerY) = (cornerX, cornerY);
    }

    /// <summary>True if a point of the staircase is at most x and at most y.</summary>
    public bool Covers(double x, double y)
    {
        Block block = _blocks[BlockOf(x)];
        int at = UpperBound(block.X, block.Count, x);
        return at > 0 && block.Y[at - 1] <= y;
    }

    /// <summary>
    /// Adds a point that is not covered, taking away the points that it covers. Returns the area between it and the corner
    /// that nothing covered before.
    /// </summary>
    public double Insert(double x, double y)
    {
        int at = BlockOf(x);
        Block block = _blocks[at];
        int position = UpperBound(block.X, block.Count, x);
        double left = x,
            top = position > 0 ? block.Y[position - 1] : _cornerY;
        // A point right above the new one is covered by it too.
        if (position > 0 && block.X[position - 1] == x)
        {
            position--;
            top =
                position > 0 ? block.Y[position - 1]
                : at > 0 ? _blocks[at - 1].Y[_blocks[at - 1].Count - 1]
                : _cornerY;
        }
        double area = 0;
        int covered = position;
        while (true)
        {
            while (covered < block.Count && block.Y[covered] >= y)
            {
                area += (block.X[covered] - left) * (top - y);
                (left, top) = (block.X[covered], block.Y[covered]);
                covered++;
            }
            if (covered < block.Count || at + 1 == _count || _blocks[at + 1].Y[0] < y)
                break;
            // The rest of this block is covered, and so is the beginning of the next.
            block.Count = position;
            if (position > 0)
                at++;
            else
                RemoveBlock(at);
            block = _blocks[at];
            position = covered = 0;
        }
        double right =
            covered < block.Count ? block.X[covered]
            : at + 1 < _count ? _blocks[at + 1].X[0]
            : _cornerX;
        area += (right - left) * (top - y);
        block.Replace(position, covered, x, y);
        if (block.Count == BlockSize)
            Split(at);
        return area;
    }

    // The last block that starts at or before x, or the first block.
    private int BlockOf(double x)
    {
        int low = 0,
            high = _count - 1;
        while (low < high)
        {
            int middle = (low + high + 1) >>> 1;
            if (_blocks[middle].X[0] <= x)
                low = middle;
            else
                high = middle - 1;
        }
        return low;
    }

    private static int UpperBound(double[] values, int count, double x)
    {
        int low = 0,
            high = count;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            if (values[middle] <= x)
                low = middle + 1;
            else
                high = middle;
        }
        return low;
    }

    private void RemoveBlock(int at)
    {
        Block removed = _blocks[at];
        Array.Copy(_blocks, at + 1, _blocks, at, _count - at - 1);
        _blocks[--_count] = removed;
    }

    private void Split(int at)
    {
        if (_count == _blocks.Length)
        {
            Array.Resize(ref _blocks, 2 * _count);
            for (int i = _count; i < _blocks.Length; i++)
                _blocks[i] = new();
        }
        Block right = _blocks[_count];
        Array.Copy(_blocks, at + 1, _blocks, at + 2, _count - at - 1);
        _blocks[at + 1] = right;
        _count++;
        _blocks[at].MoveUpperHalfTo(right);
    }

    private sealed class Block
    {
        public double[] X = new double[8],
            Y = new double[8];
        public int Count;

        /// <summary>Puts one point in the place of points from..to-1.</summary>
        public void Replace(int from, int to, double x, double y)
        {
            int shift = from + 1 - to;
            if (Count + shift > X.Length)
                Resize(2 * X.Length);
            if (shift != 0)
            {
                Array.Copy(X, to, X, to + shift, Count - to);
                Array.Copy(Y, to, Y, to + shift, Count - to);
                Count += shift;
            }
            (X[from], Y[from]) = (x, y);
        }

        public void MoveUpperHalfTo(Block right)
        {
            int half = Count / 2;
            right.Count = Count - half;
            if (right.X.Length < Count)
                right.Resize(Count);
            Array.Copy(X, half, right.X, 0, right.Count);
            Array.Copy(Y, half, right.Y, 0, right.Count);
            Count = half;
        }

        private void Resize(int length)
        {
            Array.Resize(ref X, length);
            Array.Resize(ref Y, length);
        }
    }
}
