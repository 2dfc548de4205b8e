using Assay.Describe;

namespace Assay.Tests.Describe;

public sealed class ColumnDriftTests
{
    [Fact]
    public void Categories_are_compared_by_total_variation_and_Pearsons_test()
    {
        // Counts (30, 10) against (20, 20): chi2 = 80 (30 x 20 - 10 x 20)^2 / (40 x 40 x 50 x 30) = 16 / 3.
        ColumnDrift drift = ColumnDrift.OfCategories("class", "categories", [new("x", (30, 20)), new("y", (10, 20))]);
        Assert.Equal(0.25, drift.Distance, 12);
        Assert.Equal(Math.Sqrt(16.0 / 3 / 80), drift.Effect!.Value, 12);
        Assert.Equal(0.0209213353, drift.Probability, 1e-9);
        Assert.Equal(("x", 0.75, 0.5), drift.Shares[0]);
        Assert.False(drift.IsDrift);
    }

    [Fact]
    public void Rare_categories_are_tested_together_and_a_test_of_one_class_finds_nothing()
    {
        ColumnDrift rare = ColumnDrift.OfCategories(
            "class",
            "categories",
            [new("x", (3, 0)), new("y", (0, 3)), new("z", (2, 2))]
        );
        Assert.Equal(0.6, rare.Distance, 12);
        Assert.Null(rare.Effect);
        Assert.Equal(1, rare.Probability);
    }

    [Fact]
    public void Numbers_have_a_distance_an_effect_and_percentiles()
    {
        ColumnDrift drift = ColumnDrift.OfNumbers("n", "values", [1, 2, 3, 4, 5], [3, 4, 5, 6, 7]);
        Assert.Equal(0.4, drift.Distance, 12);
        Assert.Equal(2 / Math.Sqrt(2.5), drift.Effect!.Value, 12); // both have a variance of 2.5
        Assert.Equal((3, 5), (drift.Quantiles!.Value.A[50], drift.Quantiles.Value.B[50]));
        Assert.Null(ColumnDrift.OfNumbers("n", "values", [1, 1], [1, 1]).Effect);
    }

    [Fact]
    public void Many_comparisons_are_adjusted_as_Holm_has_it()
    {
        double[] probabilities = [0.01, 0.04, 0.03, 0.005];
        IReadOnlyList<ColumnDrift> adjusted = ColumnDrift.Adjust([
            .. probabilities.Select(
                (probability, i) =>
                    new ColumnDrift($"{i}", "values")
                    {
                        CountA = 1,
                        CountB = 1,
                        Distance = 0.5,
                        Probability = probability,
                    }
            ),
        ]);
        Assert.Equal(
            [0.03, 0.06, 0.06, 0.02],
            adjusted.OrderBy(drift => drift.Column).Select(drift => Math.Round(drift.Adjusted, 12))
        );
    }
}
