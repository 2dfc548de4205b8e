using System.Text.Json;
using Assay.Data;
using Assay.Select;
using FsCheck;
using FsCheck.Fluent;

namespace Assay.Tests.Select;

public class CleanTests
{
    private const string Long =
        "The quick brown fox jumps over the lazy dog, again and again, until the paragraph is long enough to survive.";
    private static readonly CleanOptions s_official = new() { Mode = CleanMode.Official };

    // Lines that mean something to a cleaner, and characters that do, in any order.
    private static readonly Arbitrary<string> Texts = Gen.Elements(
            "\n",
            "\n",
            "\r\n",
            "\r",
            " ",
            "\t",
            "\u00A0",
            "\u2003",
            "\u200B",
            "\uE001",
            "\u0001",
            "😀",
            "x",
            ".",
            "。",
            Long,
            new string('y', 150),
            "Page 3 of 12",
            "Page 1 of 2 .",
            "page 1 page 2 page 3 page 4",
            "Click Here",
            "Click to enlarge",
            "« Previous 12",
            "< Previous 3",
            "Back to Top",
            "Site Map",
            "Pages: 1 2 3 4 5",
            "add to this section",
            "return to top"
        )
        .ArrayOf()
        .Select(parts => string.Concat(parts))
        .ToArbitrary();

    [Fact]
    public void The_operators_of_the_release_do_with_its_cases_what_it_does()
    {
        using JsonDocument golden = JsonDocument.Parse(
            File.ReadAllBytes(SharedData.Path("tiered-data/l1_cleaner_cases.json"))
        );
        JsonElement[] cases = [.. golden.RootElement.GetProperty("cases").EnumerateArray()];
        Assert.Equal(6, cases.Length);
        foreach (JsonElement expected in cases)
        {
            (string? text, string? reason) = Clean.Text(expected.GetProperty("in").GetString()!, s_official);
            Assert.Equal(expected.GetProperty("out").GetString(), text);
            Assert.Equal(
                expected.GetProperty("result").GetString() switch
                {
                    "keep" => null,
                    "en_short_article_without_punctuation_filter" => "clean.no_punctuation",
                    _ => "clean.too_short",
                },
                reason
            );
        }
    }

    [Theory]
    [InlineData("short no punct text", null, "clean.no_punctuation")]
    [InlineData("Short, but with punctuation.", null, "clean.too_short")]
    [InlineData("Page 3 of 12\nClick Here\n" + Long, Long, null)]
    [InlineData("« Previous page\nback to Top\n" + Long + "\n \n\t\n\nEnd of text.", Long + "\n\nEnd of text.", null)]
    [InlineData(Long + "\n\nSecond paragraph.", Long + "\nSecond paragraph.", null)]
    public void The_release_keeps_drops_and_loses_paragraphs(string text, string? cleaned, string? reason) =>
        Assert.Equal((cleaned, reason), Clean.Text(text, s_official));

