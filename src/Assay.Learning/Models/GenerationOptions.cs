namespace Assay.Learning;

/// <summary>How texts are continued.</summary>
public sealed record GenerationOptions
{
    /// <summary>How each token is chosen.</summary>
    public SamplingOptions Sampling { get; init; } = new();

    /// <summary>The most tokens that are made for a text, at least 1; fewer where the context ends.</summary>
    public int MaxTokens { get; init; } = 128;

    /// <summary>Texts that end a continuation, and are not part of it; none empty.</summary>
    public IReadOnlyList<string> Stops { get; init; } = [];

    /// <summary>Texts that are continued side by side, at least 1. More are faster and need more memory for keys and values.</summary>
    public int BatchSize { get; init; } = 16;
}

/// <summary>Why a continuation ended.</summary>
public enum GenerationEnd
{
    /// <summary>The most tokens were made, or the context is full.</summary>
    Length,

    /// <summary>A token that ends texts was made; it is the last of the tokens, and not in the text.</summary>
    EndToken,

    /// <summary>A stop sequence was met; the text ends before it, the tokens with it.</summary>
    Stop,
}

/// <summary>A continuation.</summary>
/// <param name="Tokens">The tokens that were made.</param>
/// <param name="LogProbabilities">ln of each token's probability under the model itself, before temperature and other rules.</param>
/// <param name="Text">The bytes of the text.</param>
/// <param name="End">Why it ended.</param>
public sealed record GeneratedText(int[] Tokens, float[] LogProbabilities, byte[] Text, GenerationEnd End)
{
    /// <summary>The text; what is not UTF-8 becomes U+FFFD.</summary>
    public override string ToString() => System.Text.Encoding.UTF8.GetString(Text);
}
