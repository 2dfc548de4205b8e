using System.Buffers;
using System.Runtime.Intrinsics;

namespace Assay.Numerics;

/// <summary>Normalisation of groups of channels of one image; with one channel a group, instance normalisation.</summary>
/// <remarks>
/// Wu and He (2018); Ulyanov, Vedaldi and Lempitsky (2016). Images are [images, channels, size] with size = height x width.
/// Gradients of gain and bias are summed over images in their order: threads do not change bits.
/// </remarks>
public static class GroupNormKernel
{
    /// <summary>result = (x - mean) / sqrt(variance + epsilon) gain + bias, mean and variance of each group.</summary>
    /// <param name="x">[images, channels, size].</param>
    /// <param name="channels">At least 1.</param>
    /// <param name="size">Height x width, at least 1.</param>
    /// <param name="groups">A divisor of <paramref name="channels"/>.</param>
    /// <param name="gain">[channels], or empty for 1.</param>
    /// <param name="bias">[channels], or empty for 0.</param>
    /// <param name="result">The shape of x.</param>
    /// <param name="mean">[images, groups]: receives the means.</param>
    /// <param name="scale">[images, groups]: receives 1 / sqrt(variance + epsilon).</param>
    /// <param name="epsilon">Added to the variance; usually 1e-5.</param>
    /// <exception cref="ArgumentException">The lengths do not fit each other.</exception>
    public static void Forward(
        ReadOnlySpan<float> x,
        int channels,
        int size,
        int groups,
        ReadOnlySpan<float> gain,
        ReadOnlySpan<float> bias,
        Span<float> result,
        Span<float> mean,
        Span<float> scale,
        float epsilon = 1e-5f
    )
    {
        if (Vector512.IsHardwareAccelerated)
            Forward<Lanes512>(x, channels, size, groups, gain, bias, result, mean, scale, epsilon);
        else
            Forward<Lanes256>(x, channels, size, groups, gain, bias, result, mean, scale, epsilon);
    }

    /// <summary>Gradients of <see cref="Forward"/>.</summary>
    /// <param name="x">[images, channels, size]: the input of <see cref="Forward"/>.</param>
    /// <param name="outputGradient">The shape of x.</param>
    /// <param name="channels">At least 1.</param>
    /// <param name="size">Height x width, at least 1.</param>
    /// <param name="groups">A divisor of <paramref name="channels"/>.</param>
    /// <param name="gain">[channels], or empty for 1.</param>
    /// <param name="mean">[images, groups], from <see cref="Forward"/>.</param>
    /// <param name="scale">[images, groups], from <see cref="Forward"/>.</param>
    /// <param name="gradient">Receives the gradient of x; may be either input.</param>
    /// <param name="gainGradient">[channels]: receives the gradient of gain; or empty.</param>
    /// <param name="biasGradient">[channels]: receives the gradient of bias; or empty.</param>
    /// <exception cref="ArgumentException">The lengths do not fit each other.</exception>
    public static void Backward(
        ReadOnlySpan<float> x,
        ReadOnlySpan<float> outputGradient,
        int channels,
        int size,
        int groups,
        ReadOnlySpan<float> gain,
        ReadOnlySpan<float> mean,
        ReadOnlySpan<float> scale,
        Span<float> gradient,
        Span<float> gainGradient,
        Span<float> biasGradient
    )
    {
        int images = Check(x.Length, channels, size, groups, gain, mean.Length, scale.Length);
        int width = channels * size;
        KernelShape.Require(outputGradient.Length, x.Length, nameof(outputGradient), "element", images, width);
        KernelShape.Require(gradient.Length, x.Length, nameof(gradient), "element", images, width);
        if (!gainGradient.IsEmpty)
            KernelShape.Require(gainGradient.Length, channels, nameof(gainGradient), "column", images, channels);
        if (!biasGradient.IsEmpty)
            KernelShape.Require(biasGradient.Length, channels, nameof(biasGradient), "column", images, channels);
        float[] sums = ArrayPool<float>.Shared.Rent(checked(2 * images * channels));
        Groups shape = new(channels, size, groups);
        if (Vector512.IsHardwareAccelerated)
            Backward<Lanes512>(shape, x, outputGradient, gain, mean, scale, gradient, sums);
        else
            Backward<Lanes256>(shape, x, outputGradient, gain, mean, scale, gradient, sums);
        Reduce(sums, images, gainGradient);
        Reduce(sums.AsSpan(images * channels), images, biasGradient);
        ArrayPool<float>.Shared.Return(sums);
    }

    internal static void Forward<V>(
        ReadOnlySpan<float> x,
        int channels,
        int size,
        int groups,
        ReadOnlySpan<float> gain,
        ReadOnlySpan<float> bias,
        Span<float> result,
        Span<float> mean,
        Span<float> scale,
        float epsilon
    )
        where V : struct, ILanes<V>
    {
        int images = Check(x.Length, channels, size, groups, gain, mean.Length, scale.Length);
        if (!bias.IsEmpty)
            KernelShape.Require(bias.Length, channels, nameof(bias), "column", images, channels);
        KernelShape.Require(result.Length, x.Length, nameof(result), "element", images, channels * size);
        Workers.For(
            images * groups,
            new Values<V>
            {
                X = x,
                Shape = new(channels, size, groups),
                Gain = gain,
                Bias = bias,
                Result = result,
                Mean = mean,
                Scale = scale,
                Epsilon = epsilon,
            }
        );
    }

