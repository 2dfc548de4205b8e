using System.ComponentModel.DataAnnotations;

namespace Assay.Select;

/// <summary>How <see cref="Clean"/> treats the lines of a text.</summary>
public enum CleanMode
{
    /// <summary>Paragraphs stay apart, and cleaning what is clean changes nothing.</summary>
    Paragraphs,

    /// <summary>The operators of the release in their order, with what is odd about them: empty lines go, and a second pass may change or drop a text again.</summary>
    Official,
}

/// <summary>Options of <see cref="Clean"/>.</summary>
public sealed record CleanOptions
{
    /// <summary>How lines are treated. Default: <c>paragraphs</c>.</summary>
    public CleanMode Mode { get; init; } = CleanMode.Paragraphs;

    /// <summary>Texts with fewer characters go (<c>clean.too_short</c>). Release: 80.</summary>
    [Range(0, int.MaxValue)]
    public int MinCharacters { get; init; } = 80;

    /// <summary>Texts with more characters go (<c>clean.too_long</c>). Release: 1,000,000.</summary>
    [Range(1, int.MaxValue)]
    public int MaxCharacters { get; init; } = 1_000_000;

    /// <summary>Texts of at most so many characters without a mark of punctuation go (<c>clean.no_punctuation</c>). Release: 200.</summary>
    [Range(0, int.MaxValue)]
    public int Unpunctuated { get; init; } = 200;
}
