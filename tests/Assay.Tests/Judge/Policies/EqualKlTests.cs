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

public class EqualKlTests
{
    [Fact]
    public void A_curve_runs_straight_between_policies_and_ends_at_the_last()
    {
        PolicyCurve curve = PolicyCurve.Of([4, 0, 1, 1], [2, 0, 2, 4]);
        Assert.Equal([0, 1, 4], curve.Kl);
        Assert.Equal([0, 3, 2], curve.Reward); // two policies at KL 1: their mean
        Assert.Equal(1.5, curve.At(0.5), 12);
        Assert.Equal(3, curve.At(1));
        Assert.Equal(2.5, curve.At(2.5), 12);
        Assert.True(double.IsNaN(curve.At(-0.01)) && double.IsNaN(curve.At(4.01)));
        Assert.Equal((1.5 + 7.5) / 4, curve.Mean(0, 4), 12);
        Assert.Equal((0.5 * 2.25 + 0.5 * (3 + 17 / 6.0) / 2) / 1, curve.Mean(0.5, 1.5), 12);
        Assert.Equal(2.5, curve.Mean(2.5, 2.5), 12);
        Assert.True(double.IsNaN(curve.Mean(0, 5)) && double.IsNaN(curve.Mean(2, 1)));
        PolicyCurve best = PolicyCurve.Of([4, 0, 1, 1], [2, 0, 2, 4], envelope: true);
        Assert.Equal([0, 3, 3], best.Reward);
    }

    [Fact]
    public void The_mean_is_the_area_over_the_width() =>
        Prop.ForAll(
                Gen.Choose(1, 1000000).ToArbitrary(),
                seed =>
                {
                    Random random = new(seed);
                    double[] kl = [.. Enumerable.Range(0, random.Next(2, 9)).Select(_ => random.NextDouble() * 5)],
                        reward = [.. kl.Select(_ => random.NextDouble() - 0.5)];
                    PolicyCurve curve = PolicyCurve.Of(kl, reward),
                        envelope = PolicyCurve.Of(kl, reward, envelope: true);
                    double low = curve.Low + random.NextDouble() * (curve.High - curve.Low),
                        high = low + random.NextDouble() * (curve.High - low);
                    double sum = 0;
                    for (int i = 0; i < 20000; i++)
                        sum += curve.At(low + (high - low) * (i + 0.5) / 20000);
                    Assert.Equal(sum / 20000, curve.Mean(low, high), 1e-4);
                    for (int i = 0; i < kl.Length; i++)
                    {
                        Assert.Equal(reward[i], curve.At(kl[i]), 12);
                        Assert.True(envelope.At(kl[i]) >= curve.At(kl[i]));
                        Assert.Equal(
                            kl.Zip(reward).Where(at => at.First <= kl[i]).Max(at => at.Second),
                            envelope.At(kl[i])
                        );
                    }
                    return true;
                }
            )
            .Holds();

    [Fact]
    public void Differences_are_paired_by_seed_where_both_arms_are_and_nowhere_else()
    {
        PolicyCurves curves = new([
            // b is a + 1, +2 and +3 in seeds 0, 1, 2; c lies beyond both; d has a seed of its own.
            .. Enumerable.Range(0, 3).SelectMany(seed => Line("a", seed, 0, 2, slope: 1 + seed, start: seed)),
            .. Enumerable
                .Range(0, 3)
                .SelectMany(seed => Line("b", seed, 1, 3, slope: 1 + seed, start: seed + 2 * (1 + seed))),
            .. Line("c", 0, 5, 6, slope: 1, start: 0),
            .. Line("d", 7, 0, 2, slope: 1, start: 0),
        ]);
        Assert.Equal(["a", "b", "c", "d"], curves.Arms);
        Assert.Equal([0, 1, 2, 7], curves.Seeds);
        Assert.Equal((1, 2), curves.Overlap("a", "b"));
        Assert.Null(curves.Overlap("a", "c"));
        PolicyDifference over = curves.Difference("b", "a");
        Assert.Equal([1.0, 2.0, 3.0], over.BySeed.Select(difference => Math.Round(difference, 12)));
        MeanInterval expected = MeanInterval.Of([1, 2, 3], 0.95);
        Assert.Equal(2, over.Value!.Value.Mean, 12);
        Assert.Equal(expected.Low, over.Value!.Value.Low, 12);
        Assert.Equal(0, over.Sign); // 2 -+ 2.48
        Assert.Equal(1, curves.Difference("b", "a", 0.8).Sign);
        Assert.Equal(-1, curves.Difference("a", "b", 0.8).Sign);
        PolicyDifference at = curves.Difference("b", "a", kl: 1.5, confidence: 0.95);
        Assert.Equal((1.5, 1.5), at.Range);
        Assert.Equal([1.0, 2.0, 3.0], at.BySeed.Select(difference => Math.Round(difference, 12)));
        Assert.Empty(curves.Difference("b", "a", kl: 0.5, confidence: 0.95).BySeed);
        Assert.Null(curves.Difference("c", "a").Range);
        Assert.Null(curves.Difference("d", "a").Value);
        Assert.Equal(3, curves.At("a", 1.5).Count);
        Assert.Empty(curves.At("c", 1.5));

        static IEnumerable<PolicyPoint> Line(
            string arm,
            int seed,
            double low,
            double high,
            double slope,
            double start
        ) => [new(arm, seed, 1, low, start), new(arm, seed, 2, high, start + slope * (high - low))];
    }