    private static void Backward<V>(
        Groups shape,
        ReadOnlySpan<float> x,
        ReadOnlySpan<float> outputGradient,
        ReadOnlySpan<float> gain,
        ReadOnlySpan<float> mean,
        ReadOnlySpan<float> scale,
        Span<float> gradient,
        Span<float> sums
    )
        where V : struct, ILanes<V> =>
        Workers.For(
            mean.Length,
            new Gradients<V>
            {
                X = x,
                OutputGradient = outputGradient,
                Shape = shape,
                Gain = gain,
                Mean = mean,
                Scale = scale,
                Result = gradient,
                GainSums = sums,
                BiasSums = sums[(mean.Length / shape.Count * shape.Channels)..],
            }
        );

    private static int Check(
        int length,
        int channels,
        int size,
        int groups,
        ReadOnlySpan<float> gain,
        int means,
        int scales
    )
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(channels);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(size);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(groups);
        if (channels % groups != 0)
            throw new ArgumentException($"{channels} channels do not fall into {groups} groups.", nameof(groups));
        int images = KernelShape.Rows(length, checked(channels * size), "x");
        if (!gain.IsEmpty)
            KernelShape.Require(gain.Length, channels, nameof(gain), "column", images, channels);
        KernelShape.Require(means, (long)images * groups, "mean", "element", images, groups);
        KernelShape.Require(scales, (long)images * groups, "scale", "element", images, groups);
        return images;
    }

    private static void Reduce(ReadOnlySpan<float> sums, int images, Span<float> result)
    {
        result.Clear();
        if (result.IsEmpty)
            return;
        for (int image = 0; image < images; image++)
            Row.Add<Lanes256>(sums.Slice(image * result.Length, result.Length), result);
    }

    private readonly record struct Groups(int Channels, int Size, int Count)
    {
        public int Width => Channels / Count;
    }

    private ref struct Values<V> : IPieces
        where V : struct, ILanes<V>
    {
        public ReadOnlySpan<float> X,
            Gain,
            Bias;
        public Span<float> Result,
            Mean,
            Scale;
        public Groups Shape;
        public float Epsilon;

        public readonly void Run(int piece)
        {
            int count = Shape.Width * Shape.Size,
                channel = piece % Shape.Count * Shape.Width;
            ReadOnlySpan<float> x = X.Slice(piece * count, count);
            float mean = Row.Sum<V>(x) / count,
                scale = 1 / MathF.Sqrt(Row.SquaresAround<V>(x, mean) / count + Epsilon);
            Mean[piece] = mean;
            Scale[piece] = scale;
            for (int i = 0; i < Shape.Width; i++)
                ChannelRow<V>.Normalise(
                    x.Slice(i * Shape.Size, Shape.Size),
                    mean,
                    Gain.IsEmpty ? scale : scale * Gain[channel + i],
                    Bias.IsEmpty ? 0 : Bias[channel + i],
                    Result.Slice(piece * count + i * Shape.Size, Shape.Size)
                );
        }
    }

    private ref struct Gradients<V> : IPieces
        where V : struct, ILanes<V>
    {
        public ReadOnlySpan<float> X,
            OutputGradient,
            Gain,
            Mean,
            Scale;
        public Span<float> Result,
            GainSums,
            BiasSums;
        public Groups Shape;

        // dx = scale (g - mean of g - n mean of g n), where n is the normalised x and g = dy gain
        public readonly void Run(int piece)
        {
            int count = Shape.Width * Shape.Size,
                channel = piece % Shape.Count * Shape.Width;
            float mean = Mean[piece],
                scale = Scale[piece],
                sum = 0,
                product = 0;
            for (int i = 0; i < Shape.Width; i++)
            {
                int start = piece * count + i * Shape.Size;
                (float above, float along) = ChannelRow<V>.Sums(
                    X.Slice(start, Shape.Size),
                    OutputGradient.Slice(start, Shape.Size),
                    mean
                );
                along *= scale;
                GainSums[piece * Shape.Width + i] = along;
                BiasSums[piece * Shape.Width + i] = above;
                float gain = Gain.IsEmpty ? 1 : Gain[channel + i];
                sum += gain * above;
                product += gain * along;
            }
            for (int i = 0; i < Shape.Width; i++)
            {
                int start = piece * count + i * Shape.Size;
                ChannelRow<V>.Gradient(
                    X.Slice(start, Shape.Size),
                    OutputGradient.Slice(start, Shape.Size),
                    mean,
                    Gain.IsEmpty ? scale : scale * Gain[channel + i],
                    -scale * scale * product / count,
                    -scale * sum / count,
                    Result.Slice(start, Shape.Size)
                );
            }
        }
    }
}
