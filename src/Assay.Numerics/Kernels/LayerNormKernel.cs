using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Assay.Numerics;

/// <summary>Layer normalisation of rows: (x - mean) / sqrt(variance + epsilon), times gain, plus bias.</summary>
/// <remarks>
/// Ba, Kiros and Hinton (2016), with the variance of the population. Gradients of gain and bias are summed within blocks of
/// rows that depend on the number of rows only, and the blocks in their order, so threads do not change bits.
/// </remarks>
public static class LayerNormKernel
{
    /// <summary>Normalises each row.</summary>
    /// <param name="x">[rows, width].</param>
    /// <param name="width">Elements of a row, at least 1.</param>
    /// <param name="gain">[width], or empty for 1.</param>
    /// <param name="bias">[width], or empty for 0.</param>
    /// <param name="result">[rows, width]; may be <paramref name="x"/> where no gradient is wanted.</param>
    /// <param name="mean">[rows]: receives the means.</param>
    /// <param name="scale">[rows]: receives 1 / sqrt(variance + epsilon).</param>
    /// <param name="epsilon">Added to the variance; usually 1e-5.</param>
    /// <exception cref="ArgumentException">The lengths do not fit each other.</exception>
    public static void Forward(
        ReadOnlySpan<float> x,
        int width,
        ReadOnlySpan<float> gain,
        ReadOnlySpan<float> bias,
        Span<float> result,
        Span<float> mean,
        Span<float> scale,
        float epsilon = 1e-5f
    )
    {
        if (Vector512.IsHardwareAccelerated)
            Forward<Lanes512>(x, width, gain, bias, result, mean, scale, epsilon);
        else
            Forward<Lanes256>(x, width, gain, bias, result, mean, scale, epsilon);
    }

    /// <summary>Gradients of <see cref="Forward"/>.</summary>
    /// <param name="x">[rows, width]: the input of <see cref="Forward"/>.</param>
    /// <param name="outputGradient">[rows, width].</param>
    /// <param name="width">Elements of a row, at least 1.</param>
    /// <param name="gain">[width], or empty for 1.</param>
    /// <param name="mean">[rows], from <see cref="Forward"/>.</param>
    /// <param name="scale">[rows], from <see cref="Forward"/>.</param>
    /// <param name="gradient">[rows, width]: receives the gradient of x; may be either input.</param>
    /// <param name="gainGradient">[width]: receives the gradient of gain; or empty.</param>
    /// <param name="biasGradient">[width]: receives the gradient of bias; or empty.</param>
    /// <exception cref="ArgumentException">The lengths do not fit each other.</exception>
    public static void Backward(
        ReadOnlySpan<float> x,
        ReadOnlySpan<float> outputGradient,
        int width,
        ReadOnlySpan<float> gain,
        ReadOnlySpan<float> mean,
        ReadOnlySpan<float> scale,
        Span<float> gradient,
        Span<float> gainGradient,
        Span<float> biasGradient
    )
    {
        if (Vector512.IsHardwareAccelerated)
            Backward<Lanes512>(x, outputGradient, width, gain, mean, scale, gradient, gainGradient, biasGradient);
        else
            Backward<Lanes256>(x, outputGradient, width, gain, mean, scale, gradient, gainGradient, biasGradient);
    }

    internal static void Forward<V>(
        ReadOnlySpan<float> x,
        int width,
        ReadOnlySpan<float> gain,
        ReadOnlySpan<float> bias,
        Span<float> result,
        Span<float> mean,
        Span<float> scale,
        float epsilon
    )
        where V : struct, ILanes<V>
    {
        int rows = KernelShape.Rows(x.Length, width, nameof(x));
        if (!gain.IsEmpty)
            KernelShape.Require(gain.Length, width, nameof(gain), "column", rows, width);
        if (!bias.IsEmpty)
            KernelShape.Require(bias.Length, width, nameof(bias), "column", rows, width);
        KernelShape.Require(result.Length, x.Length, nameof(result), "element", rows, width);
        KernelShape.Require(mean.Length, rows, nameof(mean), "row", rows, width);
        KernelShape.Require(scale.Length, rows, nameof(scale), "row", rows, width);
        int perPiece = KernelShape.RowsOfPiece(width);
        Workers.For(
            KernelShape.Pieces(rows, perPiece),
            new Rows<V>
            {
                X = x,
                Width = width,
                Gain = gain,
                Bias = bias,
                Result = result,
                Mean = mean,
                Scale = scale,
                Epsilon = epsilon,
                RowsOfPiece = perPiece,
            }
        );
    }

