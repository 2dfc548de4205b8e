using System.Text;
using Assay.Data;
using Assay.Judge;
using Assay.Learning;
using Assay.Numerics;
using Assay.Studies;
using Assay.Tests.Studies;

namespace Assay.Tests.Judge.Confounding;

public sealed class ConfoundingTests
{
    // A word that works, and a season in which everything does well and that word is rare.
    private static View Experiments(int experiments = 120)
    {
        RandomStream random = new(3, "experiments");
        StringBuilder csv = new("text,season,test,clicks,shown\n");
        for (int test = 0; test < experiments; test++)
        {
            bool summer = test % 2 == 0;
            for (int arm = 0; arm < 3; arm++)
            {
                bool works = random.NextDouble() < (summer ? 0.15 : 0.85);
                double rate = 0.02 * (summer ? 4 : 1) * (works ? 1.6 : 1);
                csv.Append(
                    System.Globalization.CultureInfo.InvariantCulture,
                    $"{(works ? "free" : "plain")} w{random.NextInt32(30)},{(summer ? "summer" : "winter")},{test},{Math.Round(4000 * rate * (0.9 + 0.2 * random.NextDouble()))},4000\n"
                );
            }
        }
        return StudyTables.Of(csv.ToString(), rowsPerTable: 50);
    }

    private static readonly ConfoundingOptions Options = new()
    {
        Outcome = "clicks",
        Trials = "shown",
        Groups = ["season"],
        Penalty = 1,
        Splits = 3,
    };

    [Fact]
    public void Adjusted_outcomes_agree_better_with_experiments()
    {
        Study study = new Assay.Judge.Confounding(Options with { Experiment = "test" }).Run(Experiments());
        IntervalPanel panel = study.Panels.OfType<IntervalPanel>().Single();
        double Auc(string arm) => panel.Lines.Single(line => line.Name == arm).Value.Mean;
        Assert.True(Auc("naive") < 0.5, $"{Auc("naive")}");
        Assert.True(Auc("joint") > 0.9, $"{Auc("joint")}");
        Assert.Contains("better than raw ones", study.Answer);
        Assert.True(panel.Lines.Count >= 7);
    }

    [Fact]
    public void The_same_on_any_threads_and_without_experiments_it_says_so()
    {
        Study one = new Assay.Judge.Confounding(Options with { Experiment = "test" }).Run(Experiments(40), threads: 1),
            two = new Assay.Judge.Confounding(Options with { Experiment = "test" }).Run(Experiments(40), threads: 2);
        Assert.Equal(one.Answer, two.Answer);
        Study without = new Assay.Judge.Confounding(Options).Run(Experiments(40));
        Assert.Contains("Without experiments", without.Answer);
        Assert.Empty(without.Panels.OfType<IntervalPanel>());
    }

    [Fact]
    public void Pairs_are_within_an_experiment_of_different_texts_and_beyond_chance()
    {
        int[] experiment = [0, 0, 0, 1, 1];
        string[] text = ["a", "b", "a", "c", "d"];
        double[] clicks = [100, 150, 400, 10, 500],
            shown = [1000, 1000, 1000, 1000, 1000];
        List<RandomisedPair> pairs = RandomisedPair.Find([0, 1, 2, 3, 4], experiment, text, [], clicks, shown, 1.96);
        Assert.Equal([new(0, 1, false), new(1, 2, false), new(3, 4, false)], pairs);
        Assert.Equal(2, RandomisedPair.Find([0, 1, 2, 3, 4], experiment, text, [], clicks, shown, 5).Count);
        Assert.Empty(
            RandomisedPair.Find(
                [0, 1, 3],
                experiment,
                text,
                [
                    ["x", "y", "x", "x", "x"],
                ],
                clicks,
                shown,
                1.96
            )
        );
        // The z of a textbook: 0.1 against 0.15, pooled 0.125.
        Assert.Equal(-0.05 / Math.Sqrt(0.125 * 0.875 * 0.002), RandomisedPair.ZOf(100, 1000, 150, 1000), 1e-12);
        Assert.Equal(0, RandomisedPair.ZOf(0, 10, 0, 10));
    }

    [Fact]
    public void What_does_not_fit_is_said()
    {
        AssayException none = Assert.Throws<AssayException>(() =>
            new Assay.Judge.Confounding(new() { Outcome = "clicks" }).Run(Experiments(10))
        );
        Assert.Contains("no circumstances", none.Message);
        AssayException alone = Assert.Throws<AssayException>(() =>
            new Assay.Judge.Confounding(Options with { Experiment = "text" }).Run(Experiments(10))
        );
        Assert.Contains("make 0 comparisons", alone.Message);
    }

    [Fact]
    public void Two_heads_keep_quality_from_the_context()
    {
        RandomStream random = new(1, "heads");
        SparseMatrixBuilder builder = new(3);
        double[] context = new double[400],
            outcome = new double[400];
        for (int i = 0; i < context.Length; i++)
        {
            double quality = random.NextGaussian();
            context[i] = random.NextGaussian();
            builder.Add(0, (float)quality);
            builder.Add(1, (float)(context[i] + 0.1 * random.NextGaussian()));
            builder.Add(2, (float)random.NextGaussian());
            builder.EndRow();
            outcome[i] = quality + 2 * context[i] + 0.1 * random.NextGaussian();
        }
        double[] head = DisentangledRidge.Fit(builder.Build(), outcome, context, 0.1);
        Assert.True(head[0] > 0.5, $"{head[0]}");
        Assert.True(Math.Abs(head[1]) < 0.15 * head[0], $"{head[1]}");
    }

    [Fact]
    public void Headlines_of_tests_are_confounded_as_the_archive_is_known_to_be()
    {
        string folder = System.IO.Path.GetDirectoryName(
            System.IO.Path.GetDirectoryName(SharedData.Path("deconfound/upworthy.tsv.gz"))
        )!;
        View view = Assay.Evidence.Headlines.Read(
            new()
            {
                Seed = 0,
                Random = new RandomStream(0, "trial"),
                DataFolder = folder,
            }
        );
        Assert.Equal(22_666, view.Dataset.RowCount);
        Assert.Equal(0.300, Explained("week"), 0.0005);
        Assert.Equal(0.870, Explained("test"), 0.0005);

        double Explained(string group)
        {
            using Pieces pieces = Pieces.Temporary();
            Signal[] signals =
            [
                .. new Assay.Value.Deconfound(
                    new()
                    {
                        Outcome = "clicks",
                        Trials = "impressions",
                        Groups = [group],
                        Mode = Adjustment.FixedEffects,
                    }
                ).Value(view, new(pieces)),
            ];
            double[] outcome = [.. signals[0].Values.Zip(signals[1].Values, (a, b) => a + b)];
            return 1 - Variance(signals[0].Values) / Variance(outcome);
        }

        static double Variance(double[] values)
        {
            double mean = values.Average();
            return values.Average(value => (value - mean) * (value - mean));
        }
    }
}
