using Microsoft.Extensions.AI;

namespace Assay.Tests;

/// <summary>A chat model that replies by a script.</summary>
/// <param name="reply">Gets the text of all messages, one below the other, and gives the reply.</param>
internal sealed class ScriptedWriter(Func<string, string> reply) : IChatClient
{
    private int _asked;

    /// <summary>Requests so far.</summary>
    public int Asked => _asked;

    public Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        Interlocked.Increment(ref _asked);
        return Task.FromResult(
            new ChatResponse(
                new ChatMessage(ChatRole.Assistant, reply(string.Join('\n', messages.Select(message => message.Text))))
            )
        );
    }

    public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        CancellationToken cancellationToken = default
    ) => throw new NotSupportedException();

    public object? GetService(Type serviceType, object? serviceKey = null) => null;

    public void Dispose() { }
}
