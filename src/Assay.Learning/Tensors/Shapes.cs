using Assay.Numerics;

namespace Assay.Learning;

public sealed partial class Tensor
{
    /// <summary>The same elements in another shape, over the same storage. One size may be -1: whatever is left.</summary>
    /// <exception cref="ArgumentException">The shape has another number of elements.</exception>
    public Tensor Reshape(params ReadOnlySpan<int> shape)
    {
        int[] sizes = shape.ToArray();
        int unknown = sizes.AsSpan().IndexOf(-1);
        if (unknown >= 0)
        {
            sizes[unknown] = 1;
            int others = TensorShape.Length(sizes);
            sizes[unknown] = others == 0 ? 0 : Length / others;
        }
        return ReshapeTo(sizes);
    }

    /// <summary>Axes <paramref name="first"/> to the last as one.</summary>
    public Tensor Flatten(int first = 0)
    {
        first = TensorShape.Axis(first, Rank, _shape);
        return ReshapeTo([.. _shape[..first], TensorShape.Product(_shape.AsSpan(first))]);
    }

    /// <summary>With an axis of size 1 before <paramref name="axis"/> (counted in the result; negative from the back).</summary>
    public Tensor Unsqueeze(int axis)
    {
        axis = TensorShape.Axis(axis, Rank + 1, _shape);
        return ReshapeTo([.. _shape[..axis], 1, .. _shape[axis..]]);
    }

    /// <summary>Without <paramref name="axis"/>, which has size 1.</summary>
    public Tensor Squeeze(int axis)
    {
        axis = TensorShape.Axis(axis, Rank, _shape);
        if (_shape[axis] != 1)
            throw new ArgumentException($"Squeeze: axis {axis} of {TensorShape.Text(_shape)} is not of size 1.");
        return ReshapeTo([.. _shape[..axis], .. _shape[(axis + 1)..]]);
    }

    /// <summary>Axes in another order, copied: axis i of the result is axis <paramref name="order"/>[i] of this.</summary>
    /// <exception cref="ArgumentException">The order does not name every axis once.</exception>
    public Tensor Permute(params ReadOnlySpan<int> order)
    {
        int[] axes = new int[order.Length];
        int named = 0;
        for (int i = 0; i < axes.Length; i++)
        {
            axes[i] = TensorShape.Axis(order[i], Rank, _shape);
            named |= 1 << axes[i];
        }
        if (axes.Length != Rank || named != (1 << Rank) - 1)
            throw new ArgumentException(
                $"Permute: {TensorShape.Text(order)} does not name every axis of {TensorShape.Text(_shape)} once."
            );
        int[] shape = new int[Rank];
        for (int i = 0; i < Rank; i++)
            shape[i] = _shape[axes[i]];
        Tensor y = Create(shape);
        PermuteCopy.Run(Data, _shape, axes, y.Data);
        return Records(this) ? y.From(new PermuteNode(this, axes)) : y;
    }

    /// <summary>With two axes exchanged, copied. MatMul transposes its operands itself.</summary>
    public Tensor Transpose(int a = -2, int b = -1)
    {
        a = TensorShape.Axis(a, Rank, _shape);
        b = TensorShape.Axis(b, Rank, _shape);
        Span<int> order = stackalloc int[Rank];
        for (int i = 0; i < Rank; i++)
            order[i] =
                i == a ? b
                : i == b ? a
                : i;
        return Permute(order);
    }

    /// <summary>
    /// <paramref name="length"/> entries of <paramref name="axis"/> from <paramref name="start"/> on. Shares the storage where
    /// the axis is the first with more than one entry; else a copy.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The axis does not have these entries.</exception>
    public Tensor Slice(int axis, int start, int length)
    {
        axis = TensorShape.Axis(axis, Rank, _shape);
        if (start < 0 || length < 0 || start > _shape[axis] - length)
            throw new ArgumentOutOfRangeException(
                nameof(start),
                start,
                $"Slice: axis {axis} of {TensorShape.Text(_shape)} has no entries {start} to {start + (long)length - 1}."
            );
        int[] shape = [.. _shape];
        shape[axis] = length;
        int outer = TensorShape.Product(_shape.AsSpan(0, axis)),
            inner = TensorShape.Product(_shape.AsSpan(axis + 1));
        Tensor y;
        if (outer == 1)
        {
            y = View(shape, start * inner);
        }
        else
        {
            y = Create(shape);
            ReadOnlySpan<float> from = Data;
            Span<float> to = y.Data;
            for (int i = 0; i < outer; i++)
                from.Slice((i * _shape[axis] + start) * inner, length * inner).CopyTo(to[(i * length * inner)..]);
        }
        return Records(this) ? y.From(new SliceNode(this, axis, start)) : y;
    }

    /// <summary>Tensors behind each other along <paramref name="axis"/>; their other sizes are equal.</summary>
    public static Tensor Concat(int axis, params ReadOnlySpan<Tensor> parts)
    {
        if (parts.Length == 0)
            throw new ArgumentException("Concat: there is nothing to put together.");
        Tensor first = parts[0];
        axis = TensorShape.Axis(axis, first.Rank, first._shape);
        int[] shape = [.. first._shape];
        bool records = false;
        shape[axis] = 0;
        foreach (Tensor part in parts)
        {
            bool fits = part.Rank == first.Rank;
            for (int i = 0; fits && i < shape.Length; i++)
                fits = i == axis || part._shape[i] == shape[i];
            if (!fits)
                throw first.ShapeError("Concat", part, $"only axis {axis} may differ");
            shape[axis] += part._shape[axis];
            records |= Records(part);
        }
        Tensor y = Create(shape);
        int outer = TensorShape.Product(shape.AsSpan(0, axis)),
            row = TensorShape.Product(shape.AsSpan(axis)),
            at = 0;
        foreach (Tensor part in parts)
        {
            int run = outer == 0 ? 0 : part.Length / outer;
            for (int i = 0; i < outer; i++)
                part.Data.Slice(i * run, run).CopyTo(y.Data[(i * row + at)..]);
            at += run;
        }
        return records ? y.From(new ConcatNode(parts.ToArray(), axis)) : y;
    }

