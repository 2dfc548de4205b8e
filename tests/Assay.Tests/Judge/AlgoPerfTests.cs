using System.Globalization;
using System.Text.Json;
using Assay.Data;
using Assay.Evidence;
using Assay.Judge;
using Assay.Numerics;
using Assay.Studies;
using Assay.Tests.Studies;
using FsCheck;
using FsCheck.Fluent;

namespace Assay.Tests;

public sealed class AlgoPerfTests
{
    private static readonly Workload[] Small =
    [
        new("wa", "loss", true, 0.5),
        new("wa_var", "loss", true, 0.6, VariantOf: "wa"),
        new("wb", "accuracy", false, 0.9),
        new("wc", "wer", true, 0.1),
    ];

    [Fact]
    public void Small_logs_score_as_the_official_code_has_them()
    {
        double inf = double.PositiveInfinity;
        TargetTimes times = TargetTimes.Of(SmallLogs(), Small);
        double[][] expected =
        [
            [24, 12, 10, inf],
            [40, 31, 13, 160],
            [60, 100, 45, 400],
        ];
        for (int s = 0; s < 3; s++)
        for (int w = 0; w < 4; w++)
            Assert.Equal(expected[s][w], times[s, w]);
        PerformanceProfiles profiles = new(times);
        Assert.Equal(0.6666666666666657, profiles.Score(0), 12);
        Assert.Equal(0.8956228956228957, profiles.Score(1), 12);
        Assert.Equal(0.16666666666666677, profiles.Score(2), 12);
        // By hand: wb is beyond 4 x 10, the variant beyond 4 x 12 takes wa along, wc at 2.5 is left.
        Assert.Equal(1.5 / 3 / 3, profiles.ExactScore(2), 12);
    }

    [Theory]
    [InlineData("v05ext", "0.5", "external")]
    [InlineData("v05self", "0.5", "self-tuning")]
    [InlineData("v06ext", "0.6", "external")]
    public void Published_leaderboards_are_recomputed(string board, string version, string ruleset)
    {
        Dictionary<string, double> published = board switch
        {
            "v05ext" => new()
            {
                ["shampoo_submission"] = 0.778409,
                ["schedule_free_adamw"] = 0.707702,
                ["generalized_adam"] = 0.638258,
                ["cyclic_lr"] = 0.630051,
                ["nadamp"] = 0.590909,
                ["baseline"] = 0.570707,
                ["amos"] = 0.491793,
                ["caspr_adaptive"] = 0.472222,
                ["lawa_queue"] = 0.369949,
                ["lawa_ema"] = 0.338384,
                ["schedule_free_prodigy"] = 0,
            },
            "v05self" => new()
            {
                ["schedule_free_adamw"] = 0.854167,
                ["baseline"] = 0.819444,
                ["nadamw_sequential"] = 0.330808,
                ["sinv6_75"] = 0.142045,
                ["sinv6"] = 0.090278,
                ["adamg"] = 0,
            },
            _ => new() { ["shampoo"] = 0.624369, ["baseline"] = 0.458965 },
        };
        AlgoPerfOptions options = new()
        {
            Benchmark = version,
            Ruleset = ruleset,
            Fastest = FastestTrial.Index,
        };
        TargetTimes times = Shared(board, options);
        PerformanceProfiles profiles = new(times);
        Assert.Equal(published.Keys.Order(StringComparer.Ordinal), times.Submissions);
        for (int s = 0; s < times.Submissions.Count; s++)
            Assert.Equal(published[times.Submissions[s]], profiles.Score(s), 5e-7);
        ProfilesAreThose(board, profiles);
        TimesAreThose(board, times, ties: board == "v05ext" ? 9 : 0);
    }

