using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Assay.Learning;

/// <summary>Products of float32 features with double coefficients, summed in double: what linear learners spend their time on.</summary>
/// <remarks>
/// Reading features as float32 halves the traffic from memory, which limits these skinny products, and loses nothing: each
/// number is widened before it is multiplied. All kernels run on the calling thread, in a fixed order of operations.
/// </remarks>
internal static class MixedProducts
{
    private const int Lanes = 4; // doubles in a Vector256

    /// <summary>Rows that go together so that they stay in the cache between two uses; depends on their length alone.</summary>
    public static int BlockRows(int columns) => Math.Clamp(32768 / columns & ~3, 8, 256);

    /// <summary>output[i, c] = sum over j of x[i, j] w[c, j].</summary>
    /// <param name="x">Rows x columns.</param>
    /// <param name="columns">Length of the rows of x and w.</param>
    /// <param name="w">Outputs x columns.</param>
    /// <param name="outputs">Rows of w.</param>
    /// <param name="output">Rows x outputs.</param>
    public static void Project(
        ReadOnlySpan<float> x,
        int columns,
        ReadOnlySpan<double> w,
        int outputs,
        Span<double> output
    )
    {
        int rows = x.Length / columns,
            i = 0;
        for (; i + 4 <= rows; i += 4)
        {
            ReadOnlySpan<float> four = x.Slice(i * columns, 4 * columns);
            int c = 0;
            for (; c + 2 <= outputs; c += 2)
                FourByTwo(four, columns, w.Slice(c * columns, 2 * columns), output[(i * outputs + c)..], outputs);
            if (c < outputs)
                FourByOne(four, columns, w.Slice(c * columns, columns), output[(i * outputs + c)..], outputs);
        }
        for (; i < rows; i++)
        for (int c = 0; c < outputs; c++)
            output[i * outputs + c] = Dot(x.Slice(i * columns, columns), w.Slice(c * columns, columns));
    }

    /// <summary>g[c, j] += sum over i of r[i, c] x[i, j].</summary>
    /// <param name="x">Rows x columns.</param>
    /// <param name="columns">Length of the rows of x and g.</param>
    /// <param name="r">Rows x outputs.</param>
    /// <param name="outputs">Rows of g.</param>
    /// <param name="g">Outputs x columns.</param>
    public static void AddTransposed(
        ReadOnlySpan<float> x,
        int columns,
        ReadOnlySpan<double> r,
        int outputs,
        Span<double> g
    )
    {
        int rows = x.Length / columns;
        if (r.Length < rows * outputs || g.Length < outputs * columns)
            throw new ArgumentException("The arrays do not fit together.");
        ref float xs = ref MemoryMarshal.GetReference(x);
        ref double rs = ref MemoryMarshal.GetReference(r);
        int j = 0;
        for (; j + 4 * Lanes <= columns; j += 4 * Lanes)
        {
            int c = 0;
            for (; c + 2 <= outputs; c += 2)
                AddStripOfTwo(
                    ref Unsafe.Add(ref xs, j),
                    rows,
                    columns,
                    ref Unsafe.Add(ref rs, c),
                    outputs,
                    ref g[c * columns + j],
                    ref g[(c + 1) * columns + j]
                );
            if (c < outputs)
                AddStrip(
                    ref Unsafe.Add(ref xs, j),
                    rows,
                    columns,
                    ref Unsafe.Add(ref rs, c),
                    outputs,
                    ref g[c * columns + j]
                );
        }
        for (; j < columns; j++)
        for (int c = 0; c < outputs; c++)
        {
            double sum = g[c * columns + j];
            for (int i = 0; i < rows; i++)
                sum += r[i * outputs + c] * x[i * columns + j];
            g[c * columns + j] = sum;
        }
    }

    /// <summary>The scalar product of float32 and double numbers.</summary>
    public static double Dot(ReadOnlySpan<float> x, ReadOnlySpan<double> w)
    {
        Vector256<double> sum = default;
        ref float xs = ref MemoryMarshal.GetReference(x);
        ref double ws = ref MemoryMarshal.GetReference(w[..x.Length]);
        int j = 0;
        for (; j + Lanes <= x.Length; j += Lanes)
            sum = Vector256.MultiplyAddEstimate(
                Widen(ref Unsafe.Add(ref xs, j)),
                Vector256.LoadUnsafe(ref ws, (nuint)j),
                sum
            );
        double rest = 0;
        for (; j < x.Length; j++)
            rest += x[j] * w[j];
        return Vector256.Sum(sum) + rest;
    }

    /// <summary>The scalar product of double numbers.</summary>
    public static double Dot(ReadOnlySpan<double> x, ReadOnlySpan<double> w)
    {
        Vector256<double> sum = default;
        ref double xs = ref MemoryMarshal.GetReference(x);
        ref double ws = ref MemoryMarshal.GetReference(w[..x.Length]);
        int j = 0;
        for (; j + Lanes <= x.Length; j += Lanes)
            sum = Vector256.MultiplyAddEstimate(
                Vector256.LoadUnsafe(ref xs, (nuint)j),
                Vector256.LoadUnsafe(ref ws, (nuint)j),
                sum
            );
        double rest = 0;
        for (; j < x.Length; j++)
            rest += x[j] * w[j];
        return Vector256.Sum(sum) + rest;
    }

