using System.Globalization;
using System.Text;
using Assay.Data;
using Assay.Plan.Filter;
using Assay.Studies;
using Assay.Tests.Studies;

namespace Assay.Tests.Plan.Filter;

public sealed class FilterPlanTests
{
    private static readonly Pool[] Pools = [new(-0.3, 2), new(-0.28, 6), new(-0.25, 8)];
    private static readonly double[] Epochs = [1, 2, 4, 8, 16];

    [Fact]
    public void Known_pools_are_found_again()
    {
        PoolRuns[] runs = Runs(noise: 0);
        PoolFit fit = PoolFit.Of(RepetitionLaw.HalfLife, LawForm.Paper, runs);
        Assert.True(fit.SumOfSquares.Sum() < 1e-12, $"{fit.SumOfSquares.Sum()}");
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal(Pools[i].Utility, fit.Pools[i].Utility, 4);
            Assert.Equal(Pools[i].HalfLife, fit.Pools[i].HalfLife, 2);
        }
        Assert.Equal(3, fit.Shared.Scale, 2);
        Assert.Equal(0.1, fit.Shared.Floor, 3);
    }

    [Fact]
    public void With_scale_and_floor_given_the_rest_is_exact()
    {
        PoolFit fit = PoolFit.Of(RepetitionLaw.HalfLife, LawForm.Paper, Runs(noise: 0), fixedShared: new(3, 0.1));
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal(Pools[i].Utility, fit.Pools[i].Utility, 6);
            Assert.Equal(Pools[i].HalfLife, fit.Pools[i].HalfLife, 5);
        }
    }

    [Fact]
    public void The_range_of_a_half_life_holds_the_truth_and_is_open_where_nothing_was_repeated()
    {
        PoolRuns[] runs = Runs(noise: 0.002);
        PoolFit fit = PoolFit.Of(RepetitionLaw.HalfLife, LawForm.Paper, runs);
        (double low, double high) = fit.HalfLifeRange(runs[0], 0);
        Assert.True(low < fit.Pools[0].HalfLife && fit.Pools[0].HalfLife < high);
        Assert.True(high < 10, $"{high}");
        PoolRuns[] once = [.. runs, new("once", 1000, [300, 500, 700, 1000], [0.72, 0.67, 0.63, 0.6])];
        PoolFit with = PoolFit.Of(RepetitionLaw.HalfLife, LawForm.Paper, once);
        Assert.Equal((0, double.PositiveInfinity), with.HalfLifeRange(once[3], 3));
    }

    [Fact]
    public void The_study_says_where_the_choice_changes()
    {
        Study study = Plan(new() { Budgets = [Amount.Count(1000), Amount.Count(100_000)] }).Run(Table(0.001));
        Assert.StartsWith("Keep the best pool up to ", study.Answer);
        CurvePanel curves = Assert.IsType<CurvePanel>(study.Panels[0]);
        Assert.Equal(3, curves.Curves.Count);
        Assert.NotEmpty(curves.Marks);
        Assert.NotNull(curves.Curves[^1].Low);
        TablePanel choices = Assert.IsType<TablePanel>(study.Panels[1]);
        Assert.Equal(1, choices.Columns[1].Numbers![0]);
        Assert.True(choices.Columns[1].Numbers![1] > 1);
        Assert.Equal("a", choices.Columns[2].Words![0]);
        // At the crossing the two choices are equally good.
        PoolRuns[] runs = [.. PoolRuns.Of(StudyTable.Of(Table(0.001), default), new())];
        PoolFit fit = PoolFit.Of(RepetitionLaw.HalfLife, LawForm.Paper, runs);
        Crossing crossing = Crossing.Of(fit, [], runs, fit.Order(), [1000, 3000, 10_000, 30_000, 100_000])[0];
        Assert.Equal(
            fit.Predict(runs, fit.Order(), crossing.From, crossing.At),
            fit.Predict(runs, fit.Order(), crossing.To, crossing.At),
            9
        );
    }

    [Fact]
    public void Threads_do_not_change_it()
    {
        View table = Table(0.003);
        FilterOptions options = new() { Resamples = 30 };
        Assert.Equal(Json(Plan(options).Run(table, threads: 1)), Json(Plan(options).Run(table, threads: 2)));
        Assert.NotEqual(Json(Plan(options).Run(table, seed: 1)), Json(Plan(options).Run(table, seed: 2)));
    }

    [Fact]
    public void Few_runs_are_said_to_be_few()
    {
        Study study = Plan(new())
            .Run(
                StudyTables.Of(
                    "pool,samples,error,pool-size\na,100,0.5,100\na,200,0.4,100\nb,100,0.6,100\nb,200,0.55,100\n"
                )
            );
        Assert.Contains(study.Notes, note => note.Contains("nothing is known of the error"));
        Assert.Contains(study.Notes, note => note.Contains("do not show how long"));
    }

    [Theory]
    [InlineData("pool,samples,error\na,100,0.5\n", "no column 'pool-size'")]
    [InlineData("pool,samples,error,pool-size\na,100,0.5,100\n", "runs of one length only")]
    [InlineData("pool,samples,error,pool-size\na,0,0.5,100\na,5,1,100\n", "0 samples")]
    [InlineData("pool,samples,error,pool-size\na,1,0.5,0\na,5,1,0\n", "a pool has 0 rows")]
    [InlineData("pool,samples,error,pool-size\na,1,0.5,10\na,5,1,20\n", "20 rows here and 10 above")]
    [InlineData("pool,samples,error,pool-size\na,1,x,10\na,5,1,20\n", "'error' is not a finite number")]
    public void Bad_tables_are_refused(string csv, string expected)
    {
        AssayException failure = Assert.Throws<AssayException>(() => Plan(new()).Run(StudyTables.Of(csv)));
        Assert.Contains(expected, failure.Message);
    }

    private static FilterPlan Plan(FilterOptions options) => new(options);

    private static string Json(Study study) => System.Text.Json.JsonSerializer.Serialize(study);

    private static PoolRuns[] Runs(double noise)
    {
        Numerics.RandomStream random = new(3, "runs");
        return
        [
            .. Pools.Select(
                (pool, i) =>
                    new PoolRuns(
                        "abc"[i].ToString(),
                        1000,
                        [.. Epochs.Select(epoch => epoch * 1000)],
                        [
                            .. Epochs.Select(epoch =>
                                RepetitionCurve.Error(
                                    RepetitionLaw.HalfLife,
                                    LawForm.Paper,
                                    new(3, 0.1),
                                    [pool],
                                    [1000],
                                    epoch * 1000
                                )
                                + noise * random.NextGaussian()
                            ),
                        ]
                    )
            ),
        ];
    }

    private static View Table(double noise)
    {
        StringBuilder csv = new("pool,samples,error,pool-size\n");
        foreach (PoolRuns run in Runs(noise))
            for (int i = 0; i < run.Errors.Count; i++)
                csv.Append(CultureInfo.InvariantCulture, $"{run.Name},{run.Samples[i]},{run.Errors[i]:R},{run.Size}\n");
        return StudyTables.Of(csv.ToString());
    }
}