    [Fact]
    public void Exact_scores_and_speed_ups_are_the_published_ones()
    {
        AlgoPerfOptions options = new() { Benchmark = "0.5", Fastest = FastestTrial.Index };
        TargetTimes times = Shared("v05ext", options);
        PerformanceProfiles profiles = new(times);
        double[] speed = SpeedUps.Of(times, "baseline");
        int Place(string name) => times.Submissions.ToList().IndexOf(name);
        Assert.Equal(0.778512, profiles.ExactScore(Place("shampoo_submission")), 5e-7);
        Assert.Equal(0.706201, profiles.ExactScore(Place("schedule_free_adamw")), 5e-7);
        Assert.Equal(0.569287, profiles.ExactScore(Place("baseline")), 5e-7);
        Assert.Equal(0.721296, speed[Place("shampoo_submission")], 5e-7);
        Assert.Equal(0.734005, speed[Place("schedule_free_adamw")], 5e-7);
        TargetTimes self = Shared("v05self", options with { Ruleset = "self-tuning" });
        Assert.Equal(
            0.922368,
            SpeedUps.Of(self, "baseline")[self.Submissions.ToList().IndexOf("schedule_free_adamw")],
            5e-7
        );
        // By time instead of by index one score is another.
        PerformanceProfiles byTime = new(Shared("v05ext", options with { Fastest = FastestTrial.Time }));
        Assert.Equal(0.343434, byTime.Score(Place("lawa_ema")), 5e-7);
    }

    [Fact]
    public void Published_constants_are_those_of_the_targets_file()
    {
        using JsonDocument file = JsonDocument.Parse(
            File.ReadAllBytes(SharedData.Path("algoperf/workload_targets_v05.json"))
        );
        foreach (Workload workload in PublishedWorkloads.Version05())
            Assert.Equal(
                file.RootElement.GetProperty("workloads")
                    .GetProperty(workload.Name)
                    .GetProperty("validation_target_value")
                    .GetDouble(),
                workload.Target
            );
    }

    [Fact]
    public void A_trial_counts_by_time_or_by_the_index_of_its_evaluation()
    {
        Workload one = new("w", "loss", true, 1);
        RunLog[] logs =
        [
            new("s", "w", "0", "1", [new(50, 0.5)]), // index 0, late
            new("s", "w", "0", "2", [new(10, 2), new(20, 1)]), // index 1, early
        ];
        Assert.Equal(20, TargetTimes.Of(logs, [one])[0, 0]);
        Assert.Equal(50, TargetTimes.Of(logs, [one], FastestTrial.Index)[0, 0]);
        Assert.Equal(double.PositiveInfinity, TargetTimes.Of(logs, [one with { Budget = 15 }])[0, 0]);
    }

    [Fact]
    public void Alone_a_score_is_the_share_of_targets_reached()
    {
        double[,] times =
        {
            { 5, double.PositiveInfinity, 7, 1 },
        };
        PerformanceProfiles alone = new(TargetTimes.Of(["s"], Base(4), times));
        Assert.Equal(0.75, alone.Score(0), 12);
        Assert.Equal(0.75, alone.ExactScore(0), 12);
    }

    [Fact]
    public void The_published_score_is_near_the_exact_one_and_no_unit_matters() =>
        Prop.ForAll(
                Cases(),
                one =>
                {
                    int count = one.GetLength(0),
                        workloads = one.GetLength(1);
                    PerformanceProfiles profiles = new(TargetTimes.Of(Names(count), Base(workloads), one));
                    double[,] other = (double[,])one.Clone();
                    for (int s = 0; s < count; s++)
                        other[s, 0] *= 64;
                    PerformanceProfiles scaled = new(TargetTimes.Of(Names(count), Base(workloads), other));
                    return Enumerable
                        .Range(0, count)
                        .All(s =>
                            profiles.Score(s) == scaled.Score(s)
                            && profiles.Score(s) is >= 0 and <= 1 + 1e-12
                            && Math.Abs(profiles.Score(s) - profiles.ExactScore(s)) <= 0.5 / 99 + 1e-12
                            && Math.Abs(profiles.ExactScore(s) - ByHand(one, s)) < 1e-12
                            && Enumerable
                                .Range(0, 60)
                                .All(i => profiles.At(s, 1 + i / 20.0) <= profiles.At(s, 1 + (i + 1) / 20.0))
                        );
                }
            )
            .Holds();

