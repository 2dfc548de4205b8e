namespace Assay.Learning;

/// <summary>A tokenizer file is not what it should be, or asks for what is not implemented.</summary>
/// <param name="message">What was found and what was expected.</param>
/// <param name="path">Where: the JSON path from the root <c>$</c>, such as <c>$.model.merges[17]</c>.</param>
public sealed class TokenizerException(string message, string path) : FormatException($"{path}: {message}")
{
    /// <summary>The JSON path from the root <c>$</c>.</summary>
    public string Path { get; } = path;
}
