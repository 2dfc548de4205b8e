using System.Text;
using Assay.Data;
using Assay.Judge;
using Assay.Studies;

namespace Assay.Tests.Judge;

public class LengthObedienceTests
{
    private static string Words(int count) => string.Join(' ', Enumerable.Repeat("word", count));

    private static View Answers(params (string Prompt, long Length, string Answer)[] rows) =>
        new(
            Rows.Of(
                rows.Length,
                3,
                (builder, row) =>
                {
                    builder.Column("prompt").Set(Encoding.UTF8.GetBytes(rows[row].Prompt));
                    builder.Column("response").Set(Encoding.UTF8.GetBytes(rows[row].Answer));
                    if (rows[row].Length != 0)
                        builder.Column("length").Set(rows[row].Length);
                }
            )
        );

    private static Study Run(View view, Func<string, string>? judge = null)
    {
        using Pieces pieces = Pieces.Temporary();
        LengthObedience study = judge is null ? new(new()) : new(new(), new ScriptedWriter(judge));
        return study.Run(view, new(pieces) { Threads = 2, Random = new(7, "judge") });
    }

    private static string Fact(Study study, string name) => study.Facts.Single(fact => fact.Name == name).Value;

    private static string Ratings(params int[] ratings) =>
        "{\"Analysis\": \"so {far}\", "
        + string.Join(", ", WritingQuality.Dimensions.Zip(ratings, (name, rating) => $"\"{name}\": {rating}"))
        + "}";

    [Fact]
    public void Scores_are_means_over_prompts()
    {
        Study study = Run(
            Answers(("a", 100, Words(100)), ("b", 100, Words(200)), ("c", 1000, Words(500)), ("d", 5000, "")),
            _ => Ratings(5, 4, 4, 4, 3, 4)
        );
        Assert.Equal("54.17", Fact(study, "Length (S_L)")); // 100, 66.67, 50, 0
        Assert.Equal("75.00", Fact(study, "Quality (S_Q)"));
        Assert.Equal("64.58", Fact(study, "Both (S)"));
        Assert.Equal("1", Fact(study, "Follow the demand"));
        Assert.Equal("2", Fact(study, "Too short"));
        IntervalPanel lengths = study.Panels.OfType<IntervalPanel>().Single();
        Assert.Equal(
            ["below 500 (2)", "500 to 2,000 (1)", "4,000 and more (1)"],
            lengths.Lines.Select(line => line.Name)
        );
        TablePanel answers = study.Panels.OfType<TablePanel>().Single(panel => panel.Title == "Answers");
        Assert.Equal(["d", "c", "b", "a"], answers.Columns[3].Words);
    }

    [Fact]
    public void Missing_ratings_are_counted_and_not_invented()
    {
        Study study = Run(
            Answers(("a", 100, Words(100)), ("b", 100, Words(100)), ("c", 100, Words(100))),
            text =>
                text.Contains("\na\n") ? Ratings(5, 5, 5, 5, 5, 5)
                : text.Contains("\nb\n") ? "I will not."
                : "{\"Relevance\": 1, \"clarity\": 9}"
        );
        // Relevance is rated 5 and 1, all else 5 once.
        Assert.Equal("91.67", Fact(study, "Quality (S_Q)"));
        Assert.Contains("11 of 18 ratings are missing", study.Notes[0]);
        Assert.DoesNotContain(Run(Answers(("a", 100, "x"))).Facts, fact => fact.Name == "Quality (S_Q)");
        Assert.Contains("rated nothing", Run(Answers(("a", 100, "x")), _ => "no").Answer);
    }

    [Fact]
    public void Ratings_are_read_from_json()
    {
        const double none = double.NaN;
        (string Reply, double[] Ratings)[] replies =
        [
            (
                "{\"relevance\": 3, \"Breadth_and_Depth\": 4.5, \"reading experience\": 5}",
                [3, none, none, none, 4.5, 5]
            ),
            ("```json\n{\"Accuracy\": 2}\n```", [none, 2, none, none, none, none]),
            ("{\"Accuracy\": 0, \"Clarity\": 6, \"Coherence\": \"4\"}", [none, none, none, none, none, none]),
            ("}{", [none, none, none, none, none, none]),
        ];
        foreach ((string reply, double[] ratings) in replies)
            Assert.Equal(ratings, WritingQuality.Parse(reply));
    }

    [Fact]
    public void Demands_are_read_from_prompts_where_no_column_has_them()
    {
        Study study = Run(
            Answers(
                ("Write 10 words", 0, Words(10)),
                ("Write something", 0, Words(5)),
                ("a 20-word note", 0, Words(20))
            )
        );
        Assert.Equal("100.00", Fact(study, "Length (S_L)"));
        Assert.Contains(study.Notes, note => note.StartsWith("1 prompts demand no length"));
    }

    [Fact]
    public void What_cannot_be_judged_is_said()
    {
        Assert.Contains(
            "demands a length",
            Assert.Throws<AssayException>(() => Run(Answers(("Write", 0, "x")))).Message
        );
        Assert.Contains(
            "whole number above 0",
            Assert.Throws<AssayException>(() => Run(Answers(("Write", -5, "x")))).Message
        );
        Assert.Contains("'prompt'", Assert.Throws<AssayException>(() => Run(new(Dataset.OfTexts(["x"])))).Message);
    }
}