    /// <summary>y += a x.</summary>
    public static void AddScaled(Span<double> y, double a, ReadOnlySpan<double> x)
    {
        ref double xs = ref MemoryMarshal.GetReference(x);
        ref double ys = ref MemoryMarshal.GetReference(y[..x.Length]);
        Vector256<double> factor = Vector256.Create(a);
        int j = 0;
        for (; j + Lanes <= x.Length; j += Lanes)
            Vector256
                .MultiplyAddEstimate(
                    factor,
                    Vector256.LoadUnsafe(ref xs, (nuint)j),
                    Vector256.LoadUnsafe(ref ys, (nuint)j)
                )
                .StoreUnsafe(ref ys, (nuint)j);
        for (; j < x.Length; j++)
            y[j] += a * x[j];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<double> Widen(ref float x) =>
        Vector256.WidenLower(Vector128.LoadUnsafe(ref x).ToVector256Unsafe());

    private static void FourByTwo(
        ReadOnlySpan<float> x,
        int columns,
        ReadOnlySpan<double> w,
        Span<double> output,
        int stride
    )
    {
        ref float x0 = ref MemoryMarshal.GetReference(x);
        ref float x1 = ref Unsafe.Add(ref x0, columns);
        ref float x2 = ref Unsafe.Add(ref x1, columns);
        ref float x3 = ref Unsafe.Add(ref x2, columns);
        ref double w0 = ref MemoryMarshal.GetReference(w);
        ref double w1 = ref Unsafe.Add(ref w0, columns);
        Vector256<double> s00 = default,
            s01 = default,
            s10 = default,
            s11 = default,
            s20 = default,
            s21 = default,
            s30 = default,
            s31 = default;
        int j = 0;
        for (; j + Lanes <= columns; j += Lanes)
        {
            Vector256<double> a = Vector256.LoadUnsafe(ref w0, (nuint)j),
                b = Vector256.LoadUnsafe(ref w1, (nuint)j);
            Vector256<double> row = Widen(ref Unsafe.Add(ref x0, j));
            s00 = Vector256.MultiplyAddEstimate(row, a, s00);
            s01 = Vector256.MultiplyAddEstimate(row, b, s01);
            row = Widen(ref Unsafe.Add(ref x1, j));
            s10 = Vector256.MultiplyAddEstimate(row, a, s10);
            s11 = Vector256.MultiplyAddEstimate(row, b, s11);
            row = Widen(ref Unsafe.Add(ref x2, j));
            s20 = Vector256.MultiplyAddEstimate(row, a, s20);
            s21 = Vector256.MultiplyAddEstimate(row, b, s21);
            row = Widen(ref Unsafe.Add(ref x3, j));
            s30 = Vector256.MultiplyAddEstimate(row, a, s30);
            s31 = Vector256.MultiplyAddEstimate(row, b, s31);
        }
        output[0] = Vector256.Sum(s00) + Rest(x, w, j, columns, 0, 0);
        output[1] = Vector256.Sum(s01) + Rest(x, w, j, columns, 0, 1);
        output[stride] = Vector256.Sum(s10) + Rest(x, w, j, columns, 1, 0);
        output[stride + 1] = Vector256.Sum(s11) + Rest(x, w, j, columns, 1, 1);
        output[2 * stride] = Vector256.Sum(s20) + Rest(x, w, j, columns, 2, 0);
        output[2 * stride + 1] = Vector256.Sum(s21) + Rest(x, w, j, columns, 2, 1);
        output[3 * stride] = Vector256.Sum(s30) + Rest(x, w, j, columns, 3, 0);
        output[3 * stride + 1] = Vector256.Sum(s31) + Rest(x, w, j, columns, 3, 1);
    }

    private static void FourByOne(
        ReadOnlySpan<float> x,
        int columns,
        ReadOnlySpan<double> w,
        Span<double> output,
        int stride
    )
    {
        ref float x0 = ref MemoryMarshal.GetReference(x);
        ref float x1 = ref Unsafe.Add(ref x0, columns);
        ref float x2 = ref Unsafe.Add(ref x1, columns);
        ref float x3 = ref Unsafe.Add(ref x2, columns);
        ref double w0 = ref MemoryMarshal.GetReference(w);
        Vector256<double> s0 = default,
            s1 = default,
            s2 = default,
            s3 = default;
        int j = 0;
        for (; j + Lanes <= columns; j += Lanes)
        {
            Vector256<double> a = Vector256.LoadUnsafe(ref w0, (nuint)j);
            s0 = Vector256.MultiplyAddEstimate(Widen(ref Unsafe.Add(ref x0, j)), a, s0);
            s1 = Vector256.MultiplyAddEstimate(Widen(ref Unsafe.Add(ref x1, j)), a, s1);
            s2 = Vector256.MultiplyAddEstimate(Widen(ref Unsafe.Add(ref x2, j)), a, s2);
            s3 = Vector256.MultiplyAddEstimate(Widen(ref Unsafe.Add(ref x3, j)), a, s3);
        }
        output[0] = Vector256.Sum(s0) + Rest(x, w, j, columns, 0, 0);
        output[stride] = Vector256.Sum(s1) + Rest(x, w, j, columns, 1, 0);
        output[2 * stride] = Vector256.Sum(s2) + Rest(x, w, j, columns, 2, 0);
        output[3 * stride] = Vector256.Sum(s3) + Rest(x, w, j, columns, 3, 0);
    }

    private static double Rest(ReadOnlySpan<float> x, ReadOnlySpan<double> w, int from, int columns, int row, int of)
    {
        double sum = 0;
        for (int j = from; j < columns; j++)
            sum += x[row * columns + j] * w[of * columns + j];
        return sum;
    }

    private static void AddStripOfTwo(
        ref float x,
        int rows,
        int columns,
        ref double r,
        int outputs,
        ref double g0,
        ref double g1
    )
    {
        Vector256<double> a0 = Vector256.LoadUnsafe(ref g0),
            a1 = Vector256.LoadUnsafe(ref g0, Lanes),
            a2 = Vector256.LoadUnsafe(ref g0, 2 * Lanes),
            a3 = Vector256.LoadUnsafe(ref g0, 3 * Lanes),
            b0 = Vector256.LoadUnsafe(ref g1),
            b1 = Vector256.LoadUnsafe(ref g1, Lanes),
            b2 = Vector256.LoadUnsafe(ref g1, 2 * Lanes),
            b3 = Vector256.LoadUnsafe(ref g1, 3 * Lanes);
        for (int i = 0; i < rows; i++)
        {
            Vector256<double> first = Vector256.Create(r),
                second = Vector256.Create(Unsafe.Add(ref r, 1));
            Vector256<double> part = Widen(ref x);
            a0 = Vector256.MultiplyAddEstimate(part, first, a0);
            b0 = Vector256.MultiplyAddEstimate(part, second, b0);
            part = Widen(ref Unsafe.Add(ref x, Lanes));
            a1 = Vector256.MultiplyAddEstimate(part, first, a1);
            b1 = Vector256.MultiplyAddEstimate(part, second, b1);
            part = Widen(ref Unsafe.Add(ref x, 2 * Lanes));
            a2 = Vector256.MultiplyAddEstimate(part, first, a2);
            b2 = Vector256.MultiplyAddEstimate(part, second, b2);
            part = Widen(ref Unsafe.Add(ref x, 3 * Lanes));
            a3 = Vector256.MultiplyAddEstimate(part, first, a3);
            b3 = Vector256.MultiplyAddEstimate(part, second, b3);
            x = ref Unsafe.Add(ref x, columns);
            r = ref Unsafe.Add(ref r, outputs);
        }
        a0.StoreUnsafe(ref g0);
        a1.StoreUnsafe(ref g0, Lanes);
        a2.StoreUnsafe(ref g0, 2 * Lanes);
        a3.StoreUnsafe(ref g0, 3 * Lanes);
        b0.StoreUnsafe(ref g1);
        b1.StoreUnsafe(ref g1, Lanes);
        b2.StoreUnsafe(ref g1, 2 * Lanes);
        b3.StoreUnsafe(ref g1, 3 * Lanes);
    }

    private static void AddStrip(ref float x, int rows, int columns, ref double r, int outputs, ref double g)
    {
        Vector256<double> a0 = Vector256.LoadUnsafe(ref g),
            a1 = Vector256.LoadUnsafe(ref g, Lanes),
            a2 = Vector256.LoadUnsafe(ref g, 2 * Lanes),
            a3 = Vector256.LoadUnsafe(ref g, 3 * Lanes);
        for (int i = 0; i < rows; i++)
        {
            Vector256<double> factor = Vector256.Create(r);
            a0 = Vector256.MultiplyAddEstimate(Widen(ref x), factor, a0);
            a1 = Vector256.MultiplyAddEstimate(Widen(ref Unsafe.Add(ref x, Lanes)), factor, a1);
            a2 = Vector256.MultiplyAddEstimate(Widen(ref Unsafe.Add(ref x, 2 * Lanes)), factor, a2);
            a3 = Vector256.MultiplyAddEstimate(Widen(ref Unsafe.Add(ref x, 3 * Lanes)), factor, a3);
            x = ref Unsafe.Add(ref x, columns);
            r = ref Unsafe.Add(ref r, outputs);
        }
        a0.StoreUnsafe(ref g);
        a1.StoreUnsafe(ref g, Lanes);
        a2.StoreUnsafe(ref g, 2 * Lanes);
        a3.StoreUnsafe(ref g, 3 * Lanes);
    }
}
