using Assay.Numerics;

namespace Assay.Learning;

public sealed partial class Tensor
{
    /// <summary>Rows of this matrix, or entries of the first axis: row i of the result is row <paramref name="rows"/>[i].</summary>
    /// <param name="rows">Not changed before the backward pass; rows may repeat.</param>
    /// <returns>[number of rows, ...].</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such row.</exception>
    public Tensor Gather(ReadOnlyMemory<int> rows)
    {
        int width = CheckRows("Gather", rows.Span, Rank > 0 ? _shape[0] : 0);
        Tensor y = Create([rows.Length, .. _shape[1..]]);
        GatherKernel.Gather(Data, rows.Span, width, y.Data);
        return Records(this) ? y.From(new GatherNode(this, rows)) : y;
    }

    /// <summary>Zeros of <paramref name="count"/> rows, to row <paramref name="rows"/>[i] of which row i of this is added: the transpose of <see cref="Gather"/>.</summary>
    /// <param name="rows">One for each row of this; not changed before the backward pass; rows may repeat.</param>
    /// <param name="count">Rows of the result.</param>
    /// <exception cref="ArgumentException">The number of rows differs.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such row.</exception>
    public Tensor ScatterAdd(ReadOnlyMemory<int> rows, int count)
    {
        int width = CheckRows("ScatterAdd", rows.Span, count);
        if (rows.Length != _shape[0])
            throw new ArgumentException(
                $"ScatterAdd: {rows.Length} rows for a tensor of {TensorShape.Text(_shape)}.",
                nameof(rows)
            );
        Tensor y = Create([count, .. _shape[1..]]);
        y.Data.Clear();
        GatherKernel.ScatterAdd(Data, rows.Span, width, y.Data);
        return Records(this) ? y.From(new ScatterAddNode(this, rows)) : y;
    }

    /// <summary>One element of every row of the last axis: that at <paramref name="columns"/>[row].</summary>
    /// <param name="columns">One for each row; not changed before the backward pass.</param>
    /// <returns>The shape without the last axis.</returns>
    /// <exception cref="ArgumentException">The number of rows differs.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A row does not have such a column.</exception>
    public Tensor Pick(ReadOnlyMemory<int> columns)
    {
        if (Rank == 0 || (long)columns.Length * _shape[^1] != Length)
            throw new ArgumentException(
                $"Pick: {columns.Length} columns for the rows of {TensorShape.Text(_shape)}.",
                nameof(columns)
            );
        Tensor y = Create(_shape[..^1]);
        GatherKernel.Check("Pick", columns.Span, _shape[^1], _shape);
        GatherKernel.Pick(Data, columns.Span, _shape[^1], y.Data);
        return Records(this) ? y.From(new PickNode(this, columns)) : y;
    }

    /// <summary>The transpose of <see cref="Pick"/>: this in the given columns of rows of zeros.</summary>
    internal Tensor Place(ReadOnlyMemory<int> columns, int count)
    {
        Tensor y = Create([.. _shape, count]);
        y.Data.Clear();
        ReadOnlySpan<int> at = columns.Span;
        for (int row = 0; row < at.Length; row++)
            y.Data[row * count + at[row]] = Data[row];
        return Records(this) ? y.From(new PlaceNode(this, columns)) : y;
    }

    private int CheckRows(string operation, ReadOnlySpan<int> rows, int count)
    {
        if (Rank == 0)
            throw new ArgumentException($"{operation}: a single number has no rows.");
        GatherKernel.Check(operation, rows, count, _shape);
        return TensorShape.Product(_shape.AsSpan(1));
    }
}

/// <summary>Copies and sums of rows by index.</summary>
internal static class GatherKernel
{
    private const int ColumnTile = 64;

    public static void Check(string operation, ReadOnlySpan<int> indices, int count, ReadOnlySpan<int> shape)
    {
        foreach (int index in indices)
            if ((uint)index >= (uint)count)
                throw new ArgumentOutOfRangeException(
                    nameof(indices),
                    index,
                    $"{operation}: index {index} is not within 0 to {count - 1} (tensor of {TensorShape.Text(shape)})."
                );
    }

    public static void Gather(ReadOnlySpan<float> x, ReadOnlySpan<int> rows, int width, Span<float> y)
    {
        for (int i = 0; i < rows.Length; i++)
            x.Slice(rows[i] * width, width).CopyTo(y.Slice(i * width, width));
    }

    public static void Pick(ReadOnlySpan<float> x, ReadOnlySpan<int> columns, int width, Span<float> y)
    {
        for (int row = 0; row < columns.Length; row++)
            y[row] = x[row * width + columns[row]];
    }

    /// <summary>Rows are added in their order, each column by one worker: the same bits for any number of threads.</summary>
    public static void ScatterAdd(ReadOnlySpan<float> x, ReadOnlySpan<int> rows, int width, Span<float> y)
    {
        int tiles = (width + ColumnTile - 1) / ColumnTile;
        ScatterPieces body = new(x, rows, width, y);
        if (x.Length <= Elementwise.Block)
            for (int piece = 0; piece < tiles; piece++)
                body.Run(piece);
        else
            Workers.For(tiles, body);
    }

    private readonly ref struct ScatterPieces(ReadOnlySpan<float> x, ReadOnlySpan<int> rows, int width, Span<float> y)
        : IPieces
    {
        private readonly ReadOnlySpan<float> _x = x;
        private readonly ReadOnlySpan<int> _rows = rows;
        private readonly Span<float> _y = y;

        public void Run(int piece)
        {
            int left = piece * ColumnTile,
                columns = Math.Min(ColumnTile, width - left);
            for (int i = 0; i < _rows.Length; i++)
            {
                Span<float> sum = _y.Slice(_rows[i] * width + left, columns);
                Elementwise.Run<AddOf>(sum, _x.Slice(i * width + left, columns), sum);
            }
        }
    }
}

internal sealed class GatherNode(Tensor x, ReadOnlyMemory<int> rows) : UnaryNode(x)
{
    public override void Backward(Tensor gradient, BackwardPass pass)
    {
        if (pass.Observer is { } observer && !observer.Embedding(X, rows, gradient))
            return;
        if (pass.CreateGraph)
        {
            pass.Add(X, gradient.ScatterAdd(rows, X.Shape[0]));
            return;
        }
        Tensor target = pass.Target(X, out bool accumulate);
        if (!accumulate)
            target.Data.Clear();
        GatherKernel.ScatterAdd(gradient.Data, rows.Span, TensorShape.Product(X.Shape[1..]), target.Data);
    }
}

internal sealed class ScatterAddNode(Tensor x, ReadOnlyMemory<int> rows) : UnaryNode(x)
{
    public override void Backward(Tensor gradient, BackwardPass pass) => pass.Add(X, gradient.Gather(rows));
}

internal sealed class PickNode(Tensor x, ReadOnlyMemory<int> columns) : UnaryNode(x)
{
    public override void Backward(Tensor gradient, BackwardPass pass) =>
        pass.Add(X, gradient.Place(columns, X.Shape[^1]));
}

internal sealed class PlaceNode(Tensor x, ReadOnlyMemory<int> columns) : UnaryNode(x)
{
    public override void Backward(Tensor gradient, BackwardPass pass) => pass.Add(X, gradient.Pick(columns));
}
