using System.Text;
using System.Text.Json;
using Assay.Data;
using Assay.Select;
using Assay.Value;
using FsCheck;
using FsCheck.Fluent;

namespace Assay.Tests.Value;

public class LongOutputTests
{
    [Theory]
    [InlineData(1000, 1000, 100)]
    [InlineData(1000, 1600, 80)]
    [InlineData(1000, 2000, 66.666667)]
    [InlineData(1000, 4000, 0)]
    [InlineData(1000, 800, 87.5)]
    [InlineData(1000, 714, 79.971989)]
    [InlineData(1000, 715, 80.069930)]
    [InlineData(1000, 500, 50)]
    [InlineData(1000, 334, 0.299401)]
    [InlineData(1000, 333, 0)]
    [InlineData(500, 503, 99.8)]
    [InlineData(20000, 7739, 20.784339)]
    [InlineData(1000, 0, 0)]
    public void Scores_of_length(double required, double written, double score) =>
        Assert.Equal(score, LengthScore.Of(required, written), 5e-7);

    [Fact]
    public void Scores_are_continuous_bounded_and_not_symmetric()
    {
        Assert.Equal(LengthScore.Of(1e9, 1e9), LengthScore.Of(1e9, 1e9 + 1), 1e-6);
        Assert.NotEqual(LengthScore.Of(1000, 1500), LengthScore.Of(1500, 1000));
        Prop.ForAll(
                (
                    from required in Gen.Choose(1, 20_000)
                    from written in Gen.Choose(0, 100_000)
                    select (required, written)
                ).ToArbitrary(),
                pair =>
                {
                    double score = LengthScore.Of(pair.required, pair.written);
                    Assert.InRange(score, 0, 100);
                    Assert.Equal(
                        pair.written >= 4L * pair.required || 3L * pair.written <= pair.required,
                        score < 1e-9
                    );
                    // What stays is within [x / 1.4, 1.6 x].
                    Assert.Equal(
                        pair.written * 1.4 >= pair.required - 1e-9 && pair.written <= 1.6 * pair.required + 1e-9,
                        score >= 80 - 1e-9
                    );
                    return true;
                }
            )
            .Holds();
        Assert.Throws<ArgumentOutOfRangeException>(() => LengthScore.Of(0, 5));
    }

    [Theory]
    [InlineData("Write 1500 words on rivers", 1500L, 1500L)]
    [InlineData("Write a 1500-word essay", null, 1500L)]
    [InlineData("写一篇3000字的作文", 3000L, 3000L)]
    [InlineData("写一篇三千字的作文", 3000L, 3000L)]
    [InlineData("写一篇2千字的作文", null, 2000L)]
    [InlineData("写一万字小说", 10000L, 10000L)]
    [InlineData("写两万字", 20000L, 20000L)]
    [InlineData("五百字以内", 500L, 500L)]
    [InlineData("100至200字", 200L, 150L)]
    [InlineData("3000字，三千字", null, 3000L)]
    [InlineData("十万字", null, 100_000L)]
    [InlineData("at least 2,000 words", 0L, 2000L)]
    [InlineData("no more than 500 words, about 500 words", 500L, 500L)]
    [InlineData("300 words then 500 words", null, null)]
    [InlineData("Write 1500 Words", null, 1500L)]
    [InlineData("八百字或800字", null, 800L)]
    // What only the second reading knows.
    [InlineData("between 500 and 700 words", 700L, 600L)]
    [InlineData("a 1,000-1,200 word report", null, 1100L)]
    [InlineData("写一篇一万五千字的报告", 5000L, 15_000L)]
    [InlineData("约3.5万字", null, 35_000L)]
    [InlineData("三到五千字", 5000L, 5000L)]
    [InlineData("学会20字母", 20L, null)]
    [InlineData("Say it in your own words", null, null)]
    [InlineData("", null, null)]
    public void Demands_of_length(string text, long? official, long? parsed)
    {
        Assert.Equal(official, StatedLength.OnlyOf(text, LengthReading.Official));
        Assert.Equal(parsed, StatedLength.OnlyOf(text));
    }

    [Theory]
    [InlineData("Hello, world! 你好世界 abc123 x", 7, true)]
    [InlineData("It's 3 o'clock", 4, false)]
    [InlineData("don’t stop", 3, false)]
    [InlineData("A1 B 中文English", 3, true)]
    [InlineData("naïve", 0, false)]
    [InlineData("snake_case two", 1, false)]
    [InlineData("", 0, false)]
    public void Written_lengths(string text, int length, bool isChinese)
    {
        WrittenLength written = WrittenLength.Of(text);
        Assert.Equal((length, isChinese), (written.Total, written.IsChinese));
    }

