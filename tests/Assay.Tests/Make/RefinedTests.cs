using Assay.Data;
using Assay.Learning;
using Assay.Make;
using Assay.Studies;

namespace Assay.Tests.Make;

public class RefinedTests
{
    private static Made Run(Func<string, string> reply, RefinedOptions options, params string[] texts)
    {
        using Pieces pieces = Pieces.Temporary();
        return new Refined(options with { Writer = "scripted" }, new ScriptedWriter(reply)).Make(
            new(Dataset.OfTexts(texts)),
            new(pieces) { Threads = 2, Random = new(7, "make") }
        );
    }

    [Theory]
    [InlineData(RefinedTask.Qa, "<problem>a</problem><solution>b</solution>", "a\n\nb", "")]
    [InlineData(
        RefinedTask.Qa,
        "Sure.\n<problem>\na\nb\n</problem>\n<solution>c</solution><problem>d</problem>",
        "a\nb\n\nc",
        ""
    )]
    [InlineData(RefinedTask.Qa, "<problem>a</problem>", null, "no_tags")]
    [InlineData(RefinedTask.Qa, "<problem> </problem><solution>b</solution>", null, "no_tags")]
    [InlineData(RefinedTask.Conversation, "<interaction>x</interaction><conversation>y</conversation>", "y", "")]
    [InlineData(RefinedTask.Conversation, "<discussions>z</discussions><conversation>y</conversation>", "z", "")]
    [InlineData(RefinedTask.Rewrite, "<rewritten content>x\ny</rewritten content>", "x\ny", "")]
    [InlineData(RefinedTask.Rewrite, "Here is the rewritten content: x", null, "no_tags")]
    [InlineData(RefinedTask.Textbook, "<material>x</material>", "x", "")]
    [InlineData(RefinedTask.Textbook, "<material>x", null, "no_tags")]
    [InlineData(RefinedTask.Knowledge, "No Result.", null, "no_result")]
    [InlineData(RefinedTask.Knowledge, "I do not know.", null, "no_tags")]
    public void Replies_are_read_by_their_tags(RefinedTask task, string reply, string? text, string failure)
    {
        RefinedReply read = RefinedReply.Of(task, reply);
        Assert.Equal(failure, read.Failure);
        Assert.Equal(text is null ? [] : [text], read.Texts);
    }

    [Fact]
    public void Every_point_of_knowledge_is_a_row_and_no_result_empties_no_good_list()
    {
        const string points =
            "<mathematical knowledge point1>a\nb</mathematical knowledge point1> <mathematical knowledge point2>There is no result without c.</mathematical knowledge point2>";
        Assert.Equal(["a\nb", "There is no result without c."], RefinedReply.Of(RefinedTask.Knowledge, points).Texts);
        Made made = Run(
            text => text.Contains("second") ? "no result" : points,
            new() { Task = RefinedTask.Knowledge },
            "first",
            "second",
            "third"
        );
        StudyTable rows = StudyTable.Of(new(made.Rows), default);
        Assert.Equal(4, rows.Rows);
        string[] ids = IdsOf("first", "second", "third");
        Assert.Equal([ids[0], ids[0], ids[2], ids[2]], rows.Words("parents"));
        Assert.Contains("2 of 3 texts gave 4 rows; 1 replies were left out", made.Study.Answer);
        Assert.Contains("1 no_result", made.Study.Facts.Single(fact => fact.Name == "Left out").Note);
    }

    [Fact]
    public void Rewritings_that_copy_are_left_out_and_replies_keep_the_order_of_the_rows()
    {
        string[] texts =
        [
            .. Enumerable.Range(0, 30).Select(i => $"alpha beta gamma delta epsilon zeta number {i} eta theta iota"),
        ];
        Made made = Run(
            text =>
            {
                string source = text[(text.IndexOf("<text>\n", StringComparison.Ordinal) + 7)..]
                    .Replace("\n</text>", "");
                int number = int.Parse(source.Split(' ')[7]);
                return number % 3 == 0 ? $"<rewritten content>{source.ToUpperInvariant()}</rewritten content>"
                    : number % 3 == 1
                        ? $"<rewritten content>Of {number}, told anew in words of one's own.</rewritten content>"
                    : "I had rather not.";
            },
            new(),
            texts
        );
        StudyTable rows = StudyTable.Of(new(made.Rows), default);
        Assert.Equal(
            Enumerable.Range(0, 30).Where(i => i % 3 == 1).Select(i => $"Of {i}, told anew in words of one's own."),
            rows.Words("text")
        );
        Assert.All(rows.Words("style"), style => Assert.Equal("textbook", style));
        Assert.All(rows.Numbers("copied"), copied => Assert.Equal(0, copied));
        Assert.Contains("10 copied", made.Study.Facts.Single(fact => fact.Name == "Left out").Note);
        Assert.Equal(1, Refined.CopyRate("a b c", "x A b, C y"));
        Assert.Equal(0.5, Refined.CopyRate("a b c d e f", "a b c d e x"));
        Assert.Equal(0, Refined.CopyRate("", "x"));
    }

    [Fact]
    public void Prompts_name_style_tags_and_text()
    {
        foreach (RefinedTask task in Enum.GetValues<RefinedTask>())
        {
            string prompt = new Refined(new() { Writer = "x", Task = task }).Prompt("THE SOURCE");
            Assert.EndsWith("<text>\nTHE SOURCE\n</text>", prompt);
            Assert.Contains("Keep every fact", prompt);
            // What the prompt shows is what is read.
            string shown = prompt[..prompt.IndexOf("<text>", StringComparison.Ordinal)];
            Assert.NotEmpty(RefinedReply.Of(task, shown).Texts);
        }
        Assert.Contains(
            "two professors",
            new Refined(
                new()
                {
                    Writer = "x",
                    Task = RefinedTask.Conversation,
                    Style = "two-professors",
                }
            ).Prompt("x")
        );
    }

    [Fact]
    public void What_does_not_fit_is_said()
    {
        AssayException failure = Assert.Throws<AssayException>(() =>
            new Refined(new() { Writer = "x", Style = "college" })
        );
        Assert.Contains("textbook, wikipedia", failure.Hint);
        Assert.Throws<AssayException>(() =>
            new Refined(
                new()
                {
                    Writer = "x",
                    Task = RefinedTask.Knowledge,
                    Style = "easy",
                }
            )
        );
        failure = Assert.Throws<AssayException>(() => Run(_ => "no tags", new(), "a", "b"));
        Assert.Contains("none of 2 replies", failure.Message);
        failure = Assert.Throws<AssayException>(() =>
            Run(_ => throw new ChatEndpointException("no route", transient: false), new(), "a")
        );
        Assert.Contains("the writer cannot be asked", failure.Message);
        Assert.Throws<AssayException>(() => Run(_ => "x", new(), "", " "));
    }

    private static string[] IdsOf(params string[] texts)
    {
        using Table table = Dataset.OfTexts(texts).Read(0);
        return [.. table.Ids.ToArray().Select(id => id.ToString())];
    }
}
