using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Assay.Numerics;

/// <summary>The gated unit of Llama models: silu(gate) times up.</summary>
/// <remarks>
/// Shazeer (2020). Gate and up may be two tensors, or the halves of the rows of one fused projection: rows of
/// <c>width</c> elements that lie <c>stride</c> apart. Results do not depend on threads.
/// </remarks>
public static class SwiGluKernel
{
    /// <summary>result = gate sigmoid(gate) up.</summary>
    /// <param name="gate">[rows, width], rows <paramref name="stride"/> apart.</param>
    /// <param name="up">[rows, width], rows <paramref name="stride"/> apart.</param>
    /// <param name="width">Elements of a row, at least 1.</param>
    /// <param name="stride">Floats from row to row of gate and up: width, or twice that for fused halves.</param>
    /// <param name="result">[rows, width], without gaps; its length says how many rows.</param>
    /// <exception cref="ArgumentException">The lengths do not fit each other.</exception>
    public static void Forward(
        ReadOnlySpan<float> gate,
        ReadOnlySpan<float> up,
        int width,
        int stride,
        Span<float> result
    )
    {
        if (Vector512.IsHardwareAccelerated)
            Run<Lanes512>(gate, up, [], width, stride, result, []);
        else
            Run<Lanes256>(gate, up, [], width, stride, result, []);
    }

    /// <summary>Gradients of <see cref="Forward"/>.</summary>
    /// <param name="gate">[rows, width], rows <paramref name="stride"/> apart.</param>
    /// <param name="up">[rows, width], rows <paramref name="stride"/> apart.</param>
    /// <param name="outputGradient">[rows, width], without gaps; its length says how many rows.</param>
    /// <param name="width">Elements of a row, at least 1.</param>
    /// <param name="stride">Floats from row to row of gate, up and their gradients.</param>
    /// <param name="gateGradient">Receives the gradient of gate; may be <paramref name="gate"/>.</param>
    /// <param name="upGradient">Receives the gradient of up; may be <paramref name="up"/>.</param>
    /// <exception cref="ArgumentException">The lengths do not fit each other.</exception>
    public static void Backward(
        ReadOnlySpan<float> gate,
        ReadOnlySpan<float> up,
        ReadOnlySpan<float> outputGradient,
        int width,
        int stride,
        Span<float> gateGradient,
        Span<float> upGradient
    )
    {
        if (Vector512.IsHardwareAccelerated)
            Run<Lanes512>(gate, up, outputGradient, width, stride, gateGradient, upGradient);
        else
            Run<Lanes256>(gate, up, outputGradient, width, stride, gateGradient, upGradient);
    }

