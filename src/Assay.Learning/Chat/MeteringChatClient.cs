using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace Assay.Learning;

/// <summary>Counts the tokens and the cost of every reply, and asks for no more once a limit is reached.</summary>
/// <param name="inner">The client below; put the cache above, so that what comes from it costs nothing.</param>
/// <param name="meter">Where it is added up.</param>
public sealed class MeteringChatClient(IChatClient inner, UsageMeter meter) : DelegatingChatClient(inner)
{
    /// <inheritdoc/>
    /// <exception cref="ChatCostLimitException">The limit is reached.</exception>
    public override async Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        meter.CheckLimit();
        ChatResponse response = await base.GetResponseAsync(messages, options, cancellationToken);
        meter.Add(response.Usage);
        return response;
    }

    /// <inheritdoc/>
    /// <exception cref="ChatCostLimitException">The limit is reached.</exception>
    public override async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        meter.CheckLimit();
        UsageDetails? usage = null;
        await foreach (
            ChatResponseUpdate update in base.GetStreamingResponseAsync(messages, options, cancellationToken)
        )
        {
            foreach (UsageContent content in update.Contents.OfType<UsageContent>())
                (usage ??= new()).Add(content.Details);
            yield return update;
        }
        meter.Add(usage);
    }
}
