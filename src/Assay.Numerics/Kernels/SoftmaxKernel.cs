using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Assay.Numerics;

/// <summary>Softmax and log-softmax of rows, and their gradients.</summary>
/// <remarks>
/// The largest element is subtracted first, so nothing overflows. A row with NaN or +infinity, or of -infinity only, becomes
/// NaN; -infinity beside finite elements has probability 0. Results do not depend on the number of threads.
/// </remarks>
public static class SoftmaxKernel
{
    /// <summary>result = e^x / sum of e^x, for each row.</summary>
    /// <param name="x">[rows, width].</param>
    /// <param name="width">Elements of a row, at least 1.</param>
    /// <param name="result">[rows, width]; may be <paramref name="x"/>.</param>
    /// <exception cref="ArgumentException">The lengths do not fit each other.</exception>
    public static void Forward(ReadOnlySpan<float> x, int width, Span<float> result) =>
        Run(Step.Softmax, x, [], width, result);

    /// <summary>dx = y (dy - sum of y dy), for each row, where y is the softmax.</summary>
    /// <param name="y">[rows, width]: the result of <see cref="Forward"/>.</param>
    /// <param name="outputGradient">[rows, width].</param>
    /// <param name="width">Elements of a row, at least 1.</param>
    /// <param name="gradient">[rows, width]: receives dx; may be either input.</param>
    /// <exception cref="ArgumentException">The lengths do not fit each other.</exception>
    public static void Backward(
        ReadOnlySpan<float> y,
        ReadOnlySpan<float> outputGradient,
        int width,
        Span<float> gradient
    )
    {
        KernelShape.Require(
            outputGradient.Length,
            y.Length,
            nameof(outputGradient),
            "element",
            KernelShape.Rows(y.Length, width, nameof(y)),
            width
        );
        Run(Step.SoftmaxGradient, y, outputGradient, width, gradient);
    }

    /// <summary>result = x - ln of the sum of e^x, for each row.</summary>
    /// <inheritdoc cref="Forward"/>
    public static void LogForward(ReadOnlySpan<float> x, int width, Span<float> result) =>
        Run(Step.LogSoftmax, x, [], width, result);

    /// <summary>dx = dy - e^y times the sum of dy, for each row, where y is the log-softmax.</summary>
    /// <param name="y">[rows, width]: the result of <see cref="LogForward"/>.</param>
    /// <param name="outputGradient">[rows, width].</param>
    /// <param name="width">Elements of a row, at least 1.</param>
    /// <param name="gradient">[rows, width]: receives dx; may be either input.</param>
    /// <exception cref="ArgumentException">The lengths do not fit each other.</exception>
    public static void LogBackward(
        ReadOnlySpan<float> y,
        ReadOnlySpan<float> outputGradient,
        int width,
        Span<float> gradient
    )
    {
        KernelShape.Require(
            outputGradient.Length,
            y.Length,
            nameof(outputGradient),
            "element",
            KernelShape.Rows(y.Length, width, nameof(y)),
            width
        );
        Run(Step.LogSoftmaxGradient, y, outputGradient, width, gradient);
    }

    private static void Run(
        Step step,
        ReadOnlySpan<float> x,
        ReadOnlySpan<float> outputGradient,
        int width,
        Span<float> result
    )
    {
        if (Vector512.IsHardwareAccelerated)
            Run<Lanes512>(step, x, outputGradient, width, result);
        else
            Run<Lanes256>(step, x, outputGradient, width, result);
    }

    internal static void Run<V>(
        Step step,
        ReadOnlySpan<float> x,
        ReadOnlySpan<float> outputGradient,
        int width,
        Span<float> result
    )
        where V : struct, ILanes<V>
    {
        int rows = KernelShape.Rows(x.Length, width, nameof(x));
        KernelShape.Require(result.Length, x.Length, nameof(result), "element", rows, width);
        int perPiece = KernelShape.RowsOfPiece(width);
        Workers.For(
            KernelShape.Pieces(rows, perPiece),
            new Pieces<V>
            {
                Step = step,
                X = x,
                OutputGradient = outputGradient,
                Width = width,
                RowsOfPiece = perPiece,
                Result = result,
            }
        );
    }

    internal enum Step
    {
        Softmax,
        SoftmaxGradient,
        LogSoftmax,
        LogSoftmaxGradient,
    }

    private ref struct Pieces<V> : IPieces
        where V : struct, ILanes<V>
    {
        public Step Step;
        public ReadOnlySpan<float> X,
            OutputGradient;
        public int Width,
            RowsOfPiece;
        public Span<float> Result;

        [MethodImpl(Compile.Apart)]
        public readonly void Run(int piece)
        {
            int end = (int)Math.Min(X.Length, (piece + 1L) * RowsOfPiece * Width);
            for (int start = piece * RowsOfPiece * Width; start < end; start += Width)
            {
                ReadOnlySpan<float> x = X.Slice(start, Width);
                Span<float> result = Result.Slice(start, Width);
                switch (Step)
                {
                    case Step.Softmax:
                        float sum = Row.Exp<V>(x, Row.Max<V>(x), 1, result);
                        Row.Affine<V>(result, 1 / sum, 0, result);
                        break;
                    case Step.SoftmaxGradient:
                        ReadOnlySpan<float> dy = OutputGradient.Slice(start, Width);
                        SoftmaxGradient(x, dy, Row.Dot<V>(x, dy), result);
                        break;
                    case Step.LogSoftmax:
                        float max = Row.Max<V>(x);
                        Row.Affine<V>(x, 1, -(max + MathF.Log(Row.SumExp<V>(x, max))), result);
                        break;
                    default:
                        dy = OutputGradient.Slice(start, Width);
                        LogSoftmaxGradient(x, dy, Row.Sum<V>(dy), result);
                        break;
                }
            }
        }

        [MethodImpl(Compile.Apart)]
        private static void SoftmaxGradient(
            ReadOnlySpan<float> y,
            ReadOnlySpan<float> dy,
            float dot,
            Span<float> result
        )
        {
            ref float first = ref MemoryMarshal.GetReference(y),
                second = ref MemoryMarshal.GetReference(dy),
                target = ref MemoryMarshal.GetReference(result);
            V shift = V.Of(dot);
            nint i = 0;
            for (; i <= y.Length - V.Width; i += V.Width)
                (V.Load(in first, i) * (V.Load(in second, i) - shift)).Store(ref target, i);
            for (; i < y.Length; i++)
                result[(int)i] = y[(int)i] * (dy[(int)i] - dot);
        }

        [MethodImpl(Compile.Apart)]
        private static void LogSoftmaxGradient(
            ReadOnlySpan<float> y,
            ReadOnlySpan<float> dy,
            float sum,
            Span<float> result
        )
        {
            ref float first = ref MemoryMarshal.GetReference(y),
                second = ref MemoryMarshal.GetReference(dy),
                target = ref MemoryMarshal.GetReference(result);
            V factor = V.Of(-sum);
            nint i = 0;
            for (; i <= y.Length - V.Width; i += V.Width)
                V.MultiplyAdd(VectorMath.Exp(V.Load(in first, i)), factor, V.Load(in second, i)).Store(ref target, i);
            if (i == y.Length)
                return;
            V last = VectorMath.Exp(Partial.Load<V>(y[(int)i..], 0));
            Partial.Store(V.MultiplyAdd(last, factor, Partial.Load<V>(dy[(int)i..], 0)), result[(int)i..]);
        }
    }
}
