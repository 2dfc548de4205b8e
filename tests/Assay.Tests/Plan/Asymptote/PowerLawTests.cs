using System.Text.Json;
using Assay.Plan.Asymptote;
using FsCheck.Fluent;

namespace Assay.Tests.Plan.Asymptote;

/// <summary>Fits against the published ones, and what a law must be whatever it is fitted to.</summary>
public sealed class PowerLawTests
{
    // Published asymptotes of ensembles, nats a token: 0.15, 0.3, 0.6 and 1.4 G parameters; a row for each number of tokens.
    private static readonly double[] Parameters = [0.15, 0.3, 0.6, 1.4];
    private static readonly double[] Tokens = [0.2097152, 0.4194304, 0.8388608, 1.6777216];

    private static readonly double[][] Asymptotes =
    [
        [3.494941417720857, 3.2729813419904183, 3.2122277662817145, 3.173966150932168],
        [3.399930198165533, 3.1503966937866053, 3.0519037696079496, 3.002520844567612],
        [3.357577868802383, 3.1018990697199413, 2.9058312693222317, 2.8680140499504847],
        [3.2995859709652104, 3.0172424035912697, 2.8262327566492838, 2.752375695327966],
    ];

    [Theory]
    [InlineData(0, 0.015818, 1.593944, 3.168994)]
    [InlineData(1, 0.036218, 1.291459, 2.980009)]
    [InlineData(2, 0.089702, 0.977284, 2.789313)]
    [InlineData(3, 0.118620, 0.893064, 2.656797)]
    public void The_published_asymptotes_over_parameters(int tokens, double scale, double exponent, double asymptote)
    {
        (PowerLaw law, double sum) = PowerLaw.Fit(Parameters, Asymptotes[tokens]);
        Assert.Equal(scale, law.Scale, 1e-4);
        Assert.Equal(exponent, law.Exponent, 1e-4 * 10);
        Assert.Equal(asymptote, law.Asymptote, 1e-4);
        if (tokens == 0)
            Assert.Equal(9.0e-5, sum, 1e-6);
    }

    [Fact]
    public void The_law_of_the_asymptotes_over_tokens()
    {
        double[] limits = [.. Asymptotes.Select(row => PowerLaw.Fit(Parameters, row).Law.Asymptote)];
        PowerLaw law = PowerLaw.Fit(Tokens, limits).Law;
        Assert.Equal(0.961689, law.Scale, 1e-4);
        Assert.Equal(0.228089, law.Exponent, 1e-4);
        Assert.Equal(1.798426, law.Asymptote, 1e-4);
    }

    [Fact]
    public void The_published_file_gives_the_same()
    {
        using JsonDocument file = JsonDocument.Parse(
            File.ReadAllText(SharedData.Path("infinite-compute/published_losses.json"))
        );
        JsonElement all = file.RootElement.GetProperty("ensemble_asymptote_by_params_then_tokens");
        for (int tokens = 0; tokens < 4; tokens++)
            Assert.Equal(Asymptotes[tokens], all.EnumerateObject().Select(size => size.Value[tokens].GetDouble()));
    }

    [Theory]
    [InlineData(3.43, 2.29, 0.005)]
    [InlineData(3.17, 5.17, 0.01)]
    [InlineData(3.465, 2.07, 0.005)]
    [InlineData(3.34, 2.98, 0.005)]
    [InlineData(3.32, 3.17, 0.005)]
    [InlineData(3.3635, 2.78, 0.005)]
    [InlineData(3.60, 1.45, 0.005)]
    [InlineData(3.74974, 1, 1e-12)]
    public void Losses_as_multiples_of_data(double loss, double factor, double tolerance)
    {
        DataEfficiency efficiency = new(new(1.282414, 0.230594, 1.911270));
        Assert.Equal(factor, efficiency.Factor(loss, 3.74974)!.Value, tolerance);
    }

