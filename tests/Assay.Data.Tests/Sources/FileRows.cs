using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Assay.Data;

namespace Assay.Tests;

/// <summary>The rows of a file that is read by groups, as lines of JSON, and what could not be read of it.</summary>
internal sealed class FileRows
{
    private static readonly JsonSerializerOptions Relaxed = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public List<string> Lines { get; } = [];

    /// <summary>The reasons of bad rows.</summary>
    public List<string> Bad { get; } = [];

    public static FileRows Read(
        string path,
        string text = "~",
        ByteSize? maxRow = null,
        SourceFormat format = SourceFormat.Parquet,
        params ColumnCondition[] where
    )
    {
        FileRows rows = new();
        SourceOptions options = new()
        {
            Path = [path],
            Format = format,
            Text = text,
            Where = where,
            MaxRow = maxRow ?? new(128L << 20),
        };
        SourcePlan plan = SourcePlan.Find("p", options, "/");
        using GroupReader reader = new(plan, BadRowPolicy.Skip, (unit, _) => rows.Add(unit.Table, unit.Bad), default);
        foreach (SourceUnit unit in plan.Units)
            reader.Read(unit);
        return rows;
    }

    private void Add(TableBuilder builder, BadRows bad)
    {
        foreach (string line in Encoding.UTF8.GetString(bad.Lines).Split('\n', StringSplitOptions.RemoveEmptyEntries))
            Bad.Add(JsonDocument.Parse(line).RootElement.GetProperty("reason").GetString()!);
        using Table table = builder.Build();
        for (int row = 0; row < table.RowCount; row++)
            Lines.Add(
                "{"
                    + string.Join(
                        ",",
                        table
                            .Columns.Where(column => !column.IsNull(row))
                            .Select(column =>
                                JsonSerializer.Serialize(column.Field.Name, Relaxed) + ":" + Value(column, row)
                            )
                    )
                    + "}"
            );
    }

    private static string Value(Column column, int row) =>
        column.Type == ColumnType.Text ? JsonSerializer.Serialize(Encoding.UTF8.GetString(column.Utf8(row)), Relaxed)
        : column.Type == ColumnType.Int64
            ? column.Int64(row).ToString(System.Globalization.CultureInfo.InvariantCulture)
        : SourceFolder.Value(column, row);
}
