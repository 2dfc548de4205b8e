using System.Runtime.InteropServices;
using Assay.Numerics;

namespace Assay.Learning;

public static partial class Functional
{
    /// <summary>The mean under a square window; padding counts as zeros.</summary>
    /// <param name="x">[batch, channels, height, width].</param>
    /// <param name="size">Side of the window.</param>
    /// <param name="stride">Distance of neighbouring windows; null is <paramref name="size"/>.</param>
    /// <param name="padding">Rows and columns around the image, at most half a window.</param>
    /// <returns>[batch, channels, (height + 2 padding - size) / stride + 1, likewise for the width].</returns>
    /// <exception cref="ArgumentException">The window does not fit the image.</exception>
    public static Tensor AvgPool2d(Tensor x, int size, int? stride = null, int padding = 0)
    {
        PoolingShape shape = Windows("AvgPool2d", x, size, stride, padding);
        return Pooling.Average(x, shape);
    }

    /// <summary>The largest element under a square window; the first of several gets the gradient.</summary>
    /// <inheritdoc cref="AvgPool2d"/>
    public static Tensor MaxPool2d(Tensor x, int size, int? stride = null, int padding = 0)
    {
        PoolingShape shape = Windows("MaxPool2d", x, size, stride, padding);
        Tensor y = Tensor.Create([x.Shape[0], x.Shape[1], shape.ResultHeight, shape.ResultWidth]),
            places = Tensor.Create(y.Sizes); // integers in its storage
        PoolingKernel.MaxForward(x.Data, shape, y.Data, MemoryMarshal.Cast<float, int>(places.Data));
        if (Tensor.Records(x))
            return y.From(new TakeNode(x, places, shape));
        places.Dispose();
        return y;
    }

    private static PoolingShape Windows(string operation, Tensor x, int size, int? stride, int padding)
    {
        if (
            x.Rank != 4
            || x.Length == 0
            || size < 1
            || padding < 0
            || padding > size / 2
            || size > Math.Min(x.Shape[2], x.Shape[3]) + 2L * padding
        )
            throw new ArgumentException(
                $"{operation}: a window of {size} with padding {padding} does not fit {TensorShape.Text(x.Shape)}, which is to be [batch, channels, height, width]."
            );
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(stride ?? size, nameof(stride));
        return new(x.Shape[0] * x.Shape[1], x.Shape[2], x.Shape[3], size, stride ?? size, padding);
    }
}

/// <summary>Pooling and its transposes, which are each other's gradients.</summary>
internal static class Pooling
{
    public static Tensor Average(Tensor x, PoolingShape shape)
    {
        Tensor y = Tensor.Create([x.Shape[0], x.Shape[1], shape.ResultHeight, shape.ResultWidth]);
        PoolingKernel.AverageForward(x.Data, shape, y.Data);
        return Tensor.Records(x) ? y.From(new AveragePoolNode(x, shape)) : y;
    }

    /// <summary>Every mean spread evenly over its window.</summary>
    public static Tensor Spread(Tensor x, PoolingShape shape)
    {
        Tensor y = Tensor.Create([x.Shape[0], x.Shape[1], shape.Height, shape.Width]);
        PoolingKernel.AverageBackward(x.Data, shape, y.Data);
        return Tensor.Records(x) ? y.From(new SpreadNode(x, shape)) : y;
    }

    /// <summary>The elements at the given places of each plane.</summary>
    public static Tensor Take(Tensor x, Tensor places, PoolingShape shape)
    {
        Tensor y = Tensor.Create(places.Sizes);
        ReadOnlySpan<int> at = MemoryMarshal.Cast<float, int>(places.Data);
        int inputs = shape.Height * shape.Width,
            outputs = shape.ResultHeight * shape.ResultWidth;
        for (int i = 0; i < at.Length; i++)
            y.Data[i] = x.Data[i / outputs * inputs + at[i]];
        return Tensor.Records(x) ? y.From(new TakeNode(x, places, shape)) : y;
    }

    /// <summary>Zeros with every element added at its place.</summary>
    public static Tensor Put(Tensor x, Tensor places, PoolingShape shape)
    {
        Tensor y = Tensor.Create([x.Shape[0], x.Shape[1], shape.Height, shape.Width]);
        PoolingKernel.MaxBackward(x.Data, shape, MemoryMarshal.Cast<float, int>(places.Data), y.Data);
        return Tensor.Records(x) ? y.From(new PutNode(x, places, shape)) : y;
    }
}

internal sealed class AveragePoolNode(Tensor x, PoolingShape shape) : UnaryNode(x)
{
    public override void Backward(Tensor gradient, BackwardPass pass) => pass.Add(X, Pooling.Spread(gradient, shape));
}

internal sealed class SpreadNode(Tensor x, PoolingShape shape) : UnaryNode(x)
{
    public override void Backward(Tensor gradient, BackwardPass pass) => pass.Add(X, Pooling.Average(gradient, shape));
}

internal sealed class TakeNode(Tensor x, Tensor places, PoolingShape shape) : UnaryNode(x)
{
    private readonly Tensor _places = places.Save();

    public override void Backward(Tensor gradient, BackwardPass pass) =>
        pass.Add(X, Pooling.Put(gradient, _places, shape));
}

internal sealed class PutNode(Tensor x, Tensor places, PoolingShape shape) : UnaryNode(x)
{
    private readonly Tensor _places = places.Save();

    public override void Backward(Tensor gradient, BackwardPass pass) =>
        pass.Add(X, Pooling.Take(gradient, _places, shape));
}
