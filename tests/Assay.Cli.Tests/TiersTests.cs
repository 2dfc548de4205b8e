using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Assay.Tests.Cli;

/// <summary>Tiers, and demands of length, as a user gets them.</summary>
public sealed class TiersTests
{
    [Fact]
    public void Rows_go_up_through_gates_once_and_explain_themselves()
    {
        using Cli cli = new();
        using Writer writer = new();
        cli.Write("pool.jsonl", Corpus.Jsonl(120));
        cli.Write(
            "recipe.yaml",
            $$"""
            assay: 1
            seed: 3
            data: { pool: { path: pool.jsonl } }
            tiers:
              L1: [ select/clean, select/dedup ]
              L2: [ select/top: { by: bytes, keep: 20% } ]
              L3: [ make/refined: { writer: "{{writer.Address}}", writer-model: scripted, input-price: 10, output-price: 100 } ]
            """
        );
        Result first = cli.Run("tiers", "recipe.yaml", "--out", "out");
        Assert.True(first.Code == 0, first.Error);
        Assert.Contains("L2 keeps", first.Output);
        Assert.Contains("Why rows stopped", first.Output);
        Assert.Contains("clean.", first.Output);
        JsonElement[] made = Lines(cli, "L3"),
            selected = Lines(cli, "L2");
        Assert.Equal(selected.Length, made.Length);
        Assert.Equal(selected.Length, writer.Asked);
        Assert.Equal(
            selected.Select(row => row.GetProperty("assay_id").GetString()),
            made.Select(row => row.GetProperty("parents").GetString())
        );
        Assert.Contains("<html", File.ReadAllText(cli.Path("out/report.html")));
        // 10 and 5 tokens a reply, by the prices.
        string[] tiers = File.ReadAllLines(cli.Path("out/tiers.csv"));
        Assert.Equal(5, tiers.Length);
        Assert.Equal(
            selected.Length * (10 * 10 + 5 * 100) / 1e6,
            double.Parse(tiers[^1].Split(',')[5], System.Globalization.CultureInfo.InvariantCulture),
            1e-12
        );

        string[] bytes = cli.Bytes("out", "report.html");
        Result again = cli.Run("tiers", "recipe.yaml", "--out", "out", "--quiet");
        Assert.True(again.Code == 0, again.Error);
        Assert.Equal(selected.Length, writer.Asked);
        Assert.Equal(bytes, cli.Bytes("out", "report.html"));

        Result explained = cli.Run("explain", made[0].GetProperty("assay_id").GetString()!);
        Assert.Contains(
            "tier L3: make/refined  made from row " + made[0].GetProperty("parents").GetString(),
            explained.Output
        );
        Result wrong = cli.Run("run", "recipe.yaml");
        Assert.Equal(1, wrong.Code);
        Assert.Contains("assay tiers", wrong.Error);
    }

    [Fact]
    public void Demands_of_length_are_selected_and_judged()
    {
        using Cli cli = new();
        string Words(int count) => string.Join(' ', Enumerable.Repeat("word", count));
        cli.Write(
            "writing.jsonl",
            string.Join(
                '\n',
                new (string Prompt, int Words)[]
                {
                    ("Write 50 words", 50),
                    ("Write 50 words", 25),
                    ("Write", 50),
                }.Select(row => JsonSerializer.Serialize(new { prompt = row.Prompt, response = Words(row.Words) }))
            )
        );
        cli.Write(
            "recipe.yaml",
            """
            assay: 1
            data: { pool: { path: writing.jsonl, text: prompt } }
            candidates: { long: [ value/length-following, select/long-output ] }
            export: { candidate: long, to: out, dropped: true }
            """
        );
        Result run = cli.Run("run", "recipe.yaml", "--quiet");
        Assert.True(run.Code == 0, run.Error);
        Assert.Single(File.ReadAllLines(cli.Path("out/train.jsonl")));
        string dropped = File.ReadAllText(cli.Path("out/dropped.jsonl"));
        Assert.Contains("long_output.not_followed", dropped);
        Assert.Contains("long_output.no_length", dropped);
        Result judged = cli.Run("judge", "length-obedience", "writing.jsonl", "--out", "judged");
        Assert.True(judged.Code == 0, judged.Error);
        Assert.Contains("Answers score 75.0 of 100 for length", judged.Output);
        Assert.Contains("1 prompts demand no length", judged.Output);
        Assert.Equal(2, cli.Run("judge", "length-obedience", "writing.jsonl", "--temperature", "-1").Code);
    }

    private static JsonElement[] Lines(Cli cli, string tier) =>
        [.. File.ReadLines(cli.Path($"out/{tier}.jsonl")).Select(line => JsonDocument.Parse(line).RootElement)];

    /// <summary>An endpoint on the loopback address that rewrites everything to the same.</summary>
    private sealed class Writer : IDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private int _asked;

        public Writer()
        {
            _listener.Start();
            _ = Task.Run(async () =>
            {
                while (true)
                    _ = Answer(await _listener.AcceptTcpClientAsync());
            });
        }

        public string Address => $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/v1";

        public int Asked => _asked;

        public void Dispose() => _listener.Dispose();

        private async Task Answer(TcpClient client)
        {
            using (client)
            {
                NetworkStream stream = client.GetStream();
                StringBuilder request = new();
                byte[] buffer = new byte[1 << 16];
                while (!IsWhole(request.ToString()))
                {
                    int read = await stream.ReadAsync(buffer);
                    if (read == 0)
                        return;
                    request.Append(Encoding.Latin1.GetString(buffer, 0, read));
                }
                Interlocked.Increment(ref _asked);
                const string body =
                    """{"id":"c","object":"chat.completion","created":1700000000,"model":"scripted","choices":[{"index":0,"finish_reason":"stop","message":{"role":"assistant","content":"<rewritten content>Told anew.</rewritten content>"}}],"usage":{"prompt_tokens":10,"completion_tokens":5,"total_tokens":15}}""";
                await stream.WriteAsync(
                    Encoding.UTF8.GetBytes(
                        $"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n{body}"
                    )
                );
            }
        }

        private static bool IsWhole(string request)
        {
            int head = request.IndexOf("\r\n\r\n", StringComparison.Ordinal);
            if (head < 0)
                return false;
            string? length = request[..head]
                .Split("\r\n")
                .FirstOrDefault(line => line.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase));
            return length is null
                ? request.EndsWith("0\r\n\r\n", StringComparison.Ordinal)
                : request.Length - head - 4 >= int.Parse(length.Split(':')[1]);
        }
    }
}
