using FsCheck.Fluent;

namespace Assay.Learning.Tests;

/// <summary>Poly-DPO: the golden rows of its method file, its shape for every alpha, and the denoiser's logit.</summary>
public sealed class PolyDpoTests
{
    private static readonly double[] Winner = [.1000, .2100, .3],
        Loser = [.1004, .2090, .3],
        ReferenceWinner = [.1002, .2095, .31],
        ReferenceLoser = [.1003, .2094, .302];

    private static double[] Logits =>
        [
            .. Enumerable
                .Range(0, 3)
                .Select(i => DiffusionPreference.Logit(Winner[i], Loser[i], ReferenceWinner[i], ReferenceLoser[i])),
        ];

    [Fact]
    public void TheDenoisersLogit()
    {
        double[] expected = [0.75, -2.25, 20],
            confidence = [0.6791786992, 0.0953494649, 0.9999999979];
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal(expected[i], Logits[i], 9);
            Assert.Equal(confidence[i], Logistic.Sigmoid(Logits[i]), 10);
        }
    }

    [Theory]
    [InlineData(0, 0.3868710061, 2.3502065589, -0.3208213008, -0.9046505351)]
    [InlineData(1, 0.7076923069, 3.2548570940, -0.5387162946, -0.9909084795)]
    [InlineData(8, 2.9534414127, 9.5874108397, -2.0639812509, -1.5947140906)]
    [InlineData(-0.5, 0.2264603557, 1.8978812914, -0.2118738039, -0.8615215629)]
    public void LossAndSlope(double alpha, double first, double second, double firstSlope, double secondSlope)
    {
        Assert.Equal(first, PolyDpo.Loss(Logits[0], alpha), 10);
        Assert.Equal(second, PolyDpo.Loss(Logits[1], alpha), 10);
        Assert.Equal(firstSlope, PolyDpo.Slope(Logits[0], alpha), 10);
        Assert.Equal(secondSlope, PolyDpo.Slope(Logits[1], alpha), 10);
        Assert.Equal((1 + alpha) * Math.Exp(-20), PolyDpo.Loss(Logits[2], alpha), 1e-13);
        Assert.Equal(-(1 + alpha) * Math.Exp(-20), PolyDpo.Slope(Logits[2], alpha), 1e-13);
    }

    [Fact]
    public void TheCatalogueHasTheSameLoss()
    {
        PairLosses losses = new PreferenceLoss(
            new()
            {
                Loss = PreferenceObjective.PolyDpo,
                Beta = 0.1,
                Alpha = 8,
            }
        ).Of(
            new()
            {
                Chosen = [7.5, -22.5],
                Rejected = [0, 0],
                ReferenceChosen = [0, 0],
                ReferenceRejected = [0, 0],
                ChosenTokens = [1, 1],
                RejectedTokens = [1, 1],
            }
        );
        Assert.Equal(2.9534414127, losses.Rows[0], 10);
        Assert.Equal(9.5874108397, losses.Rows[1], 10);
        Assert.Equal(0.1 * -2.0639812509, losses.ByChosen[0], 10);
    }

    [Fact]
    public void ForEveryAlphaTheLossHasItsShape() =>
        Prop.ForAll(
                Gen.Choose(-3000, 9000).Select(a => a / 1000.0).ToArbitrary(),
                Gen.Choose(-12_000, 12_000).Select(z => z / 1000.0).ToArbitrary(),
                (alpha, z) =>
                {
                    double p = Logistic.Sigmoid(z),
                        slope = PolyDpo.Slope(z, alpha),
                        numeric = (PolyDpo.Loss(z + 1e-5, alpha) - PolyDpo.Loss(z - 1e-5, alpha)) / 2e-5,
                        curvature = (PolyDpo.Slope(z + 1e-5, alpha) - PolyDpo.Slope(z - 1e-5, alpha)) / 2e-5;
                    return Math.Abs(slope - numeric) < 1e-7
                        && (alpha < -1 || (PolyDpo.Loss(z, alpha) >= 0 && slope <= 0))
                        && (alpha >= -1 || p < -1 / alpha == slope < 0 || Math.Abs(slope) < 1e-6)
                        && (Math.Abs(alpha) > 1 || curvature > -1e-9)
                        && Math.Abs(curvature - p * (1 - p) * (1 - alpha + 2 * alpha * p)) < 1e-7;
                }
            )
            .Holds();

    [Fact]
    public void Limits()
    {
        foreach (double alpha in (double[])[-1, 0, 1, 8])
        {
            Assert.Equal(Math.Log(2) + alpha / 2, PolyDpo.Loss(0, alpha), 12);
            Assert.Equal(-0.5 * (1 + alpha / 2), PolyDpo.Slope(0, alpha), 12);
            Assert.Equal(500 + alpha, PolyDpo.Loss(-500, alpha), 9);
            Assert.Equal(0, PolyDpo.Loss(500, alpha), 12);
        }
        // Below -1 it pulls back: its minimum is at p = -1 / alpha.
        Assert.Equal(0, PolyDpo.Slope(0, -2), 12);
        Assert.Equal(0, PolyDpo.Slope(Logistic.Logit(0.8), -1.25), 12);
    }

    [Theory]
    [InlineData(0, 0.8)]
    [InlineData(1, 0.8685171)]
    [InlineData(-0.5, 0.7426660)]
    public void BestConfidenceUnderFlippedLabels(double alpha, double expected)
    {
        double p = PolyDpo.BestConfidence(alpha, flips: 0.2),
            z = Logistic.Logit(p);
        Assert.Equal(expected, p, 7);
        double Both(double at) => 0.8 * PolyDpo.Loss(at, alpha) + 0.2 * PolyDpo.Loss(-at, alpha);
        Assert.True(Both(z) < Both(z + 1e-3) && Both(z) < Both(z - 1e-3));
    }

    [Fact]
    public void TheTensorLossHasTheValuesAndTheSlopes()
    {
        foreach (double alpha in (double[])[0, 8])
        {
            using TensorScope scope = new();
            Tensor winner = Tensor.Of([.. Winner.Select(x => (float)x)], 3),
                loser = Tensor.Of([.. Loser.Select(x => (float)x)], 3);
            (winner.RequiresGrad, loser.RequiresGrad) = (true, true);
            (Tensor loss, double accuracy) = DiffusionPreference.Loss(
                winner,
                loser,
                [.. ReferenceWinner.Select(x => (float)x)],
                [.. ReferenceLoser.Select(x => (float)x)],
                alpha: alpha
            );
            loss.Backward();
            Assert.Equal(2 / 3.0, accuracy, 12);
            Assert.Equal(Logits.Average(z => PolyDpo.Loss(z, alpha)), loss.Item(), 1e-3);
            for (int i = 0; i < 3; i++)
            {
                double slope = -2500 * PolyDpo.Slope(Logits[i], alpha) / 3;
                Assert.Equal(slope, winner.Grad!.Data[i], Math.Abs(slope) * 2e-3 + 1e-4);
                Assert.Equal(-slope, loser.Grad!.Data[i], Math.Abs(slope) * 2e-3 + 1e-4);
            }
        }
    }

    [Fact]
    public void BestConfidenceRefusesWhatHasNoOptimum()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => PolyDpo.BestConfidence(2, 0.2));
        Assert.Throws<ArgumentOutOfRangeException>(() => PolyDpo.BestConfidence(0, 0.5));
    }
}