    internal static void Backward<V>(
        ReadOnlySpan<float> x,
        ReadOnlySpan<float> outputGradient,
        int width,
        ReadOnlySpan<float> gain,
        ReadOnlySpan<float> mean,
        ReadOnlySpan<float> scale,
        Span<float> gradient,
        Span<float> gainGradient,
        Span<float> biasGradient
    )
        where V : struct, ILanes<V>
    {
        int rows = KernelShape.Rows(x.Length, width, nameof(x));
        KernelShape.Require(outputGradient.Length, x.Length, nameof(outputGradient), "element", rows, width);
        KernelShape.Require(gradient.Length, x.Length, nameof(gradient), "element", rows, width);
        KernelShape.Require(mean.Length, rows, nameof(mean), "row", rows, width);
        KernelShape.Require(scale.Length, rows, nameof(scale), "row", rows, width);
        if (!gain.IsEmpty)
            KernelShape.Require(gain.Length, width, nameof(gain), "column", rows, width);
        if (!gainGradient.IsEmpty)
            KernelShape.Require(gainGradient.Length, width, nameof(gainGradient), "column", rows, width);
        if (!biasGradient.IsEmpty)
            KernelShape.Require(biasGradient.Length, width, nameof(biasGradient), "column", rows, width);

        RowBlocks blocks = new(rows);
        float[] sums = ArrayPool<float>.Shared.Rent(blocks.Count * 2 * width);
        Workers.For(
            blocks.Count,
            new Gradients<V>
            {
                X = x,
                OutputGradient = outputGradient,
                Width = width,
                Gain = gain,
                Mean = mean,
                Scale = scale,
                Result = gradient,
                Blocks = blocks,
                Sums = sums,
            }
        );
        blocks.Reduce<V>(sums, 2 * width, gainGradient);
        blocks.Reduce<V>(sums.AsSpan(Math.Min(width, sums.Length)), 2 * width, biasGradient);
        ArrayPool<float>.Shared.Return(sums);
    }

