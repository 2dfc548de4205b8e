using System.Runtime.Intrinsics;

namespace Assay.Numerics;

/// <summary>Normalisation of each channel over all images of a batch, and by given statistics.</summary>
/// <remarks>
/// Ioffe and Szegedy (2015). Images are [images, channels, size] with size = height x width. Every channel is summed image by
/// image by one thread: threads do not change bits.
/// </remarks>
public static class BatchNormKernel
{
    /// <summary>result = (x - mean) / sqrt(variance + epsilon) gain + bias, mean and variance of each channel of the batch.</summary>
    /// <param name="x">[images, channels, size].</param>
    /// <param name="channels">At least 1.</param>
    /// <param name="size">Height x width, at least 1.</param>
    /// <param name="gain">[channels], or empty for 1.</param>
    /// <param name="bias">[channels], or empty for 0.</param>
    /// <param name="result">The shape of x.</param>
    /// <param name="mean">[channels]: receives the means; 0 without images.</param>
    /// <param name="variance">[channels]: receives the variances of the population; 0 without images.</param>
    /// <param name="epsilon">Added to the variance; usually 1e-5.</param>
    /// <exception cref="ArgumentException">The lengths do not fit each other.</exception>
    public static void Forward(
        ReadOnlySpan<float> x,
        int channels,
        int size,
        ReadOnlySpan<float> gain,
        ReadOnlySpan<float> bias,
        Span<float> result,
        Span<float> mean,
        Span<float> variance,
        float epsilon = 1e-5f
    )
    {
        int images = Check(x.Length, channels, size, gain.Length, bias.Length, mean.Length, variance.Length);
        KernelShape.Require(result.Length, x.Length, nameof(result), "element", images, channels * size);
        if (Vector512.IsHardwareAccelerated)
            Workers.For(channels, new Statistics<Lanes512>(x, channels, size, mean, variance));
        else
            Workers.For(channels, new Statistics<Lanes256>(x, channels, size, mean, variance));
        Apply(x, channels, size, gain, bias, mean, variance, result, epsilon);
    }

    /// <summary>Normalises by given statistics, as an evaluated network does by its running ones.</summary>
    /// <param name="x">[images, channels, size].</param>
    /// <param name="channels">At least 1.</param>
    /// <param name="size">Height x width, at least 1.</param>
    /// <param name="gain">[channels], or empty for 1.</param>
    /// <param name="bias">[channels], or empty for 0.</param>
    /// <param name="mean">[channels].</param>
    /// <param name="variance">[channels].</param>
    /// <param name="result">The shape of x; may be <paramref name="x"/>.</param>
    /// <param name="epsilon">Added to the variance; usually 1e-5.</param>
    /// <exception cref="ArgumentException">The lengths do not fit each other.</exception>
    public static void Apply(
        ReadOnlySpan<float> x,
        int channels,
        int size,
        ReadOnlySpan<float> gain,
        ReadOnlySpan<float> bias,
        ReadOnlySpan<float> mean,
        ReadOnlySpan<float> variance,
        Span<float> result,
        float epsilon = 1e-5f
    )
    {
        int images = Check(x.Length, channels, size, gain.Length, bias.Length, mean.Length, variance.Length);
        KernelShape.Require(result.Length, x.Length, nameof(result), "element", images, channels * size);
        if (Vector512.IsHardwareAccelerated)
            Workers.For(channels, new Values<Lanes512>(x, size, gain, bias, mean, variance, epsilon, result));
        else
            Workers.For(channels, new Values<Lanes256>(x, size, gain, bias, mean, variance, epsilon, result));
    }

    /// <summary>Gradients of <see cref="Forward"/>.</summary>
    /// <param name="x">[images, channels, size]: the input of <see cref="Forward"/>.</param>
    /// <param name="outputGradient">The shape of x.</param>
    /// <param name="channels">At least 1.</param>
    /// <param name="size">Height x width, at least 1.</param>
    /// <param name="gain">[channels], or empty for 1.</param>
    /// <param name="mean">[channels], from <see cref="Forward"/>.</param>
    /// <param name="variance">[channels], from <see cref="Forward"/>.</param>
    /// <param name="gradient">Receives the gradient of x; may be either input.</param>
    /// <param name="gainGradient">[channels]: receives the gradient of gain; or empty.</param>
    /// <param name="biasGradient">[channels]: receives the gradient of bias; or empty.</param>
    /// <param name="epsilon">As in <see cref="Forward"/>.</param>
    /// <exception cref="ArgumentException">The lengths do not fit each other.</exception>
    public static void Backward(
        ReadOnlySpan<float> x,
        ReadOnlySpan<float> outputGradient,
        int channels,
        int size,
        ReadOnlySpan<float> gain,
        ReadOnlySpan<float> mean,
        ReadOnlySpan<float> variance,
        Span<float> gradient,
        Span<float> gainGradient,
        Span<float> biasGradient,
        float epsilon = 1e-5f
    )
    {
        int images = Check(x.Length, channels, size, gain.Length, 0, mean.Length, variance.Length);
        KernelShape.Require(
            outputGradient.Length,
            x.Length,
            nameof(outputGradient),
            "element",
            images,
            channels * size
        );
        KernelShape.Require(gradient.Length, x.Length, nameof(gradient), "element", images, channels * size);
        if (!gainGradient.IsEmpty)
            KernelShape.Require(gainGradient.Length, channels, nameof(gainGradient), "column", images, channels);
        if (!biasGradient.IsEmpty)
            KernelShape.Require(biasGradient.Length, channels, nameof(biasGradient), "column", images, channels);
        if (Vector512.IsHardwareAccelerated)
            Backward<Lanes512>(
                x,
                outputGradient,
                size,
                gain,
                mean,
                variance,
                gradient,
                gainGradient,
                biasGradient,
                epsilon
            );
        else
            Backward<Lanes256>(
                x,
                outputGradient,
                size,
                gain,
                mean,
                variance,
                gradient,
                gainGradient,
                biasGradient,
                epsilon
            );
    }

