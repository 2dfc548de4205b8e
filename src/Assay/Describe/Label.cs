using Assay.Data;

namespace Assay.Describe;

/// <summary>What is in a dataset, column by column.</summary>
/// <param name="Rows">Number of rows; a row that the selection repeats counts once.</param>
/// <param name="Columns">One entry per column.</param>
public sealed record Label(long Rows, IReadOnlyList<ColumnLabel> Columns)
{
    /// <summary>Tables that hold at least one of the rows.</summary>
    public int Tables { get; init; }

    /// <summary>The column that methods read as the row's text; described with its edits applied.</summary>
    public string TextColumn { get; init; } = "";

    /// <summary>Bytes of the rows' current texts.</summary>
    public long TextBytes { get; init; }
}

/// <summary>What is in one column.</summary>
/// <param name="Name">The column's name.</param>
/// <param name="Type">Its type over the whole dataset.</param>
public sealed record ColumnLabel(string Name, ColumnType Type)
{
    /// <summary>Number of rows, those without a value included.</summary>
    public long Rows { get; init; }

    /// <summary>Rows without a value.</summary>
    public long Missing { get; init; }

    /// <summary>Number of distinct values, a missing one not counted.</summary>
    public Estimate Distinct { get; init; } = new(0, 0);

    /// <summary>Rows whose exact value another row has had before: the rows with a value minus the distinct values.</summary>
    public Estimate Duplicates { get; init; } = new(0, 0);

    /// <summary>Values seen at least twice, most frequent first.</summary>
    public IReadOnlyList<FrequentValue> Frequent { get; init; } = [];

    /// <summary>
    /// By how much a count in <see cref="Frequent"/> may be too low, in rows; a value that is not counted there can occur
    /// no more often than this. 0 where the counts are exact.
    /// </summary>
    public long FrequentError { get; init; }

    /// <summary>What kinds of values there are, most frequent first: <c>text</c>, <c>number</c>, <c>bool</c>, <c>object</c>, <c>array</c>.</summary>
    public IReadOnlyList<Share> Kinds { get; init; } = [];

    /// <summary>The distribution of the values that are numbers, or null without any.</summary>
    public Distribution? Numbers { get; init; }

    /// <summary>What the values that are text consist of, or null without any.</summary>
    public TextLabel? Text { get; init; }

    /// <summary>Share of the truth values that are true, 0 to 1, or null without any.</summary>
    public double? TrueShare { get; init; }
}

/// <summary>A number of things.</summary>
/// <param name="Value">The estimate.</param>
/// <param name="StandardError">Its standard error; 0 if the value is exact.</param>
public sealed record Estimate(long Value, double StandardError);

/// <summary>A frequent value.</summary>
/// <param name="Value">The value as text; its first 80 characters and an ellipsis where it is longer.</param>
/// <param name="Count">Rows that have it, at least.</param>
/// <param name="IsCut">True if the value is longer than what is shown.</param>
public sealed record FrequentValue(string Value, long Count, bool IsCut);

/// <summary>One part of a whole.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Count">How many.</param>
/// <param name="Value">As a share of the whole, 0 to 1.</param>
public sealed record Share(string Name, long Count, double Value);

/// <summary>The distribution of a set of numbers, at least one.</summary>
public sealed record Distribution
{
    /// <summary>Number of values.</summary>
    public required long Count { get; init; }

    /// <summary>The smallest.</summary>
    public required double Min { get; init; }

    /// <summary>The largest.</summary>
    public required double Max { get; init; }

    /// <summary>The arithmetic mean.</summary>
    public required double Mean { get; init; }

    /// <summary>The population standard deviation (divided by the count), or null where it is beyond a double.</summary>
    public required double? StandardDeviation { get; init; }

    /// <summary>Values that are 0.</summary>
    public required long Zeros { get; init; }

    /// <summary>Values below 0.</summary>
    public required long Negatives { get; init; }

    /// <summary>Value at each of the probabilities 0, 0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99, 1.</summary>
    public required IReadOnlyList<double> Quantiles { get; init; }

    /// <summary>
    /// Error of the quantiles' ranks as a share of the count, held with probability 99.9 % each; a count of the histogram
    /// errs by twice as much at most. 0 where they are exact.
    /// </summary>
    public required double RankError { get; init; }

    /// <summary>Histogram: n + 1 ascending edges.</summary>
    public required IReadOnlyList<double> Edges { get; init; }

    /// <summary>Histogram: n counts.</summary>
    public required IReadOnlyList<long> Counts { get; init; }
}

/// <summary>What the texts of a column consist of. Words are what stands between white space, lines end with a line feed.</summary>
public sealed record TextLabel
{
    /// <summary>Bytes of UTF-8 per value; its zeros are the empty texts.</summary>
    public required Distribution Bytes { get; init; }

    /// <summary>Words per value.</summary>
    public required Distribution Words { get; init; }

    /// <summary>Lines per value.</summary>
    public required Distribution Lines { get; init; }

    /// <summary>Bytes in all.</summary>
    public required long TotalBytes { get; init; }

    /// <summary>Words in all.</summary>
    public required long TotalWords { get; init; }

    /// <summary>Lines in all.</summary>
    public required long TotalLines { get; init; }

    /// <summary>Characters (code points) in all.</summary>
    public required long TotalCharacters { get; init; }

    /// <summary>
    /// What the characters are, of all characters: <c>letters</c>, <c>marks</c> (that combine with letters), <c>digits</c>,
    /// <c>white-space</c>, <c>punctuation</c>, <c>symbols</c>, <c>control</c>, <c>other</c>; empty without characters.
    /// </summary>
    public required IReadOnlyList<Share> Characters { get; init; }

    /// <summary>
    /// Which scripts the letters belong to, of all letters, most frequent first: <c>latin</c>, <c>cyrillic</c>, <c>greek</c>,
    /// <c>han</c>, <c>kana</c> (Hiragana and Katakana), <c>hangul</c>, <c>arabic</c>, <c>devanagari</c>, <c>hebrew</c>,
    /// <c>thai</c>, <c>other</c>; those without letters are left out.
    /// </summary>
    public required IReadOnlyList<Share> Scripts { get; init; }

    /// <summary>Share of the characters beyond ASCII, 0 to 1, or null without characters.</summary>
    public required double? NonAsciiShare { get; init; }
}
