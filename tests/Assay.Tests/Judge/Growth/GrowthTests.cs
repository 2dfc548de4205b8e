using System.Globalization;
using System.Text;
using Assay.Data;
using Assay.Judge;
using Assay.Numerics;
using Assay.Studies;
using Assay.Tests.Studies;
using FsCheck;
using FsCheck.Fluent;

namespace Assay.Tests;

public class GrowthTests
{
    private static readonly double[] Sizes = [1, 4, 16, 64, 256, 1000];

    [Fact]
    public void Smoothing_is_that_of_the_plots()
    {
        Near(
            [20.73320825, 23.75203599, 30.77786233, 38.99382432, 45.00039534, 49.74267377],
            GridSmoothing.Of([20, 22, 30, 41, 44, 52])
        );
        Near(
            [0.02235106, 0.22831072, 0.49867645, 0.22831072, 0.02191031, 0.00044074],
            GridSmoothing.Of([0, 0, 1, 0, 0, 0])
        );
        Assert.All(GridSmoothing.Of([3, 3, 3, 3]), score => Assert.Equal(3, score, 12));
        Assert.Equal(15, GridSmoothing.Of([1, 2, 3, 4, 5]).Sum(), 12);
        Assert.Equal(2, GridSmoothing.Of([2]).Single(), 12);

        static void Near(double[] expected, double[] actual)
        {
            for (int i = 0; i < expected.Length; i++)
                Assert.Equal(expected[i], actual[i], 5e-9);
        }
    }

    [Fact]
    public void The_released_plot_is_there_for_comparison()
    {
        Assert.Equal([0, 1, 2, 3, 4, 5, 6], ((int[])[1, 4, 16, 64, 256, 1000, 4096]).Select(ReleasedPlot.Position));
        Assert.Equal(25, ReleasedPlot.Overall([40, 60])); // not the mean, which is 50
    }

    [Fact]
    public void Answers_are_scored_as_in_the_release()
    {
        Assert.Equal(
            [0.25, 1 / 6.0, 0.25, 1],
            ((int[])[1, 2, 3, 4]).Select(right => AnswerScoring.ChanceOfSet(4, right))
        );
        Assert.False(AnswerScoring.IsFirstLeast([2.1, 2.2, 2.0]));
        Assert.True(AnswerScoring.IsFirstLeast([2.0, 2.2, 2.1]));
        Assert.True(AnswerScoring.IsFirstLeast([2.0, 2.0, 3.0]));
        Assert.Equal(2.718282, AnswerScoring.Perplexity([1, 2, 0]), 5e-7);
        RandomStream random = new(1, "answers");
        int right = Enumerable
            .Range(0, 3000)
            .Count(_ => AnswerScoring.IsFirstLeast([random.NextDouble(), random.NextDouble(), random.NextDouble()]));
        Assert.Equal(1 / 3.0, right / 3000.0, 0.026);
        Assert.ThrowsAny<ArgumentException>(() => AnswerScoring.ChanceOfSet(4, 5));
    }

    [Fact]
    public void The_recipe_rebuilds_the_published_mixture()
    {
        // Ethics and role-play stop at 64 rows; creative writing has 1,000, biology 1,041, Chinese the most.
        RowDemand Growing(int available) => new(GrowthClass.Responsive, 1000, 1, available);
        RowDemand[] demands =
        [
            new(GrowthClass.Plateau, 64, 1, 2000),
            new(GrowthClass.Plateau, 64, 1, 2000),
            Growing(1000),
            Growing(1041),
            Growing(5000),
            Growing(4000),
            Growing(3000),
            Growing(3000),
            Growing(3000),
            Growing(3000),
        ];
        int[] rows = RowAllocation.Of(demands, 10000);
        Assert.Equal([64, 64, 1000, 1041, 1306, 1305, 1305, 1305, 1305, 1305], rows);
        Assert.Equal(10000, rows.Sum());
        Assert.All(RowAllocation.Equal(demands, 2569), each => Assert.Equal(256, each));
        Assert.ThrowsAny<ArgumentException>(() => RowAllocation.Equal(demands, 20000));
    }

