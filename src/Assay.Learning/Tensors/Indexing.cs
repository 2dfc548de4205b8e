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
        CheckRows("Gather", rows.Span, Rank > 0 ? _shape[0] : 0);
        Tensor y = Create([rows.Length, .. _shape[1..]]);
        if (y.Length > 0)
            GatherKernel.Gather(Data, y.Length / rows.Length, rows.Span, y.Data);
        return Records(this) ? y.From(new GatherNode(this, rows)) : y;
    }

    /// <summary>Zeros of <paramref name="count"/> rows, to row <paramref name="rows"/>[i] of which row i of this is added: the transpose of <see cref="Gather"/>.</summary>
    /// <param name="rows">One for each row of this; not changed before the backward pass; rows may repeat.</param>
    /// <param name="count">Rows of the result.</param>
    /// <exception cref="ArgumentException">The number of rows differs.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such row.</exception>
    public Tensor ScatterAdd(ReadOnlyMemory<int> rows, int count)
    {
        CheckRows("ScatterAdd", rows.Span, count);
        if (rows.Length != _shape[0])
            throw new ArgumentException(
                $"ScatterAdd: {rows.Length} rows for a tensor of {TensorShape.Text(_shape)}.",
                nameof(rows)
            );
        Tensor y = Create([count, .. _shape[1..]]);
        y.Data.Clear();
        if (Length > 0)
            GatherKernel.ScatterAdd(Data, Length / rows.Length, rows.Span, y.Data);
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
        CheckRows("Pick", columns.Span, _shape[^1]);
        ReadOnlySpan<int> at = columns.Span;
        for (int row = 0; row < at.Length; row++)
            y.Data[row] = Data[row * _shape[^1] + at[row]];
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

    private void CheckRows(string operation, ReadOnlySpan<int> indices, int count)
    {
        if (Rank == 0)
            throw new ArgumentException($"{operation}: a single number has no rows.");
        foreach (int index in indices)
            if ((uint)index >= (uint)count)
                throw new ArgumentOutOfRangeException(
                    nameof(indices),
                    index,
                    $"{operation}: index {index} is not within 0 to {count - 1} (tensor of {TensorShape.Text(_shape)})."
                );
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
        if (gradient.Length > 0)
            GatherKernel.ScatterAdd(gradient.Data, gradient.Length / rows.Length, rows.Span, target.Data);
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
