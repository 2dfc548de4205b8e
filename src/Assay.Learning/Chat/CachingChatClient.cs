using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace Assay.Learning;

/// <summary>Answers a request that was made before from the disk, so that a second run is free and gives the same.</summary>
/// <remarks>
/// Equal requests that are made at the same time are made once. Several different replies to one request are had by
/// different <see cref="ChatOptions.Seed"/>s. A streamed reply is kept when it has come to its end. Requests that refer to
/// something outside of them (a conversation of the endpoint, a tool that is not a function) are passed through, counted by
/// <see cref="ReplyCache.Unkept"/>.
/// </remarks>
/// <param name="inner">The client below.</param>
/// <param name="cache">Where replies are kept.</param>
/// <param name="endpoint">Names the endpoint and its model: part of every request's name.</param>
public sealed class CachingChatClient(IChatClient inner, ReplyCache cache, string endpoint)
    : DelegatingChatClient(inner)
{
    private readonly RequestLocks _locks = new();

    /// <inheritdoc/>
    public override async Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        ChatMessage[] all = [.. messages];
        if (TextOf(all, options) is not { } request)
            return await base.GetResponseAsync(all, options, cancellationToken);
        using (await _locks.EnterAsync(request, cancellationToken))
            return cache.Find(request)
                ?? cache.Keep(request, await base.GetResponseAsync(all, options, cancellationToken));
    }

    /// <inheritdoc/>
    public override async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        ChatMessage[] all = [.. messages];
        string? request = TextOf(all, options);
        if (request is not null && cache.Find(request) is { } found)
        {
            foreach (ChatResponseUpdate update in found.ToChatResponseUpdates())
                yield return update;
            yield break;
        }
        List<ChatResponseUpdate> updates = [];
        await foreach (ChatResponseUpdate update in base.GetStreamingResponseAsync(all, options, cancellationToken))
        {
            updates.Add(update);
            yield return update;
        }
        if (request is not null)
            cache.Keep(request, updates.ToChatResponse());
    }

    private string? TextOf(ChatMessage[] messages, ChatOptions? options)
    {
        string? request = ChatRequestText.Of(endpoint, messages, options);
        if (request is null)
            cache.Unable("a request refers to something outside of it, so its reply is not kept");
        return request;
    }
}
