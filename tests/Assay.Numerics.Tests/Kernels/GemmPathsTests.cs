namespace Assay.Numerics.Tests;

/// <summary>The shapes at which <see cref="Gemm"/> changes its way, each width of vectors, and threads.</summary>
public class GemmPathsTests
{
    [Theory]
    [InlineData(64, 64, 64)] // one block
    [InlineData(25, 17, 257)] // two blocks of terms, a panel of one column
    [InlineData(7, 33, 40)] // rows that divide badly
    [InlineData(24, 40, 300)] // B read where it lies
    [InlineData(25, 40, 300)] // B packed
    [InlineData(100, 300, 70)] // A packed
    [InlineData(130, 520, 64)] // several pieces
    [InlineData(1, 700, 130)] // vectors
    [InlineData(3, 200, 64)]
    [InlineData(700, 1, 130)]
    [InlineData(200, 2, 64)]
    [InlineData(90, 90, 1)] // rank 1
    [InlineData(10, 50, 1500)]
    public void EveryWayAgreesWithATripleLoop(int m, int n, int k)
    {
        RandomStream random = new(1, $"{m} {n} {k}");
        for (int way = 0; way < 8; way++)
            new GemmCase(way % 2 == 0, way / 2 % 2 == 0, 1, m, n, k, way / 4 == 0).Fill(random).Check();
    }

    [Fact]
    public void EveryWidthOfVectorsAgreesWithATripleLoop()
    {
        RandomStream random = new(1, "widths");
        int[] sizes = [1, 2, 3, 6, 8, 13, 31, 32, 50, 260];
        for (int trial = 0; trial < 60; trial++)
        {
            GemmCase one = GemmCase.Random(random, sizes);
            one.Check(one.Product<Lanes128>());
            one.Check(one.Product<Lanes256>());
            // Without AVX-512, four times slower than the scalar loop: it checks the indices, not the instructions.
            if (trial % 6 == 0)
                one.Check(one.Product<Lanes512>());
        }
    }

    [Theory]
    [InlineData(1, 200, 200, 300)]
    [InlineData(1, 512, 65, 300)]
    [InlineData(1, 1, 1700, 350)]
    [InlineData(1, 1700, 1, 350)]
    [InlineData(24, 40, 40, 40)]
    [InlineData(3, 210, 210, 210)]
    public void ThreadsDoNotChangeABit(int batch, int m, int n, int k)
    {
        RandomStream random = new(1, "threads");
        for (int way = 0; way < 4; way++)
        {
            GemmCase one = new GemmCase(way % 2 == 0, way / 2 == 0, batch, m, n, k, way == 3).Fill(random);
            float[] alone = With(1);
            Assert.Equal(alone, With(2));
            Assert.Equal(alone, With(3));

            float[] With(int threads)
            {
                using (Workers.Limit(threads))
                    return one.Product();
            }
        }
    }

    [Fact]
    public void ProductsOfABatchAreThoseOfTheirOwn()
    {
        RandomStream random = new(1, "batch");
        float[] a = new float[20 * 30 * 40],
            b = new float[20 * 40 * 50];
        foreach (float[] operand in (float[][])[a, b])
            for (int i = 0; i < operand.Length; i++)
                operand[i] = (float)random.NextGaussian();
        float[] together = new float[20 * 30 * 50],
            apart = new float[20 * 30 * 50];
        Gemm.MultiplyBatch(false, false, 20, 30, 50, 40, a, 40, 1200, b, 50, 2000, together, 50, 1500);
        for (int i = 0; i < 20; i++)
            Gemm.Multiply(
                false,
                false,
                30,
                50,
                40,
                a.AsSpan(i * 1200, 1200),
                40,
                b.AsSpan(i * 2000, 2000),
                50,
                apart.AsSpan(i * 1500, 1500),
                50
            );
        Assert.Equal(apart, together);
    }

    [Fact]
    public void InfinitiesAndNaNsStayInTheirRowsAndColumns()
    {
        const int size = 40;
        float[] a = new float[size * size],
            b = new float[size * size],
            c = new float[size * size];
        Array.Fill(a, 1);
        Array.Fill(b, 1);
        a[7 * size + 3] = float.NaN;
        b[5 * size + 39] = float.PositiveInfinity;
        Gemm.Multiply(false, false, size, size, size, a, size, b, size, c, size);
        for (int i = 0; i < size; i++)
        for (int j = 0; j < size; j++)
            Assert.Equal(
                i == 7 ? float.NaN
                    : j == 39 ? float.PositiveInfinity
                    : size,
                c[i * size + j]
            );
    }
}
