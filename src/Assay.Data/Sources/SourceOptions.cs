using System.ComponentModel.DataAnnotations;

namespace Assay.Data;

/// <summary>What a row of a plain-text file is.</summary>
public enum TextRows
{
    /// <summary>A line; blank lines are left out.</summary>
    Line,

    /// <summary>A run of lines up to the next blank line.</summary>
    Paragraph,

    /// <summary>The whole file.</summary>
    File,
}

/// <summary>What to do with a row that cannot be read.</summary>
public enum BadRowPolicy
{
    /// <summary>Stop at the first one and say where it is.</summary>
    Fail,

    /// <summary>Leave it out and count it.</summary>
    Skip,

    /// <summary>Leave it out, count it, and keep it with its reason.</summary>
    Quarantine,
}

/// <summary>Which files make a dataset and how they are read.</summary>
public sealed record SourceOptions
{
    /// <summary>The longest row that may be asked for, in bytes: 1G.</summary>
    public static readonly ByteSize LargestRow = new(1L << 30);

    /// <summary>
    /// Files, folders, and patterns with <c>*</c>, <c>?</c> and <c>**</c>, relative to the folder that assay runs in. A path that starts with
    /// <c>{dotnet}</c> lies in the folder of the running .NET. Also <c>https://</c> addresses of files, and datasets of the Hugging Face
    /// Hub: <c>hf://datasets/owner/name[@revision][/path]</c>.
    /// </summary>
    [Required, MinLength(1)]
    public IReadOnlyList<string> Path { get; init; } = [];

    /// <summary>Patterns of files to leave out; a pattern without a slash is about file names in any folder.</summary>
    public IReadOnlyList<string> Exclude { get; init; } = [];

    /// <summary>
    /// Of a folder or repository in the layout of Hugging Face: which of its configurations; the default one if not given.
    /// </summary>
    public string? Config { get; init; }

    /// <summary>
    /// Of such a folder: which splits, or <c>all</c>. If not given: <c>train</c>, or the only one.
    /// </summary>
    public IReadOnlyList<string> Split { get; init; } = [];

    /// <summary>How the files are read; by their names if not given.</summary>
    public SourceFormat Format { get; init; } = SourceFormat.Auto;

    /// <summary>The column that holds the row's text; also what the text of plain-text files is called.</summary>
    [Required, MinLength(1)]
    public string Text { get; init; } = "text";

    /// <summary>
    /// The column that names a row's domain, for the report's account of what was chosen from where; the source file if not given.
    /// </summary>
    public string? Domain { get; init; }

    /// <summary>Whether the rows are a table that needs no text: its column may be missing.</summary>
    public bool Table { get; init; }

    /// <summary>
    /// One of several disjoint parts of the rows, such as <c>1/2</c>; they are dealt by what rows hold and where they stand, so that two
    /// datasets of the same files can be one to choose by and one to measure on.
    /// </summary>
    [RegularExpression("[1-9][0-9]{0,3}/[1-9][0-9]{0,3}")]
    public string? Part { get; init; }

    /// <summary>The columns to read of Parquet and Arrow files, beside the text column; all if not given. The others are not decoded.</summary>
    public IReadOnlyList<string> Columns { get; init; } = [];

    /// <summary>
    /// What columns must hold for a row to be read; all if several. Row groups of Parquet files whose statistics say that no row can meet
    /// it are not read at all.
    /// </summary>
    public IReadOnlyList<ColumnCondition> Where { get; init; } = [];

    /// <summary>What a row of a plain-text file is.</summary>
    public TextRows Rows { get; init; } = TextRows.Line;

    /// <summary>What is taken of pages of HTML, alone or in web archives.</summary>
    public HtmlText Html { get; init; } = HtmlText.Main;

    /// <summary>A row longer than this many bytes, at most 1G, is a bad row.</summary>
    public ByteSize MaxRow { get; init; } = new(128L << 20);
}
