namespace Assay.Numerics.Tests;

public class GemmTests
{
    [Fact]
    public void ProductsAgreeWithATripleLoopInDouble()
    {
        RandomStream random = new(1, "gemm");
        int[] sizes = [0, 1, 2, 3, 5, 7, 8, 16, 17, 31];
        for (int trial = 0; trial < 400; trial++)
            GemmCase.Random(random, sizes).Check();
    }

    [Fact]
    public void WhatLiesBetweenTheRowsIsLeftAlone()
    {
        float[] c = [9, 9, 7, 9, 9, 7];
        Gemm.Multiply(false, false, 2, 2, 1, [1, 2], 1, [3, 4], 2, c, 3);
        Assert.Equal([3, 4, 7, 6, 8, 7], c);
    }

    [Fact]
    public void NothingIsReadOfAnOverwrittenProduct()
    {
        float[] c = [float.NaN, float.NaN];
        Gemm.Multiply(false, false, 1, 2, 0, [], 0, [], 2, c, 2);
        Assert.Equal([0, 0], c);
    }

    [Fact]
    public void OneOperandCanServeTheWholeBatchAndProductsLieSideBySide()
    {
        float[] c = new float[6];
        Gemm.MultiplyBatch(false, false, 3, 2, 1, 1, [1, 2], 1, 0, [10, 20, 30], 1, 1, c, 3, 1);
        Assert.Equal([10, 20, 30, 20, 40, 60], c);
    }

    [Theory]
    [InlineData(-1, 1, 1, 1, 1, 1, "m")]
    [InlineData(1, -1, 1, 1, 1, 1, "n")]
    [InlineData(1, 1, -1, 1, 1, 1, "k")]
    [InlineData(2, 2, 2, 1, 2, 2, "lda")]
    [InlineData(2, 2, 2, 2, 1, 2, "ldb")]
    [InlineData(2, 2, 2, 2, 2, 1, "ldc")]
    [InlineData(5, 1, 1, 1, 1, 1, "a")]
    [InlineData(1, 5, 1, 1, 5, 5, "b")]
    [InlineData(65536, 65536, 1, 1, 65536, 65536, "a")]
    [InlineData(int.MaxValue, int.MaxValue, 0, 0, int.MaxValue, int.MaxValue, "c")]
    public void WrongArgumentsAreNamed(int m, int n, int k, int lda, int ldb, int ldc, string name)
    {
        ArgumentException error = Assert.ThrowsAny<ArgumentException>(() =>
            Gemm.Multiply(false, false, m, n, k, new float[4], lda, new float[4], ldb, new float[4], ldc)
        );
        Assert.Equal(name, error.ParamName);
    }

    [Fact]
    public void OverlappingProductsAreRefused()
    {
        float[] buffer = new float[100];
        Assert.Equal(
            "strideC",
            Assert
                .Throws<ArgumentException>(() =>
                    Gemm.MultiplyBatch(false, false, 2, 2, 2, 2, new float[8], 2, 4, new float[8], 2, 4, buffer, 2, 3)
                )
                .ParamName
        );
        Assert.Equal(
            "c",
            Assert
                .Throws<ArgumentException>(() =>
                    Gemm.Multiply(false, false, 2, 2, 2, buffer, 2, new float[4], 2, buffer.AsSpan(3), 2)
                )
                .ParamName
        );
    }
}
