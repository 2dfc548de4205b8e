using System.Text;
using Assay.Data;
using Assay.Select;
using FsCheck;
using FsCheck.Fluent;

namespace Assay.Tests;

public class WhereTests
{
    // Row: text, lang, score, stars, ok, 'odd name', mixed; row 3 holds nothing but its text.
    private static readonly Dataset Data = Rows.Of(
        5,
        2,
        (table, row) =>
        {
            string[] texts = ["one two\nthree", "Über Köln", "", "x", "it's 100%"];
            table.Column("text").Set(Encoding.UTF8.GetBytes(texts[row]));
            if (row == 3)
                return;
            table.Column("lang").Set(Encoding.UTF8.GetBytes(row % 2 == 0 ? "en" : "de"));
            table.Column("score").Set(row / 4.0);
            table.Column("stars").Set((long)row);
            table.Column("ok").Set(row < 2);
            table.Column("odd name").Set((long)-row);
            if (row == 0)
                table.Column("mixed").Set(1L);
            else
                table.Column("mixed").Set("one"u8);
        }
    );

    private static readonly View View = new View(Data).With(
        signals:
        [
            new("perplexity", [10, 20, double.NaN, 40, 50]),
            new("bits-per-byte", [1, 2, 3, 4, 5]),
            new("stars", [5, 5, 5, 5, 5]),
        ]
    );

    [Theory]
    [InlineData("true", "0 1 2 3 4")]
    [InlineData("false", "")]
    [InlineData("score >= 0.25", "1 2 4")]
    [InlineData("score < 0.25 or score > 0.5", "0 4")]
    [InlineData("score == .5", "2")]
    [InlineData("score != 0.5", "0 1 4")]
    [InlineData("not score == 0.5", "0 1 4")]
    [InlineData("not (score > 0.25)", "0 1")]
    [InlineData("col('stars') - 1 == 1 and true", "2")]
    [InlineData("col('stars') * 2 + 1 == 5", "2")]
    [InlineData("2 + 3 * col('stars') == 8", "2")]
    [InlineData("(2 + 3) * col('stars') == 10", "2")]
    [InlineData("10 - 4 - 3 == 3 and 12 / 3 / 2 == 2 and 7 % 4 == 3", "0 1 2 3 4")]
    [InlineData("- col('stars') <= -2", "2 4")]
    [InlineData("col(\"odd name\") == -4", "4")]
    [InlineData("signal('stars') == 5", "0 1 2 3 4")]
    [InlineData("signal(\"bits-per-byte\") > 3", "3 4")]
    [InlineData("perplexity < 45", "0 1 3")]
    [InlineData("is_null(perplexity)", "2")]
    [InlineData("not is_null(lang) and is_null(mixed) == false", "0 1 2 4")]
    [InlineData("is_null(mixed)", "3")]
    [InlineData("is_null(null)", "0 1 2 3 4")]
    [InlineData("lang == 'de'", "1")]
    [InlineData("lang != 'de'", "0 2 4")]
    [InlineData("lang < 'e'", "1")]
    [InlineData("lang in ['de', 'fr']", "1")]
    [InlineData("lang not in ['de', 'fr']", "0 2 4")]
    [InlineData("lang in []", "")]
    [InlineData("score in [0, 1, -3, 0.25]", "0 1 4")]
    [InlineData("not score in [0, 1]", "1 2")]
    [InlineData("ok", "0 1")]
    [InlineData("not ok", "2 4")]
    [InlineData("ok == false", "2 4")]
    [InlineData("ok or text == 'x'", "0 1 3")]
    [InlineData("ok and text == 'x' or lang == 'de'", "1")]
    [InlineData("ok and (text == 'x' or lang == 'de')", "1")]
    [InlineData("bytes(text) == 11", "1")]
    [InlineData("chars(text) == 9", "1 4")]
    [InlineData("words(text) == 3", "0")]
    [InlineData("lines(text) == 2", "0")]
    [InlineData("lines(text) == 0", "2")]
    [InlineData("contains(text, 'ö')", "1")]
    [InlineData("contains(text, '')", "0 1 2 3 4")]
    [InlineData("starts_with(text, 'one') or ends_with(text, '0%')", "0 4")]
    [InlineData("contains(text, 'it''s') or text == \"it's\"", "4")]
    [InlineData("lower(text) == 'über köln'", "1")]
    [InlineData("contains(lower(text), lower('KÖLN'))", "1")]
    [InlineData("abs(col('odd name')) == 2", "2")]
    [InlineData("min(score, 0.3, 1) == 0.3", "2 4")]
    [InlineData("max(col('stars'), 2) == 2", "0 1 2")]
    [InlineData("log(score) == 0", "4")]
    [InlineData("is_null(log(score))", "0 3")]
    [InlineData("is_null(1 / col('stars'))", "0 3")]
    [InlineData(@"matches(text, '\d+%$')", "4")]
    [InlineData("matches(text, '(?i)^über')", "1")]
    [InlineData("bytes(text) > 1_0 and bytes(text) < 1.2e1", "1")]
    public void Keeps_the_rows_for_which_it_is_true(string expression, string expected)
    {
        Selected selected = new Where(new() { Keep = expression }).Run(View);
        Assert.Equal(expected, string.Join(' ', selected.Kept.Rows));
        Assert.True(selected.Complements(View));
        Assert.All(selected.Drops.Reasons, reason => Assert.Equal("where.false", reason));
    }

