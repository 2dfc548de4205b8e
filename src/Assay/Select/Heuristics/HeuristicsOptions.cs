using System.ComponentModel.DataAnnotations;

namespace Assay.Select;

/// <summary>A filter, or a chain of them.</summary>
public enum Preset
{
    /// <summary>Gopher's document quality rules.</summary>
    GopherQuality,

    /// <summary>Gopher's repetition rules.</summary>
    GopherRepetition,

    /// <summary>C4's line and document rules; edits text.</summary>
    C4,

    /// <summary>C4 without the rule that a line must end in punctuation; edits text.</summary>
    C4NoPunctuation,

    /// <summary>FineWeb's own rules alone.</summary>
    FinewebQuality,

    /// <summary>
    /// FineWeb's whole chain: Gopher repetition, Gopher quality, C4 without the punctuation rule, FineWeb's own rules.
    /// </summary>
    Fineweb,

    /// <summary>The paragraph rule of the multilingual C4.</summary>
    C4Paragraphs,

    /// <summary>C4's rule on bad words; the list is an option.</summary>
    C4BadWords,

    /// <summary>RefinedWeb's line rules alone; edits text.</summary>
    RefinedwebLines,

    /// <summary>
    /// RefinedWeb's chain as DCLM has it: Gopher quality with each occurrence of a stop word counted, Gopher repetition, the line rules;
    /// edits text.
    /// </summary>
    Refinedweb,

    /// <summary>Dolma's variant of Gopher's rules, and its limit on private data.</summary>
    Dolma,
}

/// <summary>What the Gopher and FineWeb rules call a word. C4's rules always use white space.</summary>
public enum WordSplit
{
    /// <summary>A run of characters between Unicode white space.</summary>
    Whitespace,

    /// <summary>A run of letters, digits and underscores, or one other visible character: <c>\w+|[^\w\s]</c>.</summary>
    WordPunctuation,
}

/// <summary>How C4's rules count sentences.</summary>
public enum SentenceSplit
{
    /// <summary>A sentence ends after <c>.</c>, <c>!</c> or <c>?</c> followed by white space, and with its line.</summary>
    Punctuation,

    /// <summary>Each kept line counts as one sentence.</summary>
    Lines,
}

/// <summary>Options of <see cref="Heuristics"/>. Every threshold is strict: a value on the limit is kept.</summary>
public sealed record HeuristicsOptions
{
    /// <summary>The filter or chain to run, or several in this order. Default: <c>fineweb</c>.</summary>
    [MinLength(1)]
    public IReadOnlyList<Preset> Preset { get; init; } = [Select.Preset.Fineweb];

    /// <summary>What the Gopher and FineWeb rules call a word. Default: <c>whitespace</c>.</summary>
    public WordSplit Words { get; init; } = WordSplit.Whitespace;

    /// <summary>Thresholds of Gopher's quality rules.</summary>
    public GopherQualityOptions GopherQuality { get; init; } = new();

    /// <summary>Thresholds of Gopher's repetition rules.</summary>
    public GopherRepetitionOptions GopherRepetition { get; init; } = new();

    /// <summary>Rules of C4.</summary>
    public C4Options C4 { get; init; } = new();

    /// <summary>Thresholds of FineWeb's own rules.</summary>
    public FinewebOptions Fineweb { get; init; } = new();

    /// <summary>The paragraph rule of the multilingual C4.</summary>
    public C4ParagraphsOptions C4Paragraphs { get; init; } = new();

    /// <summary>The list of bad words.</summary>
    public C4BadWordsOptions C4BadWords { get; init; } = new();

    /// <summary>Thresholds of RefinedWeb's line rules.</summary>
    public RefinedwebOptions Refinedweb { get; init; } = new();

    /// <summary>Thresholds of Dolma's variant of Gopher's rules.</summary>
    public DolmaOptions Dolma { get; init; } = new();
}

/// <summary>
/// Thresholds of Gopher's quality rules. A non-symbol word has at least one character that is no punctuation.
/// </summary>
public sealed record GopherQualityOptions
{
    /// <summary>Fewest non-symbol words. Default: 50.</summary>
    [Range(0, int.MaxValue)]
    public int MinWords { get; init; } = 50;

    /// <summary>Most non-symbol words. Default: 100,000.</summary>
    [Range(1, int.MaxValue)]
    public int MaxWords { get; init; } = 100_000;

    /// <summary>Least mean length of non-symbol words, in characters. Default: 3.</summary>
    [Range(0, 1e9)]
    public double MinMeanWordLength { get; init; } = 3;

    /// <summary>Greatest mean length of non-symbol words, in characters. Default: 10.</summary>
    [Range(0, 1e9)]
    public double MaxMeanWordLength { get; init; } = 10;

    /// <summary>Most hash signs per word, and most ellipses per word. Default: 0.1.</summary>
    [Range(0, 1e9)]
    public double MaxSymbolRatio { get; init; } = 0.1;

    /// <summary>Greatest share of lines that start with a bullet (<c>•</c> or <c>-</c>). Default: 0.9.</summary>
    [Range(0, 1)]
    public double MaxBulletLines { get; init; } = 0.9;

    /// <summary>Greatest share of lines that end in an ellipsis. Default: 0.3.</summary>
    [Range(0, 1)]
    public double MaxEllipsisLines { get; init; } = 0.3;

    /// <summary>Least share of words with a letter. Default: 0.8.</summary>
    [Range(0, 1)]
    public double MinLetterWords { get; init; } = 0.8;

