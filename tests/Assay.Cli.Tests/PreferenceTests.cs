using System.Text;
using System.Text.Json;

namespace Assay.Tests.Cli;

public sealed class PreferenceTests
{
    private static readonly string[] Short =
    [
        "--model",
        "gpt-250k",
        "--start-epochs",
        "0.5",
        "--context",
        "48",
        "--batch",
        "8",
        "--samples",
        "2",
        "--sample-tokens",
        "4",
    ];

    [Fact]
    public void From_pairs_to_a_policy_that_is_judged()
    {
        using Cli cli = WithPairs();
        Result described = cli.Run("describe", "pairs", "pairs.jsonl");
        Assert.True(described.Code == 0, described.Error);
        Assert.Contains("80 pairs; the longer completion wins in 100 %", described.Output);
        Assert.True(File.Exists(cli.Path("describe/report.html")));

        Result trained = cli.Run(["train", "dpo", "pairs.jsonl", "--out", "policy", .. Short]);
        Assert.True(trained.Code == 0, trained.Error);
        Assert.Contains("Reward accuracy", trained.Output);
        Assert.Contains("reward-accuracy", trained.Output);
        foreach (
            string file in (string[])
                ["config.json", "model.safetensors", "tokenizer.json", "training.json", "report.html"]
        )
            Assert.True(File.Exists(cli.Path("policy/" + file)), file);
        byte[] model = File.ReadAllBytes(cli.Path("policy/model.safetensors"));
        Result again = cli.Run(["train", "dpo", "pairs.jsonl", "--out", "policy", "--json", .. Short]);
        using (JsonDocument report = JsonDocument.Parse(again.Output))
            Assert.Equal(76, report.RootElement.GetProperty("rows").GetInt64());
        Assert.Equal(model, File.ReadAllBytes(cli.Path("policy/model.safetensors")));

        Result onward = cli.Run(
            "train",
            "dpo",
            "pairs.jsonl",
            "--model",
            "policy",
            "--loss",
            "ipo",
            "--out",
            "further",
            "--context",
            "48",
            "--samples",
            "0"
        );
        Assert.True(onward.Code == 0, onward.Error);
        Result ranked = cli.Run(
            "judge",
            "ranking-accuracy",
            "pairs.jsonl",
            "--model",
            "further",
            "--reference",
            "policy",
            "--context",
            "48",
            "--out",
            "rankings"
        );
        Assert.True(ranked.Code == 0, ranked.Error);
        Assert.Contains("perfect training from its reference would rank", ranked.Output);

        Result difficulty = cli.Run(
            "value",
            "difficulty",
            "pairs.jsonl",
            "--model",
            "policy",
            "--context",
            "48",
            "--out",
            "difficulty"
        );
        Assert.True(difficulty.Code == 0, difficulty.Error);
        string[] rows = File.ReadAllLines(cli.Path("difficulty/values.jsonl"));
        Assert.Equal(80, rows.Length);
        Assert.Contains("difficulty-threshold", rows[0]);
    }

    [Fact]
    public void What_is_wrong_is_said()
    {
        using Cli cli = WithPairs();
        File.WriteAllText(
            cli.Path("plain.jsonl"),
            string.Concat(Enumerable.Range(0, 40).Select(i => $$"""{"text": "no pair {{i}}"}""" + "\n"))
        );
        Result none = cli.Run("train", "dpo", "plain.jsonl");
        Assert.Equal(1, none.Code);
        Assert.Contains("has no preferences: its columns are text", none.Error);
        Result model = cli.Run("train", "dpo", "pairs.jsonl", "--model", "nowhere");
        Assert.Equal(1, model.Code);
        Assert.Contains("there is no model 'nowhere'", model.Error);
        Result loss = cli.Run("train", "dpo", "pairs.jsonl", "--loss", "dp");
        Assert.Equal(2, loss.Code);
        Assert.Contains("dpo", loss.Error);
    }

    private static Cli WithPairs()
    {
        Cli cli = new();
        StringBuilder rows = new();
        for (int i = 0; i < 80; i++)
            rows.Append(
                $$"""{"chosen": "\n\nHuman: question {{i % 7}}\n\nAssistant: yes please", "rejected": "\n\nHuman: question {{i % 7}}\n\nAssistant: no"}"""
                    + "\n"
            );
        File.WriteAllText(cli.Path("pairs.jsonl"), rows.ToString());
        return cli;
    }
}
