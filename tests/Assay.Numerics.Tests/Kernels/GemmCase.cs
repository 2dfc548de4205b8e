namespace Assay.Numerics.Tests;

/// <summary>One call of <see cref="Gemm.MultiplyBatch"/> with random operands, and what it must give.</summary>
internal sealed record GemmCase(bool TransposeA, bool TransposeB, int Batch, int M, int N, int K, bool Accumulate)
{
    private int _lda,
        _ldb,
        _ldc,
        _strideA,
        _strideB,
        _strideC;
    private float[] _a = [],
        _b = [],
        _c = [];

    public static GemmCase Random(RandomStream random, int[] sizes)
    {
        int Size() => sizes[random.NextInt32(sizes.Length)];
        GemmCase one = new(
            random.NextInt32(2) == 0,
            random.NextInt32(2) == 0,
            random.NextInt32(4),
            Size(),
            Size(),
            Size(),
            random.NextInt32(2) == 0
        );
        one.Fill(random);
        return one;
    }

    /// <summary>Gives the operands normal values, and distances of rows and matrices that are now tight, now not.</summary>
    public GemmCase Fill(RandomStream random)
    {
        int Gap() => random.NextInt32(2) * random.NextInt32(9);
        int rowsA = TransposeA ? K : M,
            rowsB = TransposeB ? N : K;
        _lda = (TransposeA ? M : K) + Gap();
        _ldb = (TransposeB ? K : N) + Gap();
        _ldc = N + Gap();
        _strideA = random.NextInt32(4) == 0 ? 0 : rowsA * _lda + Gap();
        _strideB = random.NextInt32(4) == 0 ? 0 : rowsB * _ldb + Gap();
        _strideC = M * _ldc + Gap();
        _a = Normal(random, Batch * _strideA + rowsA * _lda);
        _b = Normal(random, Batch * _strideB + rowsB * _ldb);
        _c = Normal(random, Batch * _strideC);
        return this;
    }

    /// <summary>The whole of C, gaps included, after the product.</summary>
    public float[] Product()
    {
        float[] c = [.. _c];
        Gemm.MultiplyBatch(
            TransposeA,
            TransposeB,
            Batch,
            M,
            N,
            K,
            _a,
            _lda,
            _strideA,
            _b,
            _ldb,
            _strideB,
            c,
            _ldc,
            _strideC,
            Accumulate
        );
        return c;
    }

    /// <summary>The same with vectors of a given width, whether or not the processor has them.</summary>
    public float[] Product<V>()
        where V : struct, ILanes<V>
    {
        float[] c = [.. _c];
        if (Batch > 0 && M > 0 && N > 0)
            Gemm.Run<V>(
                TransposeA,
                TransposeB,
                Batch,
                M,
                N,
                K,
                _a,
                _lda,
                _strideA,
                _b,
                _ldb,
                _strideB,
                c,
                _ldc,
                _strideC,
                Accumulate
            );
        return c;
    }

    public void Check() => Check(Product());

    /// <summary>Asserts that every element is within the bound of a sum of K products, and every gap untouched.</summary>
    public void Check(float[] product)
    {
        Assert.Equal(_c.Length, product.Length);
        float[] expected = [.. _c];
        for (int index = 0; index < Batch; index++)
        for (int i = 0; i < M; i++)
        for (int j = 0; j < N; j++)
        {
            int place = index * _strideC + i * _ldc + j;
            double sum = Accumulate ? _c[place] : 0;
            double size = Math.Abs(sum);
            for (int l = 0; l < K; l++)
            {
                double term =
                    (double)_a[index * _strideA + (TransposeA ? l * _lda + i : i * _lda + l)]
                    * _b[index * _strideB + (TransposeB ? j * _ldb + l : l * _ldb + j)];
                sum += term;
                size += Math.Abs(term);
            }
            // Each of the K + 1 additions and the product rounds once, by at most 2^-24 of a partial sum of absolute values.
            if (!(Math.Abs(product[place] - sum) <= (K + 2) * Math.ScaleB(size, -24)))
                Assert.Fail($"{this}: [{index}, {i}, {j}] is {product[place]}, not {sum}");
            expected[place] = product[place];
        }
        Assert.Equal(expected, product);
    }

    private static float[] Normal(RandomStream random, int length)
    {
        float[] values = new float[length];
        for (int i = 0; i < length; i++)
            values[i] = (float)random.NextGaussian();
        return values;
    }
}