    // One line for each pattern of the release, in its order.
    [Theory]
    [InlineData("Home » Site Map")]
    [InlineData("Site Map")]
    [InlineData("Computer Games Homepage|Editor's Picks Articles|Top Ten Articles|Computer Games Site Map ")]
    [InlineData("pages: 123.  ")]
    [InlineData("Page: 148")]
    [InlineData("Pages 148")]
    [InlineData("Page 3 of 12")]
    [InlineData("page 3 of 12 . ")]
    [InlineData(" ( Page 1 of 3)")]
    [InlineData(" • Page 1 of 3")]
    [InlineData(" - Page 1 of 3")]
    [InlineData(" / Page 1 of 3")]
    [InlineData("Go DownPages12")]
    [InlineData("Go UpPages12")]
    [InlineData("(previous entry)")]
    [InlineData("(next entry)")]
    [InlineData("« Previous page")]
    [InlineData(" < Previous 10")]
    [InlineData("Previous Article")]
    [InlineData("Previous1… ")]
    [InlineData("prev | next§ ")]
    [InlineData("page◀12345▶")]
    [InlineData("PagePrevious1234Next")]
    [InlineData("Pages:1...789101112")]
    [InlineData("Pages: [1Go Down ")]
    [InlineData("Page 2Next Page")]
    [InlineData("Pages: 2NEXT »")]
    [InlineData(" « Previous123 ")]
    [InlineData("Pages: (4) <123> ")]
    [InlineData("page: 1 2 3 4 5")]
    [InlineData("Page 1 of 2Next  Prev")]
    [InlineData("page: page 1, page 2, page 3, page 4, page 5")]
    [InlineData("page 1 page 2 page 3 page 4")]
    [InlineData("Post Reply5 postsPage 1 of 1Jump to page:")]
    [InlineData("«Previous123456…20212223Next»")]
    [InlineData("Page 4 of 10« First«...23456...10...»Last »")]
    [InlineData("click here")]
    [InlineData("CLICK here")]
    [InlineData("Click HERE")]
    [InlineData("Print this article")]
    [InlineData("print this page")]
    [InlineData("SWIPE LEFT")]
    [InlineData("Allow map scroll")]
    [InlineData("SWIPE LEFT OR RIGHTLooking Ahead")]
    [InlineData("\"Close (esc)\"")]
    [InlineData("Comments are closed.")]
    [InlineData("Preferences saved")]
    [InlineData("Save/Compare")]
    [InlineData("Co to clipboard")]
    [InlineData("Click to enlarge.")]
    [InlineData("Click to Expand")]
    [InlineData("Advertisement - Continue Reading Below")]
    [InlineData("Return to News and Events")]
    [InlineData("return to top")]
    [InlineData(" returned the following results.")]
    [InlineData("Return to video Video settings")]
    [InlineData("Going back")]
    [InlineData("go back")]
    [InlineData("Back to Top")]
    [InlineData("add to this section")]
    public void Furniture_of_pages_goes_with_its_line(string line)
    {
        Assert.Equal(Long, Clean.Text(line + "\n" + Long).Text);
        // In the release an earlier pattern takes the beginning of these, and hides them from their own.
        string left =
            line.StartsWith("«Prev", StringComparison.Ordinal) ? "…20212223Next»\n"
            : line.StartsWith("Page 4", StringComparison.Ordinal) ? "« First«...23456...10...»Last »\n"
            : line.StartsWith("Page 1", StringComparison.Ordinal) ? "Next  Prev\n"
            : "";
        Assert.Equal(left + Long, Clean.Text(line + "\n" + Long, s_official).Text);
    }

    [Theory]
    [InlineData("A word.", " 7 Page 1 of 3")]
    [InlineData("A word?", " 7 Page 1 of 3")]
    [InlineData("A word,", " 7 Page 1 of 3")]
    [InlineData("A word…", " 7 Page 1 of 3")]
    [InlineData("A list", " - Page 1 of 3")]
    public void Furniture_behind_a_text_leaves_the_text(string text, string furniture)
    {
        foreach (CleanMode mode in Enum.GetValues<CleanMode>())
            Assert.Equal(Long + "\n" + text, Clean.Text(Long + "\n" + text + furniture, new() { Mode = mode }).Text);
    }

    [Theory]
    [InlineData("CLICK HERE NOW")]
    [InlineData("The page 3 of 12 was torn out")]
    [InlineData("Click here to read")]
    [InlineData("site map")]
    public void What_only_looks_like_it_stays(string line) =>
        Assert.Equal(line + "\n" + Long, Clean.Text(line + "\n" + Long).Text);

    [Theory]
    [InlineData(200, "clean.no_punctuation")]
    [InlineData(201, null)]
    public void Without_punctuation_two_hundred_characters_are_too_few(int length, string? reason)
    {
        foreach (CleanMode mode in Enum.GetValues<CleanMode>())
            Assert.Equal(reason, Clean.Text(new string('x', length), new() { Mode = mode }).Reason);
    }

    [Theory]
    [InlineData(79, "clean.too_short")]
    [InlineData(80, null)]
    [InlineData(1_000_000, null)]
    [InlineData(1_000_001, "clean.too_long")]
    public void Length_is_counted_in_characters(int length, string? reason)
    {
        string text = string.Concat(Enumerable.Repeat("😀", length - 1)) + ".";
        foreach (CleanMode mode in Enum.GetValues<CleanMode>())
            Assert.Equal(reason, Clean.Text(text, new() { Mode = mode }).Reason);
    }

