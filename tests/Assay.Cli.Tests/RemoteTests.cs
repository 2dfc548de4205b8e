using System.Diagnostics;
using System.Text;

namespace Assay.Tests.Cli;

public sealed class RemoteTests
{
    private static readonly byte[] Rows = Encoding.UTF8.GetBytes(
        string.Concat(
            Enumerable.Range(0, 40_000).Select(i => $"{{\"text\":\"row {i} of a file that is elsewhere\"}}\n")
        )
    );

    private const string Recipe = """
        assay: 1
        data:
          pool: { path: "URL" }
        candidates: { all: [ select/random: { keep: 100 } ] }
        export: { to: out }
        """;

    [Fact]
    public void A_killed_download_goes_on_at_the_byte()
    {
        bool isSlow = true;
        using WebServer server = new(request =>
        {
            WebAnswer answer = WebAnswer.File(request, Rows, "\"1\"");
            return isSlow ? answer with { Chunk = 20_000, Pause = TimeSpan.FromMilliseconds(20) } : answer;
        });
        using Cli cli = new();
        cli.Write("r.yaml", Recipe.Replace("URL", server.Root + "/pool.jsonl"));
        using (Process process = cli.Start("run", "r.yaml", "--quiet"))
        {
            long Arrived() =>
                Directory.Exists(cli.Path(".assay/downloads"))
                    ? Directory
                        .EnumerateFiles(cli.Path(".assay/downloads"), "part-*", SearchOption.AllDirectories)
                        .Sum(file => new FileInfo(file).Length)
                    : 0;
            for (long start = Environment.TickCount64; Arrived() < 200_000; Thread.Sleep(5))
                Assert.InRange(Environment.TickCount64 - start, 0, 60_000);
            process.Kill();
            process.WaitForExit();
        }
        Assert.Empty(Directory.EnumerateFiles(cli.Path(".assay"), "pool.jsonl", SearchOption.AllDirectories));
        isSlow = false;
        int before = server.Requests.Count;
        Assert.Equal(0, cli.Run("run", "r.yaml").Code);
        Assert.Contains(server.Requests.Skip(before), request => request.Range is { From: >= 200_000 });
        Assert.Contains(
            "\"file that is elsewhere",
            "\"" + File.ReadAllText(cli.Path("out/train.jsonl")).Split("a ")[1]
        );

        // The next run asks whether the file has changed, and nothing else.
        before = server.Requests.Count;
        Assert.Equal(0, cli.Run("run", "r.yaml").Code);
        Assert.Equal("\"1\"", Assert.Single(server.Requests.Skip(before)).Header("If-None-Match"));
    }

    [Fact]
    public void Interrupted_it_stops_at_once_and_keeps_what_came()
    {
        using WebServer server = new(request =>
            WebAnswer.File(request, Rows, "\"1\"") with
            {
                Chunk = 5_000,
                Pause = TimeSpan.FromMilliseconds(50),
            }
        );
        using Cli cli = new();
        cli.Write("r.yaml", Recipe.Replace("URL", server.Root + "/pool.jsonl"));
        using Process process = cli.Start("run", "r.yaml");
        for (long start = Environment.TickCount64; server.Requests.Count < 2; Thread.Sleep(5))
            Assert.InRange(Environment.TickCount64 - start, 0, 60_000);
        Thread.Sleep(200);
        Process.Start("kill", ["-INT", process.Id.ToString()]).WaitForExit();
        long asked = Environment.TickCount64;
        Assert.True(process.WaitForExit(TimeSpan.FromSeconds(30)));
        Assert.InRange(Environment.TickCount64 - asked, 0, 5_000);
        Assert.Equal(130, process.ExitCode);
        Assert.Contains("fetch pool", process.StandardError.ReadToEnd());
        Assert.NotEmpty(Directory.EnumerateFiles(cli.Path(".assay/downloads"), "part-*", SearchOption.AllDirectories));
    }

    [Fact]
    public void Commands_of_methods_take_addresses_splits_and_configurations()
    {
        byte[] csv = Encoding.UTF8.GetBytes(
            "x,y,text\n" + string.Concat(Enumerable.Range(0, 50).Select(i => $"{i},{i % 2},word {i}\n"))
        );
        using WebServer server = new(csv);
        using Cli cli = new();
        Result diff = cli.Run("value", "knn-shapley", server.Root + "/t.csv", "--label", "y");
        Assert.True(diff.Code == 0, diff.Error);
        cli.Write("d/train.csv", Encoding.UTF8.GetString(csv));
        cli.Write("d/test.csv", "x,y,text\n1,0,a\n");
        Assert.Equal(0, cli.Run("value", "knn-shapley", "d", "--split", "train", "--label", "y").Code);
        Assert.Contains(
            "did you mean 'train'",
            cli.Run("value", "knn-shapley", "d", "--split", "tran", "--label", "y").Error
        );
    }

    [Fact]
    public void A_server_that_refuses_is_an_error_without_a_trace()
    {
        using WebServer server = new(_ => WebAnswer.Empty(404));
        using Cli cli = new();
        cli.Write("r.yaml", Recipe.Replace("URL", server.Root + "/pool.jsonl"));
        Result result = cli.Run("run", "r.yaml");
        Assert.Equal(1, result.Code);
        Assert.Contains($"{server.Root}/pool.jsonl: the server refuses: 404", result.Error);
        Assert.DoesNotContain("   at ", result.Error);
    }
}
