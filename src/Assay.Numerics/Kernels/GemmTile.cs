using System.Runtime.CompilerServices;

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
            byte* a0 = a,
                a3 = a + 3 * rowA,
                row = b;
            for (int step = k; step > 0; step--)
            {
                V b0 = Load(row, 0);
                V b1 = N.Count > 1 ? Load(row, V.Width) : V.Zero;
                V left = Of(a0);
                c00 = V.MultiplyAdd(left, b0, c00);
                if (N.Count > 1)
                    c01 = V.MultiplyAdd(left, b1, c01);
                if (R.Count > 1)
                {
                    left = Of(a0 + rowA);
                    c10 = V.MultiplyAdd(left, b0, c10);
                    if (N.Count > 1)
                        c11 = V.MultiplyAdd(left, b1, c11);
                }
                if (R.Count > 2)
                {
                    left = Of(a0 + 2 * rowA);
                    c20 = V.MultiplyAdd(left, b0, c20);
                    if (N.Count > 1)
                        c21 = V.MultiplyAdd(left, b1, c21);
                }
                if (R.Count > 3)
                {
                    left = Of(a3);
                    c30 = V.MultiplyAdd(left, b0, c30);
                    if (N.Count > 1)
                        c31 = V.MultiplyAdd(left, b1, c31);
                }
                if (R.Count > 4)
                {
                    left = Of(a3 + rowA);
                    c40 = V.MultiplyAdd(left, b0, c40);
                    if (N.Count > 1)
                        c41 = V.MultiplyAdd(left, b1, c41);
                }
                if (R.Count > 5)
                {
                    left = Of(a3 + 2 * rowA);
                    c50 = V.MultiplyAdd(left, b0, c50);
                    if (N.Count > 1)
                        c51 = V.MultiplyAdd(left, b1, c51);
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
