using System.Globalization;
using System.Text.Json;

namespace Assay.Tests.Cli;

/// <summary>Rewards of answers and weights of pairs, from files to files.</summary>
public sealed class RewardTests
{
    [Fact]
    public void Answers_with_two_rewards_become_a_policy_and_values()
    {
        using Cli cli = new();
        string rows = string.Concat(
            Enumerable
                .Range(0, 40)
                .Select(i =>
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"p{i / 8},{Math.Sin(3 * i) * 4:0.000},{Math.Cos(5 * i) * 4:0.000},answer {i}\n"
                    )
                )
        );
        cli.Write("answers.csv", "prompt,helpful,harmless,answer\n" + rows);
        string[] train =
        [
            "train",
            "reward-transform",
            "answers.csv",
            "--rewards",
            "helpful,harmless",
            "--kl",
            "0.5",
            "--out",
            "aligned",
        ];
        Result first = cli.Run(train);
        Assert.True(first.Code == 0, first.Error);
        Assert.Contains("0.50 nats", first.Output);
        Assert.Equal(5, File.ReadLines(cli.Path("aligned/best.jsonl")).Count());
        Assert.Equal(41, File.ReadLines(cli.Path("aligned/policy.csv")).Count());
        Assert.Contains("Good in all, at equal distance", File.ReadAllText(cli.Path("aligned/report.html")));
        Assert.Contains("trained before", cli.Run(train).Output);

        // References of other answers make another policy.
        cli.Write("base.csv", "prompt,helpful,harmless,answer\n" + rows.Replace("answer 3", "other"));
        Result same = cli.Run([.. train, "--base", "base.csv"]);
        Assert.True(same.Code == 0, same.Error);
        Assert.DoesNotContain("trained before", same.Output);
        cli.Write("base.csv", "prompt,helpful,harmless,answer\np0,1,1,x\n");
        Assert.Contains("no answers to the prompt 'p1'", cli.Run([.. train, "--base", "base.csv"]).Error);

        Result valued = cli.Run("value", "reward-transform", "answers.csv", "--rewards", "helpful,harmless", "--json");
        Assert.True(valued.Code == 0, valued.Error);
        using JsonDocument report = JsonDocument.Parse(valued.Output);
        Assert.Equal(40, report.RootElement.GetProperty("rows").GetInt64());
        Assert.StartsWith(
            "prompt,helpful,harmless,answer,assay_id,combined,all-good,",
            File.ReadLines(cli.Path("values/values.csv")).First()
        );
        Assert.Contains(
            "less than 'kl: 9'",
            cli.Run("train", "reward-transform", "answers.csv", "--rewards", "helpful,harmless", "--kl", "9").Error
        );
    }

    [Fact]
    public void Pairs_are_weighed_and_trained_on_with_their_weights()
    {
        using Cli cli = new();
        cli.Write(
            "pairs.jsonl",
            string.Concat(
                Enumerable
                    .Range(0, 40)
                    .Select(i =>
                        $"{{\"prompt\": \"q{i}\", \"chosen\": \"thanks {i % 7}\", \"rejected\": \"no {i % 5}\"}}\n"
                    )
            )
        );
        Result valued = cli.Run("value", "madpo", "pairs.jsonl");
        Assert.True(valued.Code == 0, valued.Error);
        Assert.Contains("\"madpo-weight\":", File.ReadLines(cli.Path("values/values.jsonl")).First());
        Result trained = cli.Run(
            "train",
            "dpo",
            "values/values.jsonl",
            "--weights",
            "madpo-weight",
            "--start-epochs",
            "0.1",
            "--context",
            "24",
            "--samples",
            "0"
        );
        Assert.True(trained.Code == 0, trained.Error);
        Assert.Contains("reward-accuracy", trained.Output);
        Result conflict = cli.Run("value", "conflict", "pairs.jsonl", "--criteria", "length,overlap");
        Assert.True(conflict.Code == 0, conflict.Error);
        Assert.Contains("by length, overlap", conflict.Output);
    }
}
