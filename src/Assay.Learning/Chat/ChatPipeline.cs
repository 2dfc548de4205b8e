using Microsoft.Extensions.AI;

namespace Assay.Learning;

/// <summary>What stands between a method and a chat model: every part may be left out.</summary>
public sealed record ChatPipeline
{
    /// <summary>Where replies are kept; null: nowhere.</summary>
    public ReplyCache? Cache { get; init; }

    /// <summary>Where tokens and costs are added up; null: nowhere.</summary>
    public UsageMeter? Meter { get; init; }

    /// <summary>How failures are retried.</summary>
    public RetryOptions Retry { get; init; } = new();

    /// <summary>What may be asked for within a minute; null: anything.</summary>
    public RateLimits? Limits { get; init; }

    /// <summary>Told of each retry; null: nobody.</summary>
    public Action<RetryNotice>? OnRetry { get; init; }

    /// <summary>Puts the parts over an endpoint: cache, then meter, then retries, then limits (each attempt counts).</summary>
    /// <exception cref="ArgumentException">The endpoint or an option is not usable.</exception>
    public IChatClient Connect(ChatEndpoint endpoint)
    {
        IChatClient client = endpoint.Connect();
        if (Limits is not null)
            client = new RateLimitingChatClient(client, Limits);
        client = new RetryingChatClient(client, Retry, OnRetry);
        if (Meter is not null)
            client = new MeteringChatClient(client, Meter);
        if (Cache is not null)
            client = new CachingChatClient(client, Cache, endpoint.ToString());
        return client;
    }
}
