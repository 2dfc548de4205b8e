namespace Assay.Numerics.Tests;

public class ActivationKernelTests
{
    private delegate void Forward(ReadOnlySpan<float> x, Span<float> result);

    private delegate void Backward(ReadOnlySpan<float> x, ReadOnlySpan<float> dy, Span<float> result);

    private static double Silu(double x) => x / (1 + Math.Exp(-x));

    private static double Gelu(double x) => x * (1 + References.Erf(x / Math.Sqrt(2))) / 2;

    private static double TanhGelu(double x) =>
        x * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x))) / 2;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(8)]
    [InlineData(61)]
    [InlineData(9001)]
    public void AgreeWithDoublesAndDifferences(int count)
    {
        Check(SiluKernel.Forward, SiluKernel.Backward, Silu, count);
        Check(GeluKernel.Forward, GeluKernel.Backward, Gelu, count);
        Check(GeluKernel.TanhForward, GeluKernel.TanhBackward, TanhGelu, count);
    }

    [Theory]
    [InlineData(0, 3)]
    [InlineData(2, 1)]
    [InlineData(3, 13)]
    [InlineData(2, 16)]
    [InlineData(1200, 17)]
    public void SwiGluReadsTensorsAndFusedHalves(int rows, int width)
    {
        float[] fused = References.Normal(rows * width * 2, "gate and up", 2),
            seed = References.Normal(rows * width, "seed"),
            y = new float[rows * width],
            gradient = new float[fused.Length];
        Span<float> up = fused.AsSpan(Math.Min(width, fused.Length));
        double[] Reference(double[] x)
        {
            double[] result = new double[rows * width];
            for (int i = 0; i < result.Length; i++)
            {
                int at = i / width * 2 * width + i % width;
                result[i] = Silu(x[at]) * x[at + width];
            }
            return result;
        }
        SwiGluKernel.Forward(fused, up, width, 2 * width, y);
        References.Near(Reference(References.Double(fused)), y, 1e-6);
        Span<float> upGradient = gradient.AsSpan(Math.Min(width, gradient.Length));
        SwiGluKernel.Backward(fused, up, seed, width, 2 * width, gradient, upGradient);
        References.CheckGradient(gradient, fused, seed, Reference);

        float[] gate = [.. fused.Chunk(2 * width).SelectMany(row => row[..width])],
            apart = [.. fused.Chunk(2 * width).SelectMany(row => row[width..])],
            other = new float[y.Length];
        SwiGluKernel.Forward(gate, apart, width, width, other);
        Assert.Equal(y, other);
        SwiGluKernel.Run<Lanes512>(gate, apart, [], width, width, other, []);
        References.Near(References.Double(y), other, 1e-6);
        SwiGluKernel.Backward(gate, apart, seed, width, width, gate, apart);
        Assert.Equal(gate, gradient.Chunk(2 * width).SelectMany(row => row[..width]));
        Assert.Equal(apart, gradient.Chunk(2 * width).SelectMany(row => row[width..]));
    }

    [Fact]
    public void ThreadsDoNotChangeBits()
    {
        float[] x = References.Normal(30_011, "x"),
            one = new float[x.Length],
            two = new float[x.Length];
        using (Workers.Limit(1))
            GeluKernel.Backward(x, x, one);
        using (Workers.Limit(2))
            GeluKernel.Backward(x, x, two);
        Assert.Equal(one, two);
    }

    [Fact]
    public void ShapesAreNamed()
    {
        Assert.Contains(
            "3 and 2 floats cannot become 3",
            Assert
                .Throws<ArgumentException>(() => SiluKernel.Backward(new float[3], new float[2], new float[3]))
                .Message
        );
        Assert.Contains(
            "[3, 2] with 4 floats from row to row need 10 floats, not 9",
            Assert
                .Throws<ArgumentException>(() => SwiGluKernel.Forward(new float[9], new float[12], 2, 4, new float[6]))
                .Message
        );
    }

    private static void Check(Forward forward, Backward backward, Func<double, double> reference, int count)
    {
        float[] x = References.Normal(count, "x", 3),
            seed = References.Normal(count, "seed"),
            y = new float[count],
            gradient = new float[count];
        forward(x, y);
        double[] All(double[] at) => [.. at.Select(reference)];
        References.Near(All(References.Double(x)), y, 1e-6);
        backward(x, seed, gradient);
        if (count < 1000)
            References.CheckGradient(gradient, x, seed, All);
        float[] inPlace = [.. seed];
        backward(x, inPlace, inPlace);
        Assert.Equal(gradient, inPlace);
    }
}
