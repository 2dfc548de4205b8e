using Microsoft.Extensions.AI;
using static Assay.Learning.Tests.ScriptedServer;

namespace Assay.Learning.Tests;

public sealed class ChatPipelineTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly List<RetryNotice> _retries = [];

    public void Dispose() => _folder.Dispose();

    private ChatPipeline Pipeline(int retries = 3) =>
        new()
        {
            Retry = new()
            {
                Retries = retries,
                FirstWait = TimeSpan.FromMilliseconds(1),
                LongestWait = TimeSpan.FromMilliseconds(5),
            },
            OnRetry = _retries.Add,
        };

    private static readonly ChatMessage[] Question = [new(ChatRole.User, "What is 6 times 7?")];

    private static async Task<string> StreamAsync(IChatClient client, CancellationToken cancellation = default)
    {
        List<string> pieces = [];
        await foreach (ChatResponseUpdate update in client.GetStreamingResponseAsync(Question, null, cancellation))
            pieces.Add(update.Text);
        return string.Concat(pieces);
    }

    [Fact]
    public async Task AReplyComesWithItsTokensAndCost()
    {
        await using ScriptedServer server = new(Says("42"));
        UsageMeter meter = new(new(InputPerMillion: 2, OutputPerMillion: 8));
        using IChatClient client = (Pipeline() with { Meter = meter }).Connect(server.Endpoint);
        ChatResponse reply = await client.GetResponseAsync(Question, new() { Temperature = 0, Seed = 3 });
        Assert.Equal("42", reply.Text);
        Assert.Equal(ChatFinishReason.Stop, reply.FinishReason);
        Assert.Equal(new ChatUsage(1, 0, 10, 5, 0.00006m), meter.Used);
        Assert.Contains("\"model\":\"scripted\"", server.Requests[0]);
        Assert.Contains("What is 6 times 7?", server.Requests[0]);
        Assert.Contains("\"temperature\":0", server.Requests[0]);
        Assert.Contains("\"seed\":3", server.Requests[0]);
        Assert.Empty(_retries);
    }

    [Fact]
    public async Task AStreamedReplyComesInPiecesWithItsTokens()
    {
        await using ScriptedServer server = new(Streams(whole: true, "4", "2"));
        UsageMeter meter = new();
        using IChatClient client = (Pipeline() with { Meter = meter }).Connect(server.Endpoint);
        Assert.Equal("42", await StreamAsync(client));
        Assert.Equal(new ChatUsage(1, 0, 10, 5, 0), meter.Used);
    }

    [Fact]
    public async Task TheWaitThatIsAskedForIsKept()
    {
        await using ScriptedServer server = new(
            Fails(429, "retry-after-ms: 30\r\n"),
            Fails(429, "Retry-After: 0\r\n"),
            Says("42")
        );
        using IChatClient client = Pipeline().Connect(server.Endpoint);
        Assert.Equal("42", (await client.GetResponseAsync(Question)).Text);
        Assert.Equal([TimeSpan.FromMilliseconds(30), TimeSpan.Zero], _retries.Select(retry => retry.Wait));
        Assert.Equal([1, 2], _retries.Select(retry => retry.Attempt));
        Assert.All(_retries, retry => Assert.Equal(429, retry.Failure.Status));
    }

    [Fact]
    public async Task AWaitThatIsTooLongIsGivenUp()
    {
        await using ScriptedServer server = new(Fails(429, "Retry-After: 86400\r\n"), Says("42"));
        using IChatClient client = Pipeline().Connect(server.Endpoint);
        ChatEndpointException failure = await Assert.ThrowsAsync<ChatEndpointException>(() =>
            client.GetResponseAsync(Question)
        );
        Assert.Equal(TimeSpan.FromDays(1), failure.RetryAfter);
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task FailuresOfTheServerAreRetried()
    {
        await using ScriptedServer server = new(Fails(500), Fails(503), Says("42"));
        using IChatClient client = Pipeline().Connect(server.Endpoint);
        Assert.Equal("42", (await client.GetResponseAsync(Question)).Text);
        Assert.Equal([500, 503], _retries.Select(retry => retry.Failure.Status));
    }

    [Fact]
    public async Task AStreamIsAskedForAgainUntilItsFirstPiece()
    {
        await using ScriptedServer server = new(Fails(500), Streams(whole: true, "42"));
        using IChatClient client = Pipeline().Connect(server.Endpoint);
        Assert.Equal("42", await StreamAsync(client));
        Assert.Single(_retries);
    }

    [Fact]
    public async Task AStreamThatBreaksOffIsAnErrorAndNotAShortReply()
    {
        await using ScriptedServer server = new(Streams(whole: false, "4"));
        ReplyCache cache = new(_folder.Path);
        using IChatClient client = (Pipeline() with { Cache = cache }).Connect(server.Endpoint);
        ChatEndpointException failure = await Assert.ThrowsAsync<ChatEndpointException>(() => StreamAsync(client));
        Assert.Contains("broke off", failure.Message);
        Assert.Empty(Directory.GetFiles(_folder.Path, "*", SearchOption.AllDirectories));
    }

    [Theory]
    [InlineData(400)]
    [InlineData(401)]
    [InlineData(404)]
    public async Task WhatWillNeverSucceedIsNotRetriedAndTheKeyIsNotShown(int status)
    {
        await using ScriptedServer server = new(Fails(status), Says("42"));
        using IChatClient client = Pipeline().Connect(server.Endpoint);
        ChatEndpointException failure = await Assert.ThrowsAsync<ChatEndpointException>(() =>
            client.GetResponseAsync(Question)
        );
        Assert.Equal((status, false), (failure.Status, failure.IsTransient));
        Assert.Contains($"scripted at {server.Endpoint.Address}: status {status}", failure.Message);
        Assert.Contains($"scripted failure {status}", failure.Message);
        Assert.DoesNotContain("secret", failure.ToString());
        Assert.DoesNotContain("secret", server.Endpoint.ToString());
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task TheLastFailureIsTheErrorWhenRetriesAreUsedUp()
    {
        await using ScriptedServer server = new(Fails(500), Fails(502), Fails(503));
        using IChatClient client = Pipeline(retries: 2).Connect(server.Endpoint);
        ChatEndpointException failure = await Assert.ThrowsAsync<ChatEndpointException>(() =>
            client.GetResponseAsync(Question)
        );
        Assert.Equal(503, failure.Status);
        Assert.Equal(3, server.Requests.Count);
    }

    [Theory]
    [InlineData("{\"id\":")]
    [InlineData("<html>")]
    [InlineData("[]")]
    [InlineData("{\"choices\":7}")]
    [InlineData("")]
    public async Task AReplyThatMakesNoSenseIsRetried(string body)
    {
        await using ScriptedServer server = new(Body(200, body), Says("42"));
        using IChatClient client = Pipeline().Connect(server.Endpoint);
        Assert.Equal("42", (await client.GetResponseAsync(Question)).Text);
        Assert.Single(_retries);
    }

    [Fact]
    public async Task AReplyThatDoesNotComeIsRetried()
    {
        await using ScriptedServer server = new(Hangs, Says("42"), Says("42"), Says("42"));
        ChatEndpoint endpoint = server.Endpoint with { Timeout = TimeSpan.FromSeconds(1) };
        using IChatClient client = Pipeline().Connect(endpoint);
        Assert.Equal("42", (await client.GetResponseAsync(Question)).Text);
        // A busy machine may be too slow the second time too.
        Assert.Contains("no reply within 1 s", _retries[0].Failure.Message);
    }

    [Fact]
    public async Task AConnectionThatIsCutIsRetried()
    {
        await using ScriptedServer server = new(Cuts, Says("42"));
        using IChatClient client = Pipeline().Connect(server.Endpoint);
        Assert.Equal("42", (await client.GetResponseAsync(Question)).Text);
        Assert.Contains("the connection failed", Assert.Single(_retries).Failure.Message);
    }

    [Fact]
    public async Task AnEndpointThatIsNotThereIsNamed()
    {
        ChatEndpoint endpoint;
        await using (ScriptedServer server = new())
            endpoint = server.Endpoint;
        using IChatClient client = Pipeline(retries: 0).Connect(endpoint);
        ChatEndpointException failure = await Assert.ThrowsAsync<ChatEndpointException>(() =>
            client.GetResponseAsync(Question)
        );
        Assert.Contains($"{endpoint}: the connection failed", failure.Message);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task CancellationStopsARequestAtOnceAndIsNotRetried(bool streaming)
    {
        using CancellationTokenSource cancel = new();
        await using ScriptedServer server = new(
            (stream, cancellation) =>
            {
                cancel.Cancel();
                return Hangs(stream, cancellation);
            }
        );
        using IChatClient client = Pipeline().Connect(server.Endpoint);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            streaming ? StreamAsync(client, cancel.Token) : client.GetResponseAsync(Question, null, cancel.Token)
        );
        Assert.Empty(_retries);
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task ASecondRunIsFreeAndTheSame()
    {
        await using ScriptedServer server = new(Says("42"), Says("43"));
        UsageMeter meter = new(new(2, 8));
        ChatResponse first;
        using (
            IChatClient client = (Pipeline() with { Cache = new(_folder.Path), Meter = meter }).Connect(server.Endpoint)
        )
            first = await client.GetResponseAsync(Question);
        ReplyCache cache = new(_folder.Path);
        using IChatClient again = (Pipeline() with { Cache = cache, Meter = meter }).Connect(server.Endpoint);
        ChatResponse second = await again.GetResponseAsync(Question);
        Assert.Equal(
            (first.Text, first.ResponseId, first.CreatedAt, first.FinishReason, first.Usage!.TotalTokenCount),
            (second.Text, second.ResponseId, second.CreatedAt, second.FinishReason, second.Usage!.TotalTokenCount)
        );
        Assert.Equal("42", await StreamAsync(again)); // streamed or not, the reply is the same one
        Assert.Equal((2, 0), (cache.Hits, cache.Misses));
        Assert.Equal((1, 0.00006m), (meter.Used.Replies, meter.Used.Cost));
        Assert.Single(server.Requests);
        Assert.Equal("43", (await again.GetResponseAsync(Question, new() { Seed = 1 })).Text);
    }

    [Fact]
    public async Task OnceTheCostHasReachedItsLimitNothingMoreIsAskedFor()
    {
        await using ScriptedServer server = new(Says("42"));
        UsageMeter meter = new(new(2, 8), limit: 0.00005m);
        using IChatClient client = (Pipeline() with { Meter = meter }).Connect(server.Endpoint);
        await client.GetResponseAsync(Question);
        ChatCostLimitException stop = await Assert.ThrowsAsync<ChatCostLimitException>(() =>
            client.GetResponseAsync(Question)
        );
        Assert.Contains("have cost 0.00006, and the limit is 0.00005", stop.Message);
        Assert.Single(server.Requests);
    }

    [Theory]
    [InlineData(null, "7", 7000)]
    [InlineData("250", "7", 250)]
    [InlineData(null, "Wed, 21 Oct 2015 07:28:00 GMT", 60_000)]
    [InlineData(null, "Wed, 21 Oct 2015 07:26:00 GMT", 0)]
    public void EveryFormOfRetryAfterIsRead(string? milliseconds, string after, double expected) =>
        Assert.Equal(
            TimeSpan.FromMilliseconds(expected),
            RetryAfterHeader.Parse(milliseconds, after, new(2015, 10, 21, 7, 27, 0, TimeSpan.Zero))
        );

    [Theory]
    [InlineData("soon")]
    [InlineData("-1")]
    [InlineData("1e300")]
    [InlineData("99999999999999")]
    [InlineData(null)]
    public void WhatIsNoWaitIsNone(string? after) =>
        Assert.Null(RetryAfterHeader.Parse(null, after, DateTimeOffset.UnixEpoch));

    [Fact]
    public void AnEndpointThatCannotBeIsRefused()
    {
        ChatEndpoint good = new() { Address = new("http://localhost:1/v1"), Model = "m" };
        Assert.Throws<ArgumentException>(() => (good with { Address = new("file:///etc") }).Connect());
        Assert.Throws<ArgumentException>(() => (good with { Address = new("v1", UriKind.Relative) }).Connect());
        Assert.Throws<ArgumentException>(() => (good with { Model = " " }).Connect());
        Assert.Throws<ArgumentOutOfRangeException>(() => (good with { Timeout = TimeSpan.Zero }).Connect());
    }
}
