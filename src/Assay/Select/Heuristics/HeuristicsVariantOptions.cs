using System.ComponentModel.DataAnnotations;

namespace Assay.Select;

/// <summary>The paragraph rule of the multilingual C4.</summary>
public sealed record C4ParagraphsOptions
{
    /// <summary>Fewest lines, and how many of the longest lines are looked at. Default: 3.</summary>
    [Range(1, 1000)]
    public int MinParagraphs { get; init; } = 3;

    /// <summary>Characters that each of the longest lines has at least. Default: 200.</summary>
    [Range(0, int.MaxValue)]
    public int MinLength { get; init; } = 200;
}

/// <summary>C4's list of bad words.</summary>
public sealed record C4BadWordsOptions
{
    /// <summary>The words and phrases, in any case; none are built in.</summary>
    public IReadOnlyList<string> Words { get; init; } = [];
}

/// <summary>RefinedWeb's line rules. Every threshold is strict: a value on the limit is kept.</summary>
public sealed record RefinedwebOptions
{
    /// <summary>Greatest share of upper-case characters of a line. Default: 0.5.</summary>
    [Range(0, 1)]
    public double MaxUppercase { get; init; } = 0.5;

    /// <summary>Greatest share of digits of a line. Default: 0.999999, so that lines of nothing but digits go.</summary>
    [Range(0, 1)]
    public double MaxNumeric { get; init; } = 0.999999;

    /// <summary>Fewest words of a line. Default: 2.</summary>
    [Range(0, int.MaxValue)]
    public int MinWordsPerLine { get; init; } = 2;

    /// <summary>
    /// Most words of a line in which "sign-in" at the start, "read more..." at the end and "items in cart" are cut. Default: 10.
    /// </summary>
    [Range(0, int.MaxValue)]
    public int ShortLineWords { get; init; } = 10;

    /// <summary>Greatest share of words that a document may lose. Default: 0.05.</summary>
    [Range(0, 1)]
    public double MaxRemovedWords { get; init; } = 0.05;
}

/// <summary>Dolma's variant of Gopher's rules. Every threshold is strict: a value on the limit is kept.</summary>
public sealed record DolmaOptions
{
    /// <summary>Fewest words. Default: 50.</summary>
    [Range(0, int.MaxValue)]
    public int MinWords { get; init; } = 50;

    /// <summary>Most words. Default: 100,000.</summary>
    [Range(1, int.MaxValue)]
    public int MaxWords { get; init; } = 100_000;

    /// <summary>Least median length of words, in characters. Default: 3.</summary>
    [Range(0, 1e9)]
    public double MinMedianWordLength { get; init; } = 3;

    /// <summary>Greatest median length of words, in characters. Default: 10.</summary>
    [Range(0, 1e9)]
    public double MaxMedianWordLength { get; init; } = 10;

    /// <summary>Greatest share of words with a hash sign or an ellipsis (<c>…</c>). Default: 0.1.</summary>
    [Range(0, 1)]
    public double MaxSymbolRatio { get; init; } = 0.1;

    /// <summary>Least share of words with a letter. Default: 0.8.</summary>
    [Range(0, 1)]
    public double MinLetterWords { get; init; } = 0.8;

    /// <summary>Fewest stop words, repetitions counted. Default: 2.</summary>
    [Range(0, 1000)]
    public int MinStopWords { get; init; } = 2;

    /// <summary>The stop words, compared with their case. Default: the, be, to, of, and, that, have, with.</summary>
    [Required]
    public IReadOnlyList<string> StopWords { get; init; } = ["the", "be", "to", "of", "and", "that", "have", "with"];

    /// <summary>Greatest share of lines that start with a bullet (<c>*</c> or <c>-</c>). Default: 0.9.</summary>
    [Range(0, 1)]
    public double MaxBulletLines { get; init; } = 0.9;

    /// <summary>Greatest share of lines that end in an ellipsis (<c>…</c>). Default: 0.3.</summary>
    [Range(0, 1)]
    public double MaxEllipsisLines { get; init; } = 0.3;

    /// <summary>Greatest share of lines that occur more than once. Default: 0.3.</summary>
    [Range(0, 1)]
    public double MaxDuplicateLines { get; init; } = 0.3;

    /// <summary>Greatest share of characters in lines that occur more than once. Default: 0.3.</summary>
    [Range(0, 1)]
    public double MaxDuplicateLineCharacters { get; init; } = 0.3;

    /// <summary>For n = 2, 3, ... the greatest share of characters in the most frequent n-gram. Default: 0.20, 0.18, 0.16.</summary>
    [Required, MaxLength(8)]
    public IReadOnlyList<double> TopNGrams { get; init; } = [0.20, 0.18, 0.16];

    /// <summary>
    /// For n = 5, 6, ... the greatest share, of the characters of all n-grams, in those that occur more than once. Default: 0.15, 0.14,
    /// 0.13, 0.12, 0.11, 0.10.
    /// </summary>
    [Required, MaxLength(16)]
    public IReadOnlyList<double> DuplicateNGrams { get; init; } = [0.15, 0.14, 0.13, 0.12, 0.11, 0.10];

    /// <summary>Most e-mail addresses, telephone numbers and public IP addresses together; null turns the rule off. Default: 5.</summary>
    [Range(0, int.MaxValue)]
    public int? MaxPiiItems { get; init; } = 5;
}
