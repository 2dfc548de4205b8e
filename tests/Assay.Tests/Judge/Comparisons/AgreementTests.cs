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

public class AgreementTests
{
    [Fact]
    public void No_difference_agrees_with_nothing_and_majorities_leave_their_own_out()
    {
        LabelerAgreement agreement = new(
            [
                new("1", "a", 1),
                new("1", "b", 1),
                new("1", "c", -1),
                new("2", "a", 1),
                new("2", "b", -1),
                new("2", "c", -1),
                new("3", "a", 0),
                new("3", "b", 1),
                new("4", "a", -1),
                new("4", "a", 1), // changed: the last counts
                new("4", "b", 1),
            ],
            []
        );
        Assert.Equal((4, 10), (agreement.Tasks, agreement.Labels));
        Assert.Equal(2 / 3.0, agreement.Agree("a", "b")!.Value.Mean, 12); // tasks 1 and 4 of 1, 2, 4
        Assert.Equal(agreement.Agree("a", "b"), agreement.Agree("b", "a"));
        Assert.Equal(0, agreement.Agree("a", "c")!.Value.Mean);
        Assert.Equal(0.5, agreement.WithPool("a")!.Value.Mean); // wrong in 2, right in 4; in 1 the others are divided
        Assert.Null(agreement.WithExperts("a"));
        Assert.Equal(3 / 7.0, agreement.AmongLabelers()!.Value.Mean, 12);
        Assert.Equal((1, -1), (agreement.Majority("1"), agreement.Majority("2")));
        Assert.Empty(agreement.Modal());
    }

    [Fact]
    public void The_majority_of_k_is_counted_over_all_choices_of_k() =>
        Prop.ForAll(
                Gen.Choose(1, 1000000).ToArbitrary(),
                seed =>
                {
                    Random random = new(seed);
                    int all = random.Next(1, 9),
                        right = random.Next(0, all + 1),
                        size = 2 * random.Next(0, (all + 1) / 2) + 1;
                    int[] subsets = [.. Enumerable.Range(0, 1 << all).Where(subset => int.PopCount(subset) == size)];
                    double brute =
                        subsets.Count(subset => 2 * int.PopCount(subset & ((1 << right) - 1)) > size)
                        / (double)subsets.Length;
                    Assert.Equal(brute, LabelerAgreement.MajorityIsRight(right, all, size), 12);
                    return true;
                }
            )
            .Holds();

    [Fact]
    public void Thresholds_batches_and_majorities_are_found_as_they_were_made()
    {
        // Labelers are right with 55 % at certainty 1, 50 % at 2, 87 % at 3 and 4; the last batch turns sft against reference round.
        Study study = new Agreement(
            new()
            {
                Experts = ["boss"],
                Policy = "sft",
                Against = "reference",
                Resamples = 50,
            }
        ).Run(StudyTables.Of(Made()));
        TablePanel raters = Table(study, "Raters");
        Assert.Equal(["boss (expert)", "l0", "l1", "l2", "l3", "l4", "new"], raters.Columns[0].Words!);
        Assert.All(raters.Columns[7].Numbers!.Skip(1), threshold => Assert.Equal(3, threshold));
        Assert.Equal(
            ["", "this one", "this one", "this one", "this one", "this one", "all labelers"],
            raters.Columns[8].Words!
        );
        TablePanel modal = Table(study, "What most of several say");
        double[] shares = [.. modal.Columns[1].Numbers!.Select(share => share!.Value)];
        Assert.Equal([1.0, 3.0, 5.0], modal.Columns[0].Numbers!.Select(size => size!.Value));
        Assert.True(shares[0] < shares[1] && shares[1] < shares[2]);
        IntervalPanel batches = study.Panels.OfType<IntervalPanel>().Single(panel => panel.Title == "Batches");
        Assert.Equal([false, false, false, true], batches.Lines.Select(line => line.IsChosen));
        Assert.Contains(study.Notes, note => note.StartsWith("Batch 'b3' lies apart"));
        TablePanel measures = Table(study, "Measures with measures");
        Assert.Equal(["people", "length", "copying", "reward"], measures.Columns[0].Words!);
        Assert.Null(measures.Columns[1].Numbers![0]);
        Assert.Equal(measures.Columns[1].Numbers![3], measures.Columns[4].Numbers![0]);
        Assert.True(measures.Columns[1].Numbers![3] > 0.75); // the reward knows the truth
        Assert.Contains("Labelers agree with the experts", study.Answer);
    }

    [Fact]
    public void Copying_is_the_share_of_bigrams_that_stand_in_the_source_in_their_order()
    {
        Assert.Equal(1, MetricAgreement.Copying("the cat sat on the mat", "Cat sat on"));
        // "the cat", "on the" and "the mat", of eight.
        Assert.Equal(
            3 / 8.0,
            MetricAgreement.Copying("the cat sat on the mat", "the cat slept on the mat today well now"),
            12
        );
        Assert.Equal(0, MetricAgreement.Copying("a b", "single"));
        Assert.Equal(0, MetricAgreement.Copying("", "two words"));
    }

