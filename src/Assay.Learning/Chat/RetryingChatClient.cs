using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using Polly;
using Polly.Retry;

namespace Assay.Learning;

/// <summary>
/// Makes transient failures (<see cref="ChatEndpointException.IsTransient"/>) again after exponentially growing waits with
/// jitter, or after the wait that the endpoint asks for. A streamed reply is asked for again only until its first piece.
/// </summary>
public sealed class RetryingChatClient : DelegatingChatClient
{
    private readonly ResiliencePipeline _pipeline;

    /// <summary>Retries what <paramref name="inner"/> fails at.</summary>
    /// <param name="inner">The client below.</param>
    /// <param name="options">How often, after which waits.</param>
    /// <param name="report">Told of each retry; null: nobody.</param>
    /// <param name="time">The clock; null: the system's.</param>
    public RetryingChatClient(
        IChatClient inner,
        RetryOptions options,
        Action<RetryNotice>? report = null,
        TimeProvider? time = null
    )
        : base(inner)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(options.Retries);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(options.FirstWait, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.LongestWait, options.FirstWait);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(options.LongestAsked, TimeSpan.Zero);
        _pipeline = options.Retries == 0 ? ResiliencePipeline.Empty : Pipeline(options, report, time);
    }

    /// <inheritdoc/>
    public override async Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        ChatMessage[] all = [.. messages];
        return await _pipeline.ExecuteAsync(
            async cancellation => await base.GetResponseAsync(all, options, cancellation),
            cancellationToken
        );
    }

    /// <inheritdoc/>
    public override async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        ChatMessage[] all = [.. messages];
        (IAsyncEnumerator<ChatResponseUpdate> updates, bool any) = await _pipeline.ExecuteAsync(
            async cancellation =>
            {
                IAsyncEnumerator<ChatResponseUpdate> started = base.GetStreamingResponseAsync(
                        all,
                        options,
                        cancellation
                    )
                    .GetAsyncEnumerator(cancellation);
                try
                {
                    return (started, await started.MoveNextAsync());
                }
                catch
                {
                    await started.DisposeAsync();
                    throw;
                }
            },
            cancellationToken
        );
        await using (updates)
            for (; any; any = await updates.MoveNextAsync())
                yield return updates.Current;
    }

    private static ResiliencePipeline Pipeline(RetryOptions options, Action<RetryNotice>? report, TimeProvider? time) =>
        new ResiliencePipelineBuilder { TimeProvider = time }
            .AddRetry(
                new RetryStrategyOptions
                {
                    MaxRetryAttempts = options.Retries,
                    BackoffType = DelayBackoffType.Exponential,
                    UseJitter = true,
                    Delay = options.FirstWait,
                    MaxDelay = options.LongestWait,
                    ShouldHandle = arguments =>
                        ValueTask.FromResult(
                            arguments.Outcome.Exception is ChatEndpointException { IsTransient: true } failure
                                && !(failure.RetryAfter > options.LongestAsked)
                        ),
                    // Null means the wait that grows exponentially.
                    DelayGenerator = arguments =>
                        ValueTask.FromResult((arguments.Outcome.Exception as ChatEndpointException)?.RetryAfter),
                    OnRetry = arguments =>
                    {
                        report?.Invoke(
                            new(
                                arguments.AttemptNumber + 1,
                                arguments.RetryDelay,
                                (ChatEndpointException)arguments.Outcome.Exception!
                            )
                        );
                        return ValueTask.CompletedTask;
                    },
                }
            )
            .Build();
}
