namespace Assay.Learning;

/// <summary>How often and after which waits a request is tried again.</summary>
public sealed record RetryOptions
{
    /// <summary>Attempts after the first, at least 0.</summary>
    public int Retries { get; init; } = 5;

    /// <summary>About the wait before the first retry; each further one is about twice as long. Above 0.</summary>
    public TimeSpan FirstWait { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>No wait of ours is longer than this. At least <see cref="FirstWait"/>.</summary>
    public TimeSpan LongestWait { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>A request whose endpoint asks to wait longer than this is given up. Above 0.</summary>
    public TimeSpan LongestAsked { get; init; } = TimeSpan.FromMinutes(10);
}

/// <summary>Tells of an attempt that failed and will be made again.</summary>
/// <param name="Attempt">Which attempt failed, counted from 1.</param>
/// <param name="Wait">How long until the next.</param>
/// <param name="Failure">What went wrong.</param>
public sealed record RetryNotice(int Attempt, TimeSpan Wait, ChatEndpointException Failure);
