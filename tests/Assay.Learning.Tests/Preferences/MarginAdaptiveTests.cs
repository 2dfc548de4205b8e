using FsCheck.Fluent;

namespace Assay.Learning.Tests;

/// <summary>MADPO's weights: golden numbers of the release's class in double, and the identities behind them.</summary>
public sealed class MarginAdaptiveTests
{
    private static readonly MarginAdaptive Two = new(),
        Ln999 = new() { Border = Math.Log(0.999 / 0.001) };

    [Theory]
    [InlineData(0, 1.6804790632, 1.9970029970)]
    [InlineData(0.5, 1.5371576811, 1.9950651737)]
    [InlineData(1, 1.3641753271, 1.9918811742)]
    [InlineData(2, 1.0, 1.9781341025)]
    [InlineData(3, 0.7330436052, 1.9420147344)]
    [InlineData(6.9067547786485539, 0.5055268997, 1.0)]
    [InlineData(10, 0.5002515548, 0.5332616149)]
    public void Coefficients(double margin, double two, double ln999)
    {
        Assert.Equal(two, Two.Coefficient(margin), 10);
        Assert.Equal(two, Two.Coefficient(-margin), 10);
        Assert.Equal(ln999, Ln999.Coefficient(margin), 10);
    }

    [Theory]
    [InlineData(-8, 1, 1)]
    [InlineData(-7, 1, 1)]
    [InlineData(-3, 1, 0.0620135585)]
    [InlineData(-2, 1, 0.1575056701)]
    [InlineData(-1, 0.7569028941, 0.4464094258)]
    [InlineData(-0.5, 0.8390794368, 0.7136365510)]
    [InlineData(0.5, 1.0976032554, 1.1736882117)]
    [InlineData(1, 1.0894304275, 1.2036545911)]
    [InlineData(2, 1.0, 1.1140192088)]
    [InlineData(3, 0.9449883273, 1.0466995951)]
    [InlineData(8, 0.9826038001, 0.9970724975)]
    public void Weights(double margin, double two, double ln999)
    {
        Assert.Equal(two, Two.Weight(margin), 10);
        Assert.Equal(ln999, Ln999.Weight(margin), 10);
    }

    [Fact]
    public void Losses()
    {
        double[] first = [-12, -30.5, -8.25, -10],
            second = [-14, -29, -20.75, -11],
            referenceFirst = [-12.5, -31, -9, -10.5],
            referenceSecond = [-13, -30, -18.5, -10],
            rewardFirst = [1.2, .3, 2.5, -2],
            rewardSecond = [.4, .9, -1.5, 1];
        bool[] isFirst = [true, false, true, true];
        double[] Side(double[] yes, double[] no) => [.. isFirst.Select((own, i) => own ? yes[i] : no[i])];
        int[] tokens = [1, 1, 1, 1];
        PairLosses losses = new PreferenceLoss(new() { Beta = 0.1 }).Of(
            new()
            {
                Chosen = Side(first, second),
                Rejected = Side(second, first),
                ReferenceChosen = Side(referenceFirst, referenceSecond),
                ReferenceRejected = Side(referenceSecond, referenceFirst),
                ChosenTokens = tokens,
                RejectedTokens = tokens,
                Weights =
                [
                    .. Side(rewardFirst, rewardSecond)
                        .Zip(Side(rewardSecond, rewardFirst), (chosen, rejected) => Two.Weight(chosen - rejected)),
                ],
            }
        );
        double[] expected = [0.6833540076, 0.7366403981, 0.5167007460, 0.6209570478];
        for (int i = 0; i < 4; i++)
            Assert.Equal(expected[i], losses.Rows[i], 10);
        Assert.Equal(0.6394130499, losses.Mean, 10);
    }

    [Fact]
    public void WithinTheBorderBothWeightsShareOneAndTheBestMarginIsTheScaledOne() =>
        Prop.ForAll(
                Gen.Choose(-1999, 1999).Select(h => h / 1000.0).ToArbitrary(),
                h =>
                {
                    double both = Logistic.Sigmoid(h) * Two.Weight(h) + Logistic.Sigmoid(-h) * Two.Weight(-h);
                    return Math.Abs(both - 1) < 1e-12
                        && Math.Abs(Two.BestMargin(h) - Two.Coefficient(h) * h) < 1e-9
                        && (
                            h == 0 ? Two.Weight(h) == 1
                            : h > 0 ? Two.Weight(h) is > 1 and < 2
                            : Two.Weight(h) is > 0 and < 1
                        );
                }
            )
            .Holds();

    [Fact]
    public void TheBestMarginIsTheMinimumOfTheTwoSidedLoss()
    {
        foreach (double h in (double[])[1, 0.3, -1.5, 2.5, 4])
        {
            double p = Logistic.Sigmoid(h),
                low = -20,
                high = 20;
            for (int i = 0; i < 200; i++)
            {
                double z = (low + high) / 2,
                    slope = -p * Two.Weight(h) * Logistic.Sigmoid(-z) + (1 - p) * Two.Weight(-h) * Logistic.Sigmoid(z);
                (low, high) = slope < 0 ? (z, high) : (low, z);
            }
            Assert.Equal(low, Two.BestMargin(h), 1e-9);
        }
        Assert.Equal(1.3641753271, Two.BestMargin(1), 10);
        double beyond = Two.Coefficient(3) * 3;
        Assert.True(Two.BestMargin(3) > beyond);
        Assert.Equal(Math.Log(Logistic.Sigmoid(beyond) / (1 - Logistic.Sigmoid(3))), Two.BestMargin(3), 10);
    }

    [Fact]
    public void BeyondTheBorderAWeightIsOneOrRisesTowardsIt()
    {
        Assert.Equal(1, Two.Weight(2), 12);
        Assert.Equal(1, Two.Weight(-2.0000001));
        Assert.Equal(1, Two.Weight(-1e6));
        double before = 0;
        foreach (double h in (double[])[6, 8, 12, 20, 40, 700])
        {
            double weight = Two.Weight(h);
            Assert.True(weight <= 1 && weight >= before);
            before = weight;
        }
    }

    [Theory]
    [InlineData(1, 0.5, 1, 2)]
    [InlineData(2, 1, 1, 2)]
    [InlineData(2, 0.5, 0, 2)]
    [InlineData(2, 0.5, 1, 0)]
    public void BadConstantsAreRefused(double most, double least, double steepness, double border) =>
        Assert.Throws<ArgumentException>(() =>
            new MarginAdaptive
            {
                Most = most,
                Least = least,
                Steepness = steepness,
                Border = border,
            }.Checked()
        );

    [Fact]
    public void AMarginMustBeFinite() => Assert.Throws<ArgumentException>(() => Two.Weight(double.NaN));
}
