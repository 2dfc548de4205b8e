using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Assay.Tests;

/// <summary>
/// A server of files on a port of this machine, as good or as bad as a test wants it: every answer is bytes that the test decides
/// on, and every connection serves one request.
/// </summary>
internal sealed class WebServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Func<WebRequest, WebAnswer> _answer;
    private readonly CancellationTokenSource _stop = new();

    public WebServer(Func<WebRequest, WebAnswer> answer)
    {
        _answer = answer;
        _listener.Start();
        _ = Task.Run(Serve);
    }

    /// <summary>Serves one file under every path, with ranges and an entity tag.</summary>
    public WebServer(byte[] file, string tag = "\"1\"")
        : this(request => WebAnswer.File(request, file, tag)) { }

    /// <summary>What was asked for, in order.</summary>
    public ConcurrentQueue<WebRequest> Requests { get; } = [];

    public string Root => $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";

    public void Dispose()
    {
        _stop.Cancel();
        _listener.Dispose();
        _stop.Dispose();
    }

    private async Task Serve()
    {
        try
        {
            while (true)
                _ = Serve(await _listener.AcceptTcpClientAsync(_stop.Token));
        }
        catch (Exception failure)
            when (failure is OperationCanceledException or SocketException or ObjectDisposedException) { }
    }

    private async Task Serve(TcpClient client)
    {
        await Task.Yield();
        using (client)
            try
            {
                NetworkStream stream = client.GetStream();
                if (await WebRequest.Read(stream) is not { } request)
                    return;
                Requests.Enqueue(request);
                WebAnswer answer = _answer(request);
                StringBuilder head = new($"HTTP/1.1 {answer.Status} x\r\nConnection: close\r\n");
                foreach ((string name, string value) in answer.Headers)
                    head.Append(name).Append(": ").Append(value).Append("\r\n");
                await stream.WriteAsync(Encoding.ASCII.GetBytes(head.Append("\r\n").ToString()));
                int upTo = answer.CutAfter ?? answer.Body.Length;
                for (int at = 0; at < upTo; at += answer.Chunk)
                {
                    await stream.WriteAsync(answer.Body.AsMemory(at, Math.Min(answer.Chunk, upTo - at)), _stop.Token);
                    if (answer.Pause > TimeSpan.Zero)
                        await Task.Delay(answer.Pause, _stop.Token);
                }
                if (answer.Hang)
                    await Task.Delay(Timeout.Infinite, _stop.Token);
                // An end that the client cannot take for one that was meant.
                if (answer.CutAfter is not null)
                    client.LingerState = new(true, 0);
            }
            catch (Exception failure)
                when (failure is IOException or SocketException or OperationCanceledException or ObjectDisposedException
                ) { }
    }
}

internal sealed record WebRequest(string Path, IReadOnlyDictionary<string, string> Headers)
{
    public string? Header(string name) => Headers.GetValueOrDefault(name);

    /// <summary>The first and last byte asked for, or null.</summary>
    public (int From, int To)? Range =>
        Header("Range") is { } range && range["bytes=".Length..].Split('-') is [var from, var to]
            ? (int.Parse(from), int.Parse(to))
            : null;

    public static async Task<WebRequest?> Read(Stream stream)
    {
        List<byte> head = [];
        byte[] one = new byte[1];
        while (head.Count < 65536 && !(head.Count >= 4 && head[^1] == '\n' && head[^3] == '\n'))
        {
            if (await stream.ReadAsync(one) == 0)
                return null;
            head.Add(one[0]);
        }
        string[] lines = Encoding.ASCII.GetString([.. head]).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        return new(
            lines[0].Split(' ')[1],
            lines
                .Skip(1)
                .Select(line => line.Split(':', 2))
                .ToDictionary(parts => parts[0], parts => parts[1].Trim(), StringComparer.OrdinalIgnoreCase)
        );
    }
}

internal sealed record WebAnswer(int Status, byte[] Body)
{
    public List<(string Name, string Value)> Headers { get; init; } = [];

    /// <summary>The connection is cut behind so many bytes.</summary>
    public int? CutAfter { get; init; }

    /// <summary>After the body nothing comes, and the connection stays open.</summary>
    public bool Hang { get; init; }

    public int Chunk { get; init; } = 1 << 16;

    public TimeSpan Pause { get; init; }

    public static WebAnswer Empty(int status, params (string, string)[] headers) =>
        new(status, []) { Headers = [("Content-Length", "0"), .. headers] };

    public static WebAnswer Text(string text, params (string, string)[] headers) =>
        new(200, Encoding.UTF8.GetBytes(text))
        {
            Headers = [("Content-Length", Encoding.UTF8.GetByteCount(text).ToString()), .. headers],
        };

    /// <summary>What a good server answers.</summary>
    public static WebAnswer File(WebRequest request, byte[] file, string tag, params (string, string)[] headers)
    {
        if (request.Header("If-None-Match") == tag)
            return new(304, []) { Headers = [("ETag", tag), .. headers] };
        bool isSame = request.Header("If-Range") is not { } wanted || wanted == tag;
        if (request.Range is not { } range || !isSame)
            return new(200, file)
            {
                Headers =
                [
                    ("Content-Length", file.Length.ToString()),
                    ("ETag", tag),
                    ("Accept-Ranges", "bytes"),
                    .. headers,
                ],
            };
        if (range.From >= file.Length)
            return Empty(416, ("Content-Range", $"bytes */{file.Length}"), ("ETag", tag));
        int to = Math.Min(range.To, file.Length - 1);
        return new(206, file[range.From..(to + 1)])
        {
            Headers =
            [
                ("Content-Length", (to + 1 - range.From).ToString()),
                ("Content-Range", $"bytes {range.From}-{to}/{file.Length}"),
                ("ETag", tag),
                .. headers,
            ],
        };
    }
}
