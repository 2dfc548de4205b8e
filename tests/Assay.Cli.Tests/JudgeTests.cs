using System.Text.Json;

namespace Assay.Tests.Cli;

public sealed class JudgeTests
{
    [Fact]
    public void Proxies_are_compared_on_the_candidates_of_a_recipe()
    {
        using Cli cli = Corpus.Prepare(80);
        File.WriteAllText(
            cli.Path("study.yaml"),
            """
            assay: 1
            data: { pool: { path: pool.jsonl } }
            steps: [ select/holdout: { as: target, size: 25% } ]
            candidates:
              half: [ select/random: { keep: 50% } ]
              long: [ select/top: { by: bytes, keep: 50% } ]
            judge: { proxy: gpt-250k, tokens: 2k, seeds: 2, metrics: [ bits-per-byte@target ] }
            """
        );
        string[] arguments = ["judge", "proxies", "study.yaml", "--reduce", "1,30"];
        Result text = cli.Run(arguments);
        Assert.True(text.Code == 0, text.Error);
        Assert.Contains("rate / 30", text.Output);
        Assert.Contains("with the largest rate: rho", text.Output);
        Result json = cli.Run([.. arguments, "--json"]);
        using JsonDocument report = JsonDocument.Parse(json.Output);
        Assert.Equal(2, report.RootElement.GetProperty("rates").GetArrayLength());
        Assert.Equal("bits-per-byte@target", report.RootElement.GetProperty("metric").GetString());

        Assert.Contains("expected", cli.Run("judge", "proxies", "study.yaml", "--reduce", "x").Error);
        Assert.Contains("has none", cli.Run("judge", "proxies", "study.yaml", "--set", "judge.proxy=ngram-3").Error);
    }
}
