using System.Runtime.CompilerServices;
using System.Text;
using Microsoft.Extensions.AI;

namespace Assay.Learning;

/// <summary>Holds requests back so that within any 60 seconds no more are made than the limits say.</summary>
/// <remarks>
/// Tokens are estimated before a request (a token for every four bytes of text, and the most that the reply may have) and
/// replaced by the endpoint's own count after it.
/// </remarks>
public sealed class RateLimitingChatClient : DelegatingChatClient
{
    private const int LikelyOutputTokens = 512;
    private readonly RateWindow _window;

    /// <summary>Limits what is asked of <paramref name="inner"/>.</summary>
    /// <param name="inner">The client below.</param>
    /// <param name="limits">The limits.</param>
    /// <param name="time">The clock; null: the system's.</param>
    public RateLimitingChatClient(IChatClient inner, RateLimits limits, TimeProvider? time = null)
        : base(inner)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limits.RequestsPerMinute ?? 1, 1, nameof(limits));
        ArgumentOutOfRangeException.ThrowIfLessThan(limits.TokensPerMinute ?? 1, 1, nameof(limits));
        _window = new(limits, time ?? TimeProvider.System);
    }

    /// <inheritdoc/>
    public override async Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        ChatMessage[] all = [.. messages];
        RateWindow.Entry entry = await _window.EnterAsync(Estimate(all, options), cancellationToken);
        ChatResponse response = await base.GetResponseAsync(all, options, cancellationToken);
        if (Total(response.Usage) is { } total)
            _window.Correct(entry, total);
        return response;
    }

    /// <inheritdoc/>
    public override async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        ChatMessage[] all = [.. messages];
        RateWindow.Entry entry = await _window.EnterAsync(Estimate(all, options), cancellationToken);
        await foreach (ChatResponseUpdate update in base.GetStreamingResponseAsync(all, options, cancellationToken))
        {
            foreach (UsageContent usage in update.Contents.OfType<UsageContent>())
                if (Total(usage.Details) is { } total)
                    _window.Correct(entry, total);
            yield return update;
        }
    }

    private static long? Total(UsageDetails? usage) =>
        usage?.TotalTokenCount
        ?? (usage is { InputTokenCount: { } input, OutputTokenCount: { } output } ? input + output : null);

    private static long Estimate(ChatMessage[] messages, ChatOptions? options) =>
        messages.Sum(message => 4 + Encoding.UTF8.GetByteCount(message.Text) / 4L)
        + Encoding.UTF8.GetByteCount(options?.Instructions ?? "") / 4
        + (options?.MaxOutputTokens ?? LikelyOutputTokens);
}
