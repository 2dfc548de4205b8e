using Assay.Data;

namespace Assay.Describe;

/// <summary>Something that a description of data should not say, or should.</summary>
/// <param name="IsError">True if a rule is broken; false if the description would only be better otherwise.</param>
/// <param name="Problem">What and where.</param>
public sealed record CardFinding(bool IsError, DocumentProblem Problem);

/// <summary>What came of looking at the descriptions of a dataset.</summary>
/// <param name="Files">What was looked at.</param>
/// <param name="Findings">What was found, by file, line and column.</param>
public sealed record CardReport(IReadOnlyList<string> Files, IReadOnlyList<CardFinding> Findings)
{
    /// <summary>Broken rules.</summary>
    public int Errors => Findings.Count(finding => finding.IsError);

    /// <summary>What would be better otherwise.</summary>
    public int Warnings => Findings.Count - Errors;
}

/// <summary>Collects findings.</summary>
internal sealed class CardFindings
{
    private readonly List<CardFinding> _found = [];

    public void Error(TextMark mark, string key, string what, string? expected = null, string? hint = null) =>
        Add(true, mark, key, what, expected, hint);

    public void Warn(TextMark mark, string key, string what, string? expected = null, string? hint = null) =>
        Add(false, mark, key, what, expected, hint);

    /// <summary>Does what may fail as reading does, and turns the failure into an error.</summary>
    public bool Try(TextMark mark, string key, Action action)
    {
        try
        {
            action();
            return true;
        }
        catch (DocumentException failure)
        {
            _found.AddRange(failure.Problems.Select(problem => new CardFinding(true, problem)));
        }
        catch (AssayException failure)
        {
            Error(
                mark,
                key,
                failure.Where is { } where && where.File != mark.Source.Path
                    ? $"{where}: {failure.Message}"
                    : failure.Message,
                hint: failure.Hint
            );
        }
        return false;
    }

    public CardReport Report(IReadOnlyList<string> files) =>
        new(
            files,
            [
                .. _found
                    .OrderBy(finding => finding.Problem.Where.File, StringComparer.Ordinal)
                    .ThenBy(finding => finding.Problem.Where.Line)
                    .ThenBy(finding => finding.Problem.Where.Column),
            ]
        );

    private void Add(bool isError, TextMark mark, string key, string what, string? expected, string? hint) =>
        _found.Add(new(isError, DocumentProblem.At(mark, key, what, expected, hint)));
}
