using System.Runtime.Intrinsics;

namespace Assay.Numerics;

/// <summary>Products of float32 matrices (SGEMM), row-major.</summary>
/// <remarks>The same operands give the same bits whatever the number of threads (<see cref="Workers"/>).</remarks>
public static class Gemm
{
    /// <summary>C = op(A) op(B), or C += op(A) op(B), where op transposes or does nothing.</summary>
    /// <param name="transposeA">False: A is stored [m, k]; true: it is stored [k, m].</param>
    /// <param name="transposeB">False: B is stored [k, n]; true: it is stored [n, k].</param>
    /// <param name="m">Rows of op(A) and C; may be 0.</param>
    /// <param name="n">Columns of op(B) and C; may be 0.</param>
    /// <param name="k">Columns of op(A) and rows of op(B); with 0, op(A) op(B) is zero.</param>
    /// <param name="a">A, row by row.</param>
    /// <param name="lda">Floats from one stored row of A to the next, at least its number of stored columns.</param>
    /// <param name="b">B, row by row.</param>
    /// <param name="ldb">Floats from one stored row of B to the next, at least its number of stored columns.</param>
    /// <param name="c">Receives C; overlaps neither A nor B. What lies between its rows is left as it is.</param>
    /// <param name="ldc">Floats from one row of C to the next, at least <paramref name="n"/>.</param>
    /// <param name="accumulate">True: adds to C; false: overwrites it without reading it.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is negative, or the distance of rows less than a row.</exception>
    /// <exception cref="ArgumentException">A span is too short, or C overlaps A or B.</exception>
    public static void Multiply(
        bool transposeA,
        bool transposeB,
        int m,
        int n,
        int k,
        ReadOnlySpan<float> a,
        int lda,
        ReadOnlySpan<float> b,
        int ldb,
        Span<float> c,
        int ldc,
        bool accumulate = false
    ) => MultiplyBatch(transposeA, transposeB, 1, m, n, k, a, lda, 0, b, ldb, 0, c, ldc, 0, accumulate);

