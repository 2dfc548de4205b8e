namespace Assay.Learning;

public sealed partial class Tensor
{
    /// <summary>The sum of all elements, of shape [].</summary>
    public Tensor Sum()
    {
        Tensor y = Create(TensorShape.Scalar);
        SumKernel.Run(Data, 1, Length, 1, y.Data);
        return Records(this) ? y.From(new SumNode(this)) : y;
    }

    /// <summary>The sum over <paramref name="axis"/>.</summary>
    /// <param name="axis">Negative ones count from the back.</param>
    /// <param name="keepAxis">True: the axis stays, with size 1.</param>
    public Tensor Sum(int axis, bool keepAxis = false)
    {
        axis = TensorShape.Axis(axis, Rank, _shape);
        Tensor y = Create(Without(axis, keepAxis));
        (int outer, int count, int inner) = Around(axis);
        SumKernel.Run(Data, outer, count, inner, y.Data);
        return Records(this) ? y.From(new AxisSumNode(this, axis)) : y;
    }

    /// <summary>The mean of all elements, of shape []; NaN of none.</summary>
    public Tensor Mean() => Sum() * (1f / Length);

    /// <summary>The mean over <paramref name="axis"/>.</summary>
    /// <inheritdoc cref="Sum(int, bool)"/>
    public Tensor Mean(int axis, bool keepAxis = false)
    {
        axis = TensorShape.Axis(axis, Rank, _shape);
        return Sum(axis, keepAxis) * (1f / _shape[axis]);
    }

    /// <summary>The mean squared distance from the mean over <paramref name="axis"/>.</summary>
    /// <inheritdoc cref="Sum(int, bool)"/>
    public Tensor Variance(int axis, bool keepAxis = false) =>
        (this - Mean(axis, keepAxis: true)).Square().Mean(axis, keepAxis);

    /// <summary>The largest element along <paramref name="axis"/>; where several are largest, they share the gradient.</summary>
    /// <inheritdoc cref="Sum(int, bool)"/>
    public Tensor Max(int axis, bool keepAxis = false) => Extreme(axis, keepAxis, largest: true);

    /// <summary>The smallest element along <paramref name="axis"/>; where several are smallest, they share the gradient.</summary>
    /// <inheritdoc cref="Sum(int, bool)"/>
    public Tensor Min(int axis, bool keepAxis = false) => Extreme(axis, keepAxis, largest: false);

    /// <summary>The largest element, of shape [].</summary>
    public Tensor Max() => ReshapeTo([Length]).Max(0);

    /// <summary>The smallest element, of shape [].</summary>
    public Tensor Min() => ReshapeTo([Length]).Min(0);

    /// <summary>The place of the largest element of every row of the last axis; the first of several; row by row.</summary>
    /// <exception cref="InvalidOperationException">The last axis is empty.</exception>
    public int[] ArgMax()
    {
        int columns = Rank == 0 ? 1 : _shape[^1];
        if (columns == 0)
            throw new InvalidOperationException($"ArgMax: the rows of {TensorShape.Text(_shape)} are empty.");
        int[] places = new int[Length / columns];
        ReadOnlySpan<float> x = Data;
        for (int row = 0; row < places.Length; row++)
        {
            ReadOnlySpan<float> values = x.Slice(row * columns, columns);
            int best = 0;
            for (int i = 1; i < columns; i++)
                if (values[i] > values[best])
                    best = i;
            places[row] = best;
        }
        return places;
    }

    /// <summary>The square root of the sum of squares of all elements, of shape [].</summary>
    public Tensor Norm() => Square().Sum().Sqrt();

    /// <summary>The sum of the products of the elements of two tensors of one shape, of shape [].</summary>
    public Tensor Dot(Tensor other) =>
        Shape.SequenceEqual(other.Shape) ? (this * other).Sum() : throw ShapeError("Dot", other, "both have one shape");

    /// <summary>Summed over the axes that broadcasting from <paramref name="shape"/> would repeat, so that it has that shape.</summary>
    internal Tensor SumTo(int[] shape)
    {
        if (_shape.AsSpan().SequenceEqual(shape))
            return this;
        Tensor y = Create(shape);
        SumInto(shape, y, accumulate: false);
        return Records(this) ? y.From(new SumToNode(this)) : y;
    }

