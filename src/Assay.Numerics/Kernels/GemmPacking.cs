using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Assay.Numerics;

/// <summary>Copies operands of <see cref="Gemm"/> into the order in which <see cref="GemmTile{V}"/> reads them. Strides are in bytes.</summary>
internal static unsafe class GemmPacking
{
    /// <summary>
    /// B, k rows of contiguous columns, as panels [k, 2 vectors], each <paramref name="panelSize"/> floats behind the one before.
    /// What is behind the columns of B becomes zero.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Panels<V>(byte* source, nint rowStride, int k, int columns, float* target, nint panelSize)
        where V : struct, ILanes<V>
    {
        int width = 2 * V.Width;
        int full = columns / width,
            rest = columns - full * width;
        // Row by row, because neighbours in a row share pages and are fetched ahead.
        for (int p = 0; p < k; p++, source += rowStride, target += width)
        {
            ref float from = ref *(float*)source;
            float* to = target;
            for (int panel = 0; panel < full; panel++, to += panelSize)
            {
                V first = V.Load(in from, 0);
                V.Load(in from, V.Width).Store(ref *to, V.Width);
                first.Store(ref *to, 0);
                from = ref Unsafe.Add(ref from, width);
            }
            if (rest == 0)
                continue;
            for (int j = 0; j < width; j++)
                to[j] = j < rest ? Unsafe.Add(ref from, j) : 0;
        }
    }

    /// <summary>The same of a B whose columns are contiguous over k.</summary>
    public static void TurnedPanels<V>(
        byte* source,
        nint columnStride,
        int k,
        int columns,
        float* target,
        nint panelSize
    )
        where V : struct, ILanes<V>
    {
        int width = 2 * V.Width;
        for (; columns > 0; columns -= width, source += width * columnStride, target += panelSize)
        {
            int eights = Avx.IsSupported ? Math.Min(columns, width) / 8 * 8 : 0;
            for (int j = 0; j < eights; j += 8)
                TurnEight(source + j * columnStride, columnStride, k, width, target + j);
            for (int j = eights; j < width; j++)
            {
                float* column = (float*)(source + j * columnStride);
                for (int p = 0; p < k; p++)
                    target[(nint)p * width + j] = j < columns ? column[p] : 0;
            }
        }
    }

    /// <summary>A, k columns of contiguous rows, as panels [k, 6], each 6 k + 2 floats behind the one before.</summary>
    /// <param name="source">The first row.</param>
    /// <param name="columnStride">From one column to the next.</param>
    /// <param name="k">Columns.</param>
    /// <param name="rows">Rows wanted.</param>
    /// <param name="readable">Rows there are, from the first on.</param>
    /// <param name="target">Has room for whole panels.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Interleave(byte* source, nint columnStride, int k, int rows, int readable, float* target)
    {
        nint panelSize = 6 * k + 2;
        for (int p = 0; p < k; p++, source += columnStride, target += 6)
        {
            float* from = (float*)source,
                to = target;
            int row = 0;
            // Eight floats are copied where six are wanted; the next column overwrites the last two.
            for (; row < rows && row + 8 <= readable; row += 6, to += panelSize)
                Vector256.Load(from + row).Store(to);
            for (; row < rows; row += 6, to += panelSize)
            for (int i = 0; i < 6 && row + i < rows; i++)
                to[i] = from[row + i];
        }
    }

    /// <summary>The same of rows that are contiguous over k.</summary>
    public static void TurnAndInterleave(byte* source, nint rowStride, int k, int rows, int readable, float* target)
    {
        for (int row = 0; row < rows; row += 6, source += 6 * rowStride, target += 6 * k + 2)
            if (row + 8 <= readable && Avx.IsSupported)
                TurnEight(source, rowStride, k, 6, target);
            else
                for (int i = 0; i < 6 && row + i < rows; i++)
                {
                    float* from = (float*)(source + i * rowStride);
                    for (int p = 0; p < k; p++)
                        target[6 * p + i] = from[p];
                }
    }

    /// <summary>
    /// Eight columns, each contiguous, as rows of eight floats <paramref name="width"/> apart. Where that is less than eight, a row
    /// overwrites the end of the one before.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void TurnEight(byte* source, nint columnStride, int k, int width, float* panel)
    {
        byte* fifth = source + 4 * columnStride;
        int p = 0;
        for (; p <= k - 4; p += 4)
        {
            float* low = (float*)source + p,
                high = (float*)fifth + p;
            // Columns 0 to 3 in the lower halves, 4 to 7 in the upper ones.
            Vector256<float> a = Pair(low, high),
                b = Pair(Next(low, columnStride), Next(high, columnStride)),
                c = Pair(Next(low, 2 * columnStride), Next(high, 2 * columnStride)),
                d = Pair(Next(low, 3 * columnStride), Next(high, 3 * columnStride));
            Vector256<float> ab = Avx.UnpackLow(a, b),
                cd = Avx.UnpackLow(c, d),
                abHigh = Avx.UnpackHigh(a, b),
                cdHigh = Avx.UnpackHigh(c, d);
            float* target = panel + (nint)p * width;
            Avx.Shuffle(ab, cd, 0x44).Store(target);
            Avx.Shuffle(ab, cd, 0xEE).Store(target + width);
            Avx.Shuffle(abHigh, cdHigh, 0x44).Store(target + 2 * width);
            Avx.Shuffle(abHigh, cdHigh, 0xEE).Store(target + 3 * width);
        }
        for (; p < k; p++)
        for (int j = 0; j < 8; j++)
            panel[(nint)p * width + j] = *((float*)(source + j * columnStride) + p);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float* Next(float* place, nint stride) => (float*)((byte*)place + stride);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Pair(float* lower, float* upper) =>
        Avx.InsertVector128(Vector128.Load(lower).ToVector256Unsafe(), Vector128.Load(upper), 1);
}