    // Without an output gradient forward, the result in gateGradient.
    internal static void Run<V>(
        ReadOnlySpan<float> gate,
        ReadOnlySpan<float> up,
        ReadOnlySpan<float> outputGradient,
        int width,
        int stride,
        Span<float> gateGradient,
        Span<float> upGradient
    )
        where V : struct, ILanes<V>
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(stride, width);
        bool forward = outputGradient.IsEmpty && upGradient.IsEmpty;
        int rows = KernelShape.Rows(forward ? gateGradient.Length : outputGradient.Length, width, "width");
        long needed = rows == 0 ? 0 : (rows - 1L) * stride + width;
        CheckLength(gate.Length, needed, nameof(gate), rows, width, stride);
        CheckLength(up.Length, needed, nameof(up), rows, width, stride);
        if (!forward)
        {
            CheckLength(gateGradient.Length, needed, nameof(gateGradient), rows, width, stride);
            CheckLength(upGradient.Length, needed, nameof(upGradient), rows, width, stride);
        }
        int perPiece = KernelShape.RowsOfPiece(width);
        Workers.For(
            KernelShape.Pieces(rows, perPiece),
            new Pieces<V>
            {
                Gate = gate,
                Up = up,
                OutputGradient = outputGradient,
                Rows = rows,
                Width = width,
                Stride = stride,
                RowsOfPiece = perPiece,
                GateGradient = gateGradient,
                UpGradient = upGradient,
            }
        );
    }

    private static void CheckLength(int length, long needed, string name, int rows, int width, int stride)
    {
        if (length < needed)
            throw new ArgumentException(
                $"[{rows}, {width}] with {stride} floats from row to row need {needed} floats, not {length}.",
                name
            );
    }

    private ref struct Pieces<V> : IPieces
        where V : struct, ILanes<V>
    {
        public ReadOnlySpan<float> Gate,
            Up,
            OutputGradient;
        public Span<float> GateGradient,
            UpGradient;
        public int Rows,
            Width,
            Stride,
            RowsOfPiece;

        [MethodImpl(Compile.Apart)]
        public readonly void Run(int piece)
        {
            int end = (int)Math.Min(Rows, (piece + 1L) * RowsOfPiece);
            for (int row = piece * RowsOfPiece; row < end; row++)
            {
                ReadOnlySpan<float> gate = Gate.Slice(row * Stride, Width),
                    up = Up.Slice(row * Stride, Width);
                if (UpGradient.IsEmpty)
                    Forward(gate, up, GateGradient.Slice(row * Width, Width));
                else
                    Backward(
                        gate,
                        up,
                        OutputGradient.Slice(row * Width, Width),
                        GateGradient.Slice(row * Stride, Width),
                        UpGradient.Slice(row * Stride, Width)
                    );
            }
        }

        [MethodImpl(Compile.Apart)]
        private static void Forward(ReadOnlySpan<float> gate, ReadOnlySpan<float> up, Span<float> result)
        {
            ref float first = ref MemoryMarshal.GetReference(gate),
                second = ref MemoryMarshal.GetReference(up),
                target = ref MemoryMarshal.GetReference(result);
            nint i = 0;
            for (; i <= gate.Length - V.Width; i += V.Width)
            {
                V g = V.Load(in first, i);
                (g * VectorMath.Sigmoid(g) * V.Load(in second, i)).Store(ref target, i);
            }
            if (i == gate.Length)
                return;
            V last = Partial.Load<V>(gate[(int)i..], 0);
            Partial.Store(last * VectorMath.Sigmoid(last) * Partial.Load<V>(up[(int)i..], 0), result[(int)i..]);
        }

        [MethodImpl(Compile.Apart)]
        private static void Backward(
            ReadOnlySpan<float> gate,
            ReadOnlySpan<float> up,
            ReadOnlySpan<float> dy,
            Span<float> gateGradient,
            Span<float> upGradient
        )
        {
            ref float first = ref MemoryMarshal.GetReference(gate),
                second = ref MemoryMarshal.GetReference(up),
                above = ref MemoryMarshal.GetReference(dy),
                gateTarget = ref MemoryMarshal.GetReference(gateGradient),
                upTarget = ref MemoryMarshal.GetReference(upGradient);
            nint i = 0;
            for (; i <= gate.Length - V.Width; i += V.Width)
            {
                V g = V.Load(in first, i),
                    d = V.Load(in above, i),
                    u = V.Load(in second, i),
                    sigmoid = VectorMath.Sigmoid(g);
                (d * u * SiluKernel.Slope(g, sigmoid)).Store(ref gateTarget, i);
                (d * g * sigmoid).Store(ref upTarget, i);
            }
            if (i == gate.Length)
                return;
            V lastGate = Partial.Load<V>(gate[(int)i..], 0),
                lastUp = Partial.Load<V>(up[(int)i..], 0),
                last = Partial.Load<V>(dy[(int)i..], 0),
                lastSigmoid = VectorMath.Sigmoid(lastGate);
            Partial.Store(last * lastUp * SiluKernel.Slope(lastGate, lastSigmoid), gateGradient[(int)i..]);
            Partial.Store(last * lastGate * lastSigmoid, upGradient[(int)i..]);
        }
    }
}
