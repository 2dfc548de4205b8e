using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Assay.Numerics;

/// <summary>Rotary position embedding of queries or keys.</summary>
/// <remarks>
/// Su and others (2021). Pair i of a vector of r rotated elements turns by position theta^(-2 i / r). Pairs are (i, i + r / 2), the
/// layout of Hugging Face's Llama and GPT-NeoX, or (2 i, 2 i + 1), that of the paper. Elements from r on are left alone.
/// </remarks>
public static class RopeKernel
{
    /// <summary>Fills the tables of cosines and sines.</summary>
    /// <param name="positions">Number of positions from 0, at least 0.</param>
    /// <param name="rotaryDim">Rotated elements of a head's vector: even, at least 2.</param>
    /// <param name="theta">Base of the wave lengths; 10,000 in the paper.</param>
    /// <param name="cos">[positions, rotaryDim / 2].</param>
    /// <param name="sin">[positions, rotaryDim / 2].</param>
    /// <exception cref="ArgumentException">The lengths do not fit, or <paramref name="rotaryDim"/> is odd.</exception>
    public static void FillTables(int positions, int rotaryDim, double theta, Span<float> cos, Span<float> sin)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(positions);
        ArgumentOutOfRangeException.ThrowIfLessThan(rotaryDim, 2);
        if (rotaryDim % 2 != 0)
            throw new ArgumentException($"{rotaryDim} elements do not make pairs.", nameof(rotaryDim));
        if (!(theta > 0) || !double.IsFinite(theta))
            throw new ArgumentOutOfRangeException(nameof(theta), theta, "The base is positive and finite.");
        int half = rotaryDim / 2;
        KernelShape.Require(cos.Length, (long)positions * half, nameof(cos), "element", positions, half);
        KernelShape.Require(sin.Length, (long)positions * half, nameof(sin), "element", positions, half);
        for (int i = 0; i < half; i++)
        {
            double frequency = Math.Pow(theta, -2.0 * i / rotaryDim);
            for (int position = 0; position < positions; position++)
            {
                (double s, double c) = Math.SinCos(position * frequency);
                cos[position * half + i] = (float)c;
                sin[position * half + i] = (float)s;
            }
        }
    }

    /// <summary>Turns every vector by its position, or back, which is also the gradient.</summary>
    /// <param name="x">Vectors, as <paramref name="layout"/> says.</param>
    /// <param name="layout">Where the vectors of both spans lie.</param>
    /// <param name="rotaryDim">Rotated elements: even, at most the length of a vector.</param>
    /// <param name="cos">[positions, rotaryDim / 2], from <see cref="FillTables"/>.</param>
    /// <param name="sin">[positions, rotaryDim / 2], from <see cref="FillTables"/>.</param>
    /// <param name="result">Receives the turned vectors; may be <paramref name="x"/>.</param>
    /// <param name="offset">Position of the first vector of each sequence: how many a cache holds already.</param>
    /// <param name="inverse">Whether to turn back.</param>
    /// <param name="interleaved">Whether pairs are neighbours.</param>
    /// <exception cref="ArgumentException">The lengths do not fit, or the tables end before the last position.</exception>
    public static void Rotate(
        ReadOnlySpan<float> x,
        HeadLayout layout,
        int rotaryDim,
        ReadOnlySpan<float> cos,
        ReadOnlySpan<float> sin,
        Span<float> result,
        int offset = 0,
        bool inverse = false,
        bool interleaved = false
    )
    {
        if (Vector512.IsHardwareAccelerated)
            Rotate<Lanes512>(x, layout, rotaryDim, cos, sin, result, offset, inverse, interleaved);
        else
            Rotate<Lanes256>(x, layout, rotaryDim, cos, sin, result, offset, inverse, interleaved);
    }

    internal static void Rotate<V>(
        ReadOnlySpan<float> x,
        HeadLayout layout,
        int rotaryDim,
        ReadOnlySpan<float> cos,
        ReadOnlySpan<float> sin,
        Span<float> result,
        int offset,
        bool inverse,
        bool interleaved
    )
        where V : struct, ILanes<V>
    {
        layout.Check(x.Length, nameof(x));
        layout.Check(result.Length, nameof(result));
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        if (rotaryDim < 2 || rotaryDim % 2 != 0 || rotaryDim > layout.HeadDim)
            throw new ArgumentException(
                $"{rotaryDim} elements of vectors of {layout.HeadDim} cannot be rotated.",
                nameof(rotaryDim)
            );
        long needed = ((long)offset + layout.Time) * (rotaryDim / 2);
        if (cos.Length < needed || sin.Length < needed)
            throw new ArgumentException(
                $"Positions up to {(long)offset + layout.Time} need tables of {needed} floats, not {cos.Length} and {sin.Length}.",
                nameof(cos)
            );
        int perPiece = KernelShape.RowsOfPiece(Math.Max(1, layout.Heads * layout.HeadDim));
        int rows = checked(layout.Batch * layout.Time);
        Workers.For(
            KernelShape.Pieces(rows, perPiece),
            new Pieces<V>
            {
                X = x,
                Layout = layout,
                Half = rotaryDim / 2,
                Cos = cos,
                Sin = sin,
                Result = result,
                Offset = offset,
                Inverse = inverse,
                Interleaved = interleaved,
                Rows = rows,
                RowsOfPiece = perPiece,
            }
        );
    }

    private ref struct Pieces<V> : IPieces
        where V : struct, ILanes<V>
    {
        public ReadOnlySpan<float> X,
            Cos,
            Sin;
        public Span<float> Result;
        public HeadLayout Layout;
        public int Half,
            Offset,
            Rows,
            RowsOfPiece;
        public bool Inverse,
            Interleaved;

        [MethodImpl(Compile.Apart)]
        public readonly void Run(int piece)
        {
            int end = (int)Math.Min(Rows, (piece + 1L) * RowsOfPiece);
            for (int row = piece * RowsOfPiece; row < end; row++)
            {
                int batch = row / Layout.Time,
                    time = row % Layout.Time;
                ReadOnlySpan<float> cos = Cos.Slice((Offset + time) * Half, Half),
                    sin = Sin.Slice((Offset + time) * Half, Half);
                for (int head = 0; head < Layout.Heads; head++)
                {
                    int start = Layout.Offset(batch, time, head);
                    ReadOnlySpan<float> x = X.Slice(start, Layout.HeadDim);
                    Span<float> result = Result.Slice(start, Layout.HeadDim);
                    if (Interleaved)
                        Neighbours(x, cos, sin, result);
                    else
                        Halves(x, cos, sin, result);
                    if (2 * Half < Layout.HeadDim)
                        x[(2 * Half)..].CopyTo(result[(2 * Half)..]);
                }
            }
        }

        [MethodImpl(Compile.Apart)]
        private readonly void Halves(
            ReadOnlySpan<float> x,
            ReadOnlySpan<float> cos,
            ReadOnlySpan<float> sin,
            Span<float> result
        )
        {
            ref float source = ref MemoryMarshal.GetReference(x),
                target = ref MemoryMarshal.GetReference(result),
                cosines = ref MemoryMarshal.GetReference(cos),
                sines = ref MemoryMarshal.GetReference(sin);
            float sign = Inverse ? -1 : 1;
            V factor = V.Of(sign);
            nint i = 0;
            for (; i <= Half - V.Width; i += V.Width)
            {
                V a = V.Load(in source, i),
                    b = V.Load(in source, i + Half),
                    c = V.Load(in cosines, i),
                    s = V.Load(in sines, i) * factor;
                (a * c - b * s).Store(ref target, i);
                (b * c + a * s).Store(ref target, i + Half);
            }
            for (int j = (int)i; j < Half; j++)
            {
                float a = x[j],
                    b = x[j + Half],
                    s = sin[j] * sign;
                result[j] = a * cos[j] - b * s;
                result[j + Half] = b * cos[j] + a * s;
            }
        }

        private readonly void Neighbours(
            ReadOnlySpan<float> x,
            ReadOnlySpan<float> cos,
            ReadOnlySpan<float> sin,
            Span<float> result
        )
        {
            float sign = Inverse ? -1 : 1;
            for (int j = 0; j < cos.Length; j++)
            {
                float a = x[2 * j],
                    b = x[2 * j + 1],
                    s = sin[j] * sign;
                result[2 * j] = a * cos[j] - b * s;
                result[2 * j + 1] = b * cos[j] + a * s;
            }
        }
    }
}
