using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;
using Assay.Numerics;

namespace Assay.Tests.Cli;

public sealed class RunTests
{
    [Fact]
    public void A_recipe_runs_from_data_to_report()
    {
        using Cli cli = Corpus.Prepare();
        Result run = cli.Run("run", "recipe.yaml");
        Assert.True(run.Code == 0, run.Error);
        Assert.Contains("best", run.Output);
        Assert.Contains("train.jsonl", run.Output);
        Assert.Contains("report.html", run.Output);
        Assert.Contains("select/dedup", run.Error);
        Assert.DoesNotContain("\u001b[", run.Error + run.Output);
        foreach (
            string file in (string[])
                ["train.jsonl", "target.jsonl", "dropped.jsonl", "README.md", "manifest.json", "report.html"]
        )
            Assert.True(File.Exists(cli.Path("out/" + file)), file);

        // Every row that went in is in exactly one of the files, or was left out by the candidate.
        HashSet<string> seen = [];
        foreach (string file in (string[])["train.jsonl", "target.jsonl"])
        foreach (string line in File.ReadLines(cli.Path("out/" + file)))
            Assert.True(seen.Add(JsonDocument.Parse(line).RootElement.GetProperty("assay_id").GetString()!));
        foreach (string line in File.ReadLines(cli.Path("out/dropped.jsonl")))
            seen.Add(JsonDocument.Parse(line).RootElement.GetProperty("assay_id").GetString()!);
        Assert.Equal(1500, seen.Count);
    }

    [Fact]
    public void Nothing_is_computed_twice()
    {
        using Cli cli = Corpus.Prepare();
        Assert.Equal(0, cli.Run("run", "recipe.yaml").Code);
        string[] before = cli.Bytes("out", "report.html");
        Result again = cli.Run("run", "recipe.yaml");
        Assert.Equal(0, again.Code);
        Assert.DoesNotContain("...", again.Error);
        Assert.Equal(before, cli.Bytes("out", "report.html"));
    }

    [Fact]
    public void One_thread_and_two_give_the_same_bytes()
    {
        using Cli one = Corpus.Prepare(),
            two = Corpus.Prepare();
        Assert.Equal(0, one.Run("run", "recipe.yaml", "--threads", "1", "--quiet").Code);
        Assert.Equal(0, two.Run("run", "recipe.yaml", "--threads", "2", "--quiet", "--memory", "256M").Code);
        Assert.Equal(one.Bytes("out", "report.html"), two.Bytes("out", "report.html"));
    }

    [Fact]
    public void Killed_at_twenty_random_moments_it_gives_the_same_bytes()
    {
        using Cli whole = Corpus.Prepare(4000);
        Stopwatch clock = Stopwatch.StartNew();
        Assert.Equal(0, whole.Run("run", "recipe.yaml", "--quiet").Code);
        // A machine that was busy in the first run is not waited for in the others.
        TimeSpan full = TimeSpan.FromSeconds(Math.Min(4, clock.Elapsed.TotalSeconds));
        string[] expected = whole.Bytes("out", "report.html");

        RandomStream random = new(20, "kills");
        using Cli killed = Corpus.Prepare(4000);
        for (int kill = 0; kill < 20; kill++)
        {
            using (Process process = killed.Start("run", "recipe.yaml", "--quiet"))
            {
                Thread.Sleep(full * (0.1 + 0.9 * random.NextDouble()));
                process.Kill();
                process.WaitForExit();
            }
            // Now and then start from nothing, or the kills would soon all hit the end.
            if (kill % 5 == 4)
            {
                Assert.Equal(0, killed.Run("run", "recipe.yaml", "--quiet").Code);
                Assert.Equal(expected, killed.Bytes("out", "report.html"));
                Directory.Delete(killed.Path("out"), recursive: true);
                Directory.Delete(killed.Path(".assay"), recursive: true);
            }
        }
        Assert.Equal(0, killed.Run("run", "recipe.yaml", "--quiet").Code);
        Assert.Equal(expected, killed.Bytes("out", "report.html"));
        Assert.DoesNotContain(
            Directory.EnumerateFiles(killed.Path("out")),
            file => file.EndsWith(".part", StringComparison.Ordinal)
        );
    }

    [Fact]
    public void Interrupted_it_ends_with_130_and_goes_on_later()
    {
        using Cli cli = Corpus.Prepare(20_000);
        using (Process process = cli.Start("run", "recipe.yaml"))
        {
            // Its first words say that it is at work.
            process.StandardError.ReadLine();
            _ = kill(process.Id, 2);
            Assert.True(process.WaitForExit(TimeSpan.FromSeconds(20)));
            Assert.Equal(130, process.ExitCode);
            Assert.Contains("run the same command again", process.StandardError.ReadToEnd());
        }
        Assert.Equal(0, cli.Run("run", "recipe.yaml", "--quiet").Code);
    }

