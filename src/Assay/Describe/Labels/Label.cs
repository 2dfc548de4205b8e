using System.Text.Json;
using System.Text.Json.Serialization;
using Assay.Data;

namespace Assay.Describe;

/// <summary>
/// What is in a dataset: columns with their statistics, alerts, pairs of columns, a probabilistic model, correlations with a reference, and what
/// people say of it. A plain record, the same for the terminal, the page, Markdown and JSON.
/// </summary>
/// <param name="Rows">Number of rows; a row that the selection repeats counts once.</param>
/// <param name="Columns">One entry per column.</param>
public sealed record Label(long Rows, IReadOnlyList<ColumnLabel> Columns)
{
    internal static readonly JsonSerializerOptions JsonOptions = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        WriteIndented = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower) },
    };

    /// <summary>Tables that hold at least one of the rows.</summary>
    public int Tables { get; init; }

    /// <summary>The column that methods read as the row's text; described with its edits applied.</summary>
    public string TextColumn { get; init; } = "";

    /// <summary>Bytes of the rows' current texts.</summary>
    public long TextBytes { get; init; }

    /// <summary>The modules that it has; a viewer leaves out those that it does not know.</summary>
    public IReadOnlyList<LabelModule> Modules { get; init; } = Enum.GetValues<LabelModule>();

    /// <summary>What people say of it.</summary>
    public LabelAbout About { get; init; } = new();

    /// <summary>Known problems, the gravest first.</summary>
    public IReadOnlyList<Alert> Alerts { get; init; } = [];

    /// <summary>Rows that repeat an earlier row in all columns, but for <see cref="RepeatedApartFrom"/>.</summary>
    public Estimate RepeatedRows { get; init; } = new(0, 0);

    /// <summary>A column that tells every row apart, so that rows were compared without it; null if there is none.</summary>
    public string? RepeatedApartFrom { get; init; }

    /// <summary>Rows that the pairs and the model were computed on: all of them where there are few.</summary>
    public int SampledRows { get; init; }

    /// <summary>Values and counts of fewer rows than this were left out; 0 where nothing was.</summary>
    public long Fewest { get; init; }

    /// <summary>How pairs of columns go together, or null if that was not asked for.</summary>
    public PairModule? Pairs { get; init; }

    /// <summary>The distribution of one column where another has a given value, or null if it was not asked for or there are no two such columns.</summary>
    public ConditionalModule? Model { get; init; }

    /// <summary>Correlations with a reference, or null without one.</summary>
    public GroundTruthModule? GroundTruth { get; init; }

    /// <summary>Cells without a value.</summary>
    [JsonIgnore]
    public long MissingCells => Columns.Sum(column => column.Missing);

    /// <summary>Cells without a value as a share of all cells, 0 to 1.</summary>
    [JsonIgnore]
    public double MissingShare => Rows == 0 || Columns.Count == 0 ? 0 : MissingCells / ((double)Rows * Columns.Count);

    /// <summary>
    /// The same as a share of the cells of those columns that lack one: what the prototype of the Nutrition Label prints (5.2 % for its sample, of which all
    /// columns would be 4.3 %).
    /// </summary>
    [JsonIgnore]
    public double MissingShareWhereAny =>
        MissingCells == 0 ? 0 : MissingCells / ((double)Rows * Columns.Count(column => column.Missing > 0));

    /// <summary>Whether a module is to be shown.</summary>
    public bool Has(LabelModule module) => Modules.Contains(module);

    /// <summary>The label as a JSON document.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, JsonOptions);

    /// <summary>Reads what <see cref="ToJson"/> wrote.</summary>
    /// <exception cref="JsonException">It is no label.</exception>
    public static Label FromJson(string json) =>
        JsonSerializer.Deserialize<Label>(json, JsonOptions)
        ?? throw new JsonException("A label was expected, not null.");

    /// <summary>The label with what people say: their words for columns, their use cases, and their alerts among the computed ones.</summary>
    public Label With(LabelAbout about)
    {
        foreach (string name in about.Variables.Keys.Concat(about.Kinds.Keys))
            if (Columns.All(column => column.Name != name))
                throw new AssayException(
                    $"the label describes a column '{name}' that the data do not have",
                    hint: "They have: " + string.Join(", ", Columns.Select(column => column.Name)) + "."
                );
        foreach (string name in about.Alerts.SelectMany(alert => alert.UseCases))
            if (about.UseCases.All(useCase => useCase.Name != name))
                throw new AssayException(
                    $"an alert is linked to a use case '{name}' that the label does not have",
                    hint: about.UseCases.Count == 0
                        ? "Write it under 'use-cases:'."
                        : "It has: " + string.Join(", ", about.UseCases.Select(useCase => useCase.Name)) + "."
                );
        return this with
        {
            About = about,
            Columns =
            [
                .. Columns.Select(column =>
                    column with
                    {
                        Description = about.Variables.GetValueOrDefault(column.Name, ""),
                        Variable = about.Kinds.TryGetValue(column.Name, out VariableKind kind) ? kind : column.Variable,
                    }
                ),
            ],
            Alerts = LabelAlerts.Ordered([
                .. Alerts.Where(alert => alert.IsComputed).Select(alert => alert.For(about.UseCases)),
                .. about.Alerts.Select(Alert.Of),
            ]),
        };
    }
}