    internal static void Backward<V>(
        ReadOnlySpan<float> x,
        ReadOnlySpan<float> outputGradient,
        int size,
        ReadOnlySpan<float> gain,
        ReadOnlySpan<float> mean,
        ReadOnlySpan<float> variance,
        Span<float> gradient,
        Span<float> gainGradient,
        Span<float> biasGradient,
        float epsilon
    )
        where V : struct, ILanes<V> =>
        Workers.For(
            mean.Length,
            new Gradients<V>
            {
                X = x,
                OutputGradient = outputGradient,
                Size = size,
                Gain = gain,
                Mean = mean,
                Variance = variance,
                Result = gradient,
                GainGradient = gainGradient,
                BiasGradient = biasGradient,
                Epsilon = epsilon,
            }
        );

    private static int Check(int length, int channels, int size, int gains, int biases, int means, int variances)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(channels);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(size);
        int images = KernelShape.Rows(length, checked(channels * size), "x");
        if (gains != 0)
            KernelShape.Require(gains, channels, "gain", "column", images, channels);
        if (biases != 0)
            KernelShape.Require(biases, channels, "bias", "column", images, channels);
        KernelShape.Require(means, channels, "mean", "column", images, channels);
        KernelShape.Require(variances, channels, "variance", "column", images, channels);
        return images;
    }

    private readonly ref struct Statistics<V>(
        ReadOnlySpan<float> x,
        int channels,
        int size,
        Span<float> mean,
        Span<float> variance
    ) : IPieces
        where V : struct, ILanes<V>
    {
        private readonly ReadOnlySpan<float> _x = x;
        private readonly Span<float> _mean = mean,
            _variance = variance;

        public void Run(int piece)
        {
            int step = channels * size;
            double sum = 0,
                squares = 0,
                count = Math.Max(1, _x.Length / channels);
            for (int start = piece * size; start < _x.Length; start += step)
                sum += Row.Sum<V>(_x.Slice(start, size));
            float mean = (float)(sum / count);
            for (int start = piece * size; start < _x.Length; start += step)
                squares += Row.SquaresAround<V>(_x.Slice(start, size), mean);
            _mean[piece] = mean;
            _variance[piece] = (float)(squares / count);
        }
    }

    private readonly ref struct Values<V>(
        ReadOnlySpan<float> x,
        int size,
        ReadOnlySpan<float> gain,
        ReadOnlySpan<float> bias,
        ReadOnlySpan<float> mean,
        ReadOnlySpan<float> variance,
        float epsilon,
        Span<float> result
    ) : IPieces
        where V : struct, ILanes<V>
    {
        private readonly ReadOnlySpan<float> _x = x,
            _gain = gain,
            _bias = bias,
            _mean = mean,
            _variance = variance;
        private readonly Span<float> _result = result;

        public void Run(int piece)
        {
            float slope = (_gain.IsEmpty ? 1 : _gain[piece]) / MathF.Sqrt(_variance[piece] + epsilon),
                bias = _bias.IsEmpty ? 0 : _bias[piece];
            for (int start = piece * size; start < _x.Length; start += _mean.Length * size)
                ChannelRow<V>.Normalise(_x.Slice(start, size), _mean[piece], slope, bias, _result.Slice(start, size));
        }
    }

    private ref struct Gradients<V> : IPieces
        where V : struct, ILanes<V>
    {
        public ReadOnlySpan<float> X,
            OutputGradient,
            Gain,
            Mean,
            Variance;
        public Span<float> Result,
            GainGradient,
            BiasGradient;
        public int Size;
        public float Epsilon;

        // dx = gain scale (dy - mean of dy - n mean of dy n), where n is the normalised x
        public readonly void Run(int piece)
        {
            int step = Mean.Length * Size;
            float mean = Mean[piece],
                scale = 1 / MathF.Sqrt(Variance[piece] + Epsilon);
            double sum = 0,
                product = 0,
                count = Math.Max(1, X.Length / Mean.Length);
            for (int start = piece * Size; start < X.Length; start += step)
            {
                (float above, float along) = ChannelRow<V>.Sums(
                    X.Slice(start, Size),
                    OutputGradient.Slice(start, Size),
                    mean
                );
                sum += above;
                product += along;
            }
            product *= scale;
            if (!GainGradient.IsEmpty)
                GainGradient[piece] = (float)product;
            if (!BiasGradient.IsEmpty)
                BiasGradient[piece] = (float)sum;
            float slope = Gain.IsEmpty ? scale : scale * Gain[piece];
            for (int start = piece * Size; start < X.Length; start += step)
                ChannelRow<V>.Gradient(
                    X.Slice(start, Size),
                    OutputGradient.Slice(start, Size),
                    mean,
                    slope,
                    (float)(-slope * scale * product / count),
                    (float)(-slope * sum / count),
                    Result.Slice(start, Size)
                );
        }
    }
}