    [Fact]
    public void Without_the_fastest_nobody_scores_less() =>
        Prop.ForAll(
                Cases(),
                one =>
                {
                    int count = one.GetLength(0),
                        workloads = one.GetLength(1);
                    if (count < 2)
                        return true;
                    double[,] fewer = new double[count - 1, workloads];
                    for (int s = 1; s < count; s++)
                    for (int w = 0; w < workloads; w++)
                        fewer[s - 1, w] = one[s, w];
                    PerformanceProfiles all = new(TargetTimes.Of(Names(count), Base(workloads), one)),
                        without = new(TargetTimes.Of(Names(count - 1), Base(workloads), fewer));
                    return Enumerable
                        .Range(1, count - 1)
                        .All(s => without.ExactScore(s - 1) >= all.ExactScore(s) - 1e-12);
                }
            )
            .Holds();

    [Fact]
    public void Bad_tables_say_what_is_wrong()
    {
        const string logs = "submission,workload,score_s,metric\na,w,1,0.5\na,w,2,\n";
        Assert.Contains("nothing says", Assert.Throws<AssayException>(() => new AlgoPerf(new())).Message);
        AssayException none = Assert.Throws<AssayException>(() => Study(logs, "workload,direction,target\nv,less,1\n"));
        Assert.Contains("no run is of a workload", none.Message);
        Assert.Contains(
            "no direction",
            Assert.Throws<AssayException>(() => Study(logs, "workload,direction,target\nw,up,1\n")).Message
        );
        Assert.Contains(
            "stands twice",
            Assert.Throws<AssayException>(() => Study(logs, "workload,direction,target\nw,less,1\nw,less,2\n")).Message
        );
        Assert.Contains(
            "no number",
            Assert
                .Throws<AssayException>(() =>
                    Study("submission,workload,score_s,metric\na,w,1,high\n", "workload,direction,target\nw,less,1\n")
                )
                .Message
        );
        Study study = Study(logs, "workload,direction,target\nw,less,1\n");
        Assert.Contains("'a' is the fastest", study.Answer);
        Assert.Contains(study.Notes, note => note.Contains("diverged"));
        Assert.All(study.Panels.OfType<CurvePanel>().Single().Curves, curve => Assert.Equal([1, 4], curve.X));
    }

    private static Study Study(string logs, string targets) =>
        new AlgoPerf(new() { Targets = "targets" }).Run(
            StudyTables.Of(logs),
            others: ("targets", StudyTables.Of(targets))
        );

    private static TargetTimes Shared(string board, AlgoPerfOptions options)
    {
        using TableFile file = new(SharedData.Path($"algoperf/evals_{board}.csv.gz"));
        bool self = options.Ruleset == "self-tuning";
        return TargetTimes.Of(
            RunTable.Logs(StudyTable.Of(file.View, CancellationToken.None), options),
            options.Benchmark == "0.5" ? PublishedWorkloads.Version05(self) : PublishedWorkloads.Version06(self),
            options.Fastest
        );
    }

    private static void ProfilesAreThose(string board, PerformanceProfiles profiles)
    {
        string[] lines = File.ReadAllLines(SharedData.Path($"algoperf/performance_profile_{board}.csv"));
        foreach (string line in lines.Skip(1))
        {
            string[] cells = line.Split(',');
            int s = profiles.Submissions.ToList().IndexOf(cells[0]);
            for (int i = 0; i < PerformanceProfiles.Points; i++)
                Assert.Equal(
                    double.Parse(cells[i + 1], CultureInfo.InvariantCulture),
                    profiles.At(s, profiles.Factor(i)),
                    12
                );
        }
    }

