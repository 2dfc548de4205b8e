namespace Assay.Numerics.Tests;

public class ImageKernelTests
{
    [Theory]
    [InlineData(2, 4, 9, 2, true)]
    [InlineData(3, 3, 17, 3, true)]
    [InlineData(1, 5, 1, 1, false)]
    [InlineData(0, 2, 4, 1, true)]
    [InlineData(9, 8, 50, 4, true)]
    public void GroupNormAgreesWithDoublesAndDifferences(int images, int channels, int size, int groups, bool affine)
    {
        float[] x = References.Normal(images * channels * size, "x", 2),
            seed = References.Normal(x.Length, "seed"),
            gain = affine ? References.Normal(channels, "gain") : [],
            bias = affine ? References.Normal(channels, "bias") : [];
        double[] at = References.Double(x),
            g = References.Double(gain),
            b = References.Double(bias);
        double[] Reference(double[] x, double[] g, double[] b) =>
            Normalise(x, channels, size, g, b, (image, channel) => image * groups + channel / (channels / groups));
        (float[] y, float[] dx, float[] dGain, float[] dBias) Run(int threads)
        {
            float[] y = new float[x.Length],
                mean = new float[images * groups],
                scale = new float[mean.Length],
                dx = [.. seed],
                dGain = new float[gain.Length],
                dBias = new float[bias.Length];
            using (Workers.Limit(threads))
            {
                GroupNormKernel.Forward(x, channels, size, groups, gain, bias, y, mean, scale, 0.01f);
                GroupNormKernel.Backward(x, dx, channels, size, groups, gain, mean, scale, dx, dGain, dBias);
            }
            return (y, dx, dGain, dBias);
        }
        (float[] y, float[] dx, float[] dGain, float[] dBias) = Run(1);
        References.Near(Reference(at, g, b), y);
        References.CheckGradient(dx, x, seed, x => Reference(x, g, b), 1e-3);
        References.CheckGradient(dGain, gain, seed, g => Reference(at, g, b));
        References.CheckGradient(dBias, bias, seed, b => Reference(at, g, b));
        (float[] y2, float[] dx2, float[] dGain2, float[] dBias2) = Run(2);
        Assert.Equal([.. y, .. dx, .. dGain, .. dBias], (float[])[.. y2, .. dx2, .. dGain2, .. dBias2]);

        float[] wide = new float[x.Length];
        GroupNormKernel.Forward<Lanes512>(
            x,
            channels,
            size,
            groups,
            gain,
            bias,
            wide,
            new float[images * groups],
            new float[images * groups],
            0.01f
        );
        References.Near(References.Double(y), wide);
    }

    [Theory]
    [InlineData(3, 4, 9, true)]
    [InlineData(2, 1, 1, true)]
    [InlineData(0, 2, 4, true)]
    [InlineData(7, 5, 33, false)]
    public void BatchNormAgreesWithDoublesAndDifferences(int images, int channels, int size, bool affine)
    {
        float[] x = References.Normal(images * channels * size, "x", 2),
            seed = References.Normal(x.Length, "seed"),
            gain = affine ? References.Normal(channels, "gain") : [],
            bias = affine ? References.Normal(channels, "bias") : [];
        double[] at = References.Double(x),
            g = References.Double(gain),
            b = References.Double(bias);
        double[] Reference(double[] x, double[] g, double[] b) =>
            Normalise(x, channels, size, g, b, (_, channel) => channel);
        float[] mean = new float[channels],
            variance = new float[channels];
        float[] Run(int threads)
        {
            float[] y = new float[x.Length],
                dx = [.. seed],
                dGain = new float[gain.Length],
                dBias = new float[bias.Length];
            using (Workers.Limit(threads))
            {
                BatchNormKernel.Forward(x, channels, size, gain, bias, y, mean, variance, 0.01f);
                BatchNormKernel.Backward(x, dx, channels, size, gain, mean, variance, dx, dGain, dBias, 0.01f);
            }
            return [.. y, .. dx, .. dGain, .. dBias];
        }
        float[] all = Run(1);
        Assert.Equal(all, Run(2));
        References.Near(Reference(at, g, b), all.AsSpan(0, x.Length));
        References.CheckGradient(all.AsSpan(x.Length, x.Length), x, seed, x => Reference(x, g, b), 1e-3);
        References.CheckGradient(all.AsSpan(2 * x.Length, gain.Length), gain, seed, g => Reference(at, g, b));
        References.CheckGradient(all.AsSpan(2 * x.Length + gain.Length), bias, seed, b => Reference(at, g, b));

        float[] applied = [.. x];
        BatchNormKernel.Apply(applied, channels, size, gain, bias, mean, variance, applied, 0.01f);
        Assert.Equal(all[..x.Length], applied);
        BatchNormKernel.Backward<Lanes512>(x, seed, size, gain, mean, variance, applied, [], [], 0.01f);
        References.Near(References.Double(all.AsSpan(x.Length, x.Length)), applied);
    }