    [Fact]
    public void Shares_sum_to_the_budget_or_to_all_there_are() =>
        Prop.ForAll(
                Gen.Choose(1, 1000000).ToArbitrary(),
                seed =>
                {
                    Random random = new(seed);
                    RowDemand[] demands =
                    [
                        .. Enumerable
                            .Range(0, random.Next(1, 8))
                            .Select(_ => new RowDemand(
                                (GrowthClass)random.Next(3),
                                random.Next(0, 100),
                                random.Next(0, 10),
                                random.Next(0, 500)
                            )),
                    ];
                    int budget = random.Next(0, 3000);
                    GrowthCurve[] curves =
                    [
                        .. demands.Select(_ => new GrowthCurve(
                            0.5,
                            random.NextDouble() / 2,
                            random.Next(1, 900),
                            1,
                            0
                        )),
                    ];
                    int all = Math.Min(budget, demands.Sum(demand => demand.Available));
                    foreach (
                        int[] rows in (int[][])
                            [RowAllocation.Of(demands, budget), RowAllocation.ByCurves(curves, demands, budget)]
                    )
                    {
                        Assert.Equal(all, rows.Sum());
                        Assert.All(rows.Zip(demands), pair => Assert.InRange(pair.First, 0, pair.Second.Available));
                    }
                    RowDemand same = new(GrowthClass.Responsive, 0, 0, 1000);
                    int[] equal = RowAllocation.Of(
                        [same, same, same with { Class = GrowthClass.Resistant, Least = 3 }, same],
                        500
                    );
                    Assert.Equal([166, 166, 3, 165], equal);
                }
            )
            .Holds();

    [Fact]
    public void Curves_are_shared_out_as_well_as_by_trying_all()
    {
        GrowthCurve[] curves = [new(0.5, 0.4, 10, 2, 0), new(0.2, 0.7, 30, 3, 0), new(0.3, 0.1, 5, 1, 0)];
        RowDemand[] demands = [.. curves.Select(_ => new RowDemand(GrowthClass.Responsive, 0, 0, 40))];
        double best = 0;
        for (int a = 0; a <= 40; a++)
        for (int b = 0; b <= 40; b++)
            if (60 - a - b is >= 0 and <= 40 and int c)
                best = Math.Max(best, curves[0].At(a) + curves[1].At(b) + curves[2].At(c));
        int[] rows = RowAllocation.ByCurves(curves, demands, 60);
        Assert.Equal(best, rows.Zip(curves, (n, curve) => curve.At(n)).Sum(), 1e-12);
    }

    [Fact]
    public void A_curve_is_found_again()
    {
        GrowthCurve truth = new(0.25, 0.6, 90, 1.3, 0);
        GrowthCurve found = GrowthCurve.Fit(0.25, 1, Sizes, [.. Sizes.Select(truth.At)]);
        Assert.Equal(truth.Gain, found.Gain, 1e-6);
        Assert.Equal(truth.Middle, found.Middle, 1e-3);
        Assert.Equal(truth.Steepness, found.Steepness, 1e-6);
        Assert.Equal(90, found.RowsTo(0.5, 1e12), 1e-3);
        double half = found.RowsTo(0.5, 1000);
        Assert.Equal((found.At(1000) - 0.25) / 2, found.At(half) - 0.25, 1e-9);
        // Flat, and falling, scores have curves too.
        Assert.Equal(0.25, GrowthCurve.Fit(0.25, 1, Sizes, [.25, .25, .25, .25, .25, .25]).At(100), 1e-6);
        Assert.True(GrowthCurve.Fit(0.25, 1, Sizes, [.25, .24, .23, .22, .21, .2]).At(1000) < 0.25);
    }