    private ref struct Rows<V> : IPieces
        where V : struct, ILanes<V>
    {
        public ReadOnlySpan<float> X,
            Gain,
            Bias;
        public Span<float> Result,
            Mean,
            Scale;
        public float Epsilon;
        public int Width,
            RowsOfPiece;

        [MethodImpl(Compile.Apart)]
        public readonly void Run(int piece)
        {
            int end = (int)Math.Min(Mean.Length, (piece + 1L) * RowsOfPiece);
            for (int row = piece * RowsOfPiece; row < end; row++)
            {
                ReadOnlySpan<float> x = X.Slice(row * Width, Width);
                float mean = Row.Sum<V>(x) / Width,
                    scale = 1 / MathF.Sqrt(Row.SquaresAround<V>(x, mean) / Width + Epsilon);
                Mean[row] = mean;
                Scale[row] = scale;
                Normalise(x, mean, scale, Result.Slice(row * Width, Width));
            }
        }

        [MethodImpl(Compile.Apart)]
        private readonly void Normalise(ReadOnlySpan<float> x, float mean, float scale, Span<float> result)
        {
            ref float source = ref MemoryMarshal.GetReference(x),
                target = ref MemoryMarshal.GetReference(result),
                gain = ref MemoryMarshal.GetReference(Gain),
                bias = ref MemoryMarshal.GetReference(Bias);
            bool hasGain = !Gain.IsEmpty,
                hasBias = !Bias.IsEmpty;
            V center = V.Of(mean),
                factor = V.Of(scale);
            nint i = 0;
            for (; i <= x.Length - V.Width; i += V.Width)
            {
                V value = (V.Load(in source, i) - center) * factor;
                if (hasGain)
                    value = V.MultiplyAdd(value, V.Load(in gain, i), hasBias ? V.Load(in bias, i) : V.Zero);
                else if (hasBias)
                    value += V.Load(in bias, i);
                value.Store(ref target, i);
            }
            for (int j = (int)i; j < x.Length; j++)
                result[j] = (x[j] - mean) * scale * (hasGain ? Gain[j] : 1) + (hasBias ? Bias[j] : 0);
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
            Sums;
        public RowBlocks Blocks;
        public int Width;

        [MethodImpl(Compile.Apart)]
        public readonly void Run(int piece)
        {
            Span<float> gain = Sums.Slice(piece * 2 * Width, Width),
                bias = Sums.Slice((piece * 2 + 1) * Width, Width);
            gain.Clear();
            bias.Clear();
            for (int row = Blocks.Start(piece); row < Blocks.Start(piece + 1); row++)
                Step(row, gain, bias);
        }

        // dx = scale (g - mean of g - n mean of g n), where n is the normalised x and g = dy gain
        [MethodImpl(Compile.Apart)]
        private readonly void Step(int row, Span<float> gainSums, Span<float> biasSums)
        {
            ReadOnlySpan<float> x = X.Slice(row * Width, Width),
                dy = OutputGradient.Slice(row * Width, Width);
            Span<float> result = Result.Slice(row * Width, Width);
            ref float source = ref MemoryMarshal.GetReference(x),
                above = ref MemoryMarshal.GetReference(dy),
                target = ref MemoryMarshal.GetReference(result),
                gain = ref MemoryMarshal.GetReference(Gain),
                gains = ref MemoryMarshal.GetReference(gainSums),
                biases = ref MemoryMarshal.GetReference(biasSums);
            bool hasGain = !Gain.IsEmpty;
            V center = V.Of(Mean[row]),
                factor = V.Of(Scale[row]),
                sums = V.Zero,
                products = V.Zero;
            nint i = 0;
            for (; i <= Width - V.Width; i += V.Width)
            {
                V normal = (V.Load(in source, i) - center) * factor,
                    d = V.Load(in above, i);
                V.MultiplyAdd(d, normal, V.Load(in gains, i)).Store(ref gains, i);
                (V.Load(in biases, i) + d).Store(ref biases, i);
                V g = hasGain ? d * V.Load(in gain, i) : d;
                sums += g;
                products = V.MultiplyAdd(g, normal, products);
            }
            float sum = sums.Sum(),
                product = products.Sum();
            for (int j = (int)i; j < Width; j++)
            {
                float normal = (x[j] - Mean[row]) * Scale[row],
                    g = hasGain ? dy[j] * Gain[j] : dy[j];
                gainSums[j] += dy[j] * normal;
                biasSums[j] += dy[j];
                sum += g;
                product += g * normal;
            }
            sum /= Width;
            product /= Width;
            V shift = V.Of(sum),
                slope = V.Of(-product);
            for (i = 0; i <= Width - V.Width; i += V.Width)
            {
                V normal = (V.Load(in source, i) - center) * factor,
                    d = V.Load(in above, i),
                    g = hasGain ? d * V.Load(in gain, i) : d;
                (V.MultiplyAdd(normal, slope, g - shift) * factor).Store(ref target, i);
            }
            for (int j = (int)i; j < Width; j++)
            {
                float normal = (x[j] - Mean[row]) * Scale[row],
                    g = hasGain ? dy[j] * Gain[j] : dy[j];
                result[j] = (g - sum - normal * product) * Scale[row];
            }
        }
    }
}
