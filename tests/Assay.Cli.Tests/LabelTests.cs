using System.Text;
using System.Text.Json;

namespace Assay.Tests.Cli;

/// <summary><c>assay describe label</c> on files of several formats, with people's words, and on what cannot be read.</summary>
public sealed class LabelTests
{
    private const string About = """
        title: Orders of a shop
        metadata: { license: cc, keywords: [orders, shop], from: JAN 2024, to: MAR 2024 }
        provenance: { source: { name: A shop, url: "https://example.org" } }
        variables: { price: in euro, colour: as the catalogue names it }
        kinds: { id: ordinal }
        use-cases:
          - { name: revenue, question: What is earned?, columns: [price] }
        alerts:
          - { severity: high, category: collection, text: Refunds are left out, use-cases: [revenue] }
        """;

    private static string Csv(int rows)
    {
        StringBuilder csv = new("id,colour,price,size\n");
        for (int i = 0; i < rows; i++)
            csv.Append(
                System.Globalization.CultureInfo.InvariantCulture,
                $"{i * 37 % 1009},{(i % 5 == 0 ? "red" : "blue")},{(i % 10 == 3 ? "" : $"{i % 83}.5")},{(i % 40 == 7 ? "9-Mar" : $"{i % 7}0-{i % 7}9")}\n"
            );
        return csv.ToString();
    }

    [Fact]
    public void A_label_is_a_page_Markdown_JSON_and_a_view_at_the_terminal()
    {
        using Cli cli = new();
        cli.Write("orders.csv", Csv(600));
        cli.Write("about.yaml", About);
        string[] command = ["describe", "label", "orders.csv", "--about", "about.yaml", "--out", "label"];
        Result first = cli.Run(command);
        Assert.True(first.Code == 0, first.Error);
        Assert.Contains("Orders of a shop: 600 rows, 4 columns", first.Output);
        Assert.Contains("A spreadsheet has changed values of size", first.Output);
        Assert.Contains("label/label.html", first.Output);

        string page = File.ReadAllText(cli.Path("label/label.html"));
        Assert.Contains("<h1>Orders of a shop</h1>", page);
        Assert.Contains("Refunds are left out", page);
        Assert.Contains("Touches: revenue", page);
        string markdown = File.ReadAllText(cli.Path("label/label.md"));
        Assert.StartsWith("# Orders of a shop\n", markdown);
        Assert.Contains("| price | number | 600 | 0.5 |", markdown);
        Assert.Contains("| id | ordinal |", markdown);
        using JsonDocument json = JsonDocument.Parse(File.ReadAllText(cli.Path("label/label.json")));
        Assert.Equal(600, json.RootElement.GetProperty("rows").GetInt64());
        Assert.Equal("in euro", json.RootElement.GetProperty("columns")[2].GetProperty("description").GetString());
        Assert.Equal("high", json.RootElement.GetProperty("alerts")[0].GetProperty("severity").GetString());

        // Other words compute nothing again, and one thread or two change nothing.
        cli.Write("about.yaml", About.Replace("Orders of a shop", "Orders"));
        Assert.Contains("made before", cli.Run(command).Output);
        cli.Write("about.yaml", About);
        string[] bytes = cli.Bytes("label");
        Assert.Equal(0, cli.Run(command).Code);
        cli.Run([.. command, "--threads", "1", "--store", "other"]);
        Result again = cli.Run([.. command, "--json"]);
        Assert.Equal(bytes.Length, cli.Bytes("label").Length);
        using JsonDocument report = JsonDocument.Parse(again.Output);
        Assert.Equal("describe/label", report.RootElement.GetProperty("method").GetString());
    }

    [Fact]
    public void Every_format_gives_the_same_label()
    {
        using Cli cli = new();
        string[] lines = Csv(300).TrimEnd().Split('\n');
        cli.Write("orders.csv", Csv(300));
        cli.Write(
            "orders.jsonl",
            string.Concat(
                lines[1..]
                    .Select(line => line.Split(','))
                    .Select(cells =>
                        $$"""{"id": {{cells[0]}}, "colour": "{{cells[1]}}", "price": {{(cells[2].Length > 0 ? cells[2] : "null")}}, "size": "{{cells[3]}}"}"""
                        + "\n"
                    )
            )
        );
        cli.Write(
            "parquet.yaml",
            "assay: 1\ndata: { orders: { path: orders.jsonl, text: colour } }\nsteps: []\ncandidates: { all: [ select/random: { keep: 100% } ] }\nexport: { candidate: all, to: out, format: parquet }\n"
        );
        Result made = cli.Run("run", "parquet.yaml");
        Assert.True(made.Code == 0, made.Error + made.Output);
        List<string> columns = [];
        foreach (string path in (string[])["orders.csv", "orders.jsonl", "out/train.parquet"])
        {
            Result result = cli.Run(
                "describe",
                "label",
                path,
                "--columns",
                "id,colour,price,size",
                "--out",
                "l",
                "--modules",
                "statistics,alerts"
            );
            Assert.True(result.Code == 0, result.Error);
            using JsonDocument json = JsonDocument.Parse(File.ReadAllText(cli.Path("l/label.json")));
            columns.Add(json.RootElement.GetProperty("columns").GetRawText());
        }
        Assert.Equal(columns[0], columns[1]);
        Assert.Equal(columns[0], columns[2]);
    }

    [Fact]
    public void A_reference_and_modules_are_chosen_on_the_command_line()
    {
        using Cli cli = new();
        cli.Write("orders.csv", Csv(300));
        cli.Write("colours.csv", "colour,wavelength\nred,700\nblue,450\n");
        Result result = cli.Run(
            "describe",
            "label",
            "orders.csv",
            "--reference",
            "colours.csv",
            "--key",
            "colour",
            "--fewest",
            "5",
            "--out",
            "l"
        );
        Assert.True(result.Code == 0, result.Error);
        using JsonDocument json = JsonDocument.Parse(File.ReadAllText(cli.Path("l/label.json")));
        JsonElement truth = json.RootElement.GetProperty("ground_truth");
        Assert.Equal(2, truth.GetProperty("keys").GetInt32());
        Assert.Contains("Correlations with a reference", File.ReadAllText(cli.Path("l/label.html")));
    }

    [Theory]
    [InlineData("there is no such file", "describe", "label", "orders.csv", "--about", "none.yaml")]
    [InlineData("bad.yaml:1:8", "describe", "label", "orders.csv", "--about", "bad.yaml")]
    [InlineData("'wrong'", "describe", "label", "orders.csv", "--about", "wrong.yaml")]
    [InlineData("none.csv", "describe", "label", "none.csv")]
    [InlineData("broken.csv", "describe", "label", "broken.csv")]
    [InlineData("no column 'wrong'", "describe", "label", "orders.csv", "--columns", "wrong")]
    [InlineData("needs a key", "describe", "label", "orders.csv", "--reference", "orders.csv")]
    [InlineData("--modules", "describe", "label", "orders.csv", "--modules", "plots")]
    public void What_does_not_suit_is_said(string message, params string[] arguments)
    {
        using Cli cli = new();
        cli.Write("orders.csv", Csv(50));
        cli.Write("broken.csv", "a,b\n1,2\n3\n");
        cli.Write("bad.yaml", "title: [1, 2]\n");
        cli.Write("wrong.yaml", "variables: { wrong: nothing }\n");
        Result result = cli.Run(arguments);
        Assert.NotEqual(0, result.Code);
        Assert.Contains(message, result.Error);
        Assert.DoesNotContain("   at ", result.Error);
    }
}