    [Theory]
    // Row 3 has no score: score > 0 is unknown there, and text == 'x' is true.
    [InlineData("score > 0 or text == 'x'", true)]
    [InlineData("score > 0 or text != 'x'", false)]
    [InlineData("score > 0 and text == 'x'", false)]
    [InlineData("not (score > 0)", false)]
    [InlineData("not (score > 0 and text != 'x')", true)]
    [InlineData("score + 1 > 0", false)]
    [InlineData("min(score, 5) > 0", false)]
    [InlineData("lang == lang", false)]
    [InlineData("not (lang in ['en'])", false)]
    [InlineData("ok == ok", false)]
    [InlineData("is_null(words(lang)) and is_null(lower(lang)) and is_null(score > 0)", true)]
    [InlineData("not matches(lang, 'e')", false)]
    [InlineData("not contains(lang, 'e')", false)]
    public void What_is_compared_with_nothing_is_unknown(string expression, bool kept) =>
        Assert.Equal(kept, new Where(new() { Keep = expression }).Run(View).Kept.Rows.Contains(3));

    [Theory]
    [InlineData("", 1, "empty")]
    [InlineData("  ", 1, "empty")]
    [InlineData("score >", 8, "expected a value, found the end")]
    [InlineData("(score > 1", 11, "expected ')', found the end")]
    [InlineData("score > 1)", 10, "expected an operator or the end, found ')'")]
    [InlineData("score > 1 lang", 11, "found 'lang'")]
    [InlineData("score = 1", 7, "'=' is not an operator")]
    [InlineData("ok && ok", 4, "'&&'")]
    [InlineData("!ok", 1, "'!'")]
    [InlineData("0 < score < 1", 11, "chained")]
    [InlineData("lang == 'en", 9, "does not end")]
    [InlineData("score > 1.2.3", 9, "'1.2.3' is not a number")]
    [InlineData("score > 1e999", 9, "'1e999' is not a number")]
    [InlineData("score > 30%", 12, "expected a value")]
    [InlineData("score # 1", 7, "'#'")]
    [InlineData("lang in 'en'", 9, "expected '['")]
    [InlineData("ok AND ok", 4, "found 'AND'")]
    [InlineData("ok and\n  (score >)", 11, "expected a value, found ')'", 2)]
    public void Syntax_errors_are_found_when_the_step_is_made(
        string expression,
        int column,
        string message,
        int line = 1
    )
    {
        AssayException failure = Assert.Throws<AssayException>(() => new Where(new() { Keep = expression }));
        Assert.Contains(message, failure.Message);
        Assert.Equal((line, column), ((int)failure.Where!.Line, failure.Where.Column));
    }

