namespace Assay.Data;

/// <summary>
/// A file whose rows come in groups that can be read independently of each other and in any order: row groups of Parquet,
/// record batches, stretches of an array.
/// </summary>
internal interface IGroupedRows : IDisposable
{
    /// <summary>Number of groups.</summary>
    int Count { get; }

    /// <summary>Rows of a group.</summary>
    long RowsOf(int group);

    /// <summary>About how many bytes of the file hold a group.</summary>
    long BytesOf(int group);

    /// <summary>Adds the rows of a group to the sink; what cannot be read goes to its bad rows.</summary>
    /// <exception cref="AssayException">The file cannot be read, or lacks a column that was asked for.</exception>
    void Read(int group, IRowSink sink);

    /// <summary>Opens a file of a format that <see cref="FormatTraits.IsGrouped"/>.</summary>
    /// <exception cref="DamagedFileException">It is not what its format asks for.</exception>
    /// <exception cref="AssayException">It cannot be read.</exception>
    static IGroupedRows Open(SourceFile file, SourceOptions options, CancellationToken cancellation) =>
        file.Format switch
        {
            SourceFormat.Parquet => new ParquetRowReader(file, options, cancellation),
            SourceFormat.Arrow => new ArrowRowReader(file, options, cancellation),
            SourceFormat.Dsdl => new DsdlRows(file, options, cancellation),
            _ => throw new ArgumentException($"{file.Format} is not read by groups.", nameof(file)),
        };

    /// <summary>Which of a file's columns are read: the text and those that <see cref="SourceOptions.Columns"/> asks for, or all.</summary>
    /// <exception cref="AssayException">The file lacks one that was asked for.</exception>
    static int[] Columns(string[] names, SourceFile file, SourceOptions options)
    {
        string[] asked = [.. options.Columns, .. options.Where.Select(condition => condition.Column)];
        foreach (string name in asked)
            if (!names.Contains(name))
                throw new AssayException(
                    $"the file has no column '{name}'",
                    new(file.FullPath, Key: name),
                    $"Its columns: {string.Join(", ", names.Take(50))}."
                );
        return
        [
            .. Enumerable
                .Range(0, names.Length)
                .Where(c => options.Columns.Count == 0 || names[c] == options.Text || asked.Contains(names[c])),
        ];
    }

    /// <summary>What stands for the rest of a group that cannot be read on.</summary>
    /// <param name="file">The file.</param>
    /// <param name="where">Which group.</param>
    /// <param name="column">The column at fault, if it is one.</param>
    /// <param name="row">The first row that cannot be read.</param>
    /// <param name="reason">What was expected and what was found.</param>
    static BadRow Broken(SourceFile file, string where, string? column, long row, string reason) =>
        Bad(
            file,
            row,
            $"{where}{(column is null ? "" : $", column '{column}'")}, at row {row}: {reason}"
                + (row == 0 ? "" : "; the rows before it can be read"),
            column
        );

    /// <summary>What stands for a row that cannot be read where its bytes are no text or are spread over the file.</summary>
    static BadRow Bad(SourceFile file, long row, string reason, string? key = null) =>
        BadRow.Of(file, row, [], reason, key: key) with
        {
            Place = (0, 0),
        };
}

/// <summary>Where rows go.</summary>
internal interface IRowSink
{
    TableBuilder Table { get; }

    BadRows Bad { get; }

    /// <summary>Hears of every row, with about how many bytes it added to the table.</summary>
    void RowDone(long bytes);
}

/// <summary>A file is not what its format asks for; whoever knows the place makes a message for the user of it.</summary>
/// <param name="message">What was expected and what was found.</param>
internal class DamagedFileException(string message) : Exception(message);
