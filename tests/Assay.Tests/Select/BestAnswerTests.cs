using Assay.Data;
using Assay.Select;
using Assay.Tests.Studies;
using FsCheck;
using FsCheck.Fluent;

namespace Assay.Tests;

public class BestAnswerTests
{
    [Fact]
    public void The_highest_score_of_a_prompt_stays_and_of_equals_the_shortest()
    {
        View rows = StudyTables.Of(
            "prompt,completion,score\np,long answer,2\np,short,2\nq,only,-1\np,better,3\nr,first,1\nr,other,1\ns,none,\n"
        );
        Selected selected = new BestAnswer(new()).Run(rows);
        Assert.Equal([2, 3, 4], selected.Kept.Rows);
        Assert.Equal([0, 1, 5, 6], selected.Drops.Rows);
        Assert.Equal(
            ["best_answer.beaten", "best_answer.beaten", "best_answer.beaten", "best_answer.no_score"],
            selected.Drops.ReasonOf.Select(reason => selected.Drops.Reasons[reason])
        );
        Selected tied = new BestAnswer(new()).Run(rows.With(new Selection([0, 1, 2])));
        Assert.Equal([1, 2], tied.Kept.Rows);
    }

    [Fact]
    public void Exactly_one_answer_of_each_prompt_stays_and_none_is_better() =>
        Prop.ForAll(
                Gen.Choose(1, 1000000).ToArbitrary(),
                seed =>
                {
                    Random random = new(seed);
                    (int Prompt, int Length, int Score)[] rows =
                    [
                        .. Enumerable
                            .Range(0, random.Next(1, 30))
                            .Select(_ => (random.Next(5), random.Next(1, 9), random.Next(4))),
                    ];
                    View view = StudyTables.Of(
                        "prompt,completion,score\n"
                            + string.Concat(
                                rows.Select(row => $"p{row.Prompt},{new string('x', row.Length)},{row.Score}\n")
                            )
                    );
                    int[] kept = new BestAnswer(new()).Run(view).Kept.Rows;
                    Assert.Equal(rows.Select(row => row.Prompt).Distinct().Count(), kept.Length);
                    foreach (int row in kept)
                        Assert.Equal(
                            rows.Where(other => other.Prompt == rows[row].Prompt)
                                .Max(other => (other.Score, -other.Length)),
                            (rows[row].Score, -rows[row].Length)
                        );
                    return true;
                }
            )
            .Holds();

    [Fact]
    public void A_column_that_is_not_there_is_an_error()
    {
        View rows = StudyTables.Of("prompt,completion,score\np,x,2\n");
        Assert.Contains(
            "'reward'",
            Assert.Throws<AssayException>(() => new BestAnswer(new() { By = "reward" }).Run(rows)).Message
        );
        Assert.Contains(
            "'question'",
            Assert.Throws<AssayException>(() => new BestAnswer(new() { Prompt = "question" }).Run(rows)).Message
        );
    }
}
