namespace Assay.Numerics;

/// <summary>Rows cut into at most 64 blocks of at least 16, by their number alone; sums over rows go block by block.</summary>
internal readonly struct RowBlocks(int rows)
{
    private readonly int _size = Math.Max(16, (int)((rows + 63L) / 64));

    /// <summary>Number of blocks.</summary>
    public int Count => KernelShape.Pieces(rows, _size);

    /// <summary>First row of a block; for <see cref="Count"/>, the number of rows.</summary>
    public int Start(int block) => (int)Math.Min(rows, (long)block * _size);

    /// <summary>result = sum of the blocks' sums, which lie <paramref name="stride"/> apart, in their order.</summary>
    public void Reduce<V>(ReadOnlySpan<float> sums, int stride, Span<float> result)
        where V : struct, ILanes<V>
    {
        result.Clear();
        if (result.IsEmpty)
            return;
        for (int block = 0; block < Count; block++)
            Row.Add<V>(sums.Slice(block * stride, result.Length), result);
    }
}