/// <summary>A part of a label.</summary>
public enum LabelModule
{
    /// <summary>What the dataset is: written by hand, and counted.</summary>
    Metadata,

    /// <summary>Where it comes from: written by hand.</summary>
    Provenance,

    /// <summary>What its columns mean: written by hand.</summary>
    Variables,

    /// <summary>What is in each column.</summary>
    Statistics,

    /// <summary>How pairs of columns go together.</summary>
    Pairs,

    /// <summary>How one column is distributed where another has a given value.</summary>
    Model,

    /// <summary>How it correlates with a reference.</summary>
    GroundTruth,

    /// <summary>Known problems, and the uses that they touch.</summary>
    Alerts,
}

/// <summary>What a column measures, which decides how it is summarised.</summary>
public enum VariableKind
{
    /// <summary>Names without an order.</summary>
    Nominal,

    /// <summary>Names or numbers in an order, of which differences mean little: dates, years, grades.</summary>
    Ordinal,

    /// <summary>Numbers that are counted.</summary>
    Discrete,

    /// <summary>Numbers that are measured.</summary>
    Continuous,
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

    /// <summary>What people say of it; may be empty.</summary>
    public string Description { get; init; } = "";

    /// <summary>What it measures: guessed, unless people have said it.</summary>
    public VariableKind Variable { get; init; }

    /// <summary>What its values read as: <c>number</c>, <c>date</c>, <c>boolean</c>, or else <c>string</c>.</summary>
    public string Reads { get; init; } = "string";

    /// <summary>True if no value has occurred twice, in a sample of 1,024 distinct values where there are more.</summary>
    public bool IsUnique { get; init; }

    /// <summary>The most frequent value; null without values, or where it is not known.</summary>
    public ExtremeValue? Most { get; init; }

    /// <summary>The least frequent value; null without values, or where it is not known.</summary>
    public ExtremeValue? Least { get; init; }

    /// <summary>Numbers written as <c>0</c> exactly, so not as <c>0.0</c>; <see cref="Distribution.Zeros"/> has all zeros.</summary>
    public long WrittenZeros { get; init; }

    /// <summary>What its texts read as.</summary>
    public ValueShapes Shapes { get; init; } = new();

    /// <summary>A few values that a spreadsheet may have turned into dates, such as <c>9-Mar</c>.</summary>
    public IReadOnlyList<DamagedValue> Damaged { get; init; } = [];

    /// <summary>Share of the rows without a value, 0 to 1.</summary>
    [JsonIgnore]
    public double MissingShare => Rows == 0 ? 0 : (double)Missing / Rows;
}

/// <summary>How many texts of a column read as something else than text; longer ones than 32 bytes read as text.</summary>
public sealed record ValueShapes
{
    /// <summary>Numbers.</summary>
    public long Numbers { get; init; }

    /// <summary>Dates, with or without a time.</summary>
    public long Dates { get; init; }

    /// <summary>Truth values: <c>t</c>, <c>f</c>, <c>true</c>, <c>false</c>, <c>y</c>, <c>n</c>, <c>yes</c>, <c>no</c>.</summary>
    public long Truths { get; init; }

    /// <summary>A day and a month as spreadsheets write them: <c>9-Mar</c>, <c>Mar-05</c>.</summary>
    public long MonthDays { get; init; }

    /// <summary>Errors of spreadsheets: <c>#REF!</c>, <c>#N/A</c>.</summary>
    public long SpreadsheetErrors { get; init; }

    /// <summary>Texts with white space around them.</summary>
    public long Padded { get; init; }

    /// <summary>Words that say that there is no value: <c>?</c>, <c>NA</c>, <c>null</c>, <c>unknown</c>.</summary>
    public long Placeholders { get; init; }
}

/// <summary>The value that occurs most often, or least often.</summary>
/// <param name="Value">It as text; null where several values share the count.</param>
/// <param name="Count">Rows that have it.</param>
public sealed record ExtremeValue(string? Value, long Count);

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

    /// <summary>The median: the mean of the two in the middle where the count is even. An estimate where <see cref="RankError"/> is not 0.</summary>
    public required double Median { get; init; }

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
