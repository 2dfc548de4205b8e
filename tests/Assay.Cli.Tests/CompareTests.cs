using Assay.Cli.Terminal;
using Assay.Judge;

namespace Assay.Tests.Cli;

public sealed class CompareTests
{
    private const string Pairs =
        "{\"prompt\":\"Name a colour </script>\",\"chosen\":\"Blue\",\"rejected\":\"I am not sure.\"}\n"
        + "{\"prompt\":\"What is 6 times 7?\",\"chosen\":\"42\",\"rejected\":\"41\"}\n";

    [Fact]
    public void The_page_holds_the_pairs_and_no_text_can_end_its_script()
    {
        using Cli cli = new();
        cli.Write("pairs.jsonl", Pairs);
        Result result = cli.Run("compare", "pairs.jsonl", "--html", "page.html", "--rater", "Ann", "--batch", "b1");
        Assert.Equal((0, ""), (result.Code, result.Error));
        string page = File.ReadAllText(cli.Path("page.html"));
        Assert.Contains("\"rater\":\"Ann\",\"batch\":\"b1\"", page);
        Assert.Contains("\"answer_b\":\"41\"", page);
        Assert.Equal(2, page.Split("</script>").Length - 1); // that of the data and that of the page
        Assert.DoesNotContain("http", page); // it needs no network
        Assert.Equal(2, cli.Run("compare", "pairs.jsonl", "--limit", "0").Code);
        cli.Write("other.jsonl", "{\"text\":\"x\"}\n");
        Assert.Contains("no pairs of answers", cli.Run("compare", "other.jsonl", "--html", "page.html").Error);
    }

    [Fact]
    public void The_terminal_asks_again_where_it_did_not_understand_and_never_says_who_wrote_what()
    {
        string folder = Directory.CreateTempSubdirectory("assay-").FullName;
        try
        {
            ComparisonTask[] tasks =
            [
                ComparisonTask.Of("one\u001b[31m", "secret-policy", "other-policy", "first", "second"),
                ComparisonTask.Of("two", "secret-policy", "other-policy", "third", "fourth"),
                ComparisonTask.Of("three", "secret-policy", "other-policy", "fifth", "sixth"),
            ];
            string path = Path.Combine(folder, "choices.jsonl");
            StringWriter screen = new();
            new ComparisonDialogue(
                ComparisonSession.Open(tasks, path, "ann"),
                new StringReader("what\n\n7\nt\nu\nB\nq\n"),
                screen
            ).Run();
            ComparisonChoice[] choices = [.. File.ReadLines(path).Select(ComparisonChoice.Parse)];
            Assert.Equal(2, choices.Length);
            Assert.Equal(choices[0].First == "a" ? 7 : 3, choices[0].Confidence);
            Assert.Equal(choices[1].First == "a" ? "b" : "a", choices[1].Choice);
            string shown = screen.ToString();
            Assert.Contains("That is none of the keys.", shown);
            Assert.Contains("2 of 3 compared", shown);
            Assert.DoesNotContain("policy", shown);
            Assert.DoesNotContain("\u001b", shown);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
