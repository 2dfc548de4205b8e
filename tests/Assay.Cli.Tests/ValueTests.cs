using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Assay.Numerics;

namespace Assay.Tests.Cli;

public sealed class ValueTests
{
    private static readonly string[] Knn = ["value", "knn-shapley", "rows.csv", "--label", "y", "--test", "test.csv"];

    private static readonly string[] Shapley =
    [
        "value",
        "shapley",
        "rows.csv",
        "--label",
        "y",
        "--test",
        "test.csv",
        "--error",
        "0",
        "--quiet",
    ];

    [Fact]
    public void A_suspicious_table_is_valued_cleaned_and_reported()
    {
        using Cli cli = Prepare();
        Result first = cli.Run(Knn);
        Assert.True(first.Code == 0, first.Error);
        Assert.Contains("suspects", first.Output);
        Assert.Contains("rows that values have not seen", first.Output);
        Assert.Contains("rows.csv, line ", first.Output);
        Assert.Contains("values/report.html", first.Output);

        Result again = cli.Run([.. Knn, "--json"]);
        using JsonDocument report = JsonDocument.Parse(again.Output);
        JsonElement root = report.RootElement;
        Assert.Equal(120, root.GetProperty("rows").GetInt64());
        Assert.Equal(0, root.GetProperty("held_out_rows").GetInt64());
        Assert.InRange(root.GetProperty("suspects").GetProperty("rows").GetInt64(), 8, 16);
        // Rows 1, 11, 21 ... are wrong; the header is line 1.
        string[] places =
        [
            .. root.GetProperty("lowest").EnumerateArray().Take(8).Select(row => row.GetProperty("place").GetString()!),
        ];
        Assert.All(
            places,
            place => Assert.Equal(2, int.Parse(place["line ".Length..], CultureInfo.InvariantCulture) % 10)
        );
        long dropped = root.GetProperty("dropped").GetInt64();
        Assert.Equal(121 - dropped, File.ReadLines(cli.Path("values/cleaned.csv")).Count());
        string[] values = File.ReadAllLines(cli.Path("values/values.csv"));
        Assert.Equal("a,b,y,assay_id,knn-shapley", values[0]);
        Assert.Equal(121, values.Length);
        string page = File.ReadAllText(cli.Path("values/report.html"));
        Assert.Contains("Removal and addition", page);
        Assert.Contains("<polyline", page);
        Assert.DoesNotContain("NaN", page);

        string[] bytes = cli.Bytes("values");
        Result third = cli.Run(Knn);
        Assert.Contains("computed before", third.Output);
        Assert.Equal(bytes, cli.Bytes("values"));
        Assert.Equal(0, cli.Run([.. Knn, "--drop", "50%", "--curves", "0", "--threads", "1"]).Code);
        Assert.Equal(61, File.ReadLines(cli.Path("values/cleaned.csv")).Count());
    }

    [Fact]
    public void Without_a_test_rows_are_held_out_and_that_is_said()
    {
        using Cli cli = Prepare();
        Result result = cli.Run("value", "knn-shapley", "rows.csv", "--label", "y", "--hold-out", "40");
        Assert.True(result.Code == 0, result.Error);
        Assert.Contains("80 rows, judged by 27 others of the 40 held out of the data", result.Output);
        // Rows that were held out have no value, and stay in the cleaned table.
        Assert.Equal(81, File.ReadLines(cli.Path("values/values.csv")).Count());
        Assert.InRange(File.ReadLines(cli.Path("values/cleaned.csv")).Count(), 101, 120);
    }

    [Theory]
    [InlineData("shapley", "--permutations", "4")]
    [InlineData("shapley", "--permutations", "4", "--estimator", "gradient")]
    [InlineData("beta-shapley", "--permutations", "4")]
    [InlineData("banzhaf", "--sets", "20")]
    [InlineData("loo", "--model", "knn")]
    [InlineData("data-oob", "--models", "20")]
    public void Every_method_of_labelled_tables_is_a_command(string method, params string[] options)
    {
        using Cli cli = Prepare();
        Result result = cli.Run(["value", method, "rows.csv", "--label", "y", "--test", "test.csv", .. options]);
        Assert.True(result.Code == 0, result.Error);
        Assert.Contains(method, result.Output);
        Assert.Contains("Removal and addition", File.ReadAllText(cli.Path("values/report.html")));
        Assert.Contains("<polyline", File.ReadAllText(cli.Path("values/report.html")));
    }

    [Fact]
    public void A_dataset_that_an_option_names_is_a_path()
    {
        using Cli cli = Prepare();
        Result given = cli.Run("value", "influence", "rows.csv", "--label", "y", "--target", "test.csv");
        Assert.True(given.Code == 0, given.Error);
        Assert.Contains("influence of 120 rows", given.Output);
        Result heldOut = cli.Run("value", "influence", "rows.csv", "--label", "y", "--hold-out", "30");
        Assert.True(heldOut.Code == 0, heldOut.Error);
        Assert.Contains("influence of 90 rows", heldOut.Output);
        Assert.DoesNotContain("--curves", cli.Run("value", "influence", "--help").Output);
    }

    [Fact]
    public void Values_of_texts_have_no_suspects()
    {
        using Cli cli = Corpus.Prepare(40);
        Result result = cli.Run("value", "perplexity", "pool.jsonl");
        Assert.True(result.Code == 0, result.Error);
        Assert.DoesNotContain("suspects", result.Output);
        Assert.True(File.Exists(cli.Path("values/values.jsonl")));
        Assert.False(File.Exists(cli.Path("values/cleaned.jsonl")));
    }