    [Fact]
    public void What_is_no_curve_is_refused()
    {
        Assert.ThrowsAny<ArgumentException>(() => PolicyCurve.Of([], []));
        Assert.ThrowsAny<ArgumentException>(() => PolicyCurve.Of([1], [1, 2]));
        Assert.ThrowsAny<ArgumentException>(() => PolicyCurve.Of([double.NaN], [1]));
        Assert.ThrowsAny<ArgumentException>(() => PolicyCurve.Of([1], [double.PositiveInfinity]));
        Assert.ThrowsAny<ArgumentException>(() => new PolicyCurves([]));
    }

    [Fact]
    public void The_study_finds_which_arm_is_better_at_equal_KL_though_the_other_went_further()
    {
        // ppo has the higher reward at every strength, for it goes three times as far; at equal KL dpo is better by 0.1.
        Study study = new EqualKl(new()).Run(StudyTables.Of(Table(shift: 0.1)));
        Assert.StartsWith("'dpo' is better than 'ppo' at equal KL", study.Answer);
        Assert.IsType<CurvePanel>(study.Panels[0]);
        IntervalPanel intervals = Assert.IsType<IntervalPanel>(study.Panels[1]);
        Assert.True(intervals.IsDifference);
        Assert.Equal(6, intervals.Lines.Count);
        Assert.All(intervals.Lines, line => Assert.InRange(line.Value.Mean, 0.05, 0.15));
        TablePanel reaches = Assert.IsType<TablePanel>(study.Panels[3]);
        Assert.Equal(["ppo", "dpo"], reaches.Columns[0].Words!);
        Assert.True(reaches.Columns[3].Numbers![0] > 2 * reaches.Columns[3].Numbers![1]);
        Assert.StartsWith("Whether", new EqualKl(new()).Run(StudyTables.Of(Table(shift: 0))).Answer);
        Study three = new EqualKl(new() { At = [0.5, 1, 100] }).Run(StudyTables.Of(Table(shift: 0.1)));
        TablePanel rows = Assert.IsType<TablePanel>(three.Panels[2]);
        Assert.Equal(["better", "better", "better", "not covered"], rows.Columns[^1].Words!);
    }

    [Fact]
    public void Arms_that_do_not_meet_are_said_not_to_unless_the_reference_is_where_both_begin()
    {
        const string rows =
            "arm,seed,kl,reward\na,0,1,1\na,0,2,2\na,1,1,1.1\na,1,2,2.1\nb,0,5,9\nb,0,6,9\nb,1,5,9\nb,1,6,9.5\n";
        Study apart = new EqualKl(new()).Run(StudyTables.Of(rows));
        Assert.Contains("no KL was reached by both", apart.Answer);
        Assert.Contains(apart.Notes, note => note.Contains("do not overlap"));
        Study begun = new EqualKl(new()).Run(StudyTables.Of(rows + "reference,,0,0\n"));
        Assert.Contains("at equal KL (0 to 2 nats)", begun.Answer);
        Study one = new EqualKl(new()).Run(StudyTables.Of("arm,kl,reward\na,0,1\na,2,2\nb,0,1\nb,2,3\n"));
        Assert.Contains("one seed", one.Answer);
    }

    [Fact]
    public void Tables_that_do_not_suit_are_refused()
    {
        Assert.Contains("one arm only", Refused("arm,seed,kl,reward\na,0,1,1\na,0,2,2\n"));
        Assert.Contains("all rows are of the reference", Refused("arm,seed,kl,reward\nreference,0,1,1\n"));
        Assert.Contains("'kl' is not a finite number", Refused("arm,seed,kl,reward\na,0,,1\nb,0,2,2\n"));
        Assert.Contains("no column 'reward'", Refused("arm,seed,kl\na,0,1\nb,0,2\n"));
        Assert.Contains("'arm' is empty", Refused("arm,seed,kl,reward\n,0,1,1\nb,0,2,2\n"));
        Assert.Contains("no arm 'c'", Refused("arm,seed,kl,reward\na,0,1,1\nb,0,2,2\n", new() { Against = "c" }));

        static string Refused(string csv, EqualKlOptions? options = null) =>
            Assert.Throws<AssayException>(() => new EqualKl(options ?? new()).Run(StudyTables.Of(csv))).Message;
    }

    private static string Table(double shift)
    {
        StringBuilder csv = new("arm,seed,strength,kl,reward\n");
        RandomStream random = new(3, "policies");
        foreach (string arm in (string[])["ppo", "dpo"])
            for (int seed = 0; seed < 4; seed++)
            for (int strength = 0; strength <= 4; strength++)
            {
                double kl = strength * (arm == "ppo" ? 1.5 : 0.5) * (1 + 0.1 * random.NextDouble()),
                    reward = kl / 2 + (arm == "dpo" ? shift : 0) + 0.01 * (random.NextDouble() - 0.5);
                csv.Append(CultureInfo.InvariantCulture, $"{arm},{seed},{strength},{kl},{reward}\n");
            }
        return csv.ToString();
    }
}
