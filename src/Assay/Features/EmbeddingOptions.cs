using System.ComponentModel.DataAnnotations;

namespace Assay.Features;

/// <summary>How rows become vectors; options of methods that compare rows inherit these.</summary>
public record EmbeddingOptions
{
    /// <summary>
    /// What vectors are made of: tf-idf (weighed n-grams of the text, reduced to their leading directions), hashed (n-grams of
    /// the text, projected at random; nothing is learned from the rows), columns (numbers that the rows come with) or hidden-states
    /// (the mean of the states of a language model that is trained on the rows in view; for methods that train one).
    /// </summary>
    public EmbeddingKind Embed { get; init; } = EmbeddingKind.TfIdf;

    /// <summary>Numbers of a vector, at most, for tf-idf; exactly, for hashed. Columns and hidden states are taken as they are.</summary>
    [Range(1, 4096)]
    public int Dimensions { get; init; } = 64;

    /// <summary>Whether n-grams are of words (in lower case, without punctuation around them) or of characters.</summary>
    public TextUnit Unit { get; init; } = TextUnit.Words;

    /// <summary>
    /// The longest n-grams, in units. All lengths from 1 are used for words, from 3 (or this, if less) for characters. 0 chooses 2
    /// for words and 5 for characters.
    /// </summary>
    [Range(0, 8)]
    public int NGrams { get; init; }

    /// <summary>Bytes of each row's text that are read, from its start: texts of very different length embed differently.</summary>
    [Range(16, 1 << 20)]
    public int TextBytes { get; init; } = 4096;

    /// <summary>Rows that tf-idf learns its weights and directions from, at most, drawn at random.</summary>
    [Range(2, 1 << 20)]
    public int FitRows { get; init; } = 16384;

    /// <summary>The columns of numbers; a column of JSON lists of numbers counts as one column for each. Default: all that read as numbers.</summary>
    public IReadOnlyList<string> Features { get; init; } = [];

    /// <summary>Whether vectors are scaled to length 1, so that distances are those of directions; a row of zeros stays as it is.</summary>
    public bool UnitLength { get; init; } = true;
}

/// <summary>What vectors of rows are made of.</summary>
public enum EmbeddingKind
{
    /// <summary>Weighed n-grams of the text, reduced to their leading directions.</summary>
    TfIdf,

    /// <summary>N-grams of the text, projected at random.</summary>
    Hashed,

    /// <summary>Numbers that the rows come with.</summary>
    Columns,

    /// <summary>The mean over the bytes of a text of the last states of a language model.</summary>
    HiddenStates,
}

/// <summary>What n-grams of texts are made of.</summary>
public enum TextUnit
{
    /// <summary>Words between white space.</summary>
    Words,

    /// <summary>Code points.</summary>
    Characters,
}
