using System.Text;
using Assay.Data;
using Assay.Learning;
using Assay.Numerics;
using Assay.Preferences;
using Assay.Tests.Preferences;
using Assay.Tests.Studies;
using Assay.Value;
using FsCheck.Fluent;

namespace Assay.Tests.Value;

/// <summary>Values of preference pairs: MADPO's weights and the conflict meter.</summary>
public sealed class PairValueTests
{
    [Fact]
    public void Margins_of_a_column_become_weights()
    {
        IReadOnlyList<Signal> found = new Madpo(new()).Run(
            StudyTables.Of("margin\n-8\n-1\n-0.5\n0.5\n1\n2\n3", rowsPerTable: 2),
            null
        );
        double[] weights = [1, 0.7569028941, 0.8390794368, 1.0976032554, 1.0894304275, 1, 0.9449883273];
        for (int i = 0; i < weights.Length; i++)
            Assert.Equal(weights[i], found[0].Values[i], 10);
        Assert.Equal(["madpo-weight", "madpo-margin", "madpo-coefficient"], found.Select(signal => signal.Name));
        Assert.Equal(1.3641753271, found[2].Values[1], 10);
        Assert.Contains("43 % contradict", found[1].Note);
    }

    [Fact]
    public void Margins_can_be_calibrated_on_the_labels()
    {
        double[] found = new Madpo(new() { Calibrate = true })
            .Run(StudyTables.Of("margin\n4\n4\n4\n-4"), null)[1]
            .Values;
        Assert.Equal(Math.Log(3), found[0], 9);
        Assert.Throws<AssayException>(() =>
            new Madpo(new() { Calibrate = true }).Run(StudyTables.Of("margin\n4\n1"), null)
        );
    }

    [Fact]
    public void A_reward_on_words_scores_pairs_that_it_has_not_seen()
    {
        // Good answers have 'thanks' in them, bad ones 'nonsense'; a tenth of the labels is turned round.
        RandomStream random = new(3, "pairs");
        string[] lines =
        [
            .. Enumerable
                .Range(0, 200)
                .Select(i =>
                {
                    string good = $"word{random.NextInt32(50)} thanks word{random.NextInt32(50)}",
                        bad = $"word{random.NextInt32(50)} nonsense word{random.NextInt32(50)}";
                    (string chosen, string rejected) = i % 10 == 0 ? (bad, good) : (good, bad);
                    return $$"""{"prompt": "p{{i}}", "chosen": "{{chosen}}", "rejected": "{{rejected}}"}""";
                }),
        ];
        View view = PreferenceTables.Of(lines);
        double[] margins = new Madpo(new()).Run(view, null)[1].Values;
        for (int i = 0; i < margins.Length; i++)
            Assert.True(i % 10 == 0 ? margins[i] < 0 : margins[i] > 0, $"row {i}: {margins[i]}");
        double[] again = new Madpo(new()).Run(view, null, threads: 1)[1].Values;
        Assert.Equal(margins, again);

        // A word that only one fold's pairs have is unknown to the fit that scores them.
        PreferencePair[] lone =
        [
            .. Enumerable
                .Range(0, 8)
                .Select(i => new PreferencePair(
                    i,
                    Encoding.UTF8.GetBytes("p" + i),
                    Encoding.UTF8.GetBytes("only" + i),
                    Encoding.UTF8.GetBytes("none" + i)
                )),
        ];
        Assert.All(WordReward.CrossFitted(lone, 4, random), margin => Assert.Equal(0, margin, 12));
        Assert.Throws<AssayException>(() => WordReward.CrossFitted(lone[..1], 4, random));
    }

    [Fact]
    public void A_reward_model_scores_both_completions()
    {
        string folder = Directory.CreateTempSubdirectory("assay-madpo-").FullName;
        Transformer body = new(ModelSizes.Of("gpt-250k"), new RandomStream(1, "body"));
        RewardModel.Of(body, new(2, "head")).Save(folder, new ByteTokenizer());
        View view = PreferenceTables.Of(
            """{"prompt": "a", "chosen": "bb", "rejected": "c"}""",
            """{"prompt": "a", "chosen": "c", "rejected": "bb"}"""
        );
        double[] margins = new Madpo(new() { RewardModel = folder }).Run(view, null)[1].Values;
        Directory.Delete(folder, recursive: true);
        Assert.Equal(margins[0], -margins[1], 5);
        Assert.NotEqual(0, margins[0]);
        Assert.Throws<AssayException>(() => new Madpo(new() { RewardModel = "nowhere" }).Run(view, null));
    }

