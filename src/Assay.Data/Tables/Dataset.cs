namespace Assay.Data;

/// <summary>
/// Rows of one schema, read once into tables that are loaded one at a time; never assumed to fit in memory.
/// A row's ordinal is its place in the dataset, from 0; every signal and selection speaks of ordinals.
/// </summary>
public sealed class Dataset
{
    private readonly Func<int, Table> _read;

    /// <summary>Describes a dataset whose tables <paramref name="read"/> loads.</summary>
    /// <param name="name">What the recipe calls it.</param>
    /// <param name="fingerprint">Hash of all content: equal fingerprints are equal datasets.</param>
    /// <param name="schema">The union of the tables' schemas.</param>
    /// <param name="textColumn">The column that methods read as the row's text.</param>
    /// <param name="tables">Rows and bytes of each table, in order.</param>
    /// <param name="read">Loads table i; called from several threads; the caller disposes the table.</param>
    public Dataset(
        string name,
        string fingerprint,
        Schema schema,
        string textColumn,
        IReadOnlyList<TableInfo> tables,
        Func<int, Table> read
    )
    {
        Name = name;
        Fingerprint = fingerprint;
        Schema = schema;
        TextColumn = textColumn;
        Tables = tables;
        _read = read;
        if (tables.Count > 0)
            RowCount = tables[^1].FirstRow + tables[^1].RowCount;
    }

    /// <summary>What the recipe calls it.</summary>
    public string Name { get; }

    /// <summary>Hash of all content, in hexadecimal.</summary>
    public string Fingerprint { get; }

    /// <summary>The union of the tables' schemas.</summary>
    public Schema Schema { get; }

    /// <summary>The column that methods read as the row's text.</summary>
    public string TextColumn { get; }

    /// <summary>Where each table lies among the rows.</summary>
    public IReadOnlyList<TableInfo> Tables { get; }

    /// <summary>Number of rows, at most 2^31 - 1.</summary>
    public int RowCount { get; }

    /// <summary>Loads table <paramref name="index"/>; thread-safe; dispose it when done.</summary>
    public Table Read(int index) => _read(index);

    /// <summary>The index of the table that holds row <paramref name="row"/>.</summary>
    public int TableOf(int row)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(row);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(row, RowCount);
        int low = 0,
            high = Tables.Count - 1;
        while (low < high)
        {
            int middle = (low + high + 1) / 2;
            if (Tables[middle].FirstRow <= row)
                low = middle;
            else
                high = middle - 1;
        }
        return low;
    }

    /// <summary>A dataset of tables in memory; reading one hands out the same bytes again.</summary>
    public static Dataset Of(string name, string textColumn, params IReadOnlyList<byte[]> tables)
    {
        List<TableInfo> infos = [];
        SchemaUnion schema = new();
        System.IO.Hashing.XxHash128 hash = new();
        int first = 0;
        foreach (byte[] bytes in tables)
        {
            using Table table = Table.Open(bytes, name);
            infos.Add(new(first, table.RowCount, bytes.Length));
            foreach (Column column in table.Columns)
                schema.Add(column.Field.Name, column.Type, column.Reads);
            first += table.RowCount;
            hash.Append(bytes);
        }
        string fingerprint = Convert.ToHexStringLower(hash.GetCurrentHash());
        return new(name, fingerprint, schema.ToSchema(), textColumn, infos, index => Table.Open(tables[index], name));
    }

    /// <summary>A dataset in memory with the one column <c>text</c>, a few rows per table; for small data and tests.</summary>
    public static Dataset OfTexts(IEnumerable<string> texts, string name = "memory", int rowsPerTable = 1000)
    {
        List<byte[]> tables = [];
        foreach (string[] chunk in texts.Chunk(rowsPerTable))
        {
            TableBuilder builder = new(name);
            foreach (string text in chunk)
            {
                byte[] utf8 = System.Text.Encoding.UTF8.GetBytes(text);
                builder.Column("text").Set(utf8);
                long offset = (long)tables.Count * rowsPerTable + builder.RowCount;
                builder.EndRow(RowId.Of(utf8, name, offset), offset);
            }
            using MemoryStream bytes = new();
            builder.WriteTo(bytes);
            tables.Add(bytes.ToArray());
        }
        return Of(name, "text", tables);
    }
}

/// <summary>Where a table lies among a dataset's rows.</summary>
/// <param name="FirstRow">Ordinal of its first row.</param>
/// <param name="RowCount">Number of its rows.</param>
/// <param name="Bytes">Size of the stored table in bytes.</param>
public sealed record TableInfo(int FirstRow, int RowCount, long Bytes);