    [Fact]
    public void Measures_that_order_alike_agree_and_those_turned_round_do_not()
    {
        double[] one = [1, -2, 3, 0, double.NaN, 4];
        MetricAgreement found = MetricAgreement.Of(
            [
                ("one", one),
                ("double", [.. one.Select(x => 2 * x)]),
                ("turned", [.. one.Select(x => -x)]),
                ("none", new double[6]),
            ],
            resamples: 40,
            new RandomStream(1, "metrics")
        );
        Assert.Equal(1, found[0, 1]!.Value.Mean);
        Assert.Equal(0, found[0, 2]!.Value.Mean);
        Assert.Null(found[0, 3]);
        Assert.Equal(4, found.Count(1, 2));
        Assert.Equal(found[2, 1], found[1, 2]);
    }

    [Fact]
    public void The_released_comparisons_are_read_whichever_summary_stands_first()
    {
        View rows = new(
            Rows.Of(
                3,
                2,
                (builder, row) =>
                {
                    string first = row == 1 ? "second text" : "first text",
                        second = row == 1 ? "first text" : "second text";
                    Json("info", "{\"id\": \"t1\"}");
                    Json(
                        "summaries",
                        $"[{{\"text\": \"{first}\", \"policy\": \"sup\"}}, {{\"text\": \"{second}\", \"policy\": \"ref\"}}]"
                    );
                    builder.Column("choice").Set((long)(row == 1 ? 1 : 0));
                    builder.Column("worker").Set(Encoding.UTF8.GetBytes($"w{row}"));
                    builder.Column("batch").Set("b"u8);
                    Json("extra", row == 2 ? "{\"confidence\": 5}" : "{\"confidence\": 8}");

                    void Json(string column, string text) =>
                        builder.Column(column).SetJson(Encoding.UTF8.GetBytes(text));
                }
            )
        );
        IReadOnlyList<LabelledComparison> labels = LabelledComparison.Read(StudyTable.Of(rows, default), new());
        Assert.Single(labels.Select(label => label.Task).Distinct());
        Assert.Equal([1, 1, 0], labels.Select(label => label.Side));
        Assert.Equal([3.0, 3, 0], labels.Select(label => label.Certainty));
        Assert.Equal(["sup", "ref", "sup"], labels.Select(label => label.A));
    }

    [Fact]
    public void What_does_not_suit_is_refused()
    {
        Assert.Contains("no labels", Refused("text\nx\n"));
        Assert.Contains("the confidence is 10", Refused("task,rater,confidence\n1,a,10\n"));
        Assert.Contains("the choice is 'c'", Refused("task,rater,choice\n1,a,c\n"));
        Assert.Contains("no rater 'boss'", Refused("task,rater,choice\n1,a,b\n", new() { Experts = ["boss"] }));
        Assert.Contains("two policies", Refused("task,rater,choice\n1,a,b\n", new() { Policy = "sft" }));

        static string Refused(string csv, AgreementOptions? options = null) =>
            Assert.Throws<AssayException>(() => new Agreement(options ?? new()).Run(StudyTables.Of(csv))).Message;
    }

    private static TablePanel Table(Study study, string title) =>
        study.Panels.OfType<TablePanel>().Single(panel => panel.Title == title);

    private static string Made()
    {
        RandomStream random = new(11, "labels");
        StringBuilder csv = new("task,rater,confidence,batch,a,b,prompt,answer_a,answer_b,reward_a,reward_b\n");
        for (int task = 0; task < 400; task++)
        {
            string batch = $"b{task / 100}";
            bool isDrift = task % 4 == 0;
            int truth =
                isDrift ? (batch == "b3" ? -1 : 1)
                : random.NextDouble() < 0.5 ? 1
                : -1;
            string texts = string.Create(
                CultureInfo.InvariantCulture,
                $"{batch},{(isDrift ? "sft" : "x")},{(isDrift ? "reference" : "y")},some words of prompt {task},{new string('x', 1 + random.NextInt32(20))} words of,an answer {random.NextInt32(9)},{truth},0"
            );
            csv.Append(CultureInfo.InvariantCulture, $"{task},boss,{5 + 4 * truth},{texts}\n");
            for (int labeler = 0; labeler < 5; labeler++)
                Label($"l{labeler}");
            if (task < 10)
                Label("new");

            void Label(string name)
            {
                int certainty = 1 + random.NextInt32(4);
                double right = certainty switch
                {
                    1 => 0.55,
                    2 => 0.5,
                    _ => 0.87,
                };
                int side = random.NextDouble() < right ? truth : -truth;
                csv.Append(CultureInfo.InvariantCulture, $"{task},{name},{5 + certainty * side},{texts}\n");
            }
        }
        return csv.ToString();
    }
}