    [Fact]
    public void Prompts_of_the_benchmark_are_read_as_the_release_reads_them()
    {
        using FileStream packed = File.OpenRead(SharedData.Path("long-output/longbench_write.jsonl.gz"));
        using StreamReader lines = new(
            new System.IO.Compression.GZipStream(packed, System.IO.Compression.CompressionMode.Decompress)
        );
        List<(string Type, long Label, long? Official, long? Parsed)> prompts = [];
        while (lines.ReadLine() is { } line)
        {
            using JsonDocument row = JsonDocument.Parse(line);
            string prompt = row.RootElement.GetProperty("prompt").GetString()!;
            prompts.Add(
                (
                    row.RootElement.GetProperty("type").GetString()!,
                    row.RootElement.GetProperty("length").GetInt64(),
                    StatedLength.OnlyOf(prompt, LengthReading.Official),
                    StatedLength.OnlyOf(prompt)
                )
            );
        }
        Assert.Equal(120, prompts.Count);
        Assert.Equal(102, prompts.Count(prompt => prompt.Official is not null));
        Assert.Equal(99, prompts.Count(prompt => prompt.Official == prompt.Label));
        Assert.Equal(
            [(0L, 6000L), (400L, 2000L), (1000L, 2000L)],
            prompts
                .Where(prompt => prompt.Official is not null && prompt.Official != prompt.Label)
                .Select(prompt => (prompt.Official!.Value, prompt.Label))
                .Order()
        );
        Assert.Equal(113, prompts.Count(prompt => prompt.Parsed is not null));
        Assert.Equal(109, prompts.Count(prompt => prompt.Parsed == prompt.Label));
        int Between(long from, long below) => prompts.Count(prompt => prompt.Label >= from && prompt.Label < below);
        Assert.Equal(
            (26, 36, 31, 27),
            (Between(0, 500), Between(500, 2000), Between(2000, 4000), Between(4000, 20_001))
        );
    }

    [Fact]
    public void Rows_stay_that_state_one_length_and_follow_it()
    {
        string Words(int count) => string.Join(' ', Enumerable.Repeat("word", count));
        (string Prompt, string Answer)[] rows =
        [
            ("Write 100 words", Words(100)),
            ("Write 100 words", Words(160)),
            ("Write 100 words", Words(161)),
            ("Write 100 words", Words(71)),
            ("Write something", Words(100)),
            ("Write 100 words or 200 words", Words(100)),
            ("Write 2,000 words", Words(2000)),
            ("Write 100 words", "12345"),
            ("Write a 100-word note", Words(100)),
        ];
        foreach (bool messages in (bool[])[true, false])
        {
            View view = new(Writings(rows, messages));
            (LongOutputOptions parsed, LongOutputOptions official) = (
                new(),
                new() { Reading = LengthReading.Official }
            );
            Selected selected = new LongOutput(official).Run(view);
            Assert.Equal([0, 1], selected.Kept.Rows);
            Assert.Equal(
                new Dictionary<string, int>
                {
                    ["long_output.not_followed"] = 2,
                    ["long_output.no_length"] = 2,
                    ["long_output.several_lengths"] = 1,
                    ["long_output.nothing"] = 2,
                },
                selected.Reasons()
            );
            Selected own = new LongOutput(parsed).Run(view, threads: 2);
            Assert.Equal([0, 1, 6, 8], own.Kept.Rows);
            Assert.Equal(own.Kept.Rows, new LongOutput(parsed).Run(view.With(own.Kept)).Kept.Rows);
            IReadOnlyList<Signal> signals = Signals(view);
            Assert.Equal(
                ["length-following", "required-length", "response-length"],
                signals.Select(signal => signal.Name)
            );
            Assert.Equal(80, signals[0].Values[1], 9);
            Assert.Equal([100, 100, 100, 100, double.NaN, double.NaN, 2000, 100, 100], signals[1].Values);
            Assert.Equal(0, signals[0].Values[7]);
            Assert.Equal(161, signals[2].Values[2]);
        }
    }

    [Fact]
    public void Rows_without_instructions_or_with_broken_messages_are_refused()
    {
        View texts = new(Dataset.OfTexts(["a"]));
        AssayException failure = Assert.Throws<AssayException>(() => new LongOutput(new()).Run(texts));
        Assert.Contains("'messages'", failure.Message);
        Assert.Throws<AssayException>(() => Signals(texts));
        View broken = new(Rows.Of(1, 1, (builder, row) => builder.Column("messages").SetJson("{\"role\": 1}"u8)));
        failure = Assert.Throws<AssayException>(() => new LongOutput(new()).Run(broken));
        Assert.Contains("messages", failure.Message);
    }

    private static IReadOnlyList<Signal> Signals(View view)
    {
        using Pieces pieces = Pieces.Temporary();
        return new LengthFollowing(new()).Value(view, new(pieces) { Threads = 2 });
    }

    private static Dataset Writings((string Prompt, string Answer)[] rows, bool messages) =>
        Rows.Of(
            rows.Length,
            4,
            (builder, row) =>
            {
                if (messages)
                    builder
                        .Column("messages")
                        .SetJson(
                            JsonSerializer.SerializeToUtf8Bytes(
                                (object[])
                                    [
                                        new { role = "system", content = "Write 7 words" },
                                        new { role = "user", content = rows[row].Prompt },
                                        new { role = "assistant", content = rows[row].Answer },
                                        new { role = "user", content = "300 words" },
                                    ]
                            )
                        );
                else
                {
                    builder.Column("prompt").Set(Encoding.UTF8.GetBytes(rows[row].Prompt));
                    builder.Column("response").Set(Encoding.UTF8.GetBytes(rows[row].Answer));
                }
            }
        );
}
