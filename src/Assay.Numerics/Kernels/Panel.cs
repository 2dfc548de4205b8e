using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Assay.Numerics;

/// <summary>
/// Products of small matrices in scratch memory: the right one in panels of two vectors' width, [columns / width, depth, width],
/// six rows of the left one at a time.
/// </summary>
internal static unsafe class Panel<V>
    where V : struct, ILanes<V>
{
    /// <summary>Rows of a tile.</summary>
    public const int Rows = 6;

    /// <summary>Columns of a panel.</summary>
    public static int Width => 2 * V.Width;

    /// <summary>The next multiple of a panel's width.</summary>
    public static int Padded(int columns) => (columns + Width - 1) / Width * Width;

    /// <summary>The next multiple of a tile's rows.</summary>
    public static int PaddedRows(int rows) => (rows + Rows - 1) / Rows * Rows;

    /// <summary>
    /// c[6, panel] = (or +=) the sum over k of a[row rowStep + k depthStep] b[k, panel].
    /// </summary>
    [MethodImpl(Compile.Apart)]
    public static void Multiply(
        float* a,
        nint rowStep,
        nint depthStep,
        float* b,
        int depth,
        float* c,
        nint ldc,
        bool accumulate
    )
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
        float* lower = a + 3 * rowStep;
        nint twoRows = 2 * rowStep;
        for (int k = 0; k < depth; k++)
        {
            V left = V.Load(in *b, 0),
                right = V.Load(in *b, V.Width);
            V x = V.Of(*a);
            c00 = V.MultiplyAdd(x, left, c00);
            c01 = V.MultiplyAdd(x, right, c01);
            x = V.Of(a[rowStep]);
            c10 = V.MultiplyAdd(x, left, c10);
            c11 = V.MultiplyAdd(x, right, c11);
            x = V.Of(a[twoRows]);
            c20 = V.MultiplyAdd(x, left, c20);
            c21 = V.MultiplyAdd(x, right, c21);
            x = V.Of(*lower);
            c30 = V.MultiplyAdd(x, left, c30);
            c31 = V.MultiplyAdd(x, right, c31);
            x = V.Of(lower[rowStep]);
            c40 = V.MultiplyAdd(x, left, c40);
            c41 = V.MultiplyAdd(x, right, c41);
            x = V.Of(lower[twoRows]);
            c50 = V.MultiplyAdd(x, left, c50);
            c51 = V.MultiplyAdd(x, right, c51);
            a += depthStep;
            lower += depthStep;
            b += 2 * V.Width;
        }
        Put(c, c00, c01, accumulate);
        Put(c + ldc, c10, c11, accumulate);
        Put(c + 2 * ldc, c20, c21, accumulate);
        Put(c + 3 * ldc, c30, c31, accumulate);
        Put(c + 4 * ldc, c40, c41, accumulate);
        Put(c + 5 * ldc, c50, c51, accumulate);
    }

    /// <summary>Copies [rows, columns] into panels, with zeros beyond the columns.</summary>
    [MethodImpl(Compile.Apart)]
    public static void Pack(ref float source, nint stride, int rows, int columns, float* panels)
    {
        int padded = Padded(columns);
        for (int start = 0; start < padded; start += Width, panels += rows * Width)
        {
            int count = Math.Min(Width, columns - start);
            float* target = panels;
            for (int row = 0; row < rows; row++, target += Width)
                CopyRow(ref Unsafe.Add(ref source, row * stride + start), count, Width, target);
        }
    }

    /// <summary>Copies [rows, columns] transposed into panels of [columns, rows], with zeros beyond the rows.</summary>
    [MethodImpl(Compile.Apart)]
    public static void PackTransposed(ref float source, nint stride, int rows, int columns, float* panels)
    {
        int padded = Padded(rows);
        for (int start = 0; start < padded; start += Width, panels += columns * Width)
        for (int row = 0; row < Width; row += 8)
        {
            int count = Math.Clamp(rows - start - row, 0, 8),
                column = 0;
            ref float block = ref Unsafe.Add(ref source, Math.Min(start + row, rows - 1) * stride);
            if (Avx.IsSupported && count == 8)
                for (; column <= columns - 8; column += 8)
                    Transpose(ref Unsafe.Add(ref block, column), stride, panels + column * Width + row, Width);
            for (; column < columns; column++)
            for (int i = 0; i < 8; i++)
                panels[column * Width + row + i] = i < count ? Unsafe.Add(ref block, i * stride + column) : 0;
        }
    }

    /// <summary>Copies [rows, columns] to rows of <paramref name="ld"/>, with zeros beyond the columns and up to <paramref name="paddedRows"/>.</summary>
    [MethodImpl(Compile.Apart)]
    public static void CopyRows(
        ref float source,
        nint stride,
        int rows,
        int columns,
        float* target,
        int ld,
        int paddedRows
    )
    {
        for (int row = 0; row < rows; row++, target += ld)
            CopyRow(ref Unsafe.Add(ref source, row * stride), columns, ld, target);
        new Span<float>(target, (paddedRows - rows) * ld).Clear();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void CopyRow(ref float source, int count, int padded, float* target)
    {
        int i = 0;
        for (; i <= count - V.Width; i += V.Width)
            V.Load(in source, i).Store(ref *target, i);
        for (; i < count; i++)
            target[i] = Unsafe.Add(ref source, i);
        for (; i < padded; i++)
            target[i] = 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put(float* c, V left, V right, bool accumulate)
    {
        if (accumulate)
        {
            left += V.Load(in *c, 0);
            right += V.Load(in *c, V.Width);
        }
        left.Store(ref *c, 0);
        right.Store(ref *c, V.Width);
    }

    // Eight by eight in registers: pairs, quadruples, halves.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Transpose(ref float source, nint stride, float* target, nint ld)
    {
        Vector256<float> r0 = Vector256.LoadUnsafe(ref source),
            r1 = Vector256.LoadUnsafe(ref source, (nuint)stride),
            r2 = Vector256.LoadUnsafe(ref source, (nuint)(2 * stride)),
            r3 = Vector256.LoadUnsafe(ref source, (nuint)(3 * stride)),
            r4 = Vector256.LoadUnsafe(ref source, (nuint)(4 * stride)),
            r5 = Vector256.LoadUnsafe(ref source, (nuint)(5 * stride)),
            r6 = Vector256.LoadUnsafe(ref source, (nuint)(6 * stride)),
            r7 = Vector256.LoadUnsafe(ref source, (nuint)(7 * stride));
        Vector256<float> p0 = Avx.UnpackLow(r0, r1),
            p1 = Avx.UnpackHigh(r0, r1),
            p2 = Avx.UnpackLow(r2, r3),
            p3 = Avx.UnpackHigh(r2, r3),
            p4 = Avx.UnpackLow(r4, r5),
            p5 = Avx.UnpackHigh(r4, r5),
            p6 = Avx.UnpackLow(r6, r7),
            p7 = Avx.UnpackHigh(r6, r7);
        r0 = Avx.Shuffle(p0, p2, 0x44);
        r1 = Avx.Shuffle(p0, p2, 0xEE);
        r2 = Avx.Shuffle(p1, p3, 0x44);
        r3 = Avx.Shuffle(p1, p3, 0xEE);
        r4 = Avx.Shuffle(p4, p6, 0x44);
        r5 = Avx.Shuffle(p4, p6, 0xEE);
        r6 = Avx.Shuffle(p5, p7, 0x44);
        r7 = Avx.Shuffle(p5, p7, 0xEE);
        Avx.Permute2x128(r0, r4, 0x20).Store(target);
        Avx.Permute2x128(r1, r5, 0x20).Store(target + ld);
        Avx.Permute2x128(r2, r6, 0x20).Store(target + 2 * ld);
        Avx.Permute2x128(r3, r7, 0x20).Store(target + 3 * ld);
        Avx.Permute2x128(r0, r4, 0x31).Store(target + 4 * ld);
        Avx.Permute2x128(r1, r5, 0x31).Store(target + 5 * ld);
        Avx.Permute2x128(r2, r6, 0x31).Store(target + 6 * ld);
        Avx.Permute2x128(r3, r7, 0x31).Store(target + 7 * ld);
    }
}
