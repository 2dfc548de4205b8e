using System.Globalization;
using System.Text;

namespace Assay.Reports.Text;

/// <summary>
/// Text of unknown origin, made fit to be shown: what cannot be seen is named, what is too long is cut, and nothing in it
/// can turn the text around it. Escaping for HTML is the renderer's part.
/// </summary>
public static class Visible
{
    /// <summary>Characters shown of a row's text.</summary>
    public const int ExcerptLength = 600;

    private const int MaxLines = 12;
    private const char Ellipsis = '\u2026';

    /// <summary>A name, a path or a value on one line: line ends and tabs are shown as symbols.</summary>
    /// <param name="text">The text.</param>
    /// <param name="limit">Most UTF-16 units taken of it; an ellipsis marks a cut.</param>
    public static string Line(string? text, int limit = 160) => Show(text, limit, 0);

    /// <summary>A text of several lines, at most 12 of them for an excerpt.</summary>
    /// <inheritdoc cref="Line"/>
    public static string Excerpt(string? text, int limit = ExcerptLength) => Show(text, limit, MaxLines);

    /// <summary>A document of any number of lines, such as a recipe.</summary>
    /// <inheritdoc cref="Line"/>
    public static string Document(string? text, int limit = 1 << 16) => Show(text, limit, int.MaxValue);

    private static string Show(string? text, int limit, int lines)
    {
        if (string.IsNullOrEmpty(text))
            return "";
        ReadOnlySpan<char> rest = text.AsSpan(0, Math.Min(text.Length, limit));
        // A pair that the limit cuts in two is left out whole.
        if (rest.Length < text.Length && char.IsHighSurrogate(rest[^1]))
            rest = rest[..^1];
        bool cut = rest.Length < text.Length;
        StringBuilder shown = new(rest.Length + 16);
        int line = 1;
        while (!rest.IsEmpty)
        {
            Rune.DecodeFromUtf16(rest, out Rune rune, out int used);
            bool carriageReturn = rune.Value == '\r' && rest.Length > 1 && rest[1] == '\n';
            rest = rest[used..];
            if (carriageReturn && lines > 0)
                continue;
            if (rune.Value == '\n' && lines > 0 && ++line > lines)
            {
                cut = true;
                break;
            }
            Append(shown, rune, lines > 0);
        }
        if (cut)
            shown.Append(Ellipsis);
        return shown.ToString();
    }

    private static void Append(StringBuilder shown, Rune rune, bool multiline)
    {
        int c = rune.Value;
        if (c is '\n' or '\t' && multiline)
            shown.Append((char)c);
        else if (c is '\n' or '\t') // arrows, since few fonts have the control pictures
            shown.Append(c == '\n' ? '\u21B5' : '\u21E5');
        else if (c < 0x20)
            shown.Append((char)(0x2400 + c));
        else if (c == 0x7F)
            shown.Append('\u2421');
        else if (c is 0x2028 or 0x2029 || IsNonCharacter(c) || Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control)
            shown.Append('\uFFFD');
        else if (Direction(c) is string name)
            shown.Append('\u27E6').Append(name).Append('\u27E7');
        else
            shown.Append(rune.ToString());
    }

    private static bool IsNonCharacter(int c) => (c & 0xFFFE) == 0xFFFE || c is >= 0xFDD0 and <= 0xFDEF;

    private static string? Direction(int c) =>
        c switch
        {
            0x061C => "ALM",
            0x200B => "ZWSP",
            0x200E => "LRM",
            0x200F => "RLM",
            0x202A => "LRE",
            0x202B => "RLE",
            0x202C => "PDF",
            0x202D => "LRO",
            0x202E => "RLO",
            0x2066 => "LRI",
            0x2067 => "RLI",
            0x2068 => "FSI",
            0x2069 => "PDI",
            0xFEFF => "BOM",
            _ => null,
        };
}
