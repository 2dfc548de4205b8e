using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace Assay.Learning.Tests;

/// <summary>A chat client that calls a function for each reply; a streamed reply is the same in two pieces.</summary>
internal sealed class FakeChatClient(Func<CancellationToken, Task<ChatResponse>> reply) : IChatClient
{
    private int _calls;

    public int Calls => _calls;

    public static FakeChatClient Counting() => new(_ => Task.FromResult<ChatResponse>(null!));

    public async Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        int call = Interlocked.Increment(ref _calls);
        return await reply(cancellationToken) ?? Reply($"reply {call}");
    }

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        foreach (
            ChatResponseUpdate update in (
                await GetResponseAsync(messages, options, cancellationToken)
            ).ToChatResponseUpdates()
        )
            yield return update;
    }

    public static ChatResponse Reply(string text, long? tokens = null) =>
        new(new ChatMessage(ChatRole.Assistant, text))
        {
            FinishReason = ChatFinishReason.Stop,
            Usage = tokens is null
                ? null
                : new()
                {
                    InputTokenCount = tokens - 1,
                    OutputTokenCount = 1,
                    TotalTokenCount = tokens,
                },
        };

    public object? GetService(Type serviceType, object? serviceKey = null) => null;

    public void Dispose() { }
}
