namespace Assay.Numerics.Tests;

public class SumsTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(31)]
    [InlineData(32)]
    [InlineData(4095)]
    [InlineData(4096)]
    [InlineData(4097)]
    [InlineData(150_001)]
    public void SumsAreThoseOfDoubles(int length)
    {
        (float[] a, float[] b) = (Normal(length, "a"), Normal(length, "b"));
        Close(a.Sum(x => (double)x), a.Sum(x => Math.Abs((double)x)), Sums.Of(a));
        Close(a.Sum(x => (double)x * x), a.Sum(x => (double)x * x), Sums.OfSquares(a));
        double product = a.Zip(b, (x, y) => (double)x * y).Sum(),
            size = a.Zip(b, (x, y) => Math.Abs((double)x * y)).Sum();
        Close(product, size, Sums.OfProducts(a, b));
        Close(product, size, Sums.Run<Sums.Products, Lanes128>(a, b));
        Close(product, size, Sums.Run<Sums.Products, Lanes512>(a, b));
    }

    [Fact]
    public void ALongSumOfOneSignDoesNotDriftAway()
    {
        float[] values = new float[1_000_000];
        Array.Fill(values, 0.1f);
        Assert.Equal(1_000_000 * (double)0.1f, Sums.Of(values), 1.0);
    }

    [Fact]
    public void ThreadsDoNotChangeABit()
    {
        float[] values = Normal(200_000, "threads");
        double[] sums = new double[3];
        for (int threads = 1; threads <= 3; threads++)
            using (Workers.Limit(threads))
                sums[threads - 1] = Sums.Of(values);
        Assert.Equal(sums[0], sums[1]);
        Assert.Equal(sums[0], sums[2]);
    }

    [Fact]
    public void DifferentLengthsAreRefused() =>
        Assert.Throws<ArgumentException>(() => Sums.OfProducts(new float[2], new float[3]));

    private static void Close(double expected, double size, double sum) =>
        Assert.InRange(sum, expected - 1e-5 * size, expected + 1e-5 * size);

    private static float[] Normal(int length, string name)
    {
        RandomStream random = new(1, name);
        float[] values = new float[length];
        for (int i = 0; i < length; i++)
            values[i] = (float)random.NextGaussian();
        return values;
    }
}