    [Fact]
    public void A_loss_at_the_asymptote_is_reached_with_no_amount_of_data()
    {
        DataEfficiency efficiency = new(new(1, 0.5, 2));
        Assert.Null(efficiency.EffectiveData(2));
        Assert.Null(efficiency.Factor(1.5, 3));
        Assert.Equal(1, efficiency.EffectiveData(3)!.Value, 12);
        Assert.Null(new PowerLaw(0, 1, 2).Inverse(3));
    }

    [Fact]
    public void Known_laws_are_found_again_and_their_inverse_is_one() =>
        Prop.ForAll(
                ArbMap.Default.ArbFor<int>(),
                seed =>
                {
                    Numerics.RandomStream random = new((ulong)seed, "laws");
                    PowerLaw law = new(
                        0.05 + random.NextDouble(),
                        0.1 + 1.5 * random.NextDouble(),
                        1 + 3 * random.NextDouble()
                    );
                    double[] x = [0.1, 0.3, 1, 4];
                    PowerLaw found = PowerLaw.Fit(x, [.. x.Select(law.At)]).Law;
                    return Math.Abs(found.Asymptote - law.Asymptote) < 1e-6
                        && Math.Abs(found.Exponent - law.Exponent) < 1e-5
                        && Math.Abs(law.Inverse(law.At(2.5))!.Value - 2.5) < 1e-9
                        && law.At(1) > law.At(2)
                        && law.At(1e12) - law.Asymptote < law.Scale;
                }
            )
            .Holds();

    [Fact]
    public void Three_points_are_met_exactly()
    {
        (PowerLaw law, double sum) = PowerLaw.Fit([1, 2, 4], [3, 2.5, 2.2]);
        Assert.True(sum < 1e-18);
        Assert.Equal(2.5, law.At(2), 9);
    }

    [Fact]
    public void Losses_that_do_not_fall_have_no_scale()
    {
        PowerLaw flat = PowerLaw.Fit([1, 2, 3, 4], [2, 2, 2, 2]).Law;
        Assert.Equal(2, flat.At(100), 9);
        PowerLaw rising = PowerLaw.Fit([1, 2, 3], [1, 2, 3]).Law;
        Assert.Equal(2, rising.At(1e6), 6);
    }

    [Fact]
    public void Two_members_have_an_asymptote_by_the_reciprocal()
    {
        PowerLaw law = PowerLaw.FitReciprocal([1, 2], [2.5, 2.3]).Law;
        Assert.Equal(2.1, law.Asymptote, 12);
        Assert.Equal(0.4, law.Scale, 12);
    }

    [Fact]
    public void A_joint_law_is_found_again()
    {
        JointLaw law = new(0.4, 0.6, 0.8, 0.3, 1.7);
        (double N, double D)[] points = [.. from n in Parameters from d in Tokens select (n, d)];
        (JointLaw found, double sum) = JointLaw.Fit(
            [.. points.Select(point => point.N)],
            [.. points.Select(point => point.D)],
            [.. points.Select(point => law.At(point.N, point.D))]
        );
        Assert.True(sum < 1e-12, $"{sum}");
        Assert.Equal(law.Asymptote, found.Asymptote, 4);
        Assert.Throws<ArgumentException>(() => JointLaw.Fit([1], [1], [1]));
    }

    [Theory]
    [InlineData(new double[] { 1, 2 }, new double[] { 1, 2 })]
    [InlineData(new double[] { 1, 2, 2 }, new double[] { 1, 2, 3 })]
    [InlineData(new double[] { 0, 1, 2 }, new double[] { 1, 2, 3 })]
    [InlineData(new double[] { 1, 2, 3 }, new double[] { 1, double.NaN, 3 })]
    [InlineData(new double[] { 1, 2, 3 }, new double[] { 1, 3 })]
    public void What_cannot_be_fitted_is_refused(double[] x, double[] losses) =>
        Assert.Throws<ArgumentException>(() => PowerLaw.Fit(x, losses));
}
