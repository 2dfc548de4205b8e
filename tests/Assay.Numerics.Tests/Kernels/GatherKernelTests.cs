namespace Assay.Numerics.Tests;

public class GatherKernelTests
{
    [Theory]
    [InlineData(0, 3, 4)]
    [InlineData(5, 1, 1)]
    [InlineData(700, 9, 130)]
    public void GathersRowsAndAddsThemBack(int count, int rows, int width)
    {
        float[] table = References.Normal(rows * width, "table"),
            result = new float[count * width],
            gradient = References.Normal(rows * width, "gradient"),
            seed = References.Normal(count * width, "seed");
        int[] indices = [.. Enumerable.Range(0, count).Select(i => i * i % rows)];
        GatherKernel.Gather(table, width, indices, result);
        for (int i = 0; i < result.Length; i++)
            Assert.Equal(table[indices[i / width] * width + i % width], result[i]);

        float[] expected = [.. gradient],
            one = [.. gradient];
        for (int i = 0; i < seed.Length; i++)
            expected[indices[i / width] * width + i % width] += seed[i];
        using (Workers.Limit(1))
            GatherKernel.ScatterAdd(seed, width, indices, one);
        using (Workers.Limit(2))
            GatherKernel.ScatterAdd(seed, width, indices, gradient);
        Assert.Equal(expected, one); // the same order of additions: the same bits
        Assert.Equal(expected, gradient);
    }

    [Fact]
    public void WrongIndicesAndShapesAreNamed()
    {
        Assert.Contains(
            "Index 3 at position 1 is none of 3 rows",
            Assert.Throws<ArgumentException>(() => GatherKernel.Gather(new float[6], 2, [0, 3], new float[4])).Message
        );
        Assert.Contains(
            "Index -1",
            Assert.Throws<ArgumentException>(() => GatherKernel.ScatterAdd(new float[2], 2, [-1], new float[6])).Message
        );
        Assert.Contains(
            "of [2, 2], not 3",
            Assert.Throws<ArgumentException>(() => GatherKernel.Gather(new float[6], 2, [0, 1], new float[3])).Message
        );
    }
}
