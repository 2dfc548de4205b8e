using System.Runtime.InteropServices;
using Assay.Numerics;

namespace Assay.Learning;

/// <summary>Pooling of planes [batch channels, height, width] by windows.</summary>
internal static class Pooling
{
    public static Tensor Average(ConvolutionShape shape, Tensor x)
    {
        Tensor y = Tensor.Create([shape.Batch, shape.Channels, shape.OutHeight, shape.OutWidth]);
        Workers.For(shape.Batch * shape.Channels, new Averages(shape, x.Data, y.Data));
        return Tensor.Records(x) ? y.From(new AveragePoolNode(shape, x)) : y;
    }

    /// <summary>The transpose of <see cref="Average"/>: every mean spread evenly over its window.</summary>
    public static Tensor Spread(ConvolutionShape shape, Tensor x)
    {
        Tensor y = Tensor.Create([shape.Batch, shape.Channels, shape.Height, shape.Width]);
        y.Data.Clear();
        Workers.For(shape.Batch * shape.Channels, new Spreads(shape, x.Data, y.Data));
        return Tensor.Records(x) ? y.From(new SpreadNode(shape, x)) : y;
    }

    public static Tensor Max(ConvolutionShape shape, Tensor x)
    {
        int[] sizes = [shape.Batch, shape.Channels, shape.OutHeight, shape.OutWidth];
        Tensor places = Tensor.Create(sizes);
        Workers.For(
            shape.Batch * shape.Channels,
            new Largest(shape, x.Data, MemoryMarshal.Cast<float, int>(places.Data))
        );
        return Take(x, places);
    }

    /// <summary>Elements of <paramref name="x"/> by their places, which are integers in the storage of <paramref name="places"/>.</summary>
    public static Tensor Take(Tensor x, Tensor places)
    {
        Tensor y = Tensor.Create(places.Sizes);
        ReadOnlySpan<float> from = x.Data;
        ReadOnlySpan<int> at = MemoryMarshal.Cast<float, int>(places.Data);
        Span<float> to = y.Data;
        for (int i = 0; i < at.Length; i++)
            to[i] = from[at[i]];
        return Tensor.Records(x) ? y.From(new TakeNode(x, places)) : y;
    }

    /// <summary>The transpose of <see cref="Take"/>: zeros of <paramref name="shape"/> with every element added at its place.</summary>
    public static Tensor Put(Tensor x, Tensor places, int[] shape)
    {
        Tensor y = Tensor.Create(shape);
        Span<float> to = y.Data;
        to.Clear();
        ReadOnlySpan<float> from = x.Data;
        ReadOnlySpan<int> at = MemoryMarshal.Cast<float, int>(places.Data);
        for (int i = 0; i < at.Length; i++)
            to[at[i]] += from[i];
        return Tensor.Records(x) ? y.From(new PutNode(x, places)) : y;
    }

    private readonly ref struct Averages(ConvolutionShape shape, ReadOnlySpan<float> x, Span<float> y) : IPieces
    {
        private readonly ReadOnlySpan<float> _x = x;
        private readonly Span<float> _y = y;

        public void Run(int piece)
        {
            ReadOnlySpan<float> plane = _x.Slice(piece * shape.Height * shape.Width, shape.Height * shape.Width);
            Span<float> means = _y.Slice(piece * shape.Places, shape.Places);
            float share = 1f / (shape.KernelHeight * shape.KernelWidth);
            for (int place = 0; place < means.Length; place++)
            {
                int top = place / shape.OutWidth * shape.Stride,
                    left = place % shape.OutWidth * shape.Stride;
                float sum = 0;
                for (int row = top; row < top + shape.KernelHeight; row++)
                    foreach (float value in plane.Slice(row * shape.Width + left, shape.KernelWidth))
                        sum += value;
                means[place] = sum * share;
            }
        }
    }

    private readonly ref struct Spreads(ConvolutionShape shape, ReadOnlySpan<float> x, Span<float> y) : IPieces
    {
        private readonly ReadOnlySpan<float> _x = x;
        private readonly Span<float> _y = y;

        public void Run(int piece)
        {
            ReadOnlySpan<float> means = _x.Slice(piece * shape.Places, shape.Places);
            Span<float> plane = _y.Slice(piece * shape.Height * shape.Width, shape.Height * shape.Width);
            float share = 1f / (shape.KernelHeight * shape.KernelWidth);
            for (int place = 0; place < means.Length; place++)
            {
                int top = place / shape.OutWidth * shape.Stride,
                    left = place % shape.OutWidth * shape.Stride;
                for (int row = top; row < top + shape.KernelHeight; row++)
                    foreach (ref float value in plane.Slice(row * shape.Width + left, shape.KernelWidth))
                        value += means[place] * share;
            }
        }
    }

    private readonly ref struct Largest(ConvolutionShape shape, ReadOnlySpan<float> x, Span<int> places) : IPieces
    {
        private readonly ReadOnlySpan<float> _x = x;
        private readonly Span<int> _places = places;

        public void Run(int piece)
        {
            int start = piece * shape.Height * shape.Width;
            Span<int> largest = _places.Slice(piece * shape.Places, shape.Places);
            for (int place = 0; place < largest.Length; place++)
            {
                int top = place / shape.OutWidth * shape.Stride,
                    left = place % shape.OutWidth * shape.Stride,
                    best = start + top * shape.Width + left;
                for (int row = top; row < top + shape.KernelHeight; row++)
                for (int column = left; column < left + shape.KernelWidth; column++)
                {
                    int at = start + row * shape.Width + column;
                    // NaN is the largest, so that it does not vanish.
                    if (_x[at] > _x[best] || (float.IsNaN(_x[at]) && !float.IsNaN(_x[best])))
                        best = at;
                }
                largest[place] = best;
            }
        }
    }
}

internal sealed class AveragePoolNode(ConvolutionShape shape, Tensor x) : UnaryNode(x)
{
    public override void Backward(Tensor gradient, BackwardPass pass) => pass.Add(X, Pooling.Spread(shape, gradient));
}

internal sealed class SpreadNode(ConvolutionShape shape, Tensor x) : UnaryNode(x)
{
    public override void Backward(Tensor gradient, BackwardPass pass) => pass.Add(X, Pooling.Average(shape, gradient));
}

internal sealed class TakeNode(Tensor x, Tensor places) : UnaryNode(x)
{
    private readonly Tensor _places = places.Save();

    public override void Backward(Tensor gradient, BackwardPass pass) =>
        pass.Add(X, Pooling.Put(gradient, _places, X.Sizes));
}

internal sealed class PutNode(Tensor x, Tensor places) : UnaryNode(x)
{
    private readonly Tensor _places = places.Save();

    public override void Backward(Tensor gradient, BackwardPass pass) => pass.Add(X, Pooling.Take(gradient, _places));
}
