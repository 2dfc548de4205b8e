namespace Assay.Learning;

/// <summary>A <c>config.json</c> is wrong, or describes a model that is not supported.</summary>
/// <param name="message">What was found and what was expected.</param>
/// <param name="file">The file.</param>
/// <param name="key">The key that is wrong, or null if the file as a whole is.</param>
public sealed class TransformerConfigException(string message, string file, string? key = null)
    : FormatException(key is null ? $"{file}: {message}" : $"{file}: {key}: {message}")
{
    /// <summary>The file.</summary>
    public string File { get; } = file;

    /// <summary>The key that is wrong, or null if the file as a whole is.</summary>
    public string? Key { get; } = key;
}