    [Fact]
    public void Rows_that_are_no_pairs_are_refused()
    {
        Assert.Contains(
            "no preferences",
            Assert.Throws<AssayException>(() => new Madpo(new()).Run(StudyTables.Of("x\n1"), null)).Message
        );
        Assert.Contains(
            "several pairs",
            Assert
                .Throws<AssayException>(() =>
                    new Madpo(new()).Run(
                        PreferenceTables.Of("""{"prompt": "a", "completions": ["x", "y", "z"], "scores": [1, 2, 3]}"""),
                        null
                    )
                )
                .Message
        );
    }

    [Fact]
    public void Criteria_agree_with_the_label_with_each_other_or_not()
    {
        const string Rows = """
            a,chosen_b,rejected_b,c
            1,2,1,3
            -1,1,2,-3
            1,1,2,3
            1,1,1,3
            """;
        IReadOnlyList<Signal> found = new Conflict(new() { Criteria = ["a", "b", "c"] }).Run(
            StudyTables.Of(Rows),
            null
        );
        double[] against = [0, 1, 1 / 3.0, 1 / 6.0];
        for (int i = 0; i < 4; i++)
            Assert.Equal(against[i], found[0].Values[i], 12);
        Assert.Equal([1, 0, 0, 0], found[1].Values);
        Assert.Equal([1, 1, 0, 0], found[2].Values);
        Assert.Contains("25.0 %", found[1].Note);
        Assert.Contains("12.5 %", found[1].Note);
    }

    [Fact]
    public void Five_criteria_by_chance_agree_in_one_pair_of_sixteen()
    {
        const int Pairs = 40_000;
        RandomStream random = new(8, "criteria");
        int label = 0,
            other = 0;
        for (int i = 0; i < Pairs; i++)
        {
            PairAgreement found = PairAgreement.Of([.. Enumerable.Range(0, 5).Select(_ => random.NextGaussian())]);
            label += found.WithLabel ? 1 : 0;
            other += found.WithEachOther ? 1 : 0;
        }
        Assert.Equal(0.0625, other / (double)Pairs, 0.005);
        Assert.Equal(0.03125, label / (double)Pairs, 0.004);
    }

    [Fact]
    public void Turning_all_labels_round_turns_the_conflict_round() =>
        Prop.ForAll(
                Gen.Choose(-2, 2).Select(x => (double)x).ArrayOf(5).ToArbitrary(),
                margins =>
                {
                    PairAgreement one = PairAgreement.Of(margins),
                        other = PairAgreement.Of([.. margins.Select(margin => -margin)]);
                    return Math.Abs(one.Against + other.Against - 1) < 1e-12
                        && one.WithEachOther == other.WithEachOther
                        && !(one.WithLabel && other.WithLabel);
                }
            )
            .Holds();

    [Fact]
    public void Criteria_of_texts()
    {
        Assert.Equal(3, PairCriteria.ListLines("Intro\n- one\n  2. two\n3) three\n4 no\n-no\n."));
        Assert.Equal(2 / 3.0, PairCriteria.Overlap("Where is Rome?", "rome is in Italy"), 12);
        Assert.Equal(0, PairCriteria.Overlap("?!", "anything"));
        IReadOnlyList<Signal> found = new Conflict(new()).Run(
            PreferenceTables.Of(
                """{"prompt": "where is rome", "chosen": "rome is in italy", "rejected": "I do not know it at all"}""",
                """{"prompt": "where is rome", "chosen": "rome is in italy by the sea", "rejected": "no"}"""
            ),
            null
        );
        Assert.Equal([0, 0.5], found[0].Values);
        Assert.Equal([1, 0], found[1].Values);
    }

    [Fact]
    public void Criteria_that_are_not_there_are_named()
    {
        void Fails(string part, params string[] criteria) =>
            Assert.Contains(
                part,
                Assert
                    .Throws<AssayException>(() =>
                        new Conflict(new() { Criteria = criteria }).Run(StudyTables.Of("a,b\n1,2"), null)
                    )
                    .Message
            );
        Fails("'c'", "a", "c");
        Fails("two criteria", "a");
        Fails("two criteria", "a", "a");
        Fails("no preferences", "a", "brevity");
    }
}
