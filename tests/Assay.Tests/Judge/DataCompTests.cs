using Assay.Data;
using Assay.Evidence;
using Assay.Judge;
using Assay.Numerics;
using Assay.Studies;
using Assay.Tests.Studies;
using FsCheck;
using FsCheck.Fluent;

namespace Assay.Tests;

public sealed class DataCompTests
{
    [Theory]
    [InlineData(0.25, 0.25, 0)]
    [InlineData(1, 0.25, 1)]
    [InlineData(0.25, 0.5, -0.5)]
    public void Accuracies_count_above_chance(double accuracy, double chance, double centred) =>
        Assert.Equal(centred, new BenchmarkTask("t", "", chance, true).Centred(accuracy), 12);

    [Fact]
    public void Core_is_linear_in_every_task_and_undefined_without_one() =>
        Prop.ForAll(
                Gen.Choose(0, 1_000_000).ToArbitrary(),
                seed =>
                {
                    RandomStream random = new((ulong)seed, "tasks");
                    BenchmarkTask[] tasks =
                    [
                        .. Enumerable
                            .Range(0, 22)
                            .Select(i => new BenchmarkTask($"t{i}", "", 0.9 * random.NextDouble(), true)),
                    ];
                    Aggregates aggregates = new(tasks);
                    double[] accuracies = [.. tasks.Select(_ => 0.5 * random.NextDouble())];
                    double before = aggregates.Of(Aggregates.Core, accuracies);
                    int task = random.NextInt32(22);
                    accuracies[task] += 0.25;
                    double slope = (aggregates.Of(Aggregates.Core, accuracies) - before) / 0.25;
                    accuracies[task] = double.NaN;
                    return Math.Abs(slope - 1 / (22 * (1 - tasks[task].Chance))) < 1e-9
                        && double.IsNaN(aggregates.Of(Aggregates.Core, accuracies))
                        && double.IsNaN(aggregates.Of(Aggregates.Extended, accuracies));
                }
            )
            .Holds();

    [Theory]
    [InlineData("v1")]
    [InlineData("v2")]
    public void All_published_aggregates_are_recomputed(string version)
    {
        using TableFile evaluations = new(SharedData.Path("datacomp/dclm_evals.csv.gz"));
        (Aggregates aggregates, IReadOnlyList<Submission> runs) = Published(evaluations, version);
        int compared = 0;
        foreach (string name in (string[])[Aggregates.Core, Aggregates.Extended])
        {
            double[] published = StudyTable
                .Of(evaluations.View, CancellationToken.None)
                .NumbersOrNaN($"{name}_{version}");
            for (int run = 0; run < runs.Count; run++)
                if (!double.IsNaN(published[run]))
                {
                    Assert.Equal(published[run], aggregates.Of(name, runs[run].Accuracies), 1e-9);
                    compared++;
                }
        }
        Assert.Equal(271, compared);
    }

    [Fact]
    public void Small_scales_predict_large_ones_as_published_runs_have_it()
    {
        using TableFile evaluations = new(SharedData.Path("datacomp/dclm_evals.csv.gz"));
        foreach (
            (string version, string small, string large, int count, double pearson, double? spearman) in new (
                string,
                string,
                string,
                int,
                double,
                double?
            )[]
            {
                ("v1", "400M-1x at 0.003", "7B-1x at 0.0003", 11, 0.841, 0.855),
                ("v1", "1B-1x at 0.003", "7B-1x at 0.0003", 14, 0.914, 0.811),
                ("v1", "400M-1x at 0.003", "1B-1x at 0.003", 12, 0.591, 0.490),
                ("v2", "400M-1x at 0.003", "7B-1x at 0.0003", 11, 0.830, null),
                ("v2", "1B-1x at 0.003", "7B-1x at 0.0003", 14, 0.906, null),
                ("v2", "400M-1x at 0.003", "1B-1x at 0.003", 12, 0.568, null),
            }
        )
        {
            (Aggregates aggregates, IReadOnlyList<Submission> runs) = Published(evaluations, version);
            ScaleTransfer transfer = new ScaleTable(
                runs,
                run => aggregates.Of(Aggregates.Core, run.Accuracies)
            ).Transfer(small, large);
            Assert.Equal(count, transfer.Datasets.Count);
            Assert.Equal(pearson, transfer.Pearson.Mean, 5e-4);
            if (spearman is { } rho)
                Assert.Equal(rho, transfer.Spearman.Mean, 5e-4);
            Assert.InRange(transfer.Pearson.Mean, transfer.Pearson.Low, transfer.Pearson.High);
        }
    }

