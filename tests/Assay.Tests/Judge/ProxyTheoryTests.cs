using Assay.Judge;
using Assay.Learning;
using Assay.Numerics;
using FsCheck.Fluent;

namespace Assay.Tests.Judge;

/// <summary>The golden numbers and properties of methods/small-run-proxies.md, section 5.</summary>
public class ProxyTheoryTests
{
    private sealed class Diagonal(params float[] values) : ILinearOperator
    {
        public int Length => values.Length;

        public void Multiply(ReadOnlySpan<float> vector, Span<float> product)
        {
            for (int i = 0; i < values.Length; i++)
                product[i] = values[i] * vector[i];
        }
    }

    [Fact]
    public void TheTwoTermModelIsExactOnAQuadratic()
    {
        Diagonal hessian = new(1, 10);
        float[] validation = [-1, -2],
            a = [-1, -1],
            b = [-2, -0.4f];
        StepChange first = StepChange.Of(hessian, validation, a),
            second = StepChange.Of(hessian, validation, b);
        Assert.Equal((3.0, 11.0), (first.Alignment, first.Curvature));
        Assert.Equal(2.8, second.Alignment, 6);
        Assert.Equal(5.6, second.Curvature, 6);
        second = new(2.8, 5.6);
        Assert.Equal(-0.02945, first.At(0.01), 12);
        Assert.Equal(-0.02772, second.At(0.01), 12);
        Assert.Equal(-0.245, first.At(0.1), 12);
        Assert.Equal(-0.252, second.At(0.1), 12);
        Assert.Equal(0.0740740741, first.FlipRate(second)!.Value, 10);
        Assert.True(first.FlipRate(second) < 1 / 10.0 + 1e-12); // below 1 / lambda_max
        Assert.Null(first.FlipRate(first));

        // The loss itself, without any model of it.
        double Loss(double x, double y) => (Math.Pow(x - 1, 2) + 10 * Math.Pow(y - 0.2, 2)) / 2;
        Assert.Equal(0.7, Loss(0, 0), 12);
        Assert.Equal(first.At(0.1), Loss(0.1, 0.1) - Loss(0, 0), 12);
        Assert.Equal(second.At(0.1), Loss(0.2, 0.04) - Loss(0, 0), 12);
        Assert.Throws<ArgumentException>(() => StepChange.Of(hessian, validation, [1f]));
    }

    [Fact]
    public void PowerIterationFindsLambdaMax()
    {
        EigenvalueResult found = LargestEigenvalue.Of(new Diagonal(1, 10), new RandomStream(1, "power"), 1e-9, 60);
        Assert.Equal(10, found.Value, 1e-6);
    }

    [Fact]
    public void AtTinyRatesOnlyTheAlignmentCounts()
    {
        // A perceptron: one step of 1e-6, its validation loss computed in double around the step by the two gradients.
        RandomStream random = new(3, "tiny");
        Mlp model = new(random, 4, 8, 3);
        Tensor x = Tensor.Normal(random, 1, 20, 4),
            v = Tensor.Normal(random, 1, 20, 4);
        int[] labels = [.. Enumerable.Range(0, 20).Select(i => i % 3)];
        ParameterVector vector = new(model.Parameters());
        float[] Gradient(Tensor rows)
        {
            model.ZeroGrad();
            Functional.CrossEntropy(model.Forward(rows), labels).Backward();
            float[] gradient = new float[vector.Length];
            vector.ReadGradients(gradient);
            return gradient;
        }
        float[] training = Gradient(x),
            validation = Gradient(v);
        HessianVector hessian = new(model.Parameters(), () => Functional.CrossEntropy(model.Forward(v), labels));
        StepChange change = StepChange.Of(hessian, validation, training);
        Assert.Equal(-change.Alignment, change.At(1e-6) / 1e-6, 1e-4 * Math.Abs(change.Alignment));

        // And the model does what the two terms say, at a rate that single precision can see.
        float[] before = model.Snapshot();
        using var noGrad = Tensor.NoGrad();
        double Loss() => Functional.CrossEntropy(model.Forward(v), labels).Item();
        double at = Loss();
        const float rate = 0.05f;
        model.Restore([.. before.Select((w, i) => w - rate * training[i])]);
        Assert.Equal(change.At(rate), Loss() - at, 0.03 * Math.Abs(change.At(rate)) + 1e-6);
    }