    [Fact]
    public void A_second_pass_of_the_release_changes_and_drops()
    {
        string once = Clean.Text(Long + "\n \n\t\n\nEnd of text.", s_official).Text!;
        Assert.NotEqual(once, Clean.Text(once, s_official).Text);
        string button = "Click Here\n" + new string('x', 199);
        string first = Clean.Text(button, s_official).Text!;
        Assert.Equal("clean.no_punctuation", Clean.Text(first, s_official).Reason);
        Assert.Equal("clean.no_punctuation", Clean.Text(button).Reason);
    }

    [Fact]
    public void A_second_pass_changes_nothing_where_paragraphs_stay() =>
        Prop.ForAll(
                Texts,
                text =>
                    Clean.Text(text, new() { MinCharacters = 0 }).Text is not { } once
                    || Clean.Text(once, new() { MinCharacters = 0 }) == (once, null)
            )
            .Holds();

    [Fact]
    public void Texts_never_grow_and_other_lines_keep_their_order() =>
        Prop.ForAll(
                Texts,
                text =>
                    Enum.GetValues<CleanMode>()
                        .All(mode =>
                        {
                            CleanOptions options = new()
                            {
                                Mode = mode,
                                MinCharacters = 0,
                                Unpunctuated = 0,
                            };
                            if (Clean.Text(text, options).Text is not { } cleaned)
                                return true; // nothing is left
                            return cleaned.Length <= text.Length
                                && cleaned.Split('\n').Where(line => line == Long).Count()
                                    <= text.Split('\n', '\r').Count(line => line.Contains(Long));
                        })
            )
            .Holds();

    [Fact]
    public void Paragraphs_spaces_and_other_scripts_are_respected()
    {
        Assert.Equal(Long + "\n\nSecond paragraph.", Clean.Text(Long + "\r\n\r\n \r\n\r\nSecond\u2003paragraph.").Text);
        Assert.Equal(Long + "\nSecondparagraph.", Clean.Text(Long + "\n\nSecond\u2003paragraph.", s_official).Text);
        string chinese = new string('字', 90) + "。";
        Assert.Equal(chinese, Clean.Text(chinese).Text);
        Assert.Equal("clean.no_punctuation", Clean.Text(chinese, s_official).Reason);
        // A line feed of another system hides the end of the line from the release's patterns.
        Assert.Contains("Click Here", Clean.Text("Click Here\r\n" + Long, s_official).Text);
        Assert.Equal(Long, Clean.Text("Click Here\r\n" + Long).Text);
    }

    [Fact]
    public void Rows_are_edited_dropped_and_counted_alike_by_any_number_of_threads()
    {
        string[] texts = [Long, "Page 3 of 12\n" + Long, "too short", Long + "\n\n\n\nMore."];
        View view = new(Dataset.OfTexts(Enumerable.Range(0, 40).Select(i => texts[i % texts.Length]), rowsPerTable: 7));
        (Selected one, IReadOnlyList<string?> left) = new Clean(new()).RunOnTexts(view);
        (Selected two, IReadOnlyList<string?> leftByTwo) = new Clean(new()).RunOnTexts(view, threads: 2);
        Assert.True(one.Complements(view));
        Assert.Equal(left, leftByTwo);
        Assert.Equal(one.Notes, two.Notes);
        Assert.Equal([Long, Long, null, Long + "\n\nMore."], left.Take(4));
        Assert.Equal(["clean.lines: 10", "clean.characters: 150"], one.Notes);
        Assert.Equal(new Dictionary<string, int> { ["clean.no_punctuation"] = 10 }, one.Reasons());
    }

    [Fact]
    public void Lengths_that_no_text_has_are_refused()
    {
        AssayException failure = Assert.Throws<AssayException>(() =>
            new Clean(new() { MinCharacters = 10, MaxCharacters = 9 })
        );
        Assert.Contains("max-characters", failure.Hint);
    }
}
