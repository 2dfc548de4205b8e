using Assay.Data;
using Assay.Judge;
using Assay.Studies;
using Assay.Tests.Studies;

namespace Assay.Tests;

public sealed class ComparisonSessionTests : IDisposable
{
    private static readonly ComparisonTask[] Tasks =
    [
        .. Enumerable
            .Range(0, 40)
            .Select(i => ComparisonTask.Of($"prompt {i}", "new", "old", $"new answer {i}", $"old answer {i}")),
    ];

    private readonly string _folder = Directory.CreateTempSubdirectory("assay-").FullName;

    private string File => Path.Combine(_folder, "choices.jsonl");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_session_goes_on_where_it_stood_and_leaves_other_raters_alone()
    {
        ComparisonSession first = ComparisonSession.Open(Tasks, File, "ann");
        for (int i = 0; i < 25; i++)
            first.Choose(first.Next!, 8, isGraded: true);
        ComparisonSession other = ComparisonSession.Open(Tasks, File, "ben", batch: "b1");
        Assert.Equal(0, other.Done);
        other.Choose(other.Next!, 5, isGraded: false);
        ComparisonSession again = ComparisonSession.Open(Tasks, File, "ann");
        Assert.Equal((25, 40), (again.Done, again.Tasks));
        HashSet<string> seen = [.. again.Choices.Select(choice => choice.Task)];
        while (again.Next is { } task)
        {
            Assert.True(seen.Add(task.Id)); // none twice
            again.Choose(task, 1, isGraded: true);
        }
        Assert.Equal(40, seen.Count);
        ComparisonChoice[] all = [.. System.IO.File.ReadLines(File).Select(ComparisonChoice.Parse)];
        Assert.Equal(41, all.Length);
        ComparisonChoice tie = Assert.Single(all, choice => choice.Rater == "ben");
        Assert.Equal(("tie", null, "b1"), (tie.Choice, tie.Confidence, tie.Batch));
        Assert.Single(Directory.GetFiles(_folder)); // no half-written file beside it
    }

    [Fact]
    public void Two_raters_with_one_file_at_a_time_lose_nothing()
    {
        ComparisonSession ann = ComparisonSession.Open(Tasks, File, "ann"),
            ben = ComparisonSession.Open(Tasks, File, "ben");
        for (int i = 0; i < 5; i++)
        {
            ann.Choose(ann.Next!, 8, isGraded: true);
            ben.Choose(ben.Next!, 2, isGraded: true);
        }
        Assert.NotNull(ann.Undo());
        ILookup<string, ComparisonChoice> kept = System
            .IO.File.ReadLines(File)
            .Select(ComparisonChoice.Parse)
            .ToLookup(choice => choice.Rater);
        Assert.Equal((4, 5), (kept["ann"].Count(), kept["ben"].Count()));
    }

    [Fact]
    public void Orders_are_drawn_for_each_rater_and_stay()
    {
        ComparisonSession ann = ComparisonSession.Open(Tasks, File, "ann"),
            ben = ComparisonSession.Open(Tasks, File, "ben");
        bool[] first = [.. Tasks.Select(ann.AFirst)];
        Assert.InRange(first.Count(a => a), 10, 30);
        Assert.Equal(first, Tasks.Select(ComparisonSession.Open(Tasks, File, "ann").AFirst));
        Assert.NotEqual(first, Tasks.Select(ben.AFirst));
        Assert.NotEqual(ann.Next, ben.Next);
    }

    [Fact]
    public void What_is_chosen_on_the_screen_is_written_of_a_and_b()
    {
        ComparisonTask task = Tasks[0];
        ComparisonChoice straight = ComparisonChoice.Of(task, aFirst: true, 8, true, "r", null),
            turned = ComparisonChoice.Of(task, aFirst: false, 8, true, "r", null),
            even = ComparisonChoice.Of(task, aFirst: false, 5, true, "r", null);
        Assert.Equal(("a", "a", 8), (straight.First, straight.Choice, straight.Confidence));
        Assert.Equal(("b", "b", 2), (turned.First, turned.Choice, turned.Confidence));
        Assert.Equal(("tie", 5), (even.Choice, even.Confidence));
        Assert.Equal(straight, ComparisonChoice.Parse(straight.ToJson()));
        Assert.Throws<ArgumentOutOfRangeException>(() => ComparisonChoice.Of(task, true, 10, true, "r", null));
    }

    [Fact]
    public void A_choice_can_be_taken_back_and_a_task_left_for_later()
    {
        ComparisonSession session = ComparisonSession.Open(Tasks, File, "ann");
        Assert.Null(session.Undo());
        ComparisonTask first = session.Next!;
        session.Choose(first, 9, true);
        ComparisonTask second = session.Next!;
        session.Skip(second);
        Assert.NotEqual(second, session.Next);
        Assert.Equal(first, session.Undo());
        Assert.Equal(first, session.Next);
        Assert.Empty(System.IO.File.ReadAllText(File));
        Assert.Equal(40, Remaining(ComparisonSession.Open(Tasks, File, "ann")));

        static int Remaining(ComparisonSession session)
        {
            int count = 0;
            for (; session.Next is { } task; count++)
                session.Skip(task);
            return count;
        }
    }

    [Fact]
    public void Pairs_of_every_form_are_the_same_tasks()
    {
        ComparisonTask one = Assert.Single(
            ComparisonTask.Read(
                StudyTable.Of(
                    StudyTables.Of("prompt,answer_a,answer_b,a,b\np,good,bad,x,y\np,good,bad,x,y\nq,same,same,x,y\n"),
                    default
                )
            )
        );
        Assert.Equal(ComparisonTask.Of("p", "x", "y", "good", "bad"), one);
        Assert.Equal(
            one,
            ComparisonTask
                .Read(
                    StudyTable.Of(
                        StudyTables.Of("instruction,output_1,output_2,generator_1,generator_2\np,bad,good,y,x\n"),
                        default
                    )
                )
                .Single()
        );
        Assert.Equal(
            ("chosen", "rejected"),
            ComparisonTask.Read(StudyTable.Of(StudyTables.Of("prompt,chosen,rejected\np,good,bad\n"), default))
                is [var pair]
                ? (pair.A, pair.B)
                : default
        );
    }

    [Fact]
    public void What_is_no_file_of_choices_or_has_no_pairs_is_refused()
    {
        System.IO.File.WriteAllText(File, "{\"some\": \"thing\"}\n");
        Assert.Equal(1, Assert.Throws<AssayException>(() => ComparisonSession.Open(Tasks, File, "ann")).Where!.Line);
        Assert.Throws<AssayException>(() => ComparisonSession.Open(Tasks, File, " "));
        Assert.Throws<AssayException>(() => ComparisonTask.Read(StudyTable.Of(StudyTables.Of("text\nx\n"), default)));
        Assert.Throws<AssayException>(() =>
            ComparisonTask.Read(StudyTable.Of(StudyTables.Of("prompt,chosen,rejected\np,x,x\n"), default))
        );
    }
}