    private static (LinearProxy Proxy, double[] S, double[] C) Linear(string name)
    {
        const int d = 5,
            n = 30;
        RandomStream random = new(5, name);
        float[] phi = [.. Enumerable.Range(0, n * d).Select(_ => (float)random.NextGaussian())];
        double[] y = [.. Enumerable.Range(0, n).Select(_ => random.NextGaussian())];
        double[] s = new double[d * d],
            c = new double[d];
        for (int row = 0; row < n; row++)
        for (int i = 0; i < d; i++)
        {
            c[i] += phi[row * d + i] * y[row] / n;
            for (int j = 0; j < d; j++)
                s[i * d + j] += (double)phi[row * d + i] * phi[row * d + j] / n;
        }
        return (LinearProxy.Of(new Matrix(phi, d), y), s, c);
    }

    private static double[] Steps(double[] s, double[] c, double rate, int steps)
    {
        double[] theta = new double[c.Length];
        for (int step = 0; step < steps; step++)
            theta =
            [
                .. theta.Select(
                    (value, i) => value - rate * (theta.Select((other, j) => s[i * c.Length + j] * other).Sum() - c[i])
                ),
            ];
        return theta;
    }

    [Fact]
    public void GradientDescentInClosedFormEqualsItsSteps()
    {
        (LinearProxy proxy, double[] s, double[] c) = Linear("rows");
        double rate = 0.7 / proxy.LargestCurvature;
        double[] expected = Steps(s, c, rate, 50),
            found = proxy.GradientDescent(rate, 50);
        for (int i = 0; i < 5; i++)
            Assert.Equal(expected[i], found[i], 10);
        // Also where the largest direction overshoots.
        expected = Steps(s, c, 1.9 / proxy.LargestCurvature, 51);
        found = proxy.GradientDescent(1.9 / proxy.LargestCurvature, 51);
        for (int i = 0; i < 5; i++)
            Assert.Equal(expected[i], found[i], 10);

        double[] flow = proxy.GradientFlow(3),
            nearFlow = proxy.GradientDescent(3e-6, 1_000_000);
        for (int i = 0; i < 5; i++)
            Assert.Equal(flow[i], nearFlow[i], 5);
        double[] limit = proxy.Limit(),
            late = proxy.GradientDescent(rate, 100_000);
        for (int i = 0; i < 5; i++)
            Assert.Equal(limit[i], late[i], 9);
        Assert.True(proxy.Loss(limit) < proxy.Loss(found));
    }

    [Fact]
    public void TheAlignmentIsTheFirstOrderOfTheLoss()
    {
        LinearProxy validation = Linear("validation").Proxy,
            training = Linear("rows").Proxy;
        double change = validation.Loss(training.GradientDescent(1e-7, 10)) - validation.Loss(new double[5]);
        Assert.Equal(-1e-6 * validation.Alignment(training), change, 1e-10);
    }

    [Fact]
    public void RankingMetrics()
    {
        RankAgreement same = RankAgreement.Of([2.4, 2.5, 2.45, 3.0], [2.2, 2.3, 2.25, 2.6]);
        Assert.Equal((1.0, 1.0), (same.Spearman, same.Pairs));
        Assert.Equal([0, 0, 0], same.Regret);
        RankAgreement other = RankAgreement.Of([0.9, 1.0, 1.1], [2.5, 2.0, 2.1]);
        Assert.Equal(-0.5, other.Spearman, 12);
        Assert.Equal(1.0 / 3, other.Pairs, 12);
        Assert.Equal([0.5, 0, 0], other.Regret);
        Assert.Throws<ArgumentException>(() => RankAgreement.Of([1], [1]));
        Assert.Throws<ArgumentException>(() => RankAgreement.Of([1, 2], [1, 2, 3]));
    }

