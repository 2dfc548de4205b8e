namespace Assay.Learning;

/// <summary>A chat model's endpoint refused, failed, was too slow, or gave a reply that makes no sense.</summary>
/// <param name="message">What happened, with the endpoint.</param>
/// <param name="transient">True if the same request may well succeed later.</param>
/// <param name="inner">What it was known from.</param>
public sealed class ChatEndpointException(string message, bool transient, Exception? inner = null)
    : IOException(message, inner)
{
    /// <summary>True if the same request may well succeed later.</summary>
    public bool IsTransient { get; } = transient;

    /// <summary>The HTTP status, or null if there was no answer.</summary>
    public int? Status { get; init; }

    /// <summary>How long the endpoint asks to wait before the next attempt, or null if it says nothing.</summary>
    public TimeSpan? RetryAfter { get; init; }
}