    [Theory]
    [InlineData("scor > 1", 1, "no column or signal 'scor'", "Did you mean 'score'?")]
    [InlineData("ok and langauge == 'en'", 8, "no column or signal 'langauge'", "Known: text, lang")]
    [InlineData("bits > 1", 1, "no column or signal 'bits'", "Did you mean signal(\"bits-per-byte\")?")]
    [InlineData("stars > 1", 1, "is a column and a signal", "col('stars') or signal('stars')")]
    [InlineData("col('odd nam') > 1", 5, "no column 'odd nam'", "Did you mean col(\"odd name\")?")]
    [InlineData("word(text) > 1", 1, "no function 'word'", "Did you mean 'words'?")]
    [InlineData("words(text)", 1, "must be given true or false, and this is a number", "x > 0")]
    [InlineData("text", 1, "must be given true or false, and this is text", "x == 'en'")]
    [InlineData("text > 3", 6, "'>' compares text with a number", "bytes(x)")]
    [InlineData("ok > false", 4, "cannot order truth values", "==")]
    [InlineData("ok == 1", 4, "compares true or false with a number", "one type")]
    [InlineData("text + 1 > 2", 1, "'+' must be given a number, and this is text", "bytes(x)")]
    [InlineData("not score", 5, "'not' must be given true or false", "x > 0")]
    [InlineData("words(score) > 1", 7, "words(...) must be given text, and this is a number", "")]
    [InlineData("words(text, lang) > 1", 1, "takes 1 argument, got 2", "")]
    [InlineData("min(score) > 1", 1, "takes at least 2 arguments, got 1", "")]
    [InlineData("score == null", 10, "comparison with null is never true", "is_null(x)")]
    [InlineData("mixed == 1", 1, "nested values, or values of several types", "is_null")]
    [InlineData("mixed in [1]", 1, "nested values", "is_null")]
    [InlineData("lang in [1]", 10, "text is looked for in the list, and this is a number", "")]
    [InlineData("lang in [lang]", 10, "a list holds numbers or quoted text only", "")]
    [InlineData("ok in [1]", 4, "'in' takes a number or text", "==")]
    [InlineData("matches(text, lang)", 15, "quoted text", "matches(url")]
    [InlineData("matches(text, '(')", 15, "cannot be used", "")]
    [InlineData(@"matches(text, '(a)\1')", 15, "cannot be used", "not supported")]
    [InlineData("col(lang) == 'x'", 5, "takes a quoted name", "col(")]
    public void Names_and_types_are_checked_before_any_row_is_read(
        string expression,
        int column,
        string message,
        string hint
    )
    {
        View unreadable = new(
            new("d", "", Data.Schema, "text", Data.Tables, _ => throw new InvalidOperationException("read")),
            signals: View.Signals
        );
        Where where = new(new() { Keep = expression });
        AssayException failure = Assert.Throws<AssayException>(() => where.Run(unreadable));
        Assert.Contains(message, failure.Message);
        Assert.Equal(column, failure.Where!.Column);
        Assert.Contains(hint, failure.Hint);
        // The caret stands below the place, which is shown at least in part.
        string[] lines = failure.Hint!.Split(Environment.NewLine);
        Assert.Equal(expression, lines[0]);
        Assert.Equal(new string(' ', 2 + column - 1) + "^", lines[1]);
    }

    [Theory]
    [InlineData("(", ")")]
    [InlineData("not ", "")]
    [InlineData("not (", ")")]
    [InlineData("is_null(", ")")]
    public void Deep_nesting_is_an_error_and_not_a_crash(string open, string close)
    {
        string Nested(int depth) =>
            string.Concat(Enumerable.Repeat(open, depth)) + "ok" + string.Concat(Enumerable.Repeat(close, depth));
        new Where(new() { Keep = Nested(20) }).Run(View);
        AssayException failure = Assert.Throws<AssayException>(() => new Where(new() { Keep = Nested(100_000) }));
        Assert.Contains("nests deeper", failure.Message);
    }

