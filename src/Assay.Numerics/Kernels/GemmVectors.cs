using System.Runtime.CompilerServices;

namespace Assay.Numerics;

/// <summary>Products with one to three rows or columns, which are over when the large operand has been read once.</summary>
/// <remarks>
/// Where both operands are contiguous over k, each element is a scalar product, summed in eight vectors; where B has
/// contiguous rows, a row of A weighs them. Pieces are whole elements, so threads do not change a bit.
/// </remarks>
internal unsafe struct GemmVectors<V>
    where V : struct, ILanes<V>
{
    private const int Few = 3;

    // Some 100 microseconds of reading: a smaller piece gains less than a thread that wakes up late costs.
    private const long PieceFlops = 2_000_000;

    private GemmOperands _x;
    private int _pieces;
    private bool _manyRows;

    /// <summary>Computes the product if it is of such a shape; otherwise does nothing and returns false.</summary>
    public static bool TryMultiply(in GemmOperands operands)
    {
        GemmOperands x = operands;
        bool turnedB = false;
        // A single row or column has a stride that nobody sees: it can be taken for contiguous if it is.
        if (x.N == 1 && x.StepB == sizeof(float))
            turnedB = true;
        else if (x.N == 1)
        {
            float* column = GemmBuffers.Shared(x.K);
            for (int p = 0; p < x.K; p++)
                column[p] = *(float*)(x.B + p * x.StepB);
            x.B = (byte*)column;
            x.StepB = sizeof(float);
            turnedB = true;
        }
        else
            turnedB = x.StepB == sizeof(float) && x.ColumnB != sizeof(float);
        if (Math.Min(x.M, x.N) > Few)
            return false;
        bool rowsA = x.StepA == sizeof(float);
        if (rowsA && turnedB && x.K >= V.Width)
        {
            Run(x, manyRows: x.M > x.N, dots: true);
            return true;
        }
        if (x.M == 1 && x.ColumnB == sizeof(float))
        {
            Run(x, manyRows: false, dots: false);
            return true;
        }
        return false;
    }

    private static void Run(in GemmOperands x, bool manyRows, bool dots)
    {
        int many = manyRows ? x.M : x.N;
        // Whole groups of four rows, or of eight vectors.
        int unit = dots ? 4 : 8 * V.Width;
        int pieces = (int)Math.Clamp(x.Flops / PieceFlops, 1, (many + unit - 1) / unit);
        GemmVectors<V> vectors = new()
        {
            _x = x,
            _manyRows = manyRows,
            _pieces = pieces,
        };
        if (dots)
            Workers.For(pieces, new Dots { Vectors = vectors });
        else
            Workers.For(pieces, new Weighing { Vectors = vectors });
    }

    private struct Dots : IPieces
    {
        public GemmVectors<V> Vectors;

        public readonly void Run(int piece)
        {
            GemmOperands x = Vectors._x;
            bool manyRows = Vectors._manyRows;
            int many = manyRows ? x.M : x.N,
                few = manyRows ? x.N : x.M;
            byte* large = manyRows ? x.A : x.B,
                small = manyRows ? x.B : x.A;
            nint largeRow = manyRows ? x.RowA : x.ColumnB,
                smallRow = manyRows ? x.ColumnB : x.RowA;
            nint next = manyRows ? x.RowC : sizeof(float),
                nextSmall = manyRows ? sizeof(float) : x.RowC;
            int groups = (many + 3) / 4;
            int end = Math.Min(many, 4 * (int)((long)groups * (piece + 1) / Vectors._pieces));
            for (int i = 4 * (int)((long)groups * piece / Vectors._pieces); i < end; i += 4)
            for (int j = 0; j < few; j++)
                Four(
                    (float*)(small + j * smallRow),
                    large + i * largeRow,
                    largeRow,
                    Math.Min(4, end - i),
                    x.K,
                    x.C + i * next + j * nextSmall,
                    next,
                    x.Add
                );
        }
    }

    private struct Weighing : IPieces
    {
        public GemmVectors<V> Vectors;

        public readonly void Run(int piece)
        {
            GemmOperands x = Vectors._x;
            int unit = 8 * V.Width;
            int units = (x.N + unit - 1) / unit;
            int column = unit * (int)((long)units * piece / Vectors._pieces),
                end = Math.Min(x.N, unit * (int)((long)units * (piece + 1) / Vectors._pieces));
            for (; column <= end - unit; column += unit)
                Weigh(x, column);
            for (; column < end; column++)
            {
                float sum = 0;
                for (int p = 0; p < x.K; p++)
                    sum = MathF.FusedMultiplyAdd(
                        *(float*)(x.A + p * x.StepA),
                        *((float*)(x.B + p * x.StepB) + column),
                        sum
                    );
                ref float target = ref *((float*)x.C + column);
                target = x.Add ? target + sum : sum;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Four(float* x, byte* rows, nint stride, int count, int k, byte* c, nint next, bool add)
    {
        // With fewer than four rows, the last is read again instead of one that may not be there.
        float* r0 = (float*)rows,
            r1 = (float*)(rows + Math.Min(1, count - 1) * stride),
            r2 = (float*)(rows + Math.Min(2, count - 1) * stride),
            r3 = (float*)(rows + Math.Min(3, count - 1) * stride);
        V s0 = V.Zero,
            s1 = V.Zero,
            s2 = V.Zero,
            s3 = V.Zero,
            t0 = V.Zero,
            t1 = V.Zero,
            t2 = V.Zero,
            t3 = V.Zero;
        int p = 0;
        for (; p <= k - 2 * V.Width; p += 2 * V.Width)
        {
            V left = V.Load(in *x, p),
                right = V.Load(in *x, p + V.Width);
            V.AddProduct(ref s0, left, V.Load(in *r0, p));
            V.AddProduct(ref s1, left, V.Load(in *r1, p));
            V.AddProduct(ref s2, left, V.Load(in *r2, p));
            V.AddProduct(ref s3, left, V.Load(in *r3, p));
            V.AddProduct(ref t0, right, V.Load(in *r0, p + V.Width));
            V.AddProduct(ref t1, right, V.Load(in *r1, p + V.Width));
            V.AddProduct(ref t2, right, V.Load(in *r2, p + V.Width));
            V.AddProduct(ref t3, right, V.Load(in *r3, p + V.Width));
        }
        float f0 = (s0 + t0).Sum(),
            f1 = (s1 + t1).Sum(),
            f2 = (s2 + t2).Sum(),
            f3 = (s3 + t3).Sum();
        for (; p < k; p++)
        {
            f0 += x[p] * r0[p];
            f1 += x[p] * r1[p];
            f2 += x[p] * r2[p];
            f3 += x[p] * r3[p];
        }
        Put(c, f0, add);
        if (count > 1)
            Put(c + next, f1, add);
        if (count > 2)
            Put(c + 2 * next, f2, add);
        if (count > 3)
            Put(c + 3 * next, f3, add);
    }

    private static void Put(byte* c, float value, bool add) => *(float*)c = add ? *(float*)c + value : value;

    /// <summary>Eight vectors of a row of C.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Weigh(in GemmOperands x, int column)
    {
        V c0 = V.Zero,
            c1 = V.Zero,
            c2 = V.Zero,
            c3 = V.Zero,
            c4 = V.Zero,
            c5 = V.Zero,
            c6 = V.Zero,
            c7 = V.Zero;
        byte* a = x.A,
            b = x.B + (nint)column * sizeof(float);
        nint stepA = x.StepA,
            stepB = x.StepB;
        for (int p = x.K; p > 0; p--, a += stepA, b += stepB)
        {
            V left = V.Of(*(float*)a);
            ref float row = ref *(float*)b;
            V.AddProduct(ref c0, left, V.Load(in row, 0));
            V.AddProduct(ref c1, left, V.Load(in row, V.Width));
            V.AddProduct(ref c2, left, V.Load(in row, 2 * V.Width));
            V.AddProduct(ref c3, left, V.Load(in row, 3 * V.Width));
            V.AddProduct(ref c4, left, V.Load(in row, 4 * V.Width));
            V.AddProduct(ref c5, left, V.Load(in row, 5 * V.Width));
            V.AddProduct(ref c6, left, V.Load(in row, 6 * V.Width));
            V.AddProduct(ref c7, left, V.Load(in row, 7 * V.Width));
        }
        ref float c = ref *((float*)x.C + column);
        if (x.Add)
        {
            c0 = V.Load(in c, 0) + c0;
            c1 = V.Load(in c, V.Width) + c1;
            c2 = V.Load(in c, 2 * V.Width) + c2;
            c3 = V.Load(in c, 3 * V.Width) + c3;
            c4 = V.Load(in c, 4 * V.Width) + c4;
            c5 = V.Load(in c, 5 * V.Width) + c5;
            c6 = V.Load(in c, 6 * V.Width) + c6;
            c7 = V.Load(in c, 7 * V.Width) + c7;
        }
        c0.Store(ref c, 0);
        c1.Store(ref c, V.Width);
        c2.Store(ref c, 2 * V.Width);
        c3.Store(ref c, 3 * V.Width);
        c4.Store(ref c, 4 * V.Width);
        c5.Store(ref c, 5 * V.Width);
        c6.Store(ref c, 6 * V.Width);
        c7.Store(ref c, 7 * V.Width);
    }
}