    [Fact]
    public void Classes_follow_the_rules()
    {
        GrowthClass Of(params double[] means) =>
            GrowthPace
                .Of(
                    new("a", 0.25, Sizes, [.. means.Select(mean => (double[])[mean - 0.01, mean + 0.01])]),
                    new() { Resamples = 20 },
                    new(1, "bootstrap")
                )
                .Class;
        Assert.Equal(GrowthClass.Responsive, Of(.25, .3, .4, .5, .6, .7));
        Assert.Equal(GrowthClass.Plateau, Of(.25, .4, .5, .6, .605, .6));
        Assert.Equal(GrowthClass.Resistant, Of(.25, .26, .25, .255, .25, .26));
        // The plateau ends where a later score is better by more than a deviation.
        Assert.Equal(GrowthClass.Responsive, Of(.25, .4, .5, .6, .605, .65));
        GrowthPace pace = GrowthPace.Of(
            new(
                "a",
                0.25,
                Sizes,
                [
                    [.25],
                    [.3],
                    [.4],
                    [.55],
                    [.6],
                    [.7],
                ]
            ),
            new(),
            new(1, "bootstrap")
        );
        Assert.Equal(1000, pace.PlateauRows);
        Assert.Equal(1 - (.7 - .25) / .75, pace.Complexity, 12);
        Assert.Equal(1, pace.Shares()[^1], 12);
        Assert.Equal(pace.Half!.Value.Mean, pace.Half.Value.Low);
    }

    [Fact]
    public void Measured_scores_are_enough()
    {
        StringBuilder csv = new("ability,size,seed,score,chance,trained\n");
        Random random = new(3);
        foreach (
            (string ability, double[] means) in ((string, double[])[])
                [
                    ("code", [.33, .4, .5, .6, .7, .8]),
                    ("ethics", [.25, .5, .7, .8, .8, .8]),
                    ("math", [.02, .02, .02, .02, .02, .02]),
                ]
        )
        foreach ((double size, double mean) in Sizes.Zip(means))
            for (int seed = 0; seed < 3; seed++)
                csv.Append(
                    CultureInfo.InvariantCulture,
                    $"{ability},{size},{seed},{mean + 0.01 * (random.NextDouble() - .5)},{(ability == "math" ? 0 : .25)},own\n"
                );
        csv.Append("code,,0,0.45,.25,others\n");
        Study study = new Growth(new() { Budget = 900 }).Run(StudyTables.Of(csv.ToString()));
        TablePanel allocation = study.Panels.OfType<TablePanel>().First(panel => panel.Title == "Allocation"),
            paces = study.Panels.OfType<TablePanel>().First(panel => panel.Title == "Paces");
        Assert.Equal(["responsive", "plateau", "resistant"], allocation.Columns[1].Words!);
        Assert.Equal([835, 64, 1], allocation.Columns[2].Numbers!);
        Assert.Equal(
            [0.2, null, null],
            paces.Columns[^1].Numbers!.Select(t => t is { } known ? Math.Round(known, 9) : t)
        );
        Assert.Contains("'code': 835", study.Files.Single().Text);
        Assert.Equal(3, study.Panels.OfType<CurvePanel>().First().Curves.Count);
        Study again = new Growth(new() { Budget = 900 }).Run(StudyTables.Of(csv.ToString()), threads: 1);
        Assert.Equal(Json(study), Json(again));
        Study curves = new Growth(new() { Budget = 900, Allocate = AllocationRule.Curves }).Run(
            StudyTables.Of(csv.ToString())
        );
        Assert.Equal(
            900,
            curves.Panels.OfType<TablePanel>().First(panel => panel.Title == "Allocation").Columns[2].Numbers!.Sum()
        );
    }

    [Fact]
    public void The_last_checkpoint_of_a_size_counts()
    {
        Study study = new Growth(new()).Run(
            StudyTables.Of(
                "ability,size,checkpoint,score\na,1,1,.9\na,1,2,.1\na,4,1,.9\na,4,2,.3\na,16,1,.2\na,16,2,.4\na,16,3,.5\nb,1,1,.1\nb,4,1,.2\nb,16,1,.3"
            )
        );
        TablePanel paces = study.Panels.OfType<TablePanel>().First(panel => panel.Title == "Paces");
        Assert.Equal([.1, .1], paces.Columns[3].Numbers!);
        Assert.Equal([.5, .3], paces.Columns[4].Numbers!);
        Curve curve = study
            .Panels.OfType<CurvePanel>()
            .Single(panel => panel.Title == "Over checkpoints")
            .Curves.Single();
        Assert.Equal([1.0, 2, 3], curve.X);
        Assert.Equal([.2, .4, .5], curve.Y);
        Says("checkpoint is not above 0", "ability,size,checkpoint,score\na,1,0,.9\na,4,1,.9");
    }