    [Fact]
    public void AgreementKeepsItsBounds() =>
        Prop.ForAll(
                ArbMap.Default.ArbFor<int>(),
                seed =>
                {
                    RandomStream random = new((ulong)seed, "recipes");
                    double[] proxy = [.. Enumerable.Range(0, 23).Select(_ => random.NextGaussian())],
                        target = [.. Enumerable.Range(0, 23).Select(_ => random.NextGaussian())];
                    RankAgreement found = RankAgreement.Of(proxy, target, 23);
                    // 23 recipes give 253 pairs.
                    double pairs = found.Pairs * 253;
                    bool whole = Math.Abs(pairs - Math.Round(pairs)) < 1e-9;
                    bool falls = found.Regret.Zip(found.Regret.Skip(1)).All(two => two.First >= two.Second);
                    bool opposite =
                        RankAgreement.PairShare(proxy, target)
                            + RankAgreement.PairShare([.. proxy.Select(loss => -loss)], target)
                        is > 1 - 1e-9
                            and < 1 + 1e-9;
                    return whole && falls && opposite && found.Regret[^1] == 0 && found.Spearman is >= -1 and <= 1;
                }
            )
            .Holds();

    [Fact]
    public void AScaledLossWithAScaledRateChangesNothingForSgd()
    {
        // Powers of two, so that scaling is exact.
        float[] Train(float scale, double rate)
        {
            RandomStream random = new(2, "scaled");
            Mlp model = new(random, 3, 6, 2);
            Tensor x = Tensor.Normal(random, 1, 16, 3);
            int[] labels = [.. Enumerable.Range(0, 16).Select(i => i % 2)];
            Optimiser optimiser = new(model.Parameters(), new Sgd());
            for (int step = 0; step < 20; step++)
            {
                (Functional.CrossEntropy(model.Forward(x), labels) * scale).Backward();
                optimiser.Step(rate);
                optimiser.ZeroGrad();
            }
            return model.Snapshot();
        }
        Assert.Equal(Train(1, 0.25), Train(4, 0.0625));
    }

    [Fact]
    public void TheGuardRefusesRatesThatLearnOnlyFrequencies()
    {
        Assert.True(RateChoice.LeavesTheStart(start: 4, usual: 2, loss: 3.8));
        Assert.False(RateChoice.LeavesTheStart(start: 4, usual: 2, loss: 3.81));
        Assert.False(RateChoice.LeavesTheStart(start: 4, usual: 4.1, loss: 4.2)); // the usual rate learns nothing either
        RateChoice small = new(1 / 30.0, 4, [(1, 2), (1 / 30.0, 3)], "bits-per-byte@target", "a");
        Assert.Equal(
            "proxies train at 1/30 of the usual learning rate (bits-per-byte@target of 'a' is 4.000 by frequencies alone, 2.000 at 1, 3.000 at 1/30)",
            small.Note()
        );
        Assert.Contains("learns too little", (small with { Share = 1 }).Note());
        Assert.Contains("no more than frequencies", (small with { Share = 1, Start = 1.5 }).Note());
    }

    [Fact]
    public void SeedNoiseTakesOutWhatSeedsShare()
    {
        // Two recipes that differ by exactly 1 at each of three seeds, whatever the seed itself is worth.
        SeedNoise exact = SeedNoise.Of([
            [1, 5, 3],
            [2, 6, 4],
        ]);
        Assert.Equal((1.0, 0.0), (exact.Spread, exact.Deviation));
        Assert.Null(exact.Warning("loss"));
        // By hand: means 1 and 1.5, seeds -0.25 and 0.25 around the mean, residuals +-0.25: s = sqrt(4 x 0.0625 / 1).
        SeedNoise noisy = SeedNoise.Of([
            [1, 1],
            [1, 2],
        ]);
        Assert.Equal(0.5, noisy.Spread, 12);
        Assert.Equal(0.5, noisy.Deviation, 12);
        Assert.Contains("mostly luck", noisy.Warning("loss"));
        Assert.Throws<ArgumentException>(() =>
            SeedNoise.Of([
                [1, 2],
            ])
        );
    }
}
