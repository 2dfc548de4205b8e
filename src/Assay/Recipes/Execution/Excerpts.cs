using System.Globalization;
using System.Text;
using Assay.Data;

namespace Assay.Recipes.Execution;

/// <summary>Reads the beginnings of a few rows, loading each table once; of a row without a text, its fields.</summary>
internal static class Excerpts
{
    private const int Characters = 600;

    /// <summary>The excerpts of <paramref name="rows"/> as they look in <paramref name="view"/>, by row.</summary>
    public static Dictionary<int, RowExcerpt> Of(View view, IEnumerable<int> rows, Work work)
    {
        Dictionary<int, RowExcerpt> excerpts = [];
        var byTable = rows.Distinct().GroupBy(view.Dataset.TableOf).OrderBy(group => group.Key).ToArray();
        work.Each(
            byTable.Length,
            i =>
            {
                using Batch batch = view.Read(byTable[i].Key);
                foreach (int row in byTable[i])
                {
                    ReadOnlySpan<byte> text = batch.Text(row);
                    if (text.IsEmpty && batch.Table.Find(view.Dataset.TextColumn) is null)
                        text = Fields(batch, row);
                    RowExcerpt excerpt = new(
                        batch.Id(row).ToString(),
                        batch.Table.SourceOf(batch.Local(row)),
                        Beginning(text),
                        text.Length
                    );
                    lock (excerpts)
                        excerpts.Add(row, excerpt);
                }
            }
        );
        return excerpts;
    }

    private static byte[] Fields(Batch batch, int row)
    {
        int local = batch.Local(row);
        StringBuilder fields = new();
        foreach (Column column in batch.Table.Columns)
        {
            if (column.IsNull(local))
                continue;
            if (fields.Length > Characters)
                break;
            fields
                .Append(fields.Length > 0 ? ", " : "")
                .Append(column.Field.Name)
                .Append(" = ")
                .Append(Value(column, local));
        }
        return Encoding.UTF8.GetBytes(fields.ToString());
    }

    /// <summary>A value as text; empty where it is missing.</summary>
    public static string Value(Column column, int row) =>
        column.IsNull(row)
            ? ""
            : column.Type switch
            {
                ColumnType.Int64 => column.Int64(row).ToString(CultureInfo.InvariantCulture),
                ColumnType.Float64 => column.Float64(row).ToString("G6", CultureInfo.InvariantCulture),
                ColumnType.Bool => column.Bool(row) ? "true" : "false",
                ColumnType.Text or ColumnType.Json => Beginning(column.Utf8(row)),
                _ => "",
            };

    private static string Beginning(ReadOnlySpan<byte> utf8)
    {
        string text = Encoding.UTF8.GetString(utf8[..Math.Min(utf8.Length, Characters * 4)]);
        if (text.Length <= Characters)
            return utf8.Length > Characters * 4 ? text.TrimEnd('\uFFFD') : text;
        int end = char.IsHighSurrogate(text[Characters - 1]) ? Characters - 1 : Characters;
        return text[..end];
    }
}