    [Fact]
    public void Labelled_rows_are_trained_on()
    {
        View rows = StudyTables.Of(Tasks());
        GrowthOptions options = new()
        {
            Model = "logistic",
            Sizes = [4, 16, 64],
            Seeds = 2,
            Features = ["x", "z"],
        };
        using Pieces pieces = Pieces.Temporary();
        Study study = new Growth(options).Run(rows, pieces: pieces);
        TablePanel paces = study.Panels.OfType<TablePanel>().First(panel => panel.Title == "Paces");
        Assert.Equal(["easy", "twin", "noise"], paces.Columns[0].Words!);
        Assert.True(paces.Columns[4].Numbers![0] > 0.85);
        Assert.InRange(paces.Columns[4].Numbers![2]!.Value, 0.3, 0.7);
        // The twin has the same classes and the same rule: it is as good to train on; noise has other classes.
        TablePanel transfer = study.Panels.OfType<TablePanel>().First(panel => panel.Title == "Transfer");
        Assert.Equal(2, transfer.Columns[0].Length);
        Assert.All(transfer.Columns[2].Numbers!, score => Assert.True(score > 0.8));
        Assert.Equal(Json(study), Json(new Growth(options).Run(rows, threads: 1)));
        // Finished runs are taken as they are.
        Assert.Equal(Json(study), Json(new Growth(options).Run(rows, pieces: pieces)));
        Study tested = new Growth(options with { Test = "test" }).Run(rows, others: [("test", rows)]);
        Assert.Equal(3, tested.Panels.OfType<TablePanel>().First().Columns[0].Length);
    }

    [Fact]
    public void What_is_wrong_is_said()
    {
        Says("above 1, the score of all right", "ability,size,score\na,1,40\na,4,50");
        Says("size is not above 0", "ability,size,score\na,0,.4\na,4,.5");
        Says("scored at 1 sizes", "ability,size,score\na,4,.4\na,4,.5");
        Says("no column 'ability'", "task,size,score\na,4,.4\na,8,.5");
        Says("neither a column 'score'", "ability,label\na,x\na,y");
        Says("nothing to gain", "ability,size,score,chance\na,4,.4,1\na,8,.5,1");
        Says(
            "has 6 rows to train on",
            "ability,label,x\n" + string.Concat(Enumerable.Range(0, 8).Select(i => $"a,{i % 2},{i}\n")),
            new() { Model = "logistic" }
        );
        Says("two sizes only", "ability,size,score\na,1,.4\na,4,.5", new() { Allocate = AllocationRule.Curves });
        Says("'sizes'", Tasks(), new() { Model = "logistic", Sizes = [16, 4] });
        Assert.ThrowsAny<ArgumentException>(() =>
            new AbilityScores(
                "a",
                0,
                [1, 1],
                [
                    [1],
                    [2],
                ]
            )
        );
        Assert.ThrowsAny<ArgumentException>(() =>
            new AbilityScores(
                "a",
                0,
                [1, 2],
                [
                    [1],
                    [double.NaN],
                ]
            )
        );
    }

    private static void Says(string what, string csv, GrowthOptions? options = null) =>
        Assert.Contains(
            what,
            Assert.Throws<AssayException>(() => new Growth(options ?? new()).Run(StudyTables.Of(csv))).Message
        );

    private static string Tasks()
    {
        RandomStream random = new(2, "tasks");
        StringBuilder csv = new("ability,label,x,z\n");
        foreach (string ability in (string[])["easy", "twin", "noise"])
            for (int row = 0; row < 120; row++)
            {
                double x = random.NextGaussian(),
                    z = random.NextGaussian();
                string label =
                    ability == "noise"
                        ? random.NextDouble() < 0.5
                            ? "up"
                            : "down"
                        : x + 0.2 * random.NextGaussian() > 0
                            ? "yes"
                            : "no";
                csv.Append(CultureInfo.InvariantCulture, $"{ability},{label},{x:R},{z:R}\n");
            }
        return csv.ToString();
    }

    private static string Json(Study study) => System.Text.Json.JsonSerializer.Serialize(study);
}