    /// <summary>Fewest different stop words; 0 turns the rule off. Default: 2.</summary>
    [Range(0, 1000)]
    public int MinStopWords { get; init; } = 2;

    /// <summary>Count every occurrence of a stop word, not different ones. Default: false; the preset <c>refinedweb</c> always does.</summary>
    public bool RepeatStopWords { get; init; }

    /// <summary>The stop words, compared with their case. Default: the, be, to, of, and, that, have, with.</summary>
    [Required]
    public IReadOnlyList<string> StopWords { get; init; } = ["the", "be", "to", "of", "and", "that", "have", "with"];
}

/// <summary>Thresholds of Gopher's repetition rules. A duplicate is every occurrence but the first.</summary>
public sealed record GopherRepetitionOptions
{
    /// <summary>Greatest share of paragraphs that are duplicates. Default: 0.3.</summary>
    [Range(0, 1)]
    public double MaxDuplicateParagraphs { get; init; } = 0.3;

    /// <summary>Greatest share of characters in duplicate paragraphs. Default: 0.2.</summary>
    [Range(0, 1)]
    public double MaxDuplicateParagraphCharacters { get; init; } = 0.2;

    /// <summary>Greatest share of lines that are duplicates. Default: 0.3.</summary>
    [Range(0, 1)]
    public double MaxDuplicateLines { get; init; } = 0.3;

    /// <summary>Greatest share of characters in duplicate lines. Default: 0.2.</summary>
    [Range(0, 1)]
    public double MaxDuplicateLineCharacters { get; init; } = 0.2;

    /// <summary>
    /// For n = 2, 3, ... the greatest share of characters in the most frequent n-gram of words (its length, words joined
    /// by spaces, times its count; it may exceed 1). Default: 0.20, 0.18, 0.16. An empty list turns the rules off.
    /// </summary>
    [Required, MaxLength(8)]
    public IReadOnlyList<double> TopNGrams { get; init; } = [0.20, 0.18, 0.16];

    /// <summary>
    /// For n = 5, 6, ... the greatest share of characters in duplicate n-grams of words. Default: 0.15, 0.14, 0.13, 0.12,
    /// 0.11, 0.10. An empty list turns the rules off.
    /// </summary>
    [Required, MaxLength(16)]
    public IReadOnlyList<double> DuplicateNGrams { get; init; } = [0.15, 0.14, 0.13, 0.12, 0.11, 0.10];
}

/// <summary>Rules of C4. Lines are cut out first to last; what is left is joined by line feeds.</summary>
public sealed record C4Options
{
    /// <summary>
    /// Cut lines that do not end in <c>. ? ! " '</c>, or end in <c>...</c>. Default: true; the presets
    /// <c>c4-no-punctuation</c> and <c>fineweb</c> never do.
    /// </summary>
    public bool TerminalPunctuation { get; init; } = true;

    /// <summary>Cut <c>[12]</c>, <c>[]</c>, <c>[edit]</c> and <c>[citation needed]</c> out of lines. Default: true.</summary>
    public bool RemoveCitations { get; init; } = true;

    /// <summary>Fewest sentences in the lines that are left; 0 turns the rule off. Default: 5.</summary>
    [Range(0, int.MaxValue)]
    public int MinSentences { get; init; } = 5;

    /// <summary>What counts as a sentence. Default: <c>punctuation</c>.</summary>
    public SentenceSplit Sentences { get; init; } = SentenceSplit.Punctuation;

    /// <summary>Fewest words of a line, counted before citations are cut out; 0 turns the rule off. Default: 3.</summary>
    [Range(0, int.MaxValue)]
    public int MinWordsPerLine { get; init; } = 3;

    /// <summary>Characters in the longest word a line may have. Default: 1000.</summary>
    [Range(1, int.MaxValue)]
    public int MaxWordLength { get; init; } = 1000;

    /// <summary>Drop documents with "lorem ipsum". Default: true.</summary>
    public bool LoremIpsum { get; init; } = true;

    /// <summary>Cut lines with "javascript". Default: true.</summary>
    public bool Javascript { get; init; } = true;

    /// <summary>Drop documents with <c>{</c>. Default: true.</summary>
    public bool CurlyBracket { get; init; } = true;

    /// <summary>
    /// Cut lines with "terms of use", "privacy policy", "cookie policy", "uses cookies", "use of cookies" or "use cookies".
    /// Default: true.
    /// </summary>
    public bool Policy { get; init; } = true;
}

/// <summary>Thresholds of FineWeb's own rules, over the lines (between line feeds) that are not blank.</summary>
public sealed record FinewebOptions
{
    /// <summary>Least share of lines that end in terminal punctuation of any script. Default: 0.12.</summary>
    [Range(0, 1)]
    public double MinPunctuatedLines { get; init; } = 0.12;

    /// <summary>Greatest share of short lines. Default: 0.67.</summary>
    [Range(0, 1)]
    public double MaxShortLines { get; init; } = 0.67;

    /// <summary>Characters up to which a line is short. Default: 30.</summary>
    [Range(0, int.MaxValue)]
    public int ShortLineLength { get; init; } = 30;

    /// <summary>Greatest share of characters (line feeds not counted) in duplicate lines. Default: 0.01.</summary>
    [Range(0, 1)]
    public double MaxDuplicateLineCharacters { get; init; } = 0.01;

    /// <summary>Most line feeds per word. Default: 0.3.</summary>
    [Range(0, 1e9)]
    public double MaxNewlinesPerWord { get; init; } = 0.3;
}
