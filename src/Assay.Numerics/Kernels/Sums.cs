using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Assay.Numerics;

/// <summary>Sums over spans of floats: in float32 within blocks of 4096, in double over the blocks in their order.</summary>
/// <remarks>
/// The error is below 1e-5 times the sum of the absolute terms, however long the span is, and the bits do not depend on the
/// number of threads. Long spans are shared out to <see cref="Workers"/>.
/// </remarks>
public static class Sums
{
    private const int Block = 4096;

    /// <summary>The sum of the values; 0 of none.</summary>
    public static double Of(ReadOnlySpan<float> values) => Run<Plain>(values, values);

    /// <summary>The sum of the squares, which is the square of the Euclidean norm; 0 of none.</summary>
    public static double OfSquares(ReadOnlySpan<float> values) => Run<Products>(values, values);

    /// <summary>The scalar product; 0 of none.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static double OfProducts(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        if (a.Length != b.Length)
            throw new ArgumentException($"{a.Length} and {b.Length} floats have no scalar product.", nameof(b));
        return Run<Products>(a, b);
    }

    private static double Run<T>(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
        where T : struct, ITerm =>
        Vector512.IsHardwareAccelerated ? Run<T, Lanes512>(a, b)
        : Vector256.IsHardwareAccelerated ? Run<T, Lanes256>(a, b)
        : Run<T, Lanes128>(a, b);

    /// <summary>The same with vectors of one width.</summary>
    internal static double Run<T, V>(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
        where T : struct, ITerm
        where V : struct, ILanes<V>
    {
        int blocks = (int)(((long)a.Length + Block - 1) / Block);
        if (blocks <= 1)
            return Blocks<T, V>.Sum(a, b);
        double[] rented = ArrayPool<double>.Shared.Rent(blocks);
        Span<double> sums = rented.AsSpan(0, blocks);
        // Some blocks a piece, for a piece to be worth a thread.
        const int together = 8;
        Workers.For((blocks + together - 1) / together, new Blocks<T, V>(a, b, sums, together));
        double sum = 0;
        foreach (double one in sums)
            sum += one;
        ArrayPool<double>.Shared.Return(rented);
        return sum;
    }

    /// <summary>What is summed.</summary>
    internal interface ITerm
    {
        static abstract void Add<V>(ref V sum, V a, V b)
            where V : struct, ILanes<V>;

        static abstract float Of(float a, float b);
    }

    internal readonly struct Plain : ITerm
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Add<V>(ref V sum, V a, V b)
            where V : struct, ILanes<V> => sum += a;

        public static float Of(float a, float b) => a;
    }

    internal readonly struct Products : ITerm
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Add<V>(ref V sum, V a, V b)
            where V : struct, ILanes<V> => V.AddProduct(ref sum, a, b);

        public static float Of(float a, float b) => a * b;
    }

    private readonly ref struct Blocks<T, V>(
        ReadOnlySpan<float> a,
        ReadOnlySpan<float> b,
        Span<double> sums,
        int together
    ) : IPieces
        where T : struct, ITerm
        where V : struct, ILanes<V>
    {
        private readonly ReadOnlySpan<float> _a = a,
            _b = b;
        private readonly Span<double> _sums = sums;

        public void Run(int piece)
        {
            int end = Math.Min(_sums.Length, (piece + 1) * together);
            for (int block = piece * together; block < end; block++)
            {
                int start = block * Block,
                    length = Math.Min(Block, _a.Length - start);
                _sums[block] = Sum(_a.Slice(start, length), _b.Slice(start, length));
            }
        }

        public static double Sum(ReadOnlySpan<float> x, ReadOnlySpan<float> y)
        {
            ref readonly float first = ref MemoryMarshal.GetReference(x),
                second = ref MemoryMarshal.GetReference(y);
            V s0 = V.Zero,
                s1 = V.Zero,
                s2 = V.Zero,
                s3 = V.Zero;
            int i = 0,
                width = V.Width;
            for (; i <= x.Length - 4 * width; i += 4 * width)
            {
                T.Add(ref s0, V.Load(in first, i), V.Load(in second, i));
                T.Add(ref s1, V.Load(in first, i + width), V.Load(in second, i + width));
                T.Add(ref s2, V.Load(in first, i + 2 * width), V.Load(in second, i + 2 * width));
                T.Add(ref s3, V.Load(in first, i + 3 * width), V.Load(in second, i + 3 * width));
            }
            double sum = (s0 + s1 + (s2 + s3)).Sum();
            for (; i < x.Length; i++)
                sum += T.Of(x[i], y[i]);
            return sum;
        }
    }
}
