using System.Text;

namespace Assay.Data;

/// <summary>A document's text as it was read, kept to show the lines that problems are on.</summary>
/// <param name="path">Path as the user wrote it, or what stands in its place.</param>
/// <param name="text">The whole text.</param>
public sealed class SourceText(string path, string text)
{
    private string[]? lines;

    /// <summary>Path as the user wrote it, or what stands in its place.</summary>
    public string Path { get; } = path;

    /// <summary>The whole text.</summary>
    public string Text { get; } = text;

    /// <summary>Line <paramref name="number"/>, from 1; null if there is none.</summary>
    public string? Line(int number)
    {
        // The line breaks that the YAML scanner counts, so that our lines are its lines.
        lines ??= Text.Split(["\r\n", "\n", "\r", "\u0085", "\u2028", "\u2029"], StringSplitOptions.None);
        return number >= 1 && number <= lines.Length ? lines[number - 1] : null;
    }

    /// <summary>Text from a document as it may stand in a message: on one line, without control characters, not too long.</summary>
    public static string Printable(string text, int limit = 60)
    {
        StringBuilder printable = new(Math.Min(text.Length, limit) + 1);
        foreach (char c in text.AsSpan(0, Math.Min(text.Length, limit)))
            printable.Append(
                c is '\t' ? ' '
                : char.IsControl(c) || c is '\u2028' or '\u2029' ? '\uFFFD'
                : c
            );
        return text.Length > limit ? printable.Append('…').ToString() : printable.ToString();
    }
}

/// <summary>A place in a document; lines and columns count from 1, and are 0 where there are none (the command line).</summary>
/// <param name="Source">The document.</param>
/// <param name="Line">Line, from 1.</param>
/// <param name="Column">Column, from 1.</param>
public readonly record struct TextMark(SourceText Source, int Line, int Column);