    // Where several trials of a session are at the target after equally many evaluations the official code takes the one that
    // its folder lists first, and so may publish another time.
    private static void TimesAreThose(string board, TargetTimes times, int ties)
    {
        string[] lines = File.ReadAllLines(SharedData.Path($"algoperf/time_to_targets_{board}.csv"));
        string[] workloads = lines[0].Split(',');
        int others = 0;
        foreach (string line in lines.Skip(1))
        {
            string[] cells = line.Split(',');
            int s = times.Submissions.ToList().IndexOf(cells[0]);
            for (int i = 1; i < cells.Length; i++)
            {
                double time = times[s, times.Place(workloads[i])];
                if (cells[i] is "inf" or "")
                {
                    Assert.Equal(double.PositiveInfinity, time);
                    continue;
                }
                double published = double.Parse(cells[i], CultureInfo.InvariantCulture);
                Assert.InRange(time, 0.999 * published, published + 1e-3);
                if (published - time > 1e-3)
                    others++;
            }
        }
        Assert.Equal(ties, others);
    }

    private static double ByHand(double[,] times, int s)
    {
        double sum = 0;
        for (int w = 0; w < times.GetLength(1); w++)
        {
            double least = Enumerable.Range(0, times.GetLength(0)).Min(other => times[other, w]);
            if (double.IsFinite(times[s, w]))
                sum += Math.Max(0, 4 - times[s, w] / least) / 3;
        }
        return sum / times.GetLength(1);
    }

    private static Arbitrary<double[,]> Cases() =>
        (
            from submissions in Gen.Choose(1, 5)
            from workloads in Gen.Choose(1, 6)
            from seed in Gen.Choose(0, 1_000_000)
            select Draw(submissions, workloads, new((ulong)seed, "times"))
        ).ToArbitrary();

    private static double[,] Draw(int submissions, int workloads, RandomStream random)
    {
        double[,] times = new double[submissions, workloads];
        for (int s = 0; s < submissions; s++)
        for (int w = 0; w < workloads; w++)
            times[s, w] = random.NextDouble() < 0.2 ? double.PositiveInfinity : 1 + 5 * random.NextDouble();
        return times;
    }

    private static string[] Names(int count) => [.. Enumerable.Range(0, count).Select(i => $"s{i}")];

    private static Workload[] Base(int count) =>
        [.. Enumerable.Range(0, count).Select(i => new Workload($"w{i}", "loss", true, 1))];

    private static IEnumerable<RunLog> SmallLogs()
    {
        (string Submission, string Workload, string Studies)[] runs =
        [
            (
                "X",
                "wa",
                "10:0.9 20:0.55 30:0.5|12:0.9 24:0.49/10:0.8 20:0.4|11:0.7 22:0.6/10:0.9 20:0.6 30:0.45|10:0.9"
            ),
            ("X", "wa_var", "10:0.6/12:0.59/14:0.7"),
            ("X", "wb", "5:0.5 10:0.9/5:0.5 10:0.8 15:0.91/5:0.95"),
            ("X", "wc", "100:0.2 200:0.1/100:0.2 200:0.15/100:0.3"),
            ("Y", "wa", "40:0.5/44:0.5/36:0.5"),
            ("Y", "wa_var", "30:0.6/31:0.6/32:0.6"),
            ("Y", "wb", "12:0.9/13:0.9/14:0.9"),
            ("Y", "wc", "150:0.1/160:0.1/170:0.05"),
            ("Z", "wa", "60:0.5/60:0.5/60:0.5"),
            ("Z", "wa_var", "100:0.6/100:0.6/100:0.6"),
            ("Z", "wb", "45:0.9/45:0.9/45:0.9"),
            ("Z", "wc", "400:0.1/400:0.1/400:0.1"),
        ];
        foreach ((string submission, string workload, string studies) in runs)
        foreach ((int study, string trials) in studies.Split('/').Index())
        foreach ((int trial, string evaluations) in trials.Split('|').Index())
            yield return new(
                submission,
                workload,
                $"{study}",
                $"{trial}",
                [
                    .. evaluations
                        .Split(' ')
                        .Select(one => one.Split(':'))
                        .Select(one => new TimedMetric(
                            double.Parse(one[0], CultureInfo.InvariantCulture),
                            double.Parse(one[1], CultureInfo.InvariantCulture)
                        )),
                ]
            );
    }
}
