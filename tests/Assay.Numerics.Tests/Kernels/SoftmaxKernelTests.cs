namespace Assay.Numerics.Tests;

public class SoftmaxKernelTests
{
    [Theory]
    [InlineData(0, 5)]
    [InlineData(3, 1)]
    [InlineData(4, 7)]
    [InlineData(5, 33)]
    [InlineData(300, 129)]
    public void AgreesWithDoubles(int rows, int width)
    {
        float[] x = References.Normal(rows * width, "x", 5),
            y = new float[x.Length],
            log = new float[x.Length];
        SoftmaxKernel.Forward(x, width, y);
        SoftmaxKernel.LogForward(x, width, log);
        References.Near(Softmax(References.Double(x), width), y, 1e-6);
        References.Near(LogSoftmax(References.Double(x), width), log, 1e-6);
        float[] inPlace = [.. x];
        SoftmaxKernel.Forward(inPlace, width, inPlace);
        Assert.Equal(y, inPlace);
        SoftmaxKernel.Run<Lanes512>(SoftmaxKernel.Step.Softmax, x, [], width, inPlace);
        References.Near(References.Double(y), inPlace, 1e-6);
    }

    [Theory]
    [InlineData(2, 1)]
    [InlineData(3, 11)]
    [InlineData(2, 24)]
    public void GradientsAreDifferences(int rows, int width)
    {
        float[] x = References.Normal(rows * width, "x"),
            seed = References.Normal(rows * width, "seed"),
            y = new float[x.Length],
            gradient = new float[x.Length];
        SoftmaxKernel.Forward(x, width, y);
        SoftmaxKernel.Backward(y, seed, width, gradient);
        References.CheckGradient(gradient, x, seed, at => Softmax(at, width));
        SoftmaxKernel.LogForward(x, width, y);
        SoftmaxKernel.LogBackward(y, seed, width, gradient);
        References.CheckGradient(gradient, x, seed, at => LogSoftmax(at, width));
    }

    [Fact]
    public void ThreadsDoNotChangeBits()
    {
        float[] x = References.Normal(997 * 67, "x"),
            one = new float[x.Length],
            two = new float[x.Length];
        using (Workers.Limit(1))
            SoftmaxKernel.Forward(x, 67, one);
        using (Workers.Limit(2))
            SoftmaxKernel.Forward(x, 67, two);
        Assert.Equal(one, two);
    }

    [Fact]
    public void ExtremesStayInTheirRow()
    {
        float inf = float.PositiveInfinity;
        float[] x = [1000, 1000, -inf, 0, float.NaN, 0, -inf, -inf, -inf, 1, inf, 2, 3e38f, -3e38f, 0],
            y = new float[15];
        SoftmaxKernel.Forward(x, 3, y);
        Assert.Equal([0.5f, 0.5f, 0], y[..3]);
        Assert.All(y[3..12], value => Assert.True(float.IsNaN(value) || value == 0));
        Assert.Contains(float.NaN, y[3..6]);
        Assert.Contains(float.NaN, y[6..9]);
        Assert.Contains(float.NaN, y[9..12]);
        Assert.Equal([1f, 0, 0], y[12..]);
    }

    [Fact]
    public void ShapesAreChecked()
    {
        Assert.Contains(
            "10 floats are no whole number of rows of 3",
            Assert.Throws<ArgumentException>(() => SoftmaxKernel.Forward(new float[10], 3, new float[10])).Message
        );
        Assert.Throws<ArgumentException>(() => SoftmaxKernel.Forward(new float[9], 3, new float[6]));
        Assert.Throws<ArgumentException>(() => SoftmaxKernel.Backward(new float[9], new float[6], 3, new float[9]));
        Assert.Throws<ArgumentOutOfRangeException>(() => SoftmaxKernel.Forward([], 0, []));
    }

    internal static double[] LogSoftmax(double[] x, int width)
    {
        double[] y = new double[x.Length];
        for (int start = 0; start < x.Length; start += width)
        {
            double max = double.NegativeInfinity,
                sum = 0;
            for (int i = start; i < start + width; i++)
                max = Math.Max(max, x[i]);
            for (int i = start; i < start + width; i++)
                sum += Math.Exp(x[i] - max);
            for (int i = start; i < start + width; i++)
                y[i] = x[i] - max - Math.Log(sum);
        }
        return y;
    }

    private static double[] Softmax(double[] x, int width) => [.. LogSoftmax(x, width).Select(Math.Exp)];
}
