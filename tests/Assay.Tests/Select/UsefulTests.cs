using Assay.Data;
using Assay.Evidence;
using Assay.Learning;
using Assay.Numerics;
using Assay.Select;
using Assay.Value;
using FsCheck.Fluent;

namespace Assay.Tests.Select;

/// <summary>The golden numbers and properties of methods/useful.md.</summary>
public sealed class UsefulTests
{
    private static readonly float[][] Logits =
    [
        [3, -1, .2f],
        [2.6f, -.7f, .1f],
        [.4f, .3f, .1f],
        [.1f, .5f, -.2f],
        [2.9f, -.9f, .4f],
        [-.5f, 2.2f, 0],
        [-.8f, 2.6f, .1f],
        [.6f, .2f, .3f],
        [-.1f, 2, -.3f],
        [.2f, -.3f, 1.9f],
        [0, -.2f, 2.3f],
        [.5f, .4f, .1f],
        [.3f, .6f, .4f],
    ];

    private static readonly int[] Labels = [0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2];

    private static SlowRows Split(float[][] logits, int[] labels) =>
        SlowRows.Of(Matrix.Of(logits), labels, new RandomStream(1, "clusters"));

    [Fact]
    public void GoldenSplit()
    {
        double[] expected =
        [
            .07615118,
            .11240698,
            .97291891,
            1.17330004,
            .09935270,
            .16382545,
            .10926532,
            1.28009895,
            .20107402,
            .25734143,
            .16749878,
            1.34591068,
            1.13983106,
        ];
        double[] losses = SlowRows.Losses(Matrix.Of(Logits), Labels);
        for (int i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], losses[i], 6); // logits are single precision
        SlowRows slow = Split(Logits, Labels);
        Assert.Equal([2, 3, 7, 11, 12], Enumerable.Range(0, 13).Where(row => slow.Slow[row]));
        Assert.Equal([2, 1, 2], slow.Classes.Select(found => found.SlowCount));
        Assert.Equal([3, 3, 2], slow.Classes.Select(found => found.FastCount));
        double[] within = [0.29, 0.52, 0.19],
            slowLoss = [1.07310948, 1.28009895, 1.24287087],
            fastLoss = [0.09597029, 0.15805493, 0.21242010];
        for (int k = 0; k < 3; k++)
        {
            Assert.Equal(within[k], slow.Classes[k].Within, 2);
            Assert.Equal(slowLoss[k], slow.Classes[k].SlowLoss, 6);
            Assert.Equal(fastLoss[k], slow.Classes[k].FastLoss, 6);
        }
        View view = new(Dataset.OfTexts(Enumerable.Range(0, 13).Select(i => $"row {i}")));
        Selection enlarged = Useful.Enlarged(view, [.. slow.Slow], 2);
        Assert.Equal(18, enlarged.Count);
        Assert.Equal([0, 1, 2, 2, 3, 3, 4], enlarged.Rows[..7]);
        Assert.Equal(13, Useful.Enlarged(view, [.. slow.Slow], 1).Count);
    }

    [Fact]
    public void GoldenSamStep()
    {
        float[] x = [1, .5f, -.5f, 1, .2f, -1];
        float[] y = [1, 0, 0];
        (float[] Before, float[] After) Step(double rho)
        {
            Weights model = new(.1f, -.2f);
            Optimiser optimiser = new(model.Parameters(), new Sgd());
            Tensor Loss()
            {
                Tensor z = Tensor.Of(x, 3, 2).MatMul(model.W.Reshape(2, 1)).Reshape(3);
                return ((z.Exp() + 1).Log() - z * Tensor.Of(y, 3)).Mean();
            }
            Loss().Backward();
            float[] gradient = model.W.Grad!.Data.ToArray();
            Sam sam = new(optimiser, rho);
            if (rho > 0)
            {
                sam.Climb();
                Assert.Equal(.1 - .0428067106, model.W.Data[0], 1e-6);
                Assert.Equal(-.2 - .0258376766, model.W.Data[1], 1e-6);
                Loss().Backward();
                Assert.Equal(-.2068284994, model.W.Grad!.Data[0], 1e-6);
                Assert.Equal(-.1264246211, model.W.Grad!.Data[1], 1e-6);
                sam.Return();
            }
            optimiser.Step(.5);
            return (gradient, model.W.Data.ToArray());
        }
        (float[] gradient, float[] sam) = Step(.05);
        Assert.Equal(-.2026519675, gradient[0], 1e-6);
        Assert.Equal(-.1223185787, gradient[1], 1e-6);
        Assert.Equal(.2034142497, sam[0], 1e-6);
        Assert.Equal(-.1367876894, sam[1], 1e-6);
        float[] plain = Step(0).After;
        Assert.Equal(.2013259838, plain[0], 1e-6);
        Assert.Equal(-.1388407107, plain[1], 1e-6);
    }

    private sealed class Weights(params float[] values) : Module
    {
        public Tensor W { get; } = Own(Tensor.Of(values, values.Length));

        public override IEnumerable<Parameter> Parameters() => [new("w", W)];
    }

    [Fact]
    public void SamOfALinearLossIsSgd()
    {
        float[] Run(bool sam)
        {
            Weights model = new(1, 2);
            Optimiser optimiser = new(model.Parameters(), new Sgd());
            Tensor Loss() => (model.W * Tensor.Of([3f, -4f], 2)).Sum();
            Loss().Backward();
            if (sam)
            {
                Sam climber = new(optimiser, 5);
                climber.Climb();
                Loss().Backward();
                climber.Return();
            }
            optimiser.Step(0.1);
            return model.W.Data.ToArray();
        }
        Assert.Equal(Run(false), Run(true));
    }

    [Theory]
    [InlineData(0, 1, .31198467, .30010668)]
    [InlineData(0, 10, .48088949, .30105765)]
    [InlineData(0, 30, 1.47419955, .30236532)]
    [InlineData(0, 60, 1.74903503, .30277353)]
    [InlineData(.2, 1, .3013494, .30010666)]
    [InlineData(.2, 10, .3153416, .30107046)]
    [InlineData(.2, 30, .36605239, .30323709)]
    [InlineData(.2, 60, .66428118, .30652861)]
    public void GoldenFeatureRace(double rho, int steps, double fast, double slow)
    {
        (double foundFast, double foundSlow) = new FeatureRace().Run(steps, rho: rho);
        Assert.Equal(fast, foundFast, 1e-8);
        Assert.Equal(slow, foundSlow, 1e-8);
    }

    [Fact]
    public void NeitherOrderNorNamesNorShiftsChangeTheSlowRows() =>
        Prop.ForAll(
                ArbMap.Default.ArbFor<int>(),
                seed =>
                {
                    RandomStream random = new((ulong)seed, "case");
                    int n = 6 + random.NextInt32(15);
                    int[] labels = [.. Enumerable.Range(0, n).Select(i => i % 3)];
                    float[][] logits =
                    [
                        .. labels.Select(label =>
                            Enumerable
                                .Range(0, 3)
                                .Select(k => (float)(random.NextGaussian() + (k == label ? 1 : 0)))
                                .ToArray()
                        ),
                    ];
                    SlowRows slow = Split(logits, labels);
                    // One cluster of each class, and never all of it.
                    bool parts = slow.Classes.All(found =>
                        found is { SlowCount: >= 1, FastCount: >= 1 } && found.SlowLoss > found.FastLoss
                    );

                    int[] order = [.. Enumerable.Range(0, n)];
                    random.Shuffle<int>(order);
                    SlowRows permuted = Split([.. order.Select(i => logits[i])], [.. order.Select(i => labels[i])]);
                    bool sameInOrder = order.Select((row, at) => permuted.Slow[at] == slow.Slow[row]).All(same => same);

                    // Classes called 2, 0, 1 instead, and their outputs with them.
                    SlowRows renamed = Split(
                        [.. logits.Select(of => (float[])[of[1], of[2], of[0]])],
                        [.. labels.Select(label => (label + 2) % 3)]
                    );
                    // A constant on all outputs of a row changes neither clusters nor losses.
                    SlowRows shifted = Split(
                        [.. logits.Select(of => (float[])[of[0] + 4, of[1] + 4, of[2] + 4])],
                        labels
                    );
                    return parts
                        && sameInOrder
                        && renamed.Slow.SequenceEqual(slow.Slow)
                        && shifted.Slow.SequenceEqual(slow.Slow);
                }
            )
            .Holds();

    [Fact]
    public void AShiftOfOneClassKeepsItsClusters()
    {
        // Another constant for each output: the clusters stay, the losses do not.
        float[][] shifted = [.. Logits.Select((of, i) => Labels[i] == 1 ? [of[0] + 1, of[1] - 2, of[2] + .5f] : of)];
        bool[] before = TwoMeans.Split(Matrix.Of(Logits[5..9]), new(1, "a"))!,
            after = TwoMeans.Split(Matrix.Of(shifted[5..9]), new(1, "a"))!;
        Assert.Equal(before, after);
        Assert.NotEqual(Split(Logits, Labels).Classes[1].SlowLoss, Split(shifted, Labels).Classes[1].SlowLoss);
    }

    [Fact]
    public void ClassesWithNothingToSplitAreSkipped()
    {
        SlowRows slow = Split(
            [
                [1, 0],
                [1, 0],
                [1, 0],
                [0, 3],
            ],
            [0, 0, 0, 1]
        );
        Assert.Equal(0, slow.Count);
        Assert.All(slow.Classes, found => Assert.True(double.IsNaN(found.SlowLoss)));
        Assert.Throws<ArgumentException>(() =>
            Split(
                [
                    [1, 0],
                ],
                [2]
            )
        );
        Assert.Throws<ArgumentException>(() =>
            Split(
                [
                    [float.NaN, 0],
                ],
                [0]
            )
        );
        Assert.Throws<ArgumentException>(() =>
            Split(
                [
                    [1, 0],
                ],
                [0, 1]
            )
        );
    }

    [Fact]
    public void ManyRowsAreSplitAsFewAre()
    {
        // Two clouds far apart: the heuristic finds what enumeration would.
        RandomStream random = new(4, "clouds");
        float[][] rows =
        [
            .. Enumerable.Range(0, 60).Select(i => (float[])[(float)random.NextGaussian() + (i % 3 == 0 ? 20 : 0), 0]),
        ];
        bool[] split = TwoMeans.Split(Matrix.Of(rows), new(1, "starts"))!;
        Assert.All(
            Enumerable.Range(0, 60),
            i => Assert.Equal(split[0], split[i] == (i % 3 == 0) == split[0] ? split[0] : !split[0])
        );
        Assert.Equal(20, Enumerable.Range(0, 60).Count(i => split[i] == split[0]));
    }

    [Fact]
    public void TheKneeIsWhereTheErrorStopsToFall()
    {
        Assert.Equal(9, SeparatingEpoch.Horizon(60));
        Assert.Equal(1, SeparatingEpoch.Horizon(1));
        Assert.Equal(3, SeparatingEpoch.Of([0.9, 0.5, 0.3, 0.28, 0.26, 0.24, 0.22, 0.2, 0.18]));
        Assert.Equal(1, SeparatingEpoch.Of([0.5]));
        Assert.Equal(1, SeparatingEpoch.Of([0.5, 0.5, 0.5])); // it does not fall
        Assert.Equal(1, SeparatingEpoch.Of([0.9, 0.89, 0.8, 0.1])); // it falls later
    }

    [Fact]
    public void LearningDynamicsByHand()
    {
        RowDynamics dynamics = new(4);
        bool[][] right =
        [
            [true, false, false, false],
            [true, true, false, true],
            [true, false, false, false],
            [true, true, false, true],
            [true, true, false, false],
        ];
        foreach (bool[] epoch in right)
            dynamics.Add(row => epoch[row]);
        Assert.Equal([1, 2, 6, 2], dynamics.FirstLearned());
        Assert.Equal([1, 4, 6, 6], dynamics.FinalLearned());
        Assert.Equal([0, 1, 5, 2], dynamics.ForgettingEvents());
    }
}
