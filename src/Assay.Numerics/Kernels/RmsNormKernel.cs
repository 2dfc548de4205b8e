using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Assay.Numerics;

/// <summary>Root-mean-square normalisation of rows: x / sqrt(mean of x^2 + epsilon), times gain.</summary>
/// <remarks>
/// Zhang and Sennrich (2019). The gradient of gain is summed within blocks of rows that depend on the number of rows only,
/// and the blocks in their order, so threads do not change bits.
/// </remarks>
public static class RmsNormKernel
{
    /// <summary>Normalises each row.</summary>
    /// <param name="x">[rows, width].</param>
    /// <param name="width">Elements of a row, at least 1.</param>
    /// <param name="gain">[width], or empty for 1.</param>
    /// <param name="result">[rows, width]; may be <paramref name="x"/> where no gradient is wanted.</param>
    /// <param name="scale">[rows]: receives 1 / sqrt(mean of x^2 + epsilon).</param>
    /// <param name="epsilon">Added to the mean square; 1e-5 or 1e-6 in Llama models.</param>
    /// <exception cref="ArgumentException">The lengths do not fit each other.</exception>
    public static void Forward(
        ReadOnlySpan<float> x,
        int width,
        ReadOnlySpan<float> gain,
        Span<float> result,
        Span<float> scale,
        float epsilon = 1e-5f
    )
    {
        if (Vector512.IsHardwareAccelerated)
            Forward<Lanes512>(x, width, gain, result, scale, epsilon);
        else
            Forward<Lanes256>(x, width, gain, result, scale, epsilon);
    }

    /// <summary>Gradients of <see cref="Forward"/>.</summary>
    /// <param name="x">[rows, width]: the input of <see cref="Forward"/>.</param>
    /// <param name="outputGradient">[rows, width].</param>
    /// <param name="width">Elements of a row, at least 1.</param>
    /// <param name="gain">[width], or empty for 1.</param>
    /// <param name="scale">[rows], from <see cref="Forward"/>.</param>
    /// <param name="gradient">[rows, width]: receives the gradient of x; may be either input.</param>
    /// <param name="gainGradient">[width]: receives the gradient of gain; or empty.</param>
    /// <exception cref="ArgumentException">The lengths do not fit each other.</exception>
    public static void Backward(
        ReadOnlySpan<float> x,
        ReadOnlySpan<float> outputGradient,
        int width,
        ReadOnlySpan<float> gain,
        ReadOnlySpan<float> scale,
        Span<float> gradient,
        Span<float> gainGradient
    )
    {
        if (Vector512.IsHardwareAccelerated)
            Backward<Lanes512>(x, outputGradient, width, gain, scale, gradient, gainGradient);
        else
            Backward<Lanes256>(x, outputGradient, width, gain, scale, gradient, gainGradient);
    }

