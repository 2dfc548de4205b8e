namespace Assay.Learning;

/// <summary>An ARPA file is not what it should be.</summary>
/// <param name="message">What was found and what was expected.</param>
/// <param name="line">The line, counted from 1.</param>
public sealed class ArpaException(string message, long line) : FormatException($"line {line}: {message}")
{
    /// <summary>The line, counted from 1.</summary>
    public long Line { get; } = line;
}
