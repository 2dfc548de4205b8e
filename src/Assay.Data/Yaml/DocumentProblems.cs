namespace Assay.Data;

/// <summary>Collects what is wrong with a document, so that all of it is reported at once.</summary>
public sealed class DocumentProblems
{
    private const int Limit = 100;
    private readonly List<DocumentProblem> found = [];
    private int count;

    /// <summary>How many there are.</summary>
    public int Count => count;

    /// <summary>Adds a problem at a place of a document.</summary>
    /// <param name="mark">Where.</param>
    /// <param name="key">Path of keys from the root, such as <c>judge.seeds</c>; empty for the whole.</param>
    /// <param name="what">What is wrong.</param>
    /// <param name="expected">What belongs there.</param>
    /// <param name="hint">What to do about it.</param>
    public void Add(TextMark mark, string key, string what, string? expected = null, string? hint = null) =>
        Add(DocumentProblem.At(mark, key, what, expected, hint));

    /// <summary>Adds a problem.</summary>
    public void Add(DocumentProblem problem)
    {
        if (count++ < Limit)
            found.Add(problem);
    }

    /// <summary>Adds a problem after which reading makes no sense, and gives what to throw.</summary>
    public DocumentException Fatal(TextMark mark, string key, string what, string? expected = null, string? hint = null)
    {
        Add(mark, key, what, expected, hint);
        return Exception();
    }

    /// <summary>Adds a problem after which reading makes no sense, and gives what to throw.</summary>
    public DocumentException Fatal(DocumentProblem problem)
    {
        Add(problem);
        return Exception();
    }

    /// <summary>True if there is a problem at that key or below it.</summary>
    public bool At(string key) =>
        found.Exists(problem =>
            problem.Where.Key is { } at
            && at.StartsWith(key, StringComparison.Ordinal)
            && (at.Length == key.Length || at[key.Length] is '.' or '[')
        );

    /// <summary>Throws if anything is wrong.</summary>
    public void ThrowIfAny()
    {
        if (count > 0)
            throw Exception();
    }

    private DocumentException Exception() =>
        new(
            [
                .. found
                    .OrderBy(problem => problem.Where.File, StringComparer.Ordinal)
                    .ThenBy(problem => problem.Where.Line)
                    .ThenBy(problem => problem.Where.Column),
            ],
            count - found.Count
        );
}