    [Fact]
    public void Long_chains_are_limited_where_they_nest_and_free_where_they_do_not()
    {
        string sum = string.Join(" + ", Enumerable.Repeat("score", 100_000));
        Assert.Contains(
            "nests deeper",
            Assert.Throws<AssayException>(() => new Where(new() { Keep = sum + " > 1" })).Message
        );
        string minus = new string('-', 100_000) + "1 > 0";
        Assert.Contains("nests deeper", Assert.Throws<AssayException>(() => new Where(new() { Keep = minus })).Message);
        string any = string.Join(" or ", Enumerable.Range(0, 10_000).Select(i => $"col('stars') == {i}"));
        Assert.Equal([0, 1, 2, 4], new Where(new() { Keep = any }).Run(View).Kept.Rows);
    }

    [Fact]
    public void Numbers_and_truth_values_kept_as_text_are_read_as_what_they_are()
    {
        // As a CSV file has them: stored as text, declared to read as something narrower.
        Dataset csv = Rows.Of(
            3,
            2,
            (table, row) =>
            {
                table.Column("n").Set(Encoding.UTF8.GetBytes((row * 1.5).ToString()));
                table.Column("n").Reads = ColumnType.Float64;
                table.Column("b").Set(row == 1 ? "True"u8 : "false"u8);
                table.Column("b").Reads = ColumnType.Bool;
            }
        );
        View view = new(csv);
        Assert.Equal([1, 2], new Where(new() { Keep = "n >= 1.5" }).Run(view).Kept.Rows);
        Assert.Equal([1], new Where(new() { Keep = "b" }).Run(view).Kept.Rows);
        Assert.Equal([0, 2], new Where(new() { Keep = "not b" }).Run(view).Kept.Rows);
    }

    [Fact]
    public void A_column_of_missing_values_fits_everywhere_and_is_unknown()
    {
        Dataset empty = Rows.Of(2, 2, (table, _) => table.Column("nothing"));
        foreach (
            string expression in (string[])
                ["nothing > 1", "nothing == 'a'", "nothing", "words(nothing) > 0", "nothing in [1]"]
        )
            Assert.Empty(new Where(new() { Keep = expression }).Run(new(empty)).Kept.Rows);
        Assert.Equal(2, new Where(new() { Keep = "is_null(nothing)" }).Run(new(empty)).Kept.Count);
    }

    [Fact]
    public void Random_characters_never_crash_the_parser() =>
        Prop.ForAll(
                Gen.Elements(
                        "score",
                        "lang",
                        "'en'",
                        "\"",
                        "1",
                        "(",
                        ")",
                        "[",
                        "]",
                        ",",
                        "not",
                        "and",
                        "in",
                        "<",
                        "==",
                        "-",
                        " ",
                        "é",
                        "\n",
                        "!"
                    )
                    .ArrayOf()
                    .ToArbitrary(),
                parts =>
                {
                    try
                    {
                        new Where(new() { Keep = string.Join(' ', parts) }).Run(View);
                    }
                    catch (AssayException failure)
                    {
                        return failure.Where is not null && failure.Hint!.Contains('^');
                    }
                    return true;
                }
            )
            .Holds();

    [Fact]
    public void Text_order_is_that_of_code_points() =>
        Prop.ForAll<NonNull<string>, NonNull<string>>(
                (a, b) =>
                {
                    byte[] left = Encoding.UTF8.GetBytes(a.Get),
                        right = Encoding.UTF8.GetBytes(b.Get);
                    string quoted = Encoding.UTF8.GetString(right).Replace("'", "''");
                    View view = new(Rows.Of(1, 1, (table, _) => table.Column("text").Set(left)));
                    bool Holds(string symbol) =>
                        new Where(new() { Keep = $"text {symbol} '{quoted}'" }).Run(view).Kept.Count == 1;
                    int order = left.AsSpan().SequenceCompareTo(right);
                    return Holds("<") == order < 0 && Holds("==") == (order == 0) && Holds(">=") == order >= 0;
                }
            )
            .Holds();
}
