using System.Text.Json;

namespace Assay.Tests.Cli;

/// <summary>Recipes of the selection survey's methods, run as a user runs them.</summary>
public sealed class SelectionTests
{
    [Fact]
    public void Signals_and_selectors_of_the_survey_run_from_a_recipe()
    {
        using Cli cli = Prepare();
        Result run = cli.Run("run", "recipe.yaml", "--quiet", "--threads", "2");
        Assert.True(run.Code == 0, run.Error);
        Dictionary<string, int> reasons = [];
        foreach (string line in File.ReadLines(cli.Path("out/dropped.jsonl")))
        {
            string reason = JsonDocument.Parse(line).RootElement.GetProperty("assay_reason").GetString()!;
            reasons[reason] = reasons.GetValueOrDefault(reason) + 1;
        }
        Assert.Equal(40, reasons["url.domain"]);
        Assert.Equal(40, reasons["language.de"]);
        Assert.True(reasons["dsir.not_drawn"] > 0, string.Join(", ", reasons));

        using Cli again = Prepare();
        Assert.Equal(0, again.Run("run", "recipe.yaml", "--quiet", "--threads", "1").Code);
        Assert.Equal(cli.Bytes("out", "report.html"), again.Bytes("out", "report.html"));
    }

    private static Cli Prepare()
    {
        Cli cli = new();
        List<string> rows = [];
        foreach ((int i, string line) in Corpus.Jsonl(400).Split('\n', StringSplitOptions.RemoveEmptyEntries).Index())
        {
            JsonElement row = JsonDocument.Parse(line).RootElement;
            bool isGerman = i % 10 == 1;
            rows.Add(
                JsonSerializer.Serialize(
                    new
                    {
                        text = isGerman
                            ? $"Am {i}. Tag ging der alte Mann wieder langsam durch den Wald und dachte an nichts."
                            : "This is what they said about it. " + row.GetProperty("text").GetString(),
                        topic = $"t{i % 3}",
                        url = i % 10 == 0 ? "http://blocked.example/page" : $"http://fine.example/{i}",
                    }
                )
            );
        }
        cli.Write("pool.jsonl", string.Join('\n', rows));
        cli.Write("target.jsonl", Corpus.Jsonl(60, seed: 9));
        cli.Write("block.jsonl", "{\"text\": \"blocked.example\"}\n");
        cli.Write(
            "recipe.yaml",
            """
            assay: 1
            seed: 3
            data:
              pool: { path: pool.jsonl }
              target: { path: target.jsonl }
              block: { path: block.jsonl }
            steps:
              - select/url: { blocked: block }
              - select/language: { keep: [ en ], threshold: 0.3 }
              - value/language
              - value/quality: { positive: target }
              - value/dsir: { target: target, laplace: 1, min-tokens: 10 }
            candidates:
              dsir: [ select/dsir: { target: target, keep: 30%, laplace: 1, min-tokens: 10 } ]
              pareto: [ select/pareto-threshold: { by: quality, alpha: 1.5 } ]
              soft: [ select/top: { by: dsir-per-token, keep: 30%, temperature: 0.1 } ]
              per-topic: [ select/top: { by: quality, keep: 30%, per: topic }, select/random: { keep: 50%, weight: language-en } ]
            export: { candidate: dsir, to: out, dropped: true }
            """
        );
        return cli;
    }
}
