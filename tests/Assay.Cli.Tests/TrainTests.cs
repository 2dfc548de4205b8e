using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Assay.Numerics;

namespace Assay.Tests.Cli;

public sealed class TrainTests
{
    private static readonly string[] Language =
    [
        "train",
        "lm",
        "pool.jsonl",
        "--model",
        "gpt-250k",
        "--epochs",
        "0.2",
        "--context",
        "32",
        "--batch",
        "4",
    ];

    [Fact]
    public void A_language_model_is_trained_once()
    {
        using Cli cli = Corpus.Prepare(60);
        Result first = cli.Run(Language);
        Assert.True(first.Code == 0, first.Error);
        Assert.Contains("bits-per-byte", first.Output);
        Assert.Contains("model: gpt-250k", first.Error);
        foreach (string file in (string[])["config.json", "model.safetensors", "tokenizer.json", "training.json"])
            Assert.True(File.Exists(cli.Path("model/" + file)), file);
        string[] bytes = cli.Bytes("model");

        Result again = cli.Run(Language);
        Assert.Equal(0, again.Code);
        Assert.Contains("trained before", again.Output);
        Assert.Equal(bytes, cli.Bytes("model"));

        Result json = cli.Run([.. Language, "--json"]);
        using JsonDocument report = JsonDocument.Parse(json.Output);
        Assert.Equal("gpt-250k", report.RootElement.GetProperty("options").GetProperty("model").GetString());
        double[] losses =
        [
            .. report.RootElement.GetProperty("losses").EnumerateArray().Select(loss => loss.GetDouble()),
        ];
        // Bytes of letters and spaces are soon more likely than 1 in 258.
        Assert.True(losses[^1] < losses[0] - 1, $"{losses[0]} to {losses[^1]}");
        Assert.Equal(57, report.RootElement.GetProperty("rows").GetInt64());
        Assert.Equal(3, report.RootElement.GetProperty("held_out_rows").GetInt64());
    }

    [Fact]
    public void Killed_in_the_middle_or_on_other_threads_it_gives_the_same_model()
    {
        string[] arguments = [.. Language, "--quiet"];
        arguments[Array.IndexOf(arguments, "--epochs") + 1] = "0.6";
        using Cli whole = Corpus.Prepare(60),
            killed = Corpus.Prepare(60);
        Assert.Equal(0, whole.Run([.. arguments, "--threads", "1"]).Code);
        using (Process process = killed.Start([.. arguments, "--threads", "2"]))
        {
            // Killed once it has something to go on from.
            while (!process.HasExited && Checkpoints(killed).Length == 0)
                Thread.Sleep(5);
            process.Kill();
            process.WaitForExit();
        }
        Assert.False(File.Exists(killed.Path("model/training.json")), "it was done before it could be killed");
        Assert.NotEmpty(Checkpoints(killed));
        Assert.Equal(0, killed.Run([.. arguments, "--threads", "2"]).Code);
        Assert.Equal(whole.Bytes("model", "training.json"), killed.Bytes("model", "training.json"));
        Assert.Empty(Checkpoints(killed));
    }

    [Fact]
    public void An_ensemble_killed_in_the_middle_gives_the_same_members_scores_texts_and_teaches_a_student()
    {
        string[] arguments = ["train", "ensemble", .. Language[2..], "--members", "3", "--out", "ensemble", "--quiet"];
        arguments[Array.IndexOf(arguments, "--epochs") + 1] = "0.4";
        using Cli whole = Corpus.Prepare(60),
            killed = Corpus.Prepare(60);
        Assert.Equal(0, whole.Run([.. arguments, "--threads", "1"]).Code);
        using (Process process = killed.Start([.. arguments, "--threads", "2"]))
        {
            while (!process.HasExited && !Checkpoints(killed).Any(file => file.Contains("member-2")))
                Thread.Sleep(5);
            process.Kill();
            process.WaitForExit();
        }
        Assert.False(File.Exists(killed.Path("ensemble/training.json")), "it was done before it could be killed");
        Assert.Equal(0, killed.Run([.. arguments, "--threads", "2"]).Code);
        Assert.Equal(whole.Bytes("ensemble", "training.json"), killed.Bytes("ensemble", "training.json"));

        Result scored = whole.Run("value", "perplexity", "pool.jsonl", "--model", "./ensemble");
        Assert.True(scored.Code == 0, scored.Error);
        Result limit = whole.Run("plan", "asymptote", "ensemble/losses.csv");
        Assert.True(limit.Code == 0, limit.Error);
        Result student = whole.Run([
            "train",
            "distil",
            .. Language[2..],
            "--teacher",
            "ensemble",
            "--share",
            "0.5",
            "--samples",
            "0.1",
            "--out",
            "student",
        ]);
        Assert.True(student.Code == 0, student.Error);
        Assert.Contains("teacher of 3", student.Output);
        Assert.Contains("bits-per-byte-of-teacher", student.Output);
    }

