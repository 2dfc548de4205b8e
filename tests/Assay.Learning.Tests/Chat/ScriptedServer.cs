using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Assay.Learning.Tests;

/// <summary>An HTTP server on the loopback address that answers the n-th request with the n-th step of a script.</summary>
internal sealed class ScriptedServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Func<NetworkStream, CancellationToken, Task>[] _script;
    private readonly Task _running;
    private readonly List<string> _requests = [];

    public ScriptedServer(params Func<NetworkStream, CancellationToken, Task>[] script)
    {
        _script = script;
        _listener.Start();
        _running = RunAsync();
    }

    public ChatEndpoint Endpoint =>
        new()
        {
            Address = new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/v1"),
            Model = "scripted",
            Key = "secret-of-the-test",
            Timeout = TimeSpan.FromSeconds(20),
        };

    /// <summary>The bodies of the requests so far.</summary>
    public IReadOnlyList<string> Requests
    {
        get
        {
            lock (_requests)
                return [.. _requests];
        }
    }

    public static Func<NetworkStream, CancellationToken, Task> Says(string text) => Body(200, Completion(text));

    public static Func<NetworkStream, CancellationToken, Task> Body(int status, string body, string headers = "") =>
        (stream, cancellation) =>
            WriteAsync(stream, Head(status, "application/json", body.Length, headers) + body, cancellation);

    public static Func<NetworkStream, CancellationToken, Task> Fails(int status, string headers = "") =>
        Body(status, $$$"""{"error":{"message":"scripted failure {{{status}}}","type":"x","code":null}}""", headers);

    /// <summary>Streams pieces; the end is left out if <paramref name="whole"/> is false.</summary>
    public static Func<NetworkStream, CancellationToken, Task> Streams(bool whole, params string[] pieces) =>
        (stream, cancellation) =>
        {
            StringBuilder body = new();
            foreach (string piece in pieces)
                body.Append($"data: {Chunk($$"""{"content":{{JsonSerializer.Serialize(piece)}}}""", "null")}\n\n");
            if (whole)
                body.Append($"data: {Chunk("{}", "\"stop\"")}\n\n")
                    .Append(
                        """data: {"id":"c","object":"chat.completion.chunk","created":1700000000,"model":"scripted","choices":[],"usage":{"prompt_tokens":10,"completion_tokens":5,"total_tokens":15}}"""
                    )
                    .Append("\n\ndata: [DONE]\n\n");
            return WriteAsync(stream, Head(200, "text/event-stream", null, "") + body, cancellation);
        };

    /// <summary>Never answers.</summary>
    public static Task Hangs(NetworkStream stream, CancellationToken cancellation) =>
        Task.Delay(Timeout.Infinite, cancellation);

    /// <summary>Promises more than it sends, then closes.</summary>
    public static Task Cuts(NetworkStream stream, CancellationToken cancellation) =>
        WriteAsync(stream, Head(200, "application/json", 1000, "") + "{\"id\":", cancellation);

    public static string Completion(string text) =>
        $$$"""{"id":"c","object":"chat.completion","created":1700000000,"model":"scripted","choices":[{"index":0,"message":{"role":"assistant","content":{{{JsonSerializer.Serialize(text)}}}},"finish_reason":"stop"}],"usage":{"prompt_tokens":10,"completion_tokens":5,"total_tokens":15}}""";

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _listener.Stop();
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        List<Task> answering = [];
        try
        {
            for (int n = 0; ; n++)
                answering.Add(AnswerAsync(await _listener.AcceptTcpClientAsync(_stop.Token)));
        }
        catch (OperationCanceledException) { }
        await Task.WhenAll(answering);
    }

    private async Task AnswerAsync(TcpClient client)
    {
        using (client)
            try
            {
                NetworkStream stream = client.GetStream();
                string body = await ReadAsync(stream, _stop.Token);
                int n;
                lock (_requests)
                {
                    n = _requests.Count;
                    _requests.Add(body);
                }
                // A request beyond the script is an answer that no test expects.
                await (n < _script.Length ? _script[n] : Fails(418))(stream, _stop.Token);
            }
            catch (Exception gone) when (gone is OperationCanceledException or IOException or SocketException) { }
    }

    private static async Task<string> ReadAsync(NetworkStream stream, CancellationToken cancellation)
    {
        List<byte> bytes = [];
        byte[] buffer = new byte[4096];
        while (true)
        {
            int read = await stream.ReadAsync(buffer, cancellation);
            if (read == 0)
                throw new IOException("the client has gone");
            bytes.AddRange(buffer.AsSpan(0, read));
            string text = Encoding.UTF8.GetString([.. bytes]);
            int head = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
            if (head < 0)
                continue;
            string length = text[..head]
                .Split("\r\n")
                .First(line => line.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase));
            if (bytes.Count - head - 4 >= int.Parse(length.Split(':')[1]))
                return text[(head + 4)..];
        }
    }

    private static string Chunk(string delta, string finish) =>
        $$"""{"id":"c","object":"chat.completion.chunk","created":1700000000,"model":"scripted","choices":[{"index":0,"delta":{{delta}},"finish_reason":{{finish}}}]}""";

    private static string Head(int status, string type, int? length, string headers) =>
        $"HTTP/1.1 {status} X\r\nContent-Type: {type}\r\nConnection: close\r\n"
        + (length is null ? "" : $"Content-Length: {length}\r\n")
        + headers
        + "\r\n";

    private static Task WriteAsync(NetworkStream stream, string text, CancellationToken cancellation) =>
        stream.WriteAsync(Encoding.UTF8.GetBytes(text), cancellation).AsTask();
}
