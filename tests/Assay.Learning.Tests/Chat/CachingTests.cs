using Microsoft.Extensions.AI;

namespace Assay.Learning.Tests;

public sealed class CachingTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly List<string> _reports = [];

    public void Dispose() => _folder.Dispose();

    private ReplyCache Cache() => new(_folder.Path, _reports.Add);

    private static ChatMessage[] Ask(string text) => [new(ChatRole.System, "Be brief."), new(ChatRole.User, text)];

    [Fact]
    public async Task WhatDiffersInAnyWayIsAnotherRequest()
    {
        FakeChatClient fake = FakeChatClient.Counting();
        using CachingChatClient client = new(fake, Cache(), "m at e");
        using CachingChatClient other = new(fake, Cache(), "m2 at e");
        ChatMessage[] named = [.. Ask("a")];
        named[1].AuthorName = "me";
        List<string> replies =
        [
            (await client.GetResponseAsync(Ask("a"))).Text,
            (await client.GetResponseAsync(Ask("b"))).Text,
            (await client.GetResponseAsync(Ask("a"), new() { Temperature = 0 })).Text,
            (await client.GetResponseAsync(Ask("a"), new() { Temperature = 0.5f })).Text,
            (await client.GetResponseAsync(Ask("a"), new() { TopP = 0.5f })).Text,
            (await client.GetResponseAsync(Ask("a"), new() { Seed = 1 })).Text,
            (await client.GetResponseAsync(Ask("a"), new() { MaxOutputTokens = 1 })).Text,
            (await client.GetResponseAsync(Ask("a"), new() { ModelId = "n" })).Text,
            (await client.GetResponseAsync(Ask("a"), new() { StopSequences = ["x"] })).Text,
            (await client.GetResponseAsync(Ask("a"), new() { ResponseFormat = ChatResponseFormat.Json })).Text,
            (await client.GetResponseAsync(Ask("a"), new() { Instructions = "Be long." })).Text,
            (await client.GetResponseAsync(Ask("a"), new() { AdditionalProperties = new() { ["x"] = 1 } })).Text,
            (
                await client.GetResponseAsync(Ask("a"), new() { Tools = [AIFunctionFactory.Create(() => 1, "one")] })
            ).Text,
            (
                await client.GetResponseAsync(Ask("a"), new() { Tools = [AIFunctionFactory.Create(() => 1, "two")] })
            ).Text,
            (await client.GetResponseAsync([new(ChatRole.User, "Be brief."), new(ChatRole.User, "a")])).Text,
            (await client.GetResponseAsync([.. Ask("a"), new(ChatRole.Assistant, [])])).Text,
            (await client.GetResponseAsync(named)).Text,
            (await other.GetResponseAsync(Ask("a"))).Text,
        ];
        Assert.Equal(Enumerable.Range(1, 18).Select(i => $"reply {i}"), replies);
        Assert.Empty(_reports);
    }

    [Fact]
    public async Task IdsAndTimesOfMessagesDoNotMatterAndEmptyOptionsAreNone()
    {
        FakeChatClient fake = FakeChatClient.Counting();
        using CachingChatClient client = new(fake, Cache(), "m");
        await client.GetResponseAsync(Ask("a"));
        ChatMessage[] same = Ask("a");
        same[0].MessageId = "7";
        same[1].CreatedAt = DateTimeOffset.UnixEpoch;
        Assert.Equal("reply 1", (await client.GetResponseAsync(same, new() { StopSequences = [] })).Text);
    }

    [Fact]
    public async Task EveryDamageOfAFileIsAMissThatIsReported()
    {
        FakeChatClient fake = FakeChatClient.Counting();
        ReplyCache cache = Cache();
        using CachingChatClient client = new(fake, cache, "m");
        await client.GetResponseAsync(Ask("a"));
        string path = Assert.Single(Directory.GetFiles(_folder.Path, "*", SearchOption.AllDirectories));
        byte[] whole = File.ReadAllBytes(path);
        Random random = new(3);
        for (int round = 1; round <= 200; round++)
        {
            byte[] bytes = [.. whole];
            if (round % 3 == 0)
                bytes = bytes[..random.Next(bytes.Length)];
            else
                bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
            File.WriteAllBytes(path, bytes);
            Assert.Equal($"reply {round + 1}", (await client.GetResponseAsync(Ask("a"))).Text);
            Assert.Equal(round, cache.Damaged);
            Assert.StartsWith(path, _reports[^1]);
        }
        Assert.Equal((201, 201), (fake.Calls, cache.Misses));
    }

    [Fact]
    public async Task EqualRequestsAtTheSameTimeAreMadeOnce()
    {
        TaskCompletionSource go = new();
        FakeChatClient fake = new(async _ =>
        {
            await go.Task;
            return null!;
        });
        using CachingChatClient client = new(fake, Cache(), "m");
        Task<ChatResponse>[] all = [.. Enumerable.Range(0, 20).Select(_ => client.GetResponseAsync(Ask("a")))];
        using CancellationTokenSource cancel = new();
        Task<ChatResponse> impatient = client.GetResponseAsync(Ask("a"), null, cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => impatient);
        go.SetResult();
        Assert.All(await Task.WhenAll(all), reply => Assert.Equal("reply 1", reply.Text));
        Assert.Equal(1, fake.Calls);
    }

    [Fact]
    public async Task AFailureIsNotKeptAndTheNextOfTheSameAsksAgain()
    {
        int calls = 0;
        FakeChatClient fake = new(_ =>
            calls++ == 0 ? throw new IOException("no") : Task.FromResult<ChatResponse>(null!)
        );
        using CachingChatClient client = new(fake, Cache(), "m");
        await Assert.ThrowsAsync<IOException>(() => client.GetResponseAsync(Ask("a")));
        Assert.Equal("reply 2", (await client.GetResponseAsync(Ask("a"))).Text);
    }

    [Fact]
    public async Task ToolCallsOfARequestAndAReplyAreKept()
    {
        FakeChatClient fake = new(_ =>
            Task.FromResult(
                new ChatResponse(
                    new ChatMessage(
                        ChatRole.Assistant,
                        [new FunctionCallContent("id", "f", new Dictionary<string, object?> { ["x"] = 1 })]
                    )
                )
            )
        );
        using CachingChatClient client = new(fake, Cache(), "m");
        ChatMessage[] messages =
        [
            .. Ask("a"),
            new(
                ChatRole.Assistant,
                [new FunctionCallContent("0", "g", new Dictionary<string, object?> { ["y"] = "z" })]
            ),
            new(ChatRole.Tool, [new FunctionResultContent("0", "result")]),
        ];
        await client.GetResponseAsync(messages);
        ChatResponse again = await client.GetResponseAsync(messages);
        FunctionCallContent call = Assert.IsType<FunctionCallContent>(Assert.Single(again.Messages[0].Contents));
        Assert.Equal(("id", "f", "1"), (call.CallId, call.Name, call.Arguments!["x"]!.ToString()));
        Assert.Equal(1, fake.Calls);
    }

    [Fact]
    public async Task WhatRefersToSomethingOutsideIsPassedThroughAndReported()
    {
        FakeChatClient fake = FakeChatClient.Counting();
        ReplyCache cache = Cache();
        using CachingChatClient client = new(fake, cache, "m");
        ChatOptions[] all =
        [
            new() { ConversationId = "c" },
            new() { RawRepresentationFactory = _ => null },
            new() { AdditionalProperties = new() { ["x"] = new CachingTests() } },
        ];
        foreach (ChatOptions options in all)
        {
            await client.GetResponseAsync(Ask("a"), options);
            await client.GetResponseAsync(Ask("a"), options);
        }
        Assert.Equal((6, 6, 6), (fake.Calls, cache.Unkept, _reports.Count));
    }

    [Fact]
    public async Task AReplyThatCannotBeKeptIsNotLost()
    {
        string file = _folder["a file where the folder should be"];
        File.WriteAllText(file, "");
        ReplyCache cache = new(file, _reports.Add);
        using CachingChatClient client = new(FakeChatClient.Counting(), cache, "m");
        Assert.Equal("reply 1", (await client.GetResponseAsync(Ask("a"))).Text);
        Assert.Equal(1, cache.Unkept);
        Assert.Contains("could not be kept", Assert.Single(_reports));
    }
}
