namespace Assay.Learning;

/// <summary>A safetensors file, or the index of a sharded one, is not what it should be, or lacks what is asked of it.</summary>
/// <param name="message">What was found and what was expected.</param>
/// <param name="file">The file.</param>
/// <param name="tensor">The name of the tensor that is wrong, or null if the file as a whole is.</param>
public sealed class SafetensorsException(string message, string file, string? tensor = null)
    : FormatException(tensor is null ? $"{file}: {message}" : $"{file}: tensor '{Excerpt(tensor)}': {message}")
{
    /// <summary>The file.</summary>
    public string File { get; } = file;

    /// <summary>The name of the tensor that is wrong, or null if the file as a whole is.</summary>
    public string? Tensor { get; } = tensor;

    internal static string Excerpt(string text) => text.Length <= 120 ? text : text[..120] + "...";
}