    [Fact]
    public void Names_of_runs_say_data_set_scale_rate_and_tokens()
    {
        DclmRun run = DclmRun.Parse(
            "rw_v2-x-open_lm_7b_swiglutorch-warm=5000-lr=0p0003-wd=0p33-cd=3e-05-bs=2048-mult=1p0-seed=124_heavy"
        )!;
        Assert.Equal(new DclmRun("rw_v2-x", "7B", 0.0003, 1), run);
        Assert.Equal("7B-1x at 0.0003", run.Scale);
        Assert.Equal("400M", DclmRun.Parse("c4-d=1024_l=24_h=8-warm=2000-lr=0p003-mult=1-seed=1")!.Model);
        Assert.Null(DclmRun.Parse("Qwen_Qwen2-7B"));
        Assert.Null(DclmRun.Parse("c4_original-open_lm_1b-5.0_heavy")); // no rate
    }

    [Fact]
    public void A_table_with_scales_is_ranked_and_written()
    {
        const string scores =
            "dataset,scale,t1,t2\na,small,0.5,0.5\nb,small,0.6,0.6\nc,small,0.7,0.7\nd,small,0.8,0.8\n"
            + "a,large,0.6,0.6\nb,large,0.7,0.65\nc,large,0.8,0.8\nd,large,0.9,0.9\nd,large,0.8,0.9\ne,large,0.9,\n";
        const string tasks = "task,chance,in_core\nt1,0.5,1\nt2,0,1\n";
        Study study = new DataComp(new()).Run(StudyTables.Of(scores), others: ("tasks", StudyTables.Of(tasks)));
        Assert.Contains("At large 'd' is the best of 4", study.Answer);
        Assert.Contains(study.Notes, note => note.Contains("1 of 10 runs lack a task"));
        Assert.Contains("| 1 | d | 0.8000 | 2 |", study.Files.Single(file => file.Name == "leaderboard.md").Text);
        Assert.Contains(
            "chance",
            Assert
                .Throws<AssayException>(() =>
                    new DataComp(new()).Run(
                        StudyTables.Of(scores),
                        others: ("tasks", StudyTables.Of("task,chance\nt1,1.5\n"))
                    )
                )
                .Hint
        );
        Assert.Contains(
            "no aggregate",
            Assert
                .Throws<AssayException>(() =>
                    new DataComp(new() { By = "nothing" }).Run(
                        StudyTables.Of(scores),
                        others: ("tasks", StudyTables.Of(tasks))
                    )
                )
                .Message
        );
        Assert.Contains(
            "shares from 0 to 1",
            Assert
                .Throws<AssayException>(() =>
                    new DataComp(new()).Run(
                        StudyTables.Of("dataset,scale,t1,t2\na,small,50,50\n"),
                        others: ("tasks", StudyTables.Of(tasks))
                    )
                )
                .Hint
        );
    }

    private static (Aggregates, IReadOnlyList<Submission>) Published(TableFile evaluations, string version)
    {
        using TableFile meta = new(SharedData.Path("datacomp/dclm_task_meta.csv"));
        Aggregates aggregates = new(ScoreTable.Tasks(StudyTable.Of(meta.View, CancellationToken.None), version));
        Assert.Equal(22, aggregates.Tasks.Count(task => task.IsCore));
        Assert.Equal(53, aggregates.Tasks.Count);
        return (
            aggregates,
            ScoreTable.Submissions(StudyTable.Of(evaluations.View, CancellationToken.None), aggregates.Tasks, new())
        );
    }
}
