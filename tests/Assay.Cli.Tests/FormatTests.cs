namespace Assay.Tests.Cli;

public sealed class FormatTests
{
    private static string Recipe(string pool, string format) =>
        $"assay: 1\nseed: 1\ndata:\n  pool: {pool}\ncandidates:\n  all: [select/random: {{ keep: 100% }}]\nexport: {{ candidate: all, to: out-{format}, format: {format}, ids: false }}\n";

    [Fact]
    public void Rows_go_from_csv_through_arrow_and_parquet_to_lines()
    {
        using Cli cli = new();
        cli.Write(
            "in.csv",
            "text,year,share\n" + string.Concat(Enumerable.Range(0, 40).Select(i => $"row {i},{2000 + i},{i}.25\n"))
        );
        cli.Write("a.yaml", Recipe("{ path: in.csv, where: [{ column: year, min: 2010, max: 2019 }] }", "arrow"));
        cli.Write("b.yaml", Recipe("{ path: out-arrow/train.arrow }", "parquet"));
        cli.Write(
            "c.yaml",
            Recipe(
                "{ path: out-parquet/train.parquet, where: [{ column: share, is: [12.25, 17.25] }, { column: year, max: 2015 }] }",
                "jsonl"
            )
        );
        foreach (string recipe in (string[])["a.yaml", "b.yaml", "c.yaml"])
        {
            Result result = cli.Run("run", recipe);
            Assert.True(result.Code == 0, result.Error);
        }
        Assert.Equal(
            "{\"text\":\"row 12\",\"year\":2012,\"share\":12.25}\n",
            File.ReadAllText(cli.Path("out-jsonl/train.jsonl"))
        );
    }

    [Fact]
    public void A_truncated_arrow_file_is_told_in_one_line()
    {
        using Cli cli = new();
        cli.Write("in.csv", "text\na\nb\n");
        cli.Write("a.yaml", Recipe("{ path: in.csv }", "arrow"));
        Assert.Equal(0, cli.Run("run", "a.yaml").Code);
        File.WriteAllBytes(cli.Path("b.arrow"), File.ReadAllBytes(cli.Path("out-arrow/train.arrow"))[..^7]);
        cli.Write("b.yaml", Recipe("{ path: b.arrow }", "jsonl"));
        Result result = cli.Run("run", "b.yaml");
        Assert.Equal(1, result.Code);
        Assert.Contains(
            "b.arrow: damaged Arrow: expected ARROW1 at the end, found other bytes: the file is truncated",
            result.Error
        );
    }
}
