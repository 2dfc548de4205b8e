using Assay.Learning;
using FsCheck;
using FsCheck.Fluent;

namespace Assay.Tests.Learning.Preferences;

public sealed class RationaleTermTests
{
    // Of the official loss classes in float64, as the method's description has them.
    private static readonly PairBatch Pairs = new()
    {
        Chosen = [-12, -30.5],
        Rejected = [-14.5, -28],
        ReferenceChosen = [-12.5, -31],
        ReferenceRejected = [-14, -29],
        ChosenTokens = [10, 20],
        RejectedTokens = [12, 18],
    };
    private static readonly double[] Rationales = [-85, -140],
        Dpo = [0.644396660, 0.718459648];

    [Theory]
    [InlineData(RationaleForm.LogSigmoid, 0.001, 1.380946694, 1.484054830, -0.000521237, -0.000534943)]
    [InlineData(RationaleForm.LogSigmoid, 0.1, 9.144600108, 14.718460480, -0.099979657, -0.099999917)]
    [InlineData(RationaleForm.LogSigmoid, 0, 1.337543841, 1.411606829, 0, 0)]
    [InlineData(RationaleForm.Linear, 0.001, 0.729396660, 0.858459648, -0.001, -0.001)]
    [InlineData(RationaleForm.Linear, 0, 0.644396660, 0.718459648, 0, 0)]
    public void Rows_are_those_of_the_official_losses(
        RationaleForm form,
        double weight,
        double first,
        double second,
        double slopeOfFirst,
        double slopeOfSecond
    )
    {
        PairLosses pairs = new PreferenceLoss(new() { Beta = 0.1 }).Of(Pairs);
        double[] losses = [first, second],
            slopes = [slopeOfFirst, slopeOfSecond];
        for (int i = 0; i < 2; i++)
        {
            Assert.Equal(Dpo[i], pairs.Rows[i], 5e-10);
            (double loss, double slope) = RationaleTerm.Of(form, weight, Rationales[i]);
            Assert.Equal(losses[i], pairs.Rows[i] + loss, 5e-10);
            Assert.Equal(slopes[i], slope, 5e-10);
        }
        Assert.Equal(-0.047502081, pairs.ByChosen[0], 5e-10);
        Assert.Equal(-0.051249740, pairs.ByChosen[1], 5e-10);
    }

    [Fact]
    public void Odds_and_means_are_those_of_the_official_rorpo()
    {
        PairLosses odds = new PreferenceLoss(
            new()
            {
                Loss = PreferenceObjective.Orpo,
                Beta = 0.1,
                Nll = 0,
            }
        ).Of(
            new()
            {
                Chosen = [-.8, -1.2],
                Rejected = [-1.1, -.9],
                ReferenceChosen = [0, 0],
                ReferenceRejected = [0, 0],
                ChosenTokens = [1, 1],
                RejectedTokens = [1, 1],
            }
        );
        double[] parts = [-0.047716338, -0.095148538],
            simple = [-2.047716338, -1.595148538],
            saturating = [-2.174644349, -1.796561816],
            means = [-2, -1.5];
        for (int i = 0; i < 2; i++)
        {
            Assert.Equal(parts[i], -odds.Rows[i], 5e-10);
            Assert.Equal(simple[i], -odds.Rows[i] - RationaleTerm.Of(RationaleForm.Linear, 1, means[i]).Loss, 5e-10);
            Assert.Equal(
                saturating[i],
                -odds.Rows[i] - RationaleTerm.Of(RationaleForm.LogSigmoid, 1, means[i]).Loss,
                5e-10
            );
        }
    }

    [Fact]
    public void The_code_s_slope_lies_between_half_of_the_paper_s_and_all_of_it() =>
        Prop.ForAll(
                Gen.Choose(0, 1000).ToArbitrary(),
                Gen.Choose(0, 3000).ToArbitrary(),
                (a, b) =>
                {
                    double weight = a / 100.0,
                        sum = -b / 10.0;
                    (double loss, double slope) = RationaleTerm.Of(RationaleForm.LogSigmoid, weight, sum);
                    (double plain, double all) = RationaleTerm.Of(RationaleForm.Linear, weight, sum);
                    double by = 1e-5,
                        measured =
                            (
                                RationaleTerm.Of(RationaleForm.LogSigmoid, weight, sum + by).Loss
                                - RationaleTerm.Of(RationaleForm.LogSigmoid, weight, sum - by).Loss
                            ) / (2 * by);
                    return slope <= all / 2 + 1e-15
                        && slope >= all - 1e-15
                        && Math.Abs(slope - measured) < 1e-5 * (1 + weight)
                        && loss >= Math.Max(plain, Math.Log(2)) - 1e-12
                        && Math.Abs(RationaleTerm.Of(RationaleForm.Linear, weight, 2 * sum).Loss - 2 * plain) < 1e-9;
                }
            )
            .Holds();

    [Fact]
    public void An_empty_rationale_adds_nothing_or_ln_2_and_the_mean_is_over_all_rows()
    {
        Assert.Equal(0, RationaleTerm.Of(RationaleForm.Linear, 0.5, 0).Loss);
        Assert.Equal(Math.Log(2), RationaleTerm.Of(RationaleForm.LogSigmoid, 0.5, 0).Loss, 1e-15);
        Tensor sums = Tensor.Of([-10f, -20f], 2);
        sums.RequiresGrad = true;
        Tensor mean = RationaleTerm.MeanOf(RationaleForm.Linear, 0.1, sums, 4);
        Assert.Equal(0.75, mean.Item(), 1e-6);
        mean.Backward();
        foreach (float slope in sums.Grad!.Data)
            Assert.Equal(-0.025, slope, 1e-7);
    }

    [Fact]
    public void What_is_no_number_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => RationaleTerm.Of(RationaleForm.Linear, -1, -1));
        Assert.Throws<ArgumentException>(() => RationaleTerm.Of(RationaleForm.Linear, 1, double.NaN));
    }
}
