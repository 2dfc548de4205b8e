using System.Text;

namespace Assay.Data;

/// <summary>A document (a recipe, a datasheet) that cannot be used, with everything that is wrong with it.</summary>
public sealed class DocumentException : AssayException
{
    internal DocumentException(IReadOnlyList<DocumentProblem> problems, int more)
        : base(Summary(problems, more), problems[0].Where, problems.Count == 1 ? problems[0].Hint : null)
    {
        Problems = problems;
        this.more = more;
    }

    private readonly int more;

    /// <summary>What is wrong, in the order of the file; at most 100 are kept.</summary>
    public IReadOnlyList<DocumentProblem> Problems { get; }

    /// <summary>Every problem with its line and a caret under the place.</summary>
    public override string ToString()
    {
        StringBuilder text = new();
        foreach (DocumentProblem problem in Problems)
        {
            text.AppendLine(problem.ToString());
            if (problem.Excerpt is { } excerpt)
                text.AppendLine(excerpt);
        }
        if (more > 0)
            text.AppendLine($"... and {more} more problems");
        return text.ToString().TrimEnd();
    }

    private static string Summary(IReadOnlyList<DocumentProblem> problems, int more) =>
        problems.Count == 1
            ? problems[0].Message
            : $"there are {problems.Count + more} problems, first: {problems[0].Message}";
}

/// <summary>One thing that is wrong with a document.</summary>
/// <param name="Where">File, line, column and key.</param>
/// <param name="What">What is wrong.</param>
/// <param name="Expected">What belongs there, or null.</param>
/// <param name="Hint">What to do about it (<c>did you mean 'threshold'?</c>), or null.</param>
public sealed record DocumentProblem(Location Where, string What, string? Expected = null, string? Hint = null)
{
    private const int ExcerptWidth = 100;

    /// <summary>The whole line of the file that the problem is on, or null if it is not on a line.</summary>
    public string? Line { get; init; }

    /// <summary>A problem at a place of a document.</summary>
    /// <param name="mark">Where.</param>
    /// <param name="key">Path of keys from the root; empty for the whole.</param>
    /// <param name="what">What is wrong.</param>
    /// <param name="expected">What belongs there.</param>
    /// <param name="hint">What to do about it.</param>
    public static DocumentProblem At(TextMark mark, string key, string what, string? expected, string? hint) =>
        new(
            new(mark.Source.Path, mark.Line, mark.Column, Key: key.Length == 0 ? null : SourceText.Printable(key, 200)),
            what,
            expected,
            hint
        )
        {
            Line = mark.Source.Line(mark.Line),
        };

    internal string Message => Expected is null ? What : $"{What}; expected {Expected}";

    /// <summary>The line with a caret under the column, or null.</summary>
    public string? Excerpt
    {
        get
        {
            if (Line is null || Where.Line < 1)
                return null;
            int column = Math.Clamp(Where.Column - 1, 0, Line.Length);
            // Of a very long line only the neighbourhood of the caret is shown.
            int start = column > ExcerptWidth - 20 ? column - ExcerptWidth / 2 : 0;
            string shown = SourceText.Printable(Line[start..], ExcerptWidth).TrimEnd();
            string lead = start > 0 ? "…" : "";
            string number = Where.Line.ToString().PadLeft(5);
            string caret = new(' ', lead.Length + column - start);
            return $"{number} | {lead}{shown}{Environment.NewLine}      | {caret}^";
        }
    }

    /// <summary><c>file:line:column (key 'k'): what; expected ...; hint</c>.</summary>
    public override string ToString() => $"{Where}: {Message}{(Hint is null ? "" : "; " + Hint)}";
}