    [Fact]
    public void Quarantined_rows_are_kept_and_the_exit_code_says_so()
    {
        using Cli cli = Corpus.Prepare();
        File.AppendAllText(cli.Path("pool.jsonl"), "{\"text\": 12}\n{\"text\": \"broken\n");

        Result fail = cli.Run("run", "recipe.yaml", "--quiet");
        Assert.Equal(1, fail.Code);
        Assert.Contains("pool.jsonl:1501", fail.Error);
        Assert.Contains("--on-bad-row", fail.Error);
        Assert.DoesNotContain("   at ", fail.Error);

        Result quarantine = cli.Run("run", "recipe.yaml", "--on-bad-row", "quarantine");
        Assert.Equal(3, quarantine.Code);
        Assert.Contains("2 bad rows quarantined", quarantine.Output);
        string[] kept = File.ReadAllLines(Directory.GetFiles(cli.Path(".assay/quarantine")).Single());
        Assert.Equal(2, kept.Length);
        Assert.Contains("broken", kept[1]);

        Assert.Equal(0, cli.Run("run", "recipe.yaml", "--on-bad-row", "skip", "--quiet").Code);
    }

    [Fact]
    public void A_full_disk_is_a_clear_error_and_corrupts_nothing()
    {
        Assert.SkipUnless(
            Environment.UserName == "root" && OperatingSystem.IsLinux(),
            "mounting a small disk takes root on Linux"
        );
        using Cli cli = Corpus.Prepare(4000);
        Assert.Equal(0, cli.Run("run", "recipe.yaml", "--quiet").Code);
        string[] expected = cli.Bytes("out", "report.html");
        Directory.Delete(cli.Path("out"), recursive: true);

        Directory.CreateDirectory(cli.Path("small"));
        Assert.SkipUnless(
            Shell("mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", cli.Path("small")) == 0,
            "mounting is not allowed here"
        );
        try
        {
            Result full = cli.Run("run", "recipe.yaml", "--store", "small/store", "--quiet");
            Assert.Equal(1, full.Code);
            Assert.Contains("Free some space", full.Error);
            Assert.DoesNotContain("   at ", full.Error);

            Assert.Equal(0, Shell("mount", "-o", "remount,size=200m", cli.Path("small")));
            Result after = cli.Run("run", "recipe.yaml", "--store", "small/store", "--quiet");
            Assert.True(after.Code == 0, after.Error);
            Assert.Equal(expected, cli.Bytes("out", "report.html"));
        }
        finally
        {
            Shell("umount", cli.Path("small"));
        }
    }

    [Fact]
    public void Json_is_all_that_standard_output_gets()
    {
        using Cli cli = Corpus.Prepare();
        Result run = cli.Run("run", "recipe.yaml", "--json");
        Assert.Equal(0, run.Code);
        using JsonDocument json = JsonDocument.Parse(run.Output);
        Assert.Equal(1500, json.RootElement.GetProperty("datasets")[0].GetProperty("rows").GetInt64());
        Assert.Equal(2, json.RootElement.GetProperty("candidates").GetArrayLength());
    }

    [Fact]
    public void A_dry_run_says_what_is_known_and_does_nothing()
    {
        using Cli cli = Corpus.Prepare();
        Result before = cli.Run("run", "recipe.yaml", "--dry-run");
        Assert.Equal(0, before.Code);
        Assert.Contains("never ran here", before.Output);
        Assert.False(Directory.Exists(cli.Path("out")));
        Assert.Equal(0, cli.Run("run", "recipe.yaml", "--quiet").Code);
        Result after = cli.Run("run", "recipe.yaml", "--dry-run", "--set", "seed=4");
        Assert.Contains("stored", after.Output);
        Assert.Contains("about", after.Output);
    }

    [Fact]
    public void Explain_traces_a_row_to_its_line()
    {
        using Cli cli = Corpus.Prepare();
        Assert.Equal(0, cli.Run("run", "recipe.yaml", "--quiet").Code);
        string[] lines = File.ReadAllLines(cli.Path("out/dropped.jsonl"));
        JsonElement dropped = JsonDocument.Parse(lines[0]).RootElement;
        Result explained = cli.Run("explain", dropped.GetProperty("assay_id").GetString()!);
        Assert.Equal(0, explained.Code);
        Assert.Contains("pool.jsonl, line ", explained.Output);
        Assert.Contains("dropped: " + dropped.GetProperty("assay_reason").GetString(), explained.Output);

        string text = dropped.GetProperty("text").GetString()!;
        int line = int.Parse(explained.Output.Split("pool.jsonl, line ")[1].Split(['\n', ',', ' '])[0]);
        JsonElement source = JsonDocument.Parse(File.ReadAllLines(cli.Path("pool.jsonl"))[line - 1]).RootElement;
        Assert.Equal(text, source.GetProperty("text").GetString());
        Assert.Equal(2, cli.Run("explain", "zz").Code);
        Assert.Equal(1, cli.Run("explain", new string('0', 32)).Code);
    }

    private static int Shell(string program, params string[] arguments)
    {
        using Process process = Process.Start(program, arguments);
        process.WaitForExit();
        return process.ExitCode;
    }

    [DllImport("libc")]
    private static extern int kill(int process, int signal);
}
