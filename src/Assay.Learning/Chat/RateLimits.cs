namespace Assay.Learning;

/// <summary>How much may be asked of an endpoint within any 60 seconds.</summary>
public sealed record RateLimits
{
    /// <summary>Requests, at least 1; null: any number.</summary>
    public int? RequestsPerMinute { get; init; }

    /// <summary>Tokens of requests and replies together, at least 1; null: any number.</summary>
    public long? TokensPerMinute { get; init; }
}
