namespace Assay.Numerics;

/// <summary>One product of matrices, with pinned operands: C[i, j] (+)= sum over p of A[i, p] B[p, j]. Strides are in bytes.</summary>
/// <remarks>A transposed operand is one whose strides have changed places; one of its two strides is always that of a float.</remarks>
internal unsafe struct GemmOperands
{
    public int M,
        N,
        K;
    public byte* A,
        B,
        C;

    /// <summary>From A[i, p] to A[i + 1, p].</summary>
    public nint RowA;

    /// <summary>From A[i, p] to A[i, p + 1].</summary>
    public nint StepA;

    /// <summary>From B[p, j] to B[p + 1, j].</summary>
    public nint StepB;

    /// <summary>From B[p, j] to B[p, j + 1].</summary>
    public nint ColumnB;

    /// <summary>From C[i, j] to C[i + 1, j].</summary>
    public nint RowC;

    /// <summary>Adds to C instead of overwriting it.</summary>
    public bool Add;

    /// <summary>Multiplications and additions.</summary>
    public readonly long Flops => 2L * M * N * K;

    /// <summary>The sum over p from <paramref name="first"/> on, added to what was before unless that is nothing.</summary>
    public readonly GemmOperands Terms(int first, int count) =>
        this with
        {
            K = count,
            A = A + first * StepA,
            B = B + first * StepB,
            Add = Add || first > 0,
        };

    /// <summary>Some of the rows of the product.</summary>
    public readonly GemmOperands Rows(int first, int count) =>
        this with
        {
            M = count,
            A = A + first * RowA,
            C = C + first * RowC,
        };

    /// <summary>Some of the columns of the product.</summary>
    public readonly GemmOperands Columns(int first, int count) =>
        this with
        {
            N = count,
            B = B + first * ColumnB,
            C = C + (nint)first * sizeof(float),
        };
}