    /// <summary><see cref="SumTo"/> without recording, into a tensor of that shape.</summary>
    internal void SumInto(int[] shape, Tensor target, bool accumulate)
    {
        Tensor from = this;
        int extra = Rank - shape.Length;
        // Neighbouring repeated axes are one sum; the last one goes into the target.
        int axis = Rank;
        while (axis > 0)
        {
            if (!Repeated(axis - 1))
            {
                axis--;
                continue;
            }
            int end = axis;
            while (axis > 0 && (Repeated(axis - 1) || _shape[axis - 1] == 1))
                axis--;
            int outer = TensorShape.Product(_shape.AsSpan(0, axis)),
                count = TensorShape.Product(_shape.AsSpan(axis, end - axis)),
                inner = count == 0 ? 0 : from.Length / Math.Max(1, outer * count);
            bool last = true;
            for (int i = 0; i < axis; i++)
                last &= !Repeated(i);
            if (count == 0 || from.Length == 0)
            {
                if (!accumulate)
                    target.Data.Clear();
                return;
            }
            Tensor to = last ? target : Create([outer, inner]);
            SumKernel.Run(from.Data, outer, count, inner, to.Data, last && accumulate);
            if (from != this)
                from.Dispose();
            from = to;
        }
        if (from == this)
        {
            if (accumulate)
                Elementwise.AddTo(target.Data, Data);
            else
                Data.CopyTo(target.Data);
        }

        bool Repeated(int index) => _shape[index] != 1 && (index < extra || shape[index - extra] == 1);
    }

    private Tensor Extreme(int axis, bool keepAxis, bool largest)
    {
        axis = TensorShape.Axis(axis, Rank, _shape);
        (int outer, int count, int inner) = Around(axis);
        if (count == 0)
            throw new InvalidOperationException($"Axis {axis} of {TensorShape.Text(_shape)} is empty.");
        Tensor y = Create(Without(axis, keepAxis));
        ReadOnlySpan<float> x = Data;
        Span<float> result = y.Data;
        for (int i = 0; i < outer; i++)
        {
            Span<float> best = result.Slice(i * inner, inner);
            x.Slice(i * count * inner, inner).CopyTo(best);
            for (int j = 1; j < count; j++)
            {
                ReadOnlySpan<float> next = x.Slice((i * count + j) * inner, inner);
                if (largest)
                    Elementwise.Run<MaximumOf>(best, next, best);
                else
                    Elementwise.Run<MinimumOf>(best, next, best);
            }
        }
        return Records(this) ? y.From(new ExtremeNode(this, axis, y)) : y;
    }

    internal int[] Without(int axis, bool keepAxis) =>
        keepAxis ? [.. _shape[..axis], 1, .. _shape[(axis + 1)..]] : [.. _shape[..axis], .. _shape[(axis + 1)..]];

    /// <summary>Elements before, along and behind an axis.</summary>
    private (int Outer, int Count, int Inner) Around(int axis) =>
        (TensorShape.Product(_shape.AsSpan(0, axis)), _shape[axis], TensorShape.Product(_shape.AsSpan(axis + 1)));
}

internal sealed class SumNode(Tensor x) : UnaryNode(x)
{
    public override void Backward(Tensor gradient, BackwardPass pass)
    {
        if (pass.CreateGraph)
        {
            pass.Add(X, gradient.BroadcastTo(X.Shape));
            return;
        }
        Tensor spread = Tensor.Create(X.Sizes);
        spread.Data.Fill(gradient.Data[0]);
        pass.Add(X, spread);
    }
}

internal sealed class AxisSumNode(Tensor x, int axis) : UnaryNode(x)
{
    public override void Backward(Tensor gradient, BackwardPass pass) =>
        pass.Add(X, gradient.ReshapeTo(X.Without(axis, keepAxis: true)).BroadcastTo(X.Shape));
}

internal sealed class SumToNode(Tensor x) : UnaryNode(x)
{
    public override void Backward(Tensor gradient, BackwardPass pass) => pass.Add(X, gradient.BroadcastTo(X.Shape));
}

internal sealed class ExtremeNode(Tensor x, int axis, Tensor y) : UnaryNode(x.Save())
{
    private readonly Tensor _y = y.Save();

    public override void Backward(Tensor gradient, BackwardPass pass)
    {
        int[] kept = X.Without(axis, keepAxis: true);
        Tensor isExtreme = X.Detach().EqualTo(_y.Detach().ReshapeTo(kept));
        Tensor share = isExtreme / isExtreme.Sum(axis, keepAxis: true);
        pass.Add(X, gradient.ReshapeTo(kept) * share);
    }
}
