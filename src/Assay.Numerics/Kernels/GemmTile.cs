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
        bool packedB = R.Count == Rows && N.Count == 2 && stepB == Columns * sizeof(float);
        if (packedB && stepA == Rows * sizeof(float))
            Multiply<R, N, Six>(tiles, k, a, rowA, stepA, tileA, b, stepB, c, rowC, add);
        else if (packedB && stepA == sizeof(float))
            Multiply<R, N, One>(tiles, k, a, rowA, stepA, tileA, b, stepB, c, rowC, add);
        else
            Multiply<R, N, Zero>(tiles, k, a, rowA, stepA, tileA, b, stepB, c, rowC, add);
    }

    /// <remarks>
    /// <typeparamref name="S"/>: floats from one number of a row of A to the next, where that is known and B is packed; four terms
    /// then take no more instructions than their loads and multiplications and one step of the pointers. It counts: a core that
    /// runs another machine's thread beside ours hands out half of its slots for instructions.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Multiply<R, N, S>(
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
        where S : struct, ICount
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
            if (S.Count > 0)
            {
                const int terms = 4;
                byte* fours = b + (nint)(k / terms * terms) * Columns * sizeof(float);
                while (row != fours)
                {
                    Add<R, N, S>(
                        0,
                        a0,
                        a3,
                        rowA,
                        row,
                        ref c00,
                        ref c01,
                        ref c10,
                        ref c11,
                        ref c20,
                        ref c21,
                        ref c30,
                        ref c31,
                        ref c40,
                        ref c41,
                        ref c50,
                        ref c51
                    );
                    Add<R, N, S>(
                        1,
                        a0,
                        a3,
                        rowA,
                        row,
                        ref c00,
                        ref c01,
                        ref c10,
                        ref c11,
                        ref c20,
                        ref c21,
                        ref c30,
                        ref c31,
                        ref c40,
                        ref c41,
                        ref c50,
                        ref c51
                    );
                    Add<R, N, S>(
                        2,
                        a0,
                        a3,
                        rowA,
                        row,
                        ref c00,
                        ref c01,
                        ref c10,
                        ref c11,
                        ref c20,
                        ref c21,
                        ref c30,
                        ref c31,
                        ref c40,
                        ref c41,
                        ref c50,
                        ref c51
                    );
                    Add<R, N, S>(
                        3,
                        a0,
                        a3,
                        rowA,
                        row,
                        ref c00,
                        ref c01,
                        ref c10,
                        ref c11,
                        ref c20,
                        ref c21,
                        ref c30,
                        ref c31,
                        ref c40,
                        ref c41,
                        ref c50,
                        ref c51
                    );
                    a0 += terms * S.Count * sizeof(float);
                    a3 += terms * S.Count * sizeof(float);
                    row += terms * Columns * sizeof(float);
                }
            }
            byte* end = b + k * stepB;
            while (row != end)
            {
                Add<R, N, S>(
                    0,
                    a0,
                    a3,
                    rowA,
                    row,
                    ref c00,
                    ref c01,
                    ref c10,
                    ref c11,
                    ref c20,
                    ref c21,
                    ref c30,
                    ref c31,
                    ref c40,
                    ref c41,
                    ref c50,
                    ref c51
                );
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

    /// <summary>One term of each sum, <paramref name="term"/> terms behind where the pointers are.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add<R, N, S>(
        int term,
        byte* a0,
        byte* a3,
        nint rowA,
        byte* b,
        ref V c00,
        ref V c01,
        ref V c10,
        ref V c11,
        ref V c20,
        ref V c21,
        ref V c30,
        ref V c31,
        ref V c40,
        ref V c41,
        ref V c50,
        ref V c51
    )
        where R : struct, ICount
        where N : struct, ICount
        where S : struct, ICount
    {
        int at = term * S.Count;
        V b0 = V.Load(in *(float*)b, term * Columns),
            b1 = N.Count > 1 ? V.Load(in *(float*)b, term * Columns + V.Width) : V.Zero;
        V left = Of(a0, at);
        V.AddProduct(ref c00, left, b0);
        if (N.Count > 1)
            V.AddProduct(ref c01, left, b1);
        if (R.Count > 1)
        {
            left = Of(a0 + rowA, at);
            V.AddProduct(ref c10, left, b0);
            if (N.Count > 1)
                V.AddProduct(ref c11, left, b1);
        }
        if (R.Count > 2)
        {
            left = Of(a0 + 2 * rowA, at);
            V.AddProduct(ref c20, left, b0);
            if (N.Count > 1)
                V.AddProduct(ref c21, left, b1);
        }
        if (R.Count > 3)
        {
            left = Of(a3, at);
            V.AddProduct(ref c30, left, b0);
            if (N.Count > 1)
                V.AddProduct(ref c31, left, b1);
        }
        if (R.Count > 4)
        {
            left = Of(a3 + rowA, at);
            V.AddProduct(ref c40, left, b0);
            if (N.Count > 1)
                V.AddProduct(ref c41, left, b1);
        }
        if (R.Count > 5)
        {
            left = Of(a3 + 2 * rowA, at);
            V.AddProduct(ref c50, left, b0);
            if (N.Count > 1)
                V.AddProduct(ref c51, left, b1);
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
    private static V Of(byte* row, int index) => V.Of(((float*)row)[index]);

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