    /// <summary>Tensors of one shape along a new axis.</summary>
    public static Tensor Stack(int axis, params ReadOnlySpan<Tensor> parts)
    {
        Tensor[] widened = new Tensor[parts.Length];
        for (int i = 0; i < widened.Length; i++)
            widened[i] = parts[i].Unsqueeze(axis);
        return Concat(axis < 0 && parts.Length > 0 ? axis + parts[0].Rank + 1 : axis, widened);
    }

    /// <summary>Repeated along axes of size 1, and along new ones in front, until it has <paramref name="shape"/>.</summary>
    /// <exception cref="ArgumentException">It cannot be broadcast to the shape.</exception>
    public Tensor BroadcastTo(params ReadOnlySpan<int> shape)
    {
        if (shape.SequenceEqual(_shape))
            return this;
        int[] sizes = shape.ToArray();
        if (!TensorShape.Broadcast(sizes, _shape, "BroadcastTo").AsSpan().SequenceEqual(sizes))
            throw new ArgumentException(
                $"BroadcastTo: {TensorShape.Text(_shape)} cannot be broadcast to {TensorShape.Text(sizes)}."
            );
        Tensor y = Create(sizes);
        new Broadcast(_shape, [], sizes).Apply<AddOf>(Data, [0], y.Data);
        return Records(this) ? y.From(new BroadcastNode(this)) : y;
    }

    internal Tensor ReshapeTo(int[] shape)
    {
        if (TensorShape.Length(shape) != Length)
            throw new ArgumentException(
                $"Reshape: {TensorShape.Text(_shape)} has {Length} elements and {TensorShape.Text(shape)} does not."
            );
        Tensor y = View(shape, 0);
        return Records(this) ? y.From(new ReshapeNode(this)) : y;
    }

    /// <summary>Zeros of <paramref name="shape"/> with this from <paramref name="start"/> on along <paramref name="axis"/>: the transpose of <see cref="Slice"/>.</summary>
    internal Tensor PadTo(int[] shape, int axis, int start)
    {
        Tensor y = Create(shape);
        y.Data.Clear();
        SliceNode.AddInto(y, axis, start, this);
        return Records(this) ? y.From(new PadNode(this, axis, start)) : y;
    }
}

internal sealed class ReshapeNode(Tensor x) : UnaryNode(x)
{
    public override void Backward(Tensor gradient, BackwardPass pass) => pass.Add(X, gradient.ReshapeTo(X.Sizes));
}

internal sealed class BroadcastNode(Tensor x) : UnaryNode(x)
{
    public override void Backward(Tensor gradient, BackwardPass pass) => pass.Add(X, gradient.SumTo(X.Sizes));
}

internal sealed class PermuteNode(Tensor x, int[] order) : UnaryNode(x)
{
    public override void Backward(Tensor gradient, BackwardPass pass)
    {
        Span<int> inverse = stackalloc int[order.Length];
        for (int i = 0; i < order.Length; i++)
            inverse[order[i]] = i;
        pass.Add(X, gradient.Permute(inverse));
    }
}

internal sealed class SliceNode(Tensor x, int axis, int start) : UnaryNode(x)
{
    public override void Backward(Tensor gradient, BackwardPass pass)
    {
        if (pass.CreateGraph)
        {
            pass.Add(X, gradient.PadTo(X.Sizes, axis, start));
            return;
        }
        // Several slices of one tensor, such as queries, keys and values, each add to their own part only.
        Tensor target = pass.Target(X, out bool accumulate);
        if (!accumulate)
            target.Data.Clear();
        AddInto(target, axis, start, gradient);
    }

    public static void AddInto(Tensor target, int axis, int start, Tensor part)
    {
        int inner = TensorShape.Product(target.Shape[(axis + 1)..]),
            outer = TensorShape.Product(target.Shape[..axis]),
            run = part.Shape[axis] * inner,
            row = target.Shape[axis] * inner;
        for (int i = 0; i < outer; i++)
            Elementwise.AddTo(target.Data.Slice(i * row + start * inner, run), part.Data.Slice(i * run, run));
    }
}

internal sealed class PadNode(Tensor x, int axis, int start) : UnaryNode(x)
{
    public override void Backward(Tensor gradient, BackwardPass pass) =>
        pass.Add(X, gradient.Slice(axis, start, X.Shape[axis]));
}

internal sealed class ConcatNode(Tensor[] parts, int axis) : Node
{
    public override int Inputs => parts.Length;

    public override Tensor Input(int index) => parts[index];

    public override void Backward(Tensor gradient, BackwardPass pass)
    {
        int start = 0;
        foreach (Tensor part in parts)
        {
            int length = part.Shape[axis];
            if (pass.Wants(part))
                pass.Add(part, gradient.Slice(axis, start, length));
            start += length;
        }
    }
}
