using System.Net;
using System.Net.Http.Headers;
using Polly;
using Polly.Retry;

namespace Assay.Data;

/// <summary>How patient downloads are.</summary>
internal sealed record TransportOptions
{
    /// <summary>How often a request is made again before it has failed.</summary>
    public int Retries { get; init; } = 5;

    /// <summary>The wait before the first of them; it doubles.</summary>
    public TimeSpan FirstWait { get; init; } = TimeSpan.FromSeconds(0.5);

    /// <summary>The longest wait that a server may ask for.</summary>
    public TimeSpan LongestAsked { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>A server that sends nothing for so long has been lost.</summary>
    public TimeSpan Stall { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Requests at a time.</summary>
    public int Connections { get; init; } = 4;

    /// <summary>Bytes that are asked for at once where a server gives parts.</summary>
    public long PartBytes { get; init; } = 32L << 20;

    /// <summary>Where the Hugging Face Hub is; the environment's <c>HF_ENDPOINT</c> if it is set.</summary>
    public Uri Hub { get; init; } = HubAddress.Endpoint();

    /// <summary>What the Hub knows the user by (<c>HF_TOKEN</c>); sent to the Hub and to nobody else.</summary>
    public string? Token { get; init; } = Environment.GetEnvironmentVariable("HF_TOKEN");
}

/// <summary>Requests over HTTP that trust no server: bounded redirects, no secret for a second host, waits that end.</summary>
internal sealed class Transport : IDisposable
{
    private const int RedirectLimit = 10;
    private readonly TransportOptions _options;
    private readonly HttpClient _client;
    private readonly ResiliencePipeline _retrying;
    private readonly SemaphoreSlim _connections;

    /// <param name="options">How patient it is.</param>
    /// <param name="notice">Told, in a few words, of what is tried again.</param>
    public Transport(TransportOptions options, Action<string>? notice = null)
    {
        _options = options;
        _connections = new(options.Connections);
        _client = new(
            new SocketsHttpHandler
            {
                AllowAutoRedirect = false,
                AutomaticDecompression = DecompressionMethods.None,
                UseCookies = false,
                ConnectTimeout = TimeSpan.FromSeconds(15),
                MaxConnectionsPerServer = 2 * options.Connections,
                MaxResponseHeadersLength = 64,
                MaxResponseDrainSize = 64 << 10,
            }
        )
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
        _client.DefaultRequestHeaders.UserAgent.Add(
            new("assay", typeof(Transport).Assembly.GetName().Version!.ToString(3))
        );
        _retrying = new ResiliencePipelineBuilder()
            .AddRetry(
                new RetryStrategyOptions
                {
                    MaxRetryAttempts = options.Retries,
                    BackoffType = DelayBackoffType.Exponential,
                    UseJitter = true,
                    Delay = options.FirstWait,
                    MaxDelay = TimeSpan.FromSeconds(30),
                    ShouldHandle = arguments => ValueTask.FromResult(IsTransient(arguments.Outcome.Exception)),
                    // Null means the wait that grows exponentially.
                    DelayGenerator = arguments =>
                        ValueTask.FromResult((arguments.Outcome.Exception as TransientException)?.RetryAfter),
                    OnRetry = arguments =>
                    {
                        notice?.Invoke(
                            $"{Reason(arguments.Outcome.Exception!)}; again in {arguments.RetryDelay.TotalSeconds:0.0} s"
                        );
                        return ValueTask.CompletedTask;
                    },
                }
            )
            .Build();
    }

    /// <summary>Asks, and gives the answer's head to <paramref name="use"/>, which may read its body; again after failures that may pass.</summary>
    /// <param name="url">What is asked for.</param>
    /// <param name="prepare">Sets headers.</param>
    /// <param name="use">Called with an answer of success, 304 or 416.</param>
    /// <param name="cancellation">Asks to stop.</param>
    /// <exception cref="AssayException">The server refuses, or fails until patience ends.</exception>
    public async Task<T> Ask<T>(
        Uri url,
        Action<HttpRequestMessage> prepare,
        Func<Answer, CancellationToken, Task<T>> use,
        CancellationToken cancellation
    )
    {
        try
        {
            return await _retrying.ExecuteAsync(
                async stop =>
                {
                    await _connections.WaitAsync(stop);
                    try
                    {
                        using Answer answer = await Follow(url, prepare, stop);
                        return await use(answer, stop);
                    }
                    finally
                    {
                        _connections.Release();
                    }
                },
                cancellation
            );
        }
        catch (Exception failure) when (IsTransient(failure))
        {
            throw new AssayException(
                $"cannot download: {Reason(failure)}",
                new(url.ToString()),
                "Tried several times. What has arrived is kept: run the same command again, and it goes on from there.",
                failure
            );
        }
    }

    /// <summary>Reads some of a body; a server that stalls is a failure that may pass.</summary>
    public async ValueTask<int> Read(Stream body, Memory<byte> buffer, CancellationToken cancellation)
    {
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(_options.Stall);
        try
        {
            return await body.ReadAsync(buffer, patience.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new TransientException($"nothing came for {_options.Stall.TotalSeconds:0} s");
        }
        catch (IOException failure)
        {
            throw new TransientException($"the connection was cut ({failure.Message.TrimEnd('.')})");
        }
    }

    public void Dispose()
    {
        _client.Dispose();
        _connections.Dispose();
    }

    private async Task<Answer> Follow(Uri url, Action<HttpRequestMessage> prepare, CancellationToken cancellation)
    {
        Uri at = url;
        string? linkedTag = null;
        for (int hop = 0; ; hop++)
        {
            using HttpRequestMessage request = new(HttpMethod.Get, at);
            // What comes is to be the file, not a packed form of it.
            request.Headers.AcceptEncoding.Add(new("identity"));
            prepare(request);
            if (_options.Token is { Length: > 0 } token && IsHub(at))
                request.Headers.Authorization = new("Bearer", token);
            HttpResponseMessage response = await Send(request, cancellation);
            try
            {
                if (IsHub(at) && response.Headers.TryGetValues("X-Linked-ETag", out IEnumerable<string>? tags))
                    linkedTag = tags.First();
                if (
                    response.StatusCode
                    is not (
                        HttpStatusCode.MovedPermanently
                        or HttpStatusCode.Found
                        or HttpStatusCode.SeeOther
                        or HttpStatusCode.TemporaryRedirect
                        or HttpStatusCode.PermanentRedirect
                    )
                )
                {
                    Check(response, url, at);
                    return new(response, IsHub(url) ? linkedTag ?? response.Headers.ETag?.Tag : null);
                }
                if (hop == RedirectLimit)
                    throw Refused(url, $"more than {RedirectLimit} redirects, the last to {Shown(at)}");
                at = Next(url, at, response.Headers.Location);
                response.Dispose();
            }
            catch
            {
                response.Dispose();
                throw;
            }
        }
    }

    private async Task<HttpResponseMessage> Send(HttpRequestMessage request, CancellationToken cancellation)
    {
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(_options.Stall);
        try
        {
            return await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, patience.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new TransientException($"{request.RequestUri!.Host} did not answer");
        }
    }

    private static Uri Next(Uri url, Uri at, Uri? location)
    {
        if (location is null)
            throw Refused(url, $"{Shown(at)} redirects to nowhere");
        Uri next = location.IsAbsoluteUri ? location : new(at, location);
        return next.Scheme is not ("http" or "https") ? throw Refused(url, $"a redirect to {next.Scheme}:")
            : at.Scheme == "https" && next.Scheme == "http"
                ? throw Refused(url, $"a redirect from https to http, {Shown(next)}")
            : next.UserInfo.Length > 0 ? throw Refused(url, "a redirect that holds a password")
            : next.IsLoopback && !at.IsLoopback ? throw Refused(url, $"a redirect to this machine, {Shown(next)}")
            : next;
    }

    private void Check(HttpResponseMessage response, Uri url, Uri at)
    {
        int status = (int)response.StatusCode;
        if (
            response.StatusCode
            is HttpStatusCode.OK
                or HttpStatusCode.PartialContent
                or HttpStatusCode.NotModified
                or HttpStatusCode.RequestedRangeNotSatisfiable
        )
            return;
        if (status is 408 or 425 or 429 or 500 or 502 or 503 or 504)
        {
            TimeSpan? asked = AskedWait(response.Headers.RetryAfter);
            if (asked > _options.LongestAsked)
                throw new AssayException(
                    $"the server is busy ({status}) and asks to wait {asked.Value.TotalSeconds:0} s",
                    new(url.ToString()),
                    "Run the same command again later."
                );
            throw new TransientException($"the server answered {status}") { RetryAfter = asked };
        }
        throw new AssayException(
            $"the server refuses: {status} {Reason(response)}".TrimEnd(),
            new(url.ToString()),
            status switch
            {
                401 or 403 when IsHub(at) && string.IsNullOrEmpty(_options.Token) =>
                    "If the dataset is private or asks for consent, set HF_TOKEN to a token of yours. The Hub answers so for names that do not exist, too.",
                401 or 403 when IsHub(at) =>
                    "Check that HF_TOKEN may read the dataset, that its terms are accepted on its page, and its name.",
                404 or 410 => "Check the address.",
                _ => null,
            }
        );
    }

    private static TimeSpan? AskedWait(RetryConditionHeaderValue? header)
    {
        TimeSpan? wait = header?.Delta ?? header?.Date - DateTimeOffset.UtcNow;
        return wait < TimeSpan.Zero ? TimeSpan.Zero : wait;
    }

    private bool IsHub(Uri url) =>
        url.Scheme == _options.Hub.Scheme
        && url.Port == _options.Hub.Port
        && string.Equals(url.Host, _options.Hub.Host, StringComparison.OrdinalIgnoreCase);

    private static bool IsTransient(Exception? failure) => failure is TransientException or HttpRequestException;

    private static string Reason(HttpResponseMessage response)
    {
        string said = response.Headers.TryGetValues("X-Error-Message", out IEnumerable<string>? message)
            ? message.First()
            : response.ReasonPhrase ?? "";
        return string.Concat(said.Take(200).Select(c => char.IsControl(c) ? ' ' : c));
    }

    private static string Reason(Exception failure) =>
        failure is HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError }
            ? "the host's name is not known"
            : failure.Message.TrimEnd('.');

    private static string Shown(Uri url) => url.GetLeftPart(UriPartial.Path);

    private static AssayException Refused(Uri url, string what) =>
        new(what + " is not followed", new(url.ToString()), "Name the file's own address, if you trust it.");
}

/// <summary>A server's answer behind all redirects.</summary>
/// <param name="response">Its head, and its body yet unread.</param>
/// <param name="hubTag">What the Hub says of the file: SHA-256 of large files, git's SHA-1 of others; null of other servers.</param>
internal sealed class Answer(HttpResponseMessage response, string? hubTag) : IDisposable
{
    public HttpStatusCode Status => response.StatusCode;

    public HttpResponseHeaders Headers => response.Headers;

    public HttpContent Content => response.Content;

    /// <summary>The checksum of the whole file that the server gives, or null if it gives none.</summary>
    public Checksum? Checksum() =>
        Checksum(hubTag) ?? Digest("Repr-Digest", '=', ':') ?? Digest("Digest", '=', null) ?? Md5();

    /// <summary>The checksum within one of the Hub's entity tags.</summary>
    public static Checksum? Checksum(string? tag)
    {
        string hex = (tag ?? "").Replace("W/", "", StringComparison.Ordinal).Trim('"');
        return Data.Checksum.OfHex(ChecksumKind.Sha256, hex) ?? Data.Checksum.OfHex(ChecksumKind.GitBlob, hex);
    }

    public void Dispose() => response.Dispose();

    /// <summary>RFC 9530 (<c>sha-256=:base64:</c>), and RFC 3230 before it (<c>SHA-256=base64</c>).</summary>
    private Checksum? Digest(string header, char equals, char? quote)
    {
        if (
            !response.Headers.TryGetValues(header, out IEnumerable<string>? values)
            && !response.Content.Headers.TryGetValues(header, out values)
        )
            return null;
        foreach (string one in values.SelectMany(value => value.Split(',')))
        {
            int at = one.IndexOf(equals);
            if (at < 0)
                continue;
            string value = one[(at + 1)..].Trim();
            if (quote is { } mark)
                value = value.Trim(mark);
            Checksum? found = one[..at].Trim().ToLowerInvariant() switch
            {
                "sha-256" => Data.Checksum.OfBase64(ChecksumKind.Sha256, value),
                "sha-512" => Data.Checksum.OfBase64(ChecksumKind.Sha512, value),
                "md5" => Data.Checksum.OfBase64(ChecksumKind.Md5, value),
                _ => null,
            };
            if (found is not null)
                return found;
        }
        return null;
    }

    // Of a part it would be the hash of the part.
    private Checksum? Md5() =>
        response.StatusCode == HttpStatusCode.OK && response.Content.Headers.ContentMD5 is { Length: 16 } md5
            ? new(ChecksumKind.Md5, Convert.ToHexStringLower(md5))
            : null;
}

/// <summary>A request failed, and may succeed when it is made again.</summary>
internal sealed class TransientException(string message) : Exception(message)
{
    /// <summary>The wait that the server asks for, or null.</summary>
    public TimeSpan? RetryAfter { get; init; }
}
