using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Assay.Numerics;

namespace Assay.Learning;

/// <summary>Sums of one axis, of x [outer, count, inner] to y [outer, inner].</summary>
/// <remarks>
/// Sums are taken in blocks of fixed size in float and blocks are added in order, in double where the result is one number
/// for a row, so that long sums stay exact to a few units in the last place.
/// </remarks>
internal static class SumKernel
{
    private const int RowBlock = 256; // rows that are summed before they are added to the total
    private const int ColumnTile = 256; // columns that one worker takes: a total and a block's sum are in its first-level cache

    public static void Run(
        ReadOnlySpan<float> x,
        int outer,
        int count,
        int inner,
        Span<float> y,
        bool accumulate = false
    )
    {
        if (outer == 0 || inner == 0)
            return;
        if (inner == 1 && outer == 1)
            y[0] = (accumulate ? y[0] : 0) + SumAll(x[..count]);
        else if (inner == 1)
            RowSums(x, outer, count, y, accumulate);
        else
            ColumnSums(x, outer, count, inner, y, accumulate);
    }

    private static float SumAll(ReadOnlySpan<float> x)
    {
        if (x.Length <= Elementwise.Block)
            return (float)SumRow(x);
        int blocks = Elementwise.Blocks(x.Length);
        Span<float> sums = blocks <= 1024 ? stackalloc float[blocks] : new float[blocks];
        Workers.For(blocks, new BlockPieces(x, sums));
        double total = 0;
        foreach (float sum in sums)
            total += sum;
        return (float)total;
    }

    private static double SumRow(ReadOnlySpan<float> row) =>
        Vector512.IsHardwareAccelerated ? SumRow<Lanes512>(row) : SumRow<Lanes256>(row);

    [MethodImpl(Compile.Apart)]
    private static double SumRow<V>(ReadOnlySpan<float> row)
        where V : struct, ILanes<V>
    {
        ref float start = ref MemoryMarshal.GetReference(row);
        double total = 0;
        nint i = 0;
        while (i <= row.Length - V.Width)
        {
            V even = V.Zero,
                odd = V.Zero;
            nint end = Math.Min(row.Length, i + 1024);
            for (; i <= end - 2 * V.Width; i += 2 * V.Width)
            {
                even += V.Load(in start, i);
                odd += V.Load(in start, i + V.Width);
            }
            for (; i <= end - V.Width; i += V.Width)
                even += V.Load(in start, i);
            total += (even + odd).Sum();
        }
        for (; i < row.Length; i++)
            total += row[(int)i];
        return total;
    }

    private static void RowSums(ReadOnlySpan<float> x, int outer, int count, Span<float> y, bool accumulate)
    {
        int rows = Math.Max(1, Elementwise.Block / Math.Max(1, count));
        Workers.For((outer + rows - 1) / rows, new RowPieces(x, count, rows, y[..outer], accumulate));
    }

    private static void ColumnSums(
        ReadOnlySpan<float> x,
        int outer,
        int count,
        int inner,
        Span<float> y,
        bool accumulate
    )
    {
        int tiles = (inner + ColumnTile - 1) / ColumnTile;
        // Few columns of many rows still make two pieces: cache lines are 16 floats.
        int width =
            tiles == 1 && (long)inner * count > 2 * Elementwise.Block ? ((inner + 1) / 2 + 15) / 16 * 16 : ColumnTile;
        tiles = (inner + width - 1) / width;
        ColumnPieces body = new(x, count, inner, width, tiles, y, accumulate);
        if (x.Length <= Elementwise.Block)
            for (int piece = 0; piece < outer * tiles; piece++)
                body.Run(piece);
        else
            Workers.For(outer * tiles, body);
    }

    private readonly ref struct BlockPieces(ReadOnlySpan<float> x, Span<float> sums) : IPieces
    {
        private readonly ReadOnlySpan<float> _x = x;
        private readonly Span<float> _sums = sums;

        [MethodImpl(Compile.Apart)]
        public void Run(int piece)
        {
            int start = piece * Elementwise.Block;
            _sums[piece] = (float)SumRow(_x.Slice(start, Math.Min(Elementwise.Block, _x.Length - start)));
        }
    }

    private readonly ref struct RowPieces(ReadOnlySpan<float> x, int count, int rows, Span<float> y, bool accumulate)
        : IPieces
    {
        private readonly ReadOnlySpan<float> _x = x;
        private readonly Span<float> _y = y;

        [MethodImpl(Compile.Apart)]
        public void Run(int piece)
        {
            int last = Math.Min(_y.Length, (piece + 1) * rows);
            for (int row = piece * rows; row < last; row++)
            {
                float sum = (float)SumRow(_x.Slice(row * count, count));
                _y[row] = accumulate ? _y[row] + sum : sum;
            }
        }
    }

    private readonly ref struct ColumnPieces(
        ReadOnlySpan<float> x,
        int count,
        int inner,
        int width,
        int tiles,
        Span<float> y,
        bool accumulate
    ) : IPieces
    {
        private readonly ReadOnlySpan<float> _x = x;
        private readonly Span<float> _y = y;

        [MethodImpl(Compile.Apart)]
        public void Run(int piece)
        {
            (int matrix, int tile) = Math.DivRem(piece, tiles);
            int left = tile * width,
                columns = Math.Min(width, inner - left);
            Span<float> total = _y.Slice(matrix * inner + left, columns),
                block = stackalloc float[columns];
            if (!accumulate)
                total.Clear();
            for (int top = 0; top < count; top += RowBlock)
            {
                block.Clear();
                int bottom = Math.Min(count, top + RowBlock);
                for (int row = top; row < bottom; row++)
                    Elementwise.Run<AddOf>(block, _x.Slice((matrix * count + row) * inner + left, columns), block);
                Elementwise.Run<AddOf>(total, block, total);
            }
        }
    }
}