    [Theory]
    [InlineData(3, 6, 8, 2, 2, 0)]
    [InlineData(2, 7, 5, 3, 2, 1)]
    [InlineData(1, 1, 1, 1, 1, 0)]
    [InlineData(0, 4, 4, 2, 2, 0)]
    [InlineData(24, 29, 28, 3, 1, 1)]
    public void PoolingAgreesWithTheSlowForm(int planes, int height, int width, int window, int stride, int padding)
    {
        PoolingShape shape = new(planes, height, width, window, stride, padding);
        int outputs = planes * shape.ResultHeight * shape.ResultWidth;
        float[] x = References.Normal(planes * height * width, "x"),
            seed = References.Normal(outputs, "seed");
        float[] Run(int threads)
        {
            float[] max = new float[outputs],
                mean = new float[outputs],
                dMax = References.Normal(x.Length, "garbage"),
                dMean = References.Normal(x.Length, "garbage");
            int[] places = new int[outputs];
            using (Workers.Limit(threads))
            {
                PoolingKernel.MaxForward(x, shape, max, places);
                PoolingKernel.MaxBackward(seed, shape, places, dMax);
                PoolingKernel.AverageForward(x, shape, mean);
                PoolingKernel.AverageBackward(seed, shape, dMean);
            }
            return [.. max, .. mean, .. dMax, .. dMean];
        }
        float[] all = Run(1);
        Assert.Equal(all, Run(2));
        double[] Pool(double[] x, bool max)
        {
            double[] result = new double[outputs];
            for (int at = 0; at < outputs; at++)
            {
                int plane = at / (shape.ResultHeight * shape.ResultWidth),
                    top = at / shape.ResultWidth % shape.ResultHeight * stride - padding,
                    left = at % shape.ResultWidth * stride - padding;
                IEnumerable<double> values =
                    from row in Enumerable.Range(top, window)
                    from column in Enumerable.Range(left, window)
                    where row >= 0 && row < height && column >= 0 && column < width
                    select x[(plane * height + row) * width + column];
                result[at] = max ? values.Max() : values.Sum() / (window * window);
            }
            return result;
        }
        double[] doubles = References.Double(x);
        References.Near(Pool(doubles, true), all.AsSpan(0, outputs), 1e-6);
        References.Near(Pool(doubles, false), all.AsSpan(outputs, outputs), 1e-6);
        References.CheckGradient(all.AsSpan(2 * outputs, x.Length), x, seed, x => Pool(x, true));
        References.CheckGradient(all.AsSpan(2 * outputs + x.Length), x, seed, x => Pool(x, false));
    }

    [Fact]
    public void NaNIsTheLargest()
    {
        float[] max = new float[2];
        int[] places = new int[2];
        PoolingKernel.MaxForward([1, float.NaN, 3, 4, 5, 5, 1, 2], new(2, 2, 2, 2, 2), max, places);
        Assert.Equal([float.NaN, 5], max);
        Assert.Equal([1, 0], places);
    }

    [Fact]
    public void ShapesAreNamed()
    {
        float[] x = new float[16];
        Assert.Contains(
            "Needs 4 numbers, one for each element of [1, 4], not 3",
            Assert
                .Throws<ArgumentException>(() => PoolingKernel.AverageForward(x, new(1, 4, 4, 2, 2), new float[3]))
                .Message
        );
        Assert.Contains(
            "does not describe windows",
            Assert.Throws<ArgumentException>(() => PoolingKernel.AverageForward(x, new(1, 4, 4, 5, 2), x)).Message
        );
        Assert.Contains(
            "4 channels do not fall into 3 groups",
            Assert.Throws<ArgumentException>(() => GroupNormKernel.Forward(x, 4, 4, 3, [], [], x, x, x)).Message
        );
        Assert.Throws<ArgumentException>(() => BatchNormKernel.Forward(x, 4, 4, [], [], x, new float[3], x));
    }

    private static double[] Normalise(
        double[] x,
        int channels,
        int size,
        double[] gain,
        double[] bias,
        Func<int, int, int> groupOf
    )
    {
        int Channel(int i) => i / size % channels;
        int Group(int i) => groupOf(i / size / channels, Channel(i));
        Dictionary<int, (double Mean, double Scale)> statistics = Enumerable
            .Range(0, x.Length)
            .GroupBy(Group)
            .ToDictionary(
                group => group.Key,
                group =>
                {
                    double mean = group.Average(i => x[i]);
                    return (mean, 1 / Math.Sqrt(group.Average(i => (x[i] - mean) * (x[i] - mean)) + 0.01f));
                }
            );
        return
        [
            .. x.Select(
                (value, i) =>
                    (value - statistics[Group(i)].Mean)
                        * statistics[Group(i)].Scale
                        * (gain.Length > 0 ? gain[Channel(i)] : 1)
                    + (bias.Length > 0 ? bias[Channel(i)] : 0)
            ),
        ];
    }
}