    [Fact]
    public void Killed_or_on_other_threads_it_gives_the_same_values()
    {
        using Cli whole = Prepare(),
            killed = Prepare();
        Assert.Equal(0, whole.Run([.. Shapley, "--permutations", "300", "--threads", "1"]).Code);
        using (Process process = killed.Start([.. Shapley, "--permutations", "300"]))
        {
            while (!process.HasExited && Passes(killed).Length < 3)
                Thread.Sleep(2);
            process.Kill();
            process.WaitForExit();
        }
        Assert.NotEmpty(Passes(killed));
        Assert.Equal(0, killed.Run([.. Shapley, "--permutations", "300"]).Code);
        Assert.Equal(whole.Bytes("values"), killed.Bytes("values"));
    }

    [Fact]
    public void More_permutations_go_on_from_those_that_were_walked()
    {
        using Cli once = Prepare(),
            twice = Prepare();
        Assert.Equal(0, once.Run([.. Shapley, "--permutations", "130"]).Code);
        Assert.Equal(0, twice.Run([.. Shapley, "--permutations", "60"]).Code);
        string[] first = Passes(twice);
        Assert.Equal(6, first.Length); // of ten permutations each
        DateTime[] written = [.. first.Order().Select(File.GetLastWriteTimeUtc)];
        Assert.Equal(0, twice.Run([.. Shapley, "--permutations", "130"]).Code);
        Assert.Equal(13, Passes(twice).Length);
        Assert.Equal(written, first.Order().Select(File.GetLastWriteTimeUtc));
        Assert.Equal(once.Bytes("values", "report.html"), twice.Bytes("values", "report.html"));
    }

    [Theory]
    [InlineData(1, "no column 'klass'", "value", "knn-shapley", "rows.csv", "--label", "klass", "--test", "test.csv")]
    [InlineData(1, "nowhere.csv", "value", "knn-shapley", "rows.csv", "--label", "y", "--test", "nowhere.csv")]
    [InlineData(
        1,
        "is not a number",
        "value",
        "loo",
        "holes.csv",
        "--label",
        "y",
        "--test",
        "test.csv",
        "--features",
        "a,b"
    )]
    [InlineData(1, "have the same 'y'", "value", "loo", "one.csv", "--label", "y", "--test", "one.csv")]
    [InlineData(
        1,
        "cannot be split",
        "value",
        "loo",
        "rows.csv",
        "--label",
        "y",
        "--test",
        "test.csv",
        "--curves",
        "100%"
    )]
    [InlineData(1, "folder for the result is a file", "value", "loo", "rows.csv", "--label", "y", "--out", "one.csv")]
    [InlineData(1, "cannot be split", "value", "loo", "rows.csv", "--label", "y", "--hold-out", "100%")]
    [InlineData(2, "--drop", "value", "loo", "rows.csv", "--label", "y", "--drop", "many")]
    [InlineData(2, "from 2 to", "value", "shapley", "rows.csv", "--label", "y", "--permutations", "1")]
    [InlineData(2, "no option '--lable'", "value", "shapley", "rows.csv", "--lable", "y")]
    [InlineData(2, "'shaply'", "value", "shaply", "rows.csv")]
    public void What_is_wrong_is_said_without_a_stack_trace(int code, string said, params string[] arguments)
    {
        using Cli cli = Prepare();
        cli.Write("holes.csv", "a,b,y\n1,2,yes\nnone,3,no\n4,5,yes\n");
        cli.Write("one.csv", "a,b,y\n1,2,yes\n2,3,yes\n4,5,yes\n");
        Result result = cli.Run(arguments);
        Assert.True(result.Code == code, $"{result.Code}: {result.Error}");
        Assert.Contains(said, result.Error);
        Assert.DoesNotContain("   at ", result.Error);
        Assert.False(Directory.Exists(cli.Path("values")));
    }

    [Fact]
    public void Help_names_the_methods_and_what_an_option_takes()
    {
        using Cli cli = new();
        Assert.Contains("knn-shapley", cli.Run("value", "--help").Output);
        Result help = cli.Run("value", "shapley", "--help");
        Assert.Contains("tmc|gradient|exact", help.Output);
        Assert.Contains("--test <path>", help.Output);
        Assert.DoesNotContain("<c>", help.Output);
    }

    private static string[] Passes(Cli cli) =>
        Directory.Exists(cli.Path(".assay"))
            ? Directory.GetFiles(cli.Path(".assay"), "permutations-??????", SearchOption.AllDirectories)
            : [];

    private static Cli Prepare()
    {
        Cli cli = new();
        cli.Write("rows.csv", Labelled(120, 1, wrong: 10));
        cli.Write("test.csv", Labelled(90, 2, wrong: 0));
        return cli;
    }

    // Two clouds, and in every n-th row the label of the other one.
    private static string Labelled(int rows, ulong seed, int wrong)
    {
        RandomStream random = new(seed, "clouds");
        StringBuilder csv = new("a,b,y\n");
        for (int i = 0; i < rows; i++)
        {
            int side = random.NextInt32(2);
            double a = random.NextGaussian() + 4 * side,
                b = random.NextGaussian() - 4 * side;
            bool isWrong = wrong > 0 && i % wrong == 0;
            csv.Append(CultureInfo.InvariantCulture, $"{a:0.000},{b:0.000},{(side == 1 != isWrong ? "yes" : "no")}\n");
        }
        return csv.ToString();
    }
}