    /// <summary><see cref="Multiply"/> for each of <paramref name="batch"/> triples of matrices that lie at equal distances.</summary>
    /// <param name="transposeA">False: each A is stored [m, k]; true: it is stored [k, m].</param>
    /// <param name="transposeB">False: each B is stored [k, n]; true: it is stored [n, k].</param>
    /// <param name="batch">Number of products; may be 0.</param>
    /// <param name="m">Rows of op(A) and C; may be 0.</param>
    /// <param name="n">Columns of op(B) and C; may be 0.</param>
    /// <param name="k">Columns of op(A) and rows of op(B); with 0, op(A) op(B) is zero.</param>
    /// <param name="a">The first A and the others behind it.</param>
    /// <param name="lda">Floats from one stored row of A to the next, at least its number of stored columns.</param>
    /// <param name="strideA">Floats from one A to the next; 0 uses one A for all.</param>
    /// <param name="b">The first B and the others behind it.</param>
    /// <param name="ldb">Floats from one stored row of B to the next, at least its number of stored columns.</param>
    /// <param name="strideB">Floats from one B to the next; 0 uses one B for all.</param>
    /// <param name="c">Receives every C; overlaps neither an A nor a B.</param>
    /// <param name="ldc">Floats from one row of C to the next, at least <paramref name="n"/>.</param>
    /// <param name="strideC">
    /// Floats from one C to the next: at least a whole C, or at least <paramref name="n"/> with all of them side by side within
    /// <paramref name="ldc"/> (the heads of attention).
    /// </param>
    /// <param name="accumulate">True: adds to C; false: overwrites it without reading it.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size or stride is negative, or the distance of rows less than a row.</exception>
    /// <exception cref="ArgumentException">A span is too short, C overlaps A or B, or one C another.</exception>
    public static void MultiplyBatch(
        bool transposeA,
        bool transposeB,
        int batch,
        int m,
        int n,
        int k,
        ReadOnlySpan<float> a,
        int lda,
        int strideA,
        ReadOnlySpan<float> b,
        int ldb,
        int strideB,
        Span<float> c,
        int ldc,
        int strideC,
        bool accumulate = false
    )
    {
        ArgumentOutOfRangeException.ThrowIfNegative(batch);
        ArgumentOutOfRangeException.ThrowIfNegative(m);
        ArgumentOutOfRangeException.ThrowIfNegative(n);
        ArgumentOutOfRangeException.ThrowIfNegative(k);
        CheckOperand(a.Length, transposeA ? k : m, transposeA ? m : k, lda, batch, strideA, nameof(a));
        CheckOperand(b.Length, transposeB ? n : k, transposeB ? k : n, ldb, batch, strideB, nameof(b));
        CheckOperand(c.Length, m, n, ldc, batch, strideC, nameof(c));
        if (batch == 0 || m == 0 || n == 0)
            return;
        bool apart = batch == 1 || strideC >= (m - 1L) * ldc + n;
        bool sideBySide = strideC >= n && (batch - 1L) * strideC + n <= ldc;
        if (!apart && !sideBySide)
            throw new ArgumentException(
                $"{batch} matrices of {m} x {n} with {ldc} floats from row to row overlap at a stride of {strideC}.",
                nameof(strideC)
            );
        if (a.Overlaps(c) || b.Overlaps(c))
            throw new ArgumentException("The product overlaps an operand.", nameof(c));
        if (Vector512.IsHardwareAccelerated)
            Run<Lanes512>(
                transposeA,
                transposeB,
                batch,
                m,
                n,
                k,
                a,
                lda,
                strideA,
                b,
                ldb,
                strideB,
                c,
                ldc,
                strideC,
                accumulate
            );
        else if (Vector256.IsHardwareAccelerated)
            Run<Lanes256>(
                transposeA,
                transposeB,
                batch,
                m,
                n,
                k,
                a,
                lda,
                strideA,
                b,
                ldb,
                strideB,
                c,
                ldc,
                strideC,
                accumulate
            );
        else
            Run<Lanes128>(
                transposeA,
                transposeB,
                batch,
                m,
                n,
                k,
                a,
                lda,
                strideA,
                b,
                ldb,
                strideB,
                c,
                ldc,
                strideC,
                accumulate
            );
    }

    /// <summary><see cref="MultiplyBatch"/> after its checks, with vectors of one width.</summary>
    internal static unsafe void Run<V>(
        bool transposeA,
        bool transposeB,
        int batch,
        int m,
        int n,
        int k,
        ReadOnlySpan<float> a,
        int lda,
        int strideA,
        ReadOnlySpan<float> b,
        int ldb,
        int strideB,
        Span<float> c,
        int ldc,
        int strideC,
        bool accumulate
    )
        where V : struct, ILanes<V>
    {
        const nint number = sizeof(float);
        fixed (
            float* first = a,
                second = b,
                product = c
        )
        {
            GemmBatch<V> all = new(
                new()
                {
                    M = m,
                    N = n,
                    K = k,
                    A = (byte*)first,
                    B = (byte*)second,
                    C = (byte*)product,
                    RowA = transposeA ? number : lda * number,
                    StepA = transposeA ? lda * number : number,
                    StepB = transposeB ? number : ldb * number,
                    ColumnB = transposeB ? ldb * number : number,
                    RowC = ldc * number,
                    Add = accumulate,
                },
                batch,
                strideA * number,
                strideB * number,
                strideC * number
            );
            all.Multiply();
        }
    }

    private static void CheckOperand(int length, int rows, int columns, int ld, int batch, int stride, string name)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(stride, "stride" + char.ToUpperInvariant(name[0]));
        if (ld < columns)
            throw new ArgumentOutOfRangeException(
                "ld" + name,
                ld,
                $"Rows of {columns} floats cannot lie {ld} floats apart."
            );
        if (batch == 0 || rows == 0 || columns == 0)
            return;
        Int128 needed = (batch - (Int128)1) * stride + (rows - (Int128)1) * ld + columns;
        if (length < needed)
            throw new ArgumentException(
                $"{batch} x [{rows}, {columns}] with {ld} floats from row to row and {stride} from matrix to matrix need {needed} floats, not {length}.",
                name
            );
    }
}
