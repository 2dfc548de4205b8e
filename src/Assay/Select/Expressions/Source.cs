using Assay.Data;

namespace Assay.Select;

/// <summary>The text of an expression, for messages that point into it.</summary>
/// <param name="Text">As the user wrote it.</param>
/// <param name="Option">The option that it is the value of.</param>
internal sealed record Source(string Text, string Option)
{
    private const int Window = 60;

    /// <summary>A failure at the character <paramref name="at"/>, with the line and a caret below it.</summary>
    public AssayException Error(int at, string message, string? advice = null)
    {
        int start = Text.LastIndexOf('\n', Math.Max(0, at - 1), Math.Max(0, at)) + 1;
        int end = Text.IndexOf('\n', Math.Min(at, Text.Length));
        string line = Text[start..(end < 0 ? Text.Length : end)].TrimEnd();
        int line1 = 1 + Text.AsSpan(0, start).Count('\n'),
            column = at - start;
        int from = Math.Max(0, column - Window),
            to = Math.Min(line.Length, column + Window);
        string before = from > 0 ? "..." : "",
            after = to < line.Length ? "..." : "";
        string shown = before + line[Math.Min(from, to)..to].Replace('\t', ' ') + after;
        string caret = new string(' ', before.Length + column - from) + "^";
        return new(
            message,
            new(Option, line1, column + 1),
            string.Join(Environment.NewLine + "  ", new[] { shown, caret, advice }.Where(part => part is not null))
        );
    }
}
