using System.Text.Json;

namespace Assay.Tests.Cli;

/// <summary>assay describe quality, diversity and complexity, and their measures as objectives of a recipe.</summary>
public sealed class DescribeSetsTests
{
    [Fact]
    public void Datasets_are_described_side_by_side()
    {
        using Cli cli = new();
        cli.Write("seed.jsonl", Corpus.Jsonl(120));
        cli.Write(
            "made.jsonl",
            string.Concat(
                Enumerable
                    .Range(0, 120)
                    .Select(i =>
                        JsonSerializer.Serialize(new { text = $"the same text about nothing, number {i % 7}" }) + "\n"
                    )
            )
        );
        cli.Write("other.jsonl", Corpus.Jsonl(120, seed: 5));
        Result result = cli.Run(
            "describe",
            "diversity",
            "seed.jsonl",
            "--beside",
            "made.jsonl",
            "other.jsonl",
            "--sample",
            "80"
        );
        Assert.True(result.Code == 0, result.Error);
        Assert.Contains("'made' is more diverse than 'data' by", result.Output);
        Assert.Contains("'other' is more diverse than 'data' by", result.Output);
        Assert.Contains("hashed n-grams of words, 256 numbers", result.Output);
        string page = File.ReadAllText(cli.Path("describe/report.html"));
        Assert.Contains("How much more diverse: made against data", page);
        Assert.StartsWith(
            "measure,data,±,made,±,other,±,rows,what",
            File.ReadAllText(cli.Path("describe/repetition.csv"))
        );

        Result again = cli.Run(
            "describe",
            "diversity",
            "seed.jsonl",
            "--beside",
            "made.jsonl",
            "other.jsonl",
            "--sample",
            "80"
        );
        Assert.Contains("done before", again.Output);

        Result quality = cli.Run("describe", "quality", "seed.jsonl", "--scores", "score", "--out", "quality");
        Assert.True(quality.Code == 0, quality.Error);
        Assert.Contains("'data' has a mean score of 0.", quality.Output);
        Result complexity = cli.Run(
            "describe",
            "complexity",
            "seed.jsonl",
            "--beside",
            "made.jsonl",
            "--out",
            "complexity"
        );
        Assert.True(complexity.Code == 0, complexity.Error);
        Assert.Contains("'made' is more complex than 'data' by 0 of", complexity.Output);
    }

    [Fact]
    public void A_mistake_is_named()
    {
        using Cli cli = new();
        cli.Write("rows.jsonl", """{"text": "one"}""" + "\n");
        Result missing = cli.Run("describe", "diversity", "rows.jsonl", "--beside", "none.jsonl");
        Assert.Equal(1, missing.Code);
        Assert.Contains("none.jsonl", missing.Error);
        Result column = cli.Run("describe", "diversity", "rows.jsonl", "--text", "body");
        Assert.Equal(1, column.Code);
        Assert.Contains("'body'", column.Error);
        Assert.DoesNotContain("   at ", column.Error);
    }

    [Fact]
    public void A_measure_of_sets_is_an_objective_of_the_frontier()
    {
        using Cli cli = Corpus.Prepare(600);
        cli.Write(
            "recipe.yaml",
            Corpus
                .Recipe.Replace("distinct-2 ]", "vendi, self-bleu ]")
                .Replace("maximise: [ vendi, self-bleu ]", "maximise: [ vendi ]")
                .Replace("minimise: [ bits-per-byte@target ]", "minimise: [ bits-per-byte@target, self-bleu ]")
        );
        Result result = cli.Run("run", "recipe.yaml");
        Assert.True(result.Code == 0, result.Error);
        Assert.Contains("vendi", result.Output);
        Assert.Contains("self-bleu", result.Output);
        Result wrong = cli.Run("run", "recipe.yaml", "--set", "judge.metrics=[vendy]");
        Assert.Contains("vendi", wrong.Error); // among the metrics that there are
    }
}
