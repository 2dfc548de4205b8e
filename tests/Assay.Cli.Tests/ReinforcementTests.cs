using System.Diagnostics;
using System.Text;
using System.Text.Json;

namespace Assay.Tests.Cli;

/// <summary>From pairs to a reward model, from that to a policy and to the best of several samples, as a user would.</summary>
public sealed class ReinforcementTests
{
    private static readonly string[] Policy =
    [
        "train",
        "ppo",
        "pairs.jsonl",
        "--model",
        "model",
        "--reward",
        "reward",
        "--max-tokens",
        "6",
        "--iterations",
        "6",
        "--rollouts",
        "16",
        "--minibatch",
        "8",
        "--out",
        "policy",
    ];

    private static Cli Prepare()
    {
        Cli cli = new();
        StringBuilder lines = new();
        for (int i = 0; i < 60; i++)
            lines
                .Append(
                    JsonSerializer.Serialize(
                        new
                        {
                            prompt = $"sum {i}: ",
                            chosen = $"yes {i % 5}",
                            rejected = $"no {i % 7}",
                        }
                    )
                )
                .Append('\n');
        cli.Write("pairs.jsonl", lines.ToString());
        Succeed(
            cli,
            "train",
            "lm",
            "pairs.jsonl",
            "--text",
            "chosen",
            "--model",
            "gpt-250k",
            "--epochs",
            "1",
            "--context",
            "32"
        );
        Succeed(cli, "train", "reward", "pairs.jsonl", "--model", "model", "--epochs", "2", "--out", "reward");
        return cli;
    }

    private static Result Succeed(Cli cli, params string[] arguments)
    {
        Result result = cli.Run(arguments);
        Assert.True(result.Code == 0, result.Error);
        return result;
    }

    [Fact]
    public void Pairs_become_a_reward_a_policy_and_the_best_of_its_samples()
    {
        using Cli cli = Prepare();
        foreach (string file in (string[])["reward.safetensors", "model.safetensors", "report.html", "training.json"])
            Assert.True(File.Exists(cli.Path("reward/" + file)), file);
        Result trained = Succeed(cli, Policy);
        Assert.Contains("score-before", trained.Output);
        Assert.Contains("nats an answer", trained.Output);
        Assert.True(File.Exists(cli.Path("policy/iterations.csv")));
        Result best = Succeed(
            cli,
            "make",
            "best-of-n",
            "pairs.jsonl",
            "--model",
            "policy",
            "--reward",
            "reward",
            "--n",
            "4",
            "--max-tokens",
            "6",
            "--out",
            "best"
        );
        Assert.Contains("The best of 4 scores", best.Output);
        string[] rows = File.ReadAllLines(cli.Path("best/rows.jsonl"));
        Assert.Equal(60, rows.Length);
        using JsonDocument row = JsonDocument.Parse(rows[0]);
        Assert.True(
            row.RootElement.GetProperty("score").GetDouble() >= row.RootElement.GetProperty("mean_score").GetDouble()
        );
    }

    [Fact]
    public void A_policy_killed_in_the_middle_is_the_same()
    {
        string[] arguments = [.. Policy, "--quiet"];
        arguments[Array.IndexOf(arguments, "--iterations") + 1] = "20";
        using Cli cli = Prepare();
        using (Process process = cli.Start([.. arguments, "--threads", "2"]))
        {
            while (!process.HasExited && Checkpoints(cli).Length == 0)
                Thread.Sleep(5);
            process.Kill();
            process.WaitForExit();
        }
        Assert.False(File.Exists(cli.Path("policy/training.json")), "it was done before it could be killed");
        Assert.NotEmpty(Checkpoints(cli));
        Succeed(cli, [.. arguments, "--threads", "2"]);
        string[] resumed = cli.Bytes("policy", "training.json", "report.html");
        Succeed(cli, [.. arguments, "--threads", "1", "--store", "other"]);
        Assert.Equal(resumed, cli.Bytes("policy", "training.json", "report.html"));
    }

    private static string[] Checkpoints(Cli cli) =>
        Directory.Exists(cli.Path(".assay"))
            ? Directory.GetFiles(cli.Path(".assay"), "step-*.safetensors", SearchOption.AllDirectories)
            : [];
}
