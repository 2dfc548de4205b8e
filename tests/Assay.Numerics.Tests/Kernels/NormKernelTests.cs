namespace Assay.Numerics.Tests;

public class NormKernelTests
{
    [Theory]
    [InlineData(0, 4, true)]
    [InlineData(3, 1, true)]
    [InlineData(5, 7, false)]
    [InlineData(6, 40, true)]
    [InlineData(150, 33, true)]
    public void LayerNormAgreesWithDoublesAndDifferences(int rows, int width, bool affine)
    {
        float[] x = References.Normal(rows * width, "x", 2),
            gain = affine ? References.Normal(width, "gain") : [],
            bias = affine ? References.Normal(width, "bias") : [],
            seed = References.Normal(x.Length, "seed"),
            y = new float[x.Length],
            mean = new float[rows],
            scale = new float[rows],
            dx = new float[x.Length],
            dGain = new float[gain.Length],
            dBias = new float[bias.Length];
        LayerNormKernel.Forward(x, width, gain, bias, y, mean, scale, 0.01f);
        double[] g = References.Double(gain),
            b = References.Double(bias),
            at = References.Double(x);
        References.Near(Normalise(at, width, g, b, true), y);
        LayerNormKernel.Backward(x, seed, width, gain, mean, scale, dx, dGain, dBias);
        References.CheckGradient(dx, x, seed, x => Normalise(x, width, g, b, true), 1e-3);
        References.CheckGradient(dGain, gain, seed, g => Normalise(at, width, g, b, true));
        References.CheckGradient(dBias, bias, seed, b => Normalise(at, width, g, b, true));

        float[] wide = new float[x.Length],
            inPlace = [.. seed];
        LayerNormKernel.Forward<Lanes512>(x, width, gain, bias, wide, mean, scale, 0.01f);
        References.Near(References.Double(y), wide);
        LayerNormKernel.Backward<Lanes512>(x, seed, width, gain, mean, scale, wide, dGain, dBias);
        References.Near(References.Double(dx), wide);
        LayerNormKernel.Forward(x, width, gain, bias, y, mean, scale, 0.01f);
        LayerNormKernel.Backward(x, inPlace, width, gain, mean, scale, inPlace, [], []);
        Assert.Equal(dx, inPlace);
    }

    [Theory]
    [InlineData(0, 4, true)]
    [InlineData(3, 1, true)]
    [InlineData(5, 7, false)]
    [InlineData(6, 40, true)]
    [InlineData(150, 33, true)]
    public void RmsNormAgreesWithDoublesAndDifferences(int rows, int width, bool affine)
    {
        float[] x = References.Normal(rows * width, "x", 2),
            gain = affine ? References.Normal(width, "gain") : [],
            seed = References.Normal(x.Length, "seed"),
            y = new float[x.Length],
            scale = new float[rows],
            dx = new float[x.Length],
            dGain = new float[gain.Length];
        RmsNormKernel.Forward(x, width, gain, y, scale, 0.01f);
        double[] g = References.Double(gain),
            at = References.Double(x);
        References.Near(Normalise(at, width, g, [], false), y);
        RmsNormKernel.Backward(x, seed, width, gain, scale, dx, dGain);
        References.CheckGradient(dx, x, seed, x => Normalise(x, width, g, [], false), 1e-3);
        References.CheckGradient(dGain, gain, seed, g => Normalise(at, width, g, [], false));

        float[] wide = new float[x.Length],
            inPlace = [.. seed];
        RmsNormKernel.Backward<Lanes512>(x, seed, width, gain, scale, wide, dGain);
        References.Near(References.Double(dx), wide);
        RmsNormKernel.Backward(x, inPlace, width, gain, scale, inPlace, []);
        Assert.Equal(dx, inPlace);
        RmsNormKernel.Forward<Lanes512>(x, width, gain, wide, scale, 0.01f);
        References.Near(References.Double(y), wide);
    }

    [Fact]
    public void ThreadsDoNotChangeBits()
    {
        const int Rows = 1500,
            Width = 37;
        float[] x = References.Normal(Rows * Width, "x"),
            gain = References.Normal(Width, "gain"),
            seed = References.Normal(Rows * Width, "seed");
        float[] Run(int threads)
        {
            float[] y = new float[x.Length],
                mean = new float[Rows],
                scale = new float[Rows],
                dx = new float[x.Length],
                dGain = new float[Width],
                dBias = new float[Width];
            using (Workers.Limit(threads))
            {
                LayerNormKernel.Forward(x, Width, gain, gain, y, mean, scale);
                LayerNormKernel.Backward(x, seed, Width, gain, mean, scale, dx, dGain, dBias);
                float[] layer = [.. y, .. dx, .. dGain, .. dBias];
                RmsNormKernel.Forward(x, Width, gain, y, scale);
                RmsNormKernel.Backward(x, seed, Width, gain, scale, dx, dGain);
                return [.. layer, .. y, .. dx, .. dGain];
            }
        }
        Assert.Equal(Run(1), Run(2));
    }

    [Fact]
    public void NotEvenRowsOfThousandsLoseTheirVariance()
    {
        float[] x = [10_000, 10_001, 10_002, 10_003],
            y = new float[4];
        LayerNormKernel.Forward(x, 4, [], [], y, new float[1], new float[1], 0);
        References.Near(
            [-1.5 / Math.Sqrt(1.25), -0.5 / Math.Sqrt(1.25), 0.5 / Math.Sqrt(1.25), 1.5 / Math.Sqrt(1.25)],
            y
        );
    }

    [Fact]
    public void ShapesAreNamed()
    {
        float[] six = new float[6],
            two = new float[2];
        Assert.Contains(
            "3 numbers, one for each column of [2, 3], not 2",
            Assert.Throws<ArgumentException>(() => LayerNormKernel.Forward(six, 3, two, [], six, two, two)).Message
        );
        Assert.Contains(
            "one for each row of [2, 3], not 6",
            Assert.Throws<ArgumentException>(() => RmsNormKernel.Forward(six, 3, [], six, six)).Message
        );
    }

    private static double[] Normalise(double[] x, int width, double[] gain, double[] bias, bool center)
    {
        double[] y = new double[x.Length];
        for (int start = 0; start < x.Length; start += width)
        {
            double[] row = x[start..(start + width)];
            double mean = center ? row.Average() : 0,
                scale = 1 / Math.Sqrt(row.Average(v => (v - mean) * (v - mean)) + 0.01f);
            for (int i = 0; i < width; i++)
                y[start + i] =
                    (row[i] - mean) * scale * (gain.Length > 0 ? gain[i] : 1) + (bias.Length > 0 ? bias[i] : 0);
        }
        return y;
    }
}