    [Fact]
    public void A_classifier_is_measured_on_a_test()
    {
        using Cli cli = new();
        cli.Write("rows.csv", Labelled(200, 1));
        cli.Write("test.csv", Labelled(100, 2));
        Result words = cli.Run("train", "classifier", "rows.csv", "--test", "test.csv", "--out", "words", "--json");
        Assert.True(words.Code == 0, words.Error);
        using JsonDocument report = JsonDocument.Parse(words.Output);
        Assert.Equal(200, report.RootElement.GetProperty("rows").GetInt64());
        Assert.Equal(100, report.RootElement.GetProperty("held_out_rows").GetInt64());
        Assert.True(report.RootElement.GetProperty("scores").GetProperty("accuracy").GetDouble() > 0.9);

        Result numbers = cli.Run(
            "train",
            "classifier",
            "rows.csv",
            "--test",
            "test.csv",
            "--model",
            "mlp",
            "--features",
            "x,y",
            "--out",
            "numbers"
        );
        Assert.True(numbers.Code == 0, numbers.Error);
        Assert.Contains("accuracy", numbers.Output);
        Assert.Contains("200 to train on, 100 to measure on", numbers.Output);
        Assert.True(File.Exists(cli.Path("numbers/classifier.json")));
    }

    [Theory]
    [InlineData(1, "no column 'lable'", "train", "classifier", "rows.csv", "--label", "lable")]
    [InlineData(1, "no column 'z'", "train", "classifier", "rows.csv", "--model", "mlp", "--features", "x,z")]
    [InlineData(1, "nowhere.csv", "train", "classifier", "nowhere.csv")]
    [InlineData(1, "needs two classes", "train", "classifier", "one.csv", "--hold-out", "0")]
    [InlineData(1, "is not a number", "train", "classifier", "rows.csv", "--model", "mlp", "--features", "text")]
    [InlineData(1, "hashed words take", "train", "classifier", "many.csv", "--memory", "256M")]
    [InlineData(1, "no model that can be read", "train", "distil", "rows.csv", "--teacher", "nowhere")]
    [InlineData(2, "teacher", "train", "distil", "rows.csv")]
    [InlineData(2, "from 1 to 100", "train", "ensemble", "rows.csv", "--members", "0")]
    [InlineData(1, "does not ascend", "train", "regularised", "rows.csv", "--epoch-grid", "2,1")]
    [InlineData(1, "no column 'body'", "train", "lm", "rows.csv", "--text", "body")]
    [InlineData(1, "folder for the result is a file", "train", "lm", "rows.csv", "--out", "one.csv")]
    [InlineData(2, "no option '--frobnicate'", "train", "lm", "rows.csv", "--frobnicate", "3")]
    [InlineData(2, "gpt-250k", "train", "lm", "rows.csv", "--model", "gpt-3")]
    [InlineData(2, "from 0.001 to 1000", "train", "lm", "rows.csv", "--epochs", "ten")]
    [InlineData(2, "from 16 to 512", "train", "lm", "rows.csv", "--context", "5000")]
    [InlineData(2, "--hold-out", "train", "lm", "rows.csv", "--hold-out", "many")]
    [InlineData(2, "data", "train", "lm")]
    [InlineData(2, "'ml'", "train", "ml", "rows.csv")]
    public void What_is_wrong_is_said_without_a_stack_trace(int code, string said, params string[] arguments)
    {
        using Cli cli = new();
        cli.Write("rows.csv", Labelled(40, 1));
        cli.Write("one.csv", "text,label\nyes it is,a\nno it is not,a\n");
        cli.Write("many.csv", "text,label\n" + string.Concat(Enumerable.Range(0, 40).Select(i => $"row {i},c{i}\n")));
        Result result = cli.Run(arguments);
        Assert.True(result.Code == code, $"{result.Code}: {result.Error}");
        Assert.Contains(said, result.Error);
        Assert.DoesNotContain("   at ", result.Error);
        Assert.DoesNotContain("✓ train", result.Error);
        Assert.DoesNotContain("--set", result.Error);
        Assert.False(Directory.Exists(cli.Path("model")));
    }

