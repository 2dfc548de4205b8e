using System.Runtime.CompilerServices;
using Assay.Numerics;

namespace Assay.Learning;

/// <summary>Copies a tensor with its axes in another order.</summary>
internal static class PermuteCopy
{
    private const int Tile = 16; // 16 x 16 floats: whole cache lines on both sides

    public static void Run(ReadOnlySpan<float> x, ReadOnlySpan<int> shape, ReadOnlySpan<int> order, Span<float> y)
    {
        if (y.Length == 0)
            return;
        Span<int> strides = stackalloc int[TensorShape.MaxRank],
            sizes = stackalloc int[TensorShape.MaxRank],
            steps = stackalloc int[TensorShape.MaxRank];
        int stride = 1;
        for (int i = shape.Length - 1; i >= 0; i--)
        {
            strides[i] = stride;
            stride *= shape[i];
        }
        // Neighbouring axes of the result that are neighbours in the source too become one.
        int count = 0;
        for (int i = 0; i < order.Length; i++)
        {
            int size = shape[order[i]],
                step = strides[order[i]];
            if (size == 1)
                continue;
            if (count > 0 && steps[count - 1] == step * size)
            {
                sizes[count - 1] *= size;
                steps[count - 1] = step;
                continue;
            }
            sizes[count] = size;
            steps[count] = step;
            count++;
        }
        if (count <= 1)
        {
            x.CopyTo(y);
            return;
        }
        Copy(x, sizes[..count], steps[..count], y);
    }

    private static void Copy(ReadOnlySpan<float> x, ReadOnlySpan<int> sizes, ReadOnlySpan<int> steps, Span<float> y)
    {
        int last = sizes.Length - 1,
            rows = sizes[last - 1],
            columns = sizes[last],
            matrix = rows * columns,
            matrices = y.Length / matrix;
        Pieces body = new(x, sizes, steps, y);
        if (y.Length <= Elementwise.Block)
            for (int i = 0; i < matrices; i++)
                body.Run(i);
        else
            Workers.For(matrices, body);
    }

    /// <summary>One matrix of the last two axes of the result.</summary>
    private readonly ref struct Pieces(
        ReadOnlySpan<float> x,
        ReadOnlySpan<int> sizes,
        ReadOnlySpan<int> steps,
        Span<float> y
    ) : IPieces
    {
        private readonly ReadOnlySpan<float> _x = x;
        private readonly ReadOnlySpan<int> _sizes = sizes,
            _steps = steps;
        private readonly Span<float> _y = y;

        [MethodImpl(Compile.Apart)]
        public void Run(int piece)
        {
            int last = _sizes.Length - 1,
                rows = _sizes[last - 1],
                columns = _sizes[last],
                rowStep = _steps[last - 1],
                columnStep = _steps[last];
            Span<float> y = _y.Slice(piece * rows * columns, rows * columns);
            int from = 0;
            for (int axis = last - 2, rest = piece; axis >= 0; axis--)
            {
                (rest, int index) = Math.DivRem(rest, _sizes[axis]);
                from += index * _steps[axis];
            }
            ReadOnlySpan<float> x = _x[from..];
            if (columnStep == 1)
            {
                for (int row = 0; row < rows; row++)
                    x.Slice(row * rowStep, columns).CopyTo(y[(row * columns)..]);
                return;
            }
            for (int top = 0; top < rows; top += Tile)
            for (int left = 0; left < columns; left += Tile)
            {
                int bottom = Math.Min(rows, top + Tile),
                    right = Math.Min(columns, left + Tile);
                for (int row = top; row < bottom; row++)
                for (int column = left; column < right; column++)
                    y[row * columns + column] = x[row * rowStep + column * columnStep];
            }
        }
    }
}
