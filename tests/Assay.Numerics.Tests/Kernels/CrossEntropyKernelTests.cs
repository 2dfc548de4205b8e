namespace Assay.Numerics.Tests;

public class CrossEntropyKernelTests
{
    [Theory]
    [InlineData(0, 4, 0)]
    [InlineData(3, 1, 0.1f)]
    [InlineData(5, 65, 0)]
    [InlineData(7, 24, 0.2f)]
    [InlineData(700, 67, 0.1f)]
    public void AgreesWithDoublesAndDifferences(int rows, int classes, float smoothing)
    {
        float[] logits = References.Normal(rows * classes, "x", 3),
            losses = new float[rows],
            lse = new float[rows],
            scales = References.Normal(rows, "scales"),
            gradient = new float[logits.Length];
        int[] targets = Targets(rows, classes);
        CrossEntropyKernel.Forward(logits, classes, targets, losses, lse, smoothing: smoothing);
        References.Near(Losses(References.Double(logits), classes, targets, smoothing), losses, 1e-5);
        CrossEntropyKernel.Backward(logits, classes, targets, lse, scales, gradient, smoothing: smoothing);
        References.CheckGradient(gradient, logits, scales, at => Losses(at, classes, targets, smoothing));

        float[] wide = new float[rows],
            inPlace = [.. logits];
        CrossEntropyKernel.Forward<Lanes512>(logits, classes, targets, wide, lse, -100, smoothing);
        References.Near(References.Double(losses), wide, 1e-6);
        CrossEntropyKernel.Forward(logits, classes, targets, losses, lse, smoothing: smoothing);
        CrossEntropyKernel.Backward(inPlace, classes, targets, lse, scales, inPlace, smoothing: smoothing);
        Assert.Equal(gradient, inPlace);
    }

    [Fact]
    public void ThreadsDoNotChangeBits()
    {
        float[] logits = References.Normal(1001 * 65, "x"),
            scales = References.Normal(1001, "scales");
        int[] targets = Targets(1001, 65);
        float[] Run(int threads)
        {
            float[] losses = new float[1001],
                lse = new float[1001],
                gradient = new float[logits.Length];
            using (Workers.Limit(threads))
            {
                CrossEntropyKernel.Forward(logits, 65, targets, losses, lse);
                CrossEntropyKernel.Backward(logits, 65, targets, lse, scales, gradient);
            }
            return [.. losses, .. gradient];
        }
        Assert.Equal(Run(1), Run(2));
    }

    [Fact]
    public void ANaNStaysInItsRow()
    {
        float[] losses = new float[3],
            lse = new float[3];
        CrossEntropyKernel.Forward([0, 0, float.NaN, 1, float.PositiveInfinity, 0], 2, [0, 1, 1], losses, lse);
        Assert.Equal(MathF.Log(2), losses[0], 1e-6);
        Assert.True(float.IsNaN(losses[1]));
        Assert.True(float.IsNaN(losses[2]));
    }

    [Fact]
    public void WrongTargetsAndShapesAreNamed()
    {
        float[] two = new float[2];
        string Message(int[] targets, float[] losses) =>
            Assert
                .Throws<ArgumentException>(() =>
                    CrossEntropyKernel.Forward(new float[6], 3, targets, losses, new float[2])
                )
                .Message;
        Assert.Contains("Target 3 of row 1 is none of 3 classes", Message([0, 3], two));
        Assert.Contains("Target -1 of row 0", Message([-1, 0], two));
        Assert.Contains("each row of [2, 3], not 3", Message([0, 0, 0], two));
        Assert.Contains("not 1", Message([0, 0], new float[1]));
        Assert.Throws<ArgumentOutOfRangeException>(() =>
            CrossEntropyKernel.Forward(new float[6], 3, [0, 0], two, new float[2], smoothing: float.NaN)
        );
    }

    private static int[] Targets(int rows, int classes) =>
        [.. Enumerable.Range(0, rows).Select(row => row % 5 == 2 ? -100 : row * 7 % classes)];

    private static double[] Losses(double[] logits, int classes, int[] targets, float smoothing)
    {
        double[] log = SoftmaxKernelTests.LogSoftmax(logits, classes);
        return
        [
            .. targets.Select(
                (target, row) =>
                    target == -100
                        ? 0
                        : -(1 - smoothing) * log[row * classes + target]
                            - smoothing / (double)classes * log[(row * classes)..((row + 1) * classes)].Sum()
            ),
        ];
    }
}