    [Fact]
    public void Help_names_what_an_option_takes()
    {
        using Cli cli = new();
        Result help = cli.Run("train", "lm", "--help");
        Assert.Equal(0, help.Code);
        Assert.Contains("gpt-250k|gpt-1m|gpt-4m|gpt-10m", help.Output);
        Assert.DoesNotContain("<c>", help.Output);
        Result methods = cli.Run("methods", "train/classifier");
        Assert.Contains("logistic-hashed | logistic | mlp | convnet", methods.Output);
        Assert.DoesNotContain("()", methods.Output);
        Assert.All(methods.Output.Split('\n'), line => Assert.True(line.Length <= 100, line));
    }

    [Theory]
    [InlineData("proxy: gpt-250k, tokens: 2k, seeds: 2, metrics: [bits-per-byte@target]", "bits-per-byte@target")]
    [InlineData("proxy: logistic-hashed, label: topic, seeds: 2, metrics: [accuracy@target]", "accuracy@target")]
    public void A_trained_model_judges_candidates(string judge, string metric)
    {
        using Cli one = Prepare(),
            two = Prepare();
        Result run = one.Run("run", "recipe.yaml", "--threads", "1", "--json");
        Assert.True(run.Code == 0, run.Error);
        Assert.Contains(metric, run.Output);
        Assert.Equal(0, two.Run("run", "recipe.yaml", "--threads", "2", "--quiet").Code);
        Assert.Equal(one.Bytes("out", "report.html"), two.Bytes("out", "report.html"));

        Cli Prepare()
        {
            Cli cli = new();
            cli.Write("pool.jsonl", Corpus.Jsonl(120));
            cli.Write(
                "recipe.yaml",
                $$"""
                assay: 1
                data: { pool: { path: pool.jsonl } }
                steps: [ select/dedup, select/holdout: { size: 20%, as: target } ]
                candidates:
                  random: [ select/random: { keep: 50% } ]
                  long: [ select/top: { by: bytes, keep: 50% } ]
                judge: { {{judge}} }
                frontier: { {{(metric[0] == 'a' ? "maximise" : "minimise")}}: [ {{metric}} ] }
                export: { candidate: best, to: out }
                """
            );
            return cli;
        }
    }

    private static string[] Checkpoints(Cli cli) =>
        Directory.Exists(cli.Path(".assay"))
            ? Directory.GetFiles(cli.Path(".assay"), "step-*.safetensors", SearchOption.AllDirectories)
            : [];

    private static string Labelled(int rows, ulong seed)
    {
        RandomStream random = new(seed, "labelled");
        string[][] words =
        [
            ["river", "stone", "water", "the"],
            ["tree", "leaf", "root", "the"],
        ];
        StringBuilder csv = new("text,label,x,y\n");
        for (int i = 0; i < rows; i++)
        {
            string[] own = words[i % 2];
            csv.AppendJoin(' ', Enumerable.Range(0, 6).Select(_ => own[random.NextInt32(own.Length)]))
                .Append(i % 2 == 0 ? ",wet," : ",green,")
                .AppendJoin(
                    ',',
                    Enumerable
                        .Range(0, 2)
                        .Select(_ => (random.NextDouble() + i % 2).ToString("0.000", CultureInfo.InvariantCulture))
                )
                .Append('\n');
        }
        return csv.ToString();
    }
}
