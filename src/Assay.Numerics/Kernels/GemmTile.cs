using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Assay.Numerics;

/// <summary>The innermost loop of <see cref="Gemm"/>: up to 6 rows by 2 vectors of C in registers over a range of k.</summary>
/// <remarks>
/// Twelve sums keep two fused multiply-adders with a latency of four cycles busy, and with two vectors of B and one number of A fill
/// fifteen of the sixteen registers of AVX2. Each element is one chain of fused multiplications in the order of k,
/// whatever the size of the tile: how C is cut into tiles does not change a bit of it.
/// </remarks>
internal static unsafe class GemmTile<V>
    where V : struct, ILanes<V>
{
    /// <summary>Rows of a full tile.</summary>
    public const int Rows = 6;

    /// <summary>Columns of a full tile.</summary>
    public static int Columns
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 2 * V.Width;
    }

    /// <summary>Tiles of <typeparamref name="R"/> rows, one below the other, over the same columns of B.</summary>
    /// <param name="tiles">How many.</param>
    /// <param name="k">Terms of each sum.</param>
    /// <param name="a">First row of A.</param>
    /// <param name="rowA">Bytes from one row of A to the next.</param>
    /// <param name="stepA">Bytes from one number of a row of A to the next.</param>
    /// <param name="tileA">Bytes from one tile of A to the next.</param>
    /// <param name="b">First row of B.</param>
    /// <param name="stepB">Bytes from one row of B to the next.</param>
    /// <param name="c">First row of C.</param>
    /// <param name="rowC">Bytes from one row of C to the next.</param>
    /// <param name="add">Whether C is added to; otherwise it is overwritten.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply<R, N>(
        int tiles,
        int k,
        byte* a,
        nint rowA,
        nint stepA,
        nint tileA,
        byte* b,
        nint stepB,
        byte* c,
        nint rowC,
        bool add
    )
        where R : struct, ICount
        where N : struct, ICount
    {
        for (; tiles > 0; tiles--, a += tileA, c += R.Count * rowC)
        {
            V c00 = V.Zero,
                c01 = V.Zero,
                c10 = V.Zero,
                c11 = V.Zero,
                c20 = V.Zero,
                c21 = V.Zero,
                c30 = V.Zero,
                c31 = V.Zero,
                c40 = V.Zero,
                c41 = V.Zero,
                c50 = V.Zero,
                c51 = V.Zero;
            Prefetch<R>(c, rowC);
            byte* a0 = a,
                a3 = a + 3 * rowA,
                row = b;
            byte* end = b + k * stepB;
            while (row != end)
            {
                V b0 = Load(row, 0);
                V b1 = N.Count > 1 ? Load(row, V.Width) : V.Zero;
                V left = Of(a0);
                V.AddProduct(ref c00, left, b0);
                if (N.Count > 1)
                    V.AddProduct(ref c01, left, b1);
                if (R.Count > 1)
                {
                    left = Of(a0 + rowA);
                    V.AddProduct(ref c10, left, b0);
                    if (N.Count > 1)
                        V.AddProduct(ref c11, left, b1);
                }
                if (R.Count > 2)
                {
                    left = Of(a0 + 2 * rowA);
                    V.AddProduct(ref c20, left, b0);
                    if (N.Count > 1)
                        V.AddProduct(ref c21, left, b1);
                }
                if (R.Count > 3)
                {
                    left = Of(a3);
                    V.AddProduct(ref c30, left, b0);
                    if (N.Count > 1)
                        V.AddProduct(ref c31, left, b1);
                }
                if (R.Count > 4)
                {
                    left = Of(a3 + rowA);
                    V.AddProduct(ref c40, left, b0);
                    if (N.Count > 1)
                        V.AddProduct(ref c41, left, b1);
                }
                if (R.Count > 5)
                {
                    left = Of(a3 + 2 * rowA);
                    V.AddProduct(ref c50, left, b0);
                    if (N.Count > 1)
                        V.AddProduct(ref c51, left, b1);
                }
                a0 += stepA;
                if (R.Count > 3)
                    a3 += stepA;
                row += stepB;
            }
            byte* target = c;
            Put<N>(target, c00, c01, add);
            if (R.Count > 1)
                Put<N>(target += rowC, c10, c11, add);
            if (R.Count > 2)
                Put<N>(target += rowC, c20, c21, add);
            if (R.Count > 3)
                Put<N>(target += rowC, c30, c31, add);
            if (R.Count > 4)
                Put<N>(target += rowC, c40, c41, add);
            if (R.Count > 5)
                Put<N>(target += rowC, c50, c51, add);
        }
    }

    /// <summary>Has the rows of C fetched while their sums are computed, so that the next tile need not wait for them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Prefetch<R>(byte* c, nint rowC)
        where R : struct, ICount
    {
        if (!Sse.IsSupported)
            return;
        Sse.Prefetch0(c);
        if (R.Count > 1)
            Sse.Prefetch0(c += rowC);
        if (R.Count > 2)
            Sse.Prefetch0(c += rowC);
        if (R.Count > 3)
            Sse.Prefetch0(c += rowC);
        if (R.Count > 4)
            Sse.Prefetch0(c += rowC);
        if (R.Count > 5)
            Sse.Prefetch0(c + rowC);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Load(byte* row, int index) => V.Load(in *(float*)row, index);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Of(byte* number) => V.Of(*(float*)number);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put<N>(byte* target, V first, V second, bool add)
        where N : struct, ICount
    {
        ref float row = ref *(float*)target;
        if (add)
        {
            first = V.Load(in row, 0) + first;
            if (N.Count > 1)
                second = V.Load(in row, V.Width) + second;
        }
        first.Store(ref row, 0);
        if (N.Count > 1)
            second.Store(ref row, V.Width);
    }
}