    internal static void Forward<V>(
        ReadOnlySpan<float> x,
        int width,
        ReadOnlySpan<float> gain,
        Span<float> result,
        Span<float> scale,
        float epsilon
    )
        where V : struct, ILanes<V>
    {
        int rows = KernelShape.Rows(x.Length, width, nameof(x));
        if (!gain.IsEmpty)
            KernelShape.Require(gain.Length, width, nameof(gain), "column", rows, width);
        KernelShape.Require(result.Length, x.Length, nameof(result), "element", rows, width);
        KernelShape.Require(scale.Length, rows, nameof(scale), "row", rows, width);
        int perPiece = KernelShape.RowsOfPiece(width);
        Workers.For(
            KernelShape.Pieces(rows, perPiece),
            new Rows<V>
            {
                X = x,
                Width = width,
                Gain = gain,
                Result = result,
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
        ReadOnlySpan<float> scale,
        Span<float> gradient,
        Span<float> gainGradient
    )
        where V : struct, ILanes<V>
    {
        int rows = KernelShape.Rows(x.Length, width, nameof(x));
        KernelShape.Require(outputGradient.Length, x.Length, nameof(outputGradient), "element", rows, width);
        KernelShape.Require(gradient.Length, x.Length, nameof(gradient), "element", rows, width);
        KernelShape.Require(scale.Length, rows, nameof(scale), "row", rows, width);
        if (!gain.IsEmpty)
            KernelShape.Require(gain.Length, width, nameof(gain), "column", rows, width);
        if (!gainGradient.IsEmpty)
            KernelShape.Require(gainGradient.Length, width, nameof(gainGradient), "column", rows, width);
        RowBlocks blocks = new(rows);
        float[] sums = ArrayPool<float>.Shared.Rent(blocks.Count * width);
        Workers.For(
            blocks.Count,
            new Gradients<V>
            {
                X = x,
                OutputGradient = outputGradient,
                Width = width,
                Gain = gain,
                Scale = scale,
                Result = gradient,
                Blocks = blocks,
                Sums = sums,
            }
        );
        blocks.Reduce<V>(sums, width, gainGradient);
        ArrayPool<float>.Shared.Return(sums);
    }

    private ref struct Rows<V> : IPieces
        where V : struct, ILanes<V>
    {
        public ReadOnlySpan<float> X,
            Gain;
        public Span<float> Result,
            Scale;
        public float Epsilon;
        public int Width,
            RowsOfPiece;

        [MethodImpl(Compile.Apart)]
        public readonly void Run(int piece)
        {
            int end = (int)Math.Min(Scale.Length, (piece + 1L) * RowsOfPiece);
            for (int row = piece * RowsOfPiece; row < end; row++)
            {
                ReadOnlySpan<float> x = X.Slice(row * Width, Width);
                float scale = 1 / MathF.Sqrt(Row.SquaresAround<V>(x, 0) / Width + Epsilon);
                Scale[row] = scale;
                if (Gain.IsEmpty)
                    Row.Affine<V>(x, scale, 0, Result.Slice(row * Width, Width));
                else
                    Normalise(x, scale, Result.Slice(row * Width, Width));
            }
        }

        [MethodImpl(Compile.Apart)]
        private readonly void Normalise(ReadOnlySpan<float> x, float scale, Span<float> result)
        {
            ref float source = ref MemoryMarshal.GetReference(x),
                target = ref MemoryMarshal.GetReference(result),
                gain = ref MemoryMarshal.GetReference(Gain);
            V factor = V.Of(scale);
            nint i = 0;
            for (; i <= x.Length - V.Width; i += V.Width)
                (V.Load(in source, i) * factor * V.Load(in gain, i)).Store(ref target, i);
            for (int j = (int)i; j < x.Length; j++)
                result[j] = x[j] * scale * Gain[j];
        }
    }

    private ref struct Gradients<V> : IPieces
        where V : struct, ILanes<V>
    {
        public ReadOnlySpan<float> X,
            OutputGradient,
            Gain,
            Scale;
        public Span<float> Result,
            Sums;
        public RowBlocks Blocks;
        public int Width;

        [MethodImpl(Compile.Apart)]
        public readonly void Run(int piece)
        {
            Span<float> gain = Sums.Slice(piece * Width, Width);
            gain.Clear();
            for (int row = Blocks.Start(piece); row < Blocks.Start(piece + 1); row++)
                Step(row, gain);
        }

        // dx = scale (g - n mean of g n), where n is the normalised x and g = dy gain
        [MethodImpl(Compile.Apart)]
        private readonly void Step(int row, Span<float> gainSums)
        {
            ReadOnlySpan<float> x = X.Slice(row * Width, Width),
                dy = OutputGradient.Slice(row * Width, Width);
            Span<float> result = Result.Slice(row * Width, Width);
            ref float source = ref MemoryMarshal.GetReference(x),
                above = ref MemoryMarshal.GetReference(dy),
                target = ref MemoryMarshal.GetReference(result),
                gain = ref MemoryMarshal.GetReference(Gain),
                gains = ref MemoryMarshal.GetReference(gainSums);
            bool hasGain = !Gain.IsEmpty;
            V factor = V.Of(Scale[row]),
                products = V.Zero;
            nint i = 0;
            for (; i <= Width - V.Width; i += V.Width)
            {
                V normal = V.Load(in source, i) * factor,
                    product = V.Load(in above, i) * normal;
                (V.Load(in gains, i) + product).Store(ref gains, i);
                products += hasGain ? product * V.Load(in gain, i) : product;
            }
            float mean = products.Sum();
            for (int j = (int)i; j < Width; j++)
            {
                float product = dy[j] * x[j] * Scale[row];
                gainSums[j] += product;
                mean += hasGain ? product * Gain[j] : product;
            }
            mean /= Width;
            V slope = V.Of(-mean * Scale[row]);
            for (i = 0; i <= Width - V.Width; i += V.Width)
            {
                V d = V.Load(in above, i),
                    g = hasGain ? d * V.Load(in gain, i) : d;
                (V.MultiplyAdd(V.Load(in source, i), slope, g) * factor).Store(ref target, i);
            }
            for (int j = (int)i; j < Width; j++)
                result[j] = ((hasGain ? dy[j] * Gain[j] : dy[j]) - x[j] * Scale[row] * mean) * Scale[row];
        }
    }
}
