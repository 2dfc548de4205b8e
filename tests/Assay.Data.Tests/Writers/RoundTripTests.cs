using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Assay.Data;
using FsCheck;
using FsCheck.Fluent;

namespace Assay.Tests;

/// <summary>A dataset that is written and read again, in each format and through all of them, is what it was.</summary>
public sealed class RoundTripTests : IDisposable
{
    private readonly SourceFolder _folder = new();
    private readonly Pieces _pieces = Pieces.Temporary();

    public void Dispose()
    {
        _folder.Dispose();
        _pieces.Dispose();
    }

    /// <summary>Columns: a name, and for each row JSON or null for a missing value.</summary>
    private sealed record Columns(string[] Names, string?[][] Values)
    {
        public string Lines()
        {
            StringBuilder lines = new();
            for (int row = 0; row < Values[0].Length; row++)
                lines
                    .Append('{')
                    .AppendJoin(
                        ',',
                        Names
                            .Select((name, c) => (name, value: Values[c][row]))
                            .Where(cell => cell.value is not null)
                            .Select(cell => $"{Quoted(cell.name)}:{cell.value}")
                    )
                    .Append("}\n");
            return lines.ToString();
        }
    }

    private static string Quoted(string text) =>
        JsonSerializer.Serialize(
            text,
            new JsonSerializerOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }
        );

    private static readonly Gen<string> Texts = Gen.OneOf(
        Gen.Elements("", " ", "a", "ü\"\\", "\r\n\t", "🚀\0", "true", "007", "1e5", "null", "a,b;c", "=1+1", "\uFEFFx"),
        Gen.Choose(0, 3000).Select(length => new string('é', length)),
        Gen.Choose(0x20, 0xD7FF).Select(point => char.ConvertFromUtf32(point))
    );

    private static readonly Gen<string> Wholes = Gen.OneOf(
        Gen.Elements(long.MinValue, long.MaxValue, 0, -1, 1L << 53).Select(number => $"{number}"),
        Gen.Choose(-1000, 1000).Select(number => $"{number}")
    );

    private static readonly Gen<string> Numbers = Gen.OneOf(
            Gen.Elements(-0.0, 5e-324, double.MaxValue, double.MinValue, 0.1, 1e22, -1e15, 3.0, 1 / 3.0),
            Gen.Choose(-4000, 4000).Select(number => number / 8.0)
        )
        .Select(number =>
            number.ToString("R", CultureInfo.InvariantCulture) is var text && text.Contains('E') ? text
            : text.Contains('.') ? text
            : text + ".0"
        );

    private static readonly Gen<string> Nested = Gen.Elements(
        "[]",
        "{}",
        "[1,null,\"a\"]",
        "{\"k\":{\"l\":[true,-0.5]}}",
        "[[[]],[\"ü\"]]",
        "{\"\":null}"
    );

    private static Gen<string?[]> Column(int rows) =>
        from values in Gen.Elements(
            Texts.Select(Quoted),
            Wholes,
            Numbers,
            Gen.Elements("true", "false"),
            Nested,
            Gen.OneOf(Texts.Select(Quoted), Wholes, Nested)
        )
        from missing in Gen.Elements(0, 1, 3)
        from column in Gen.Frequency(
                (missing, Gen.Constant<string?>(null)),
                (3, values.Select(value => (string?)value))
            )
            .ArrayOf(rows)
        select column;

    private static readonly Gen<Columns> Tables =
        from rows in Gen.Choose(1, 40)
        from names in Gen.Shuffle(["a", "ü name", "quote\"d", "x.y", "a,b", "Text"])
        from count in Gen.Choose(1, 6)
        from columns in Column(rows).ArrayOf(count)
        from text in Texts.Select(text => (string?)Quoted(text)).ArrayOf(rows)
        select new Columns(["text", .. names.Take(count)], [text, .. columns]);

    private Dataset Read(string file, int blockSize = 8 << 20)
    {
        Pieces pieces = new(Path.Combine(_pieces.Folder, Guid.NewGuid().ToString()));
        IngestResult result = _folder.Ingest(pieces, new() { Path = [file] }, blockSize: blockSize);
        return new("pool", "0", result.Schema, "text", result.Infos, i => Table.Read(result.Tables[i]));
    }

    /// <summary>Writes a dataset in the format that the name of the file says, and reads it.</summary>
    private Dataset Through(Dataset dataset, string file, int window)
    {
        string path = Path.Combine(_folder.Path, file);
        _ = Path.GetExtension(file) switch
        {
            ".jsonl" => JsonlWriter.Write(path, new(dataset), new(_pieces), null, window),
            ".csv" => CsvWriter.Write(path, new(dataset), new(_pieces)),
            ".parquet" => ParquetWriter.Write(path, new(dataset), new(_pieces), null, window),
            _ => ArrowWriter.Write(path, new(dataset), new(_pieces), null, window),
        };
        return Read(file);
    }

    /// <summary>Schema and rows, each value with its type and to the bit.</summary>
    private static List<string> Show(Dataset dataset)
    {
        // A column without any value may be there or not.
        Field[] fields = [.. dataset.Schema.Where(field => field.Type != ColumnType.Null)];
        List<string> rows =
        [
            string.Join(", ", fields.OrderBy(f => f.Name, StringComparer.Ordinal).Select(f => $"{f.Name} {f.Type}")),
        ];
        for (int t = 0; t < dataset.Tables.Count; t++)
        {
            using Table table = dataset.Read(t);
            for (int row = 0; row < table.RowCount; row++)
                rows.Add(
                    string.Join(
                        ", ",
                        fields
                            .OrderBy(field => field.Name, StringComparer.Ordinal)
                            .Select(field => (field, column: table.Find(field.Name)))
                            .Where(cell => cell.column is not null && !cell.column.IsNull(row))
                            .Select(cell => $"{cell.field.Name}={Show(cell.field.Type, cell.column!, row)}")
                    )
                );
        }
        return rows;
    }

    private static string Show(ColumnType type, Column column, int row) =>
        (type, column.Type) switch
        {
            (ColumnType.Json, ColumnType.Text) => Quoted(Encoding.UTF8.GetString(column.Utf8(row))),
            (ColumnType.Float64, _) => column.Number(row)!.Value.ToString("R", CultureInfo.InvariantCulture),
            (_, ColumnType.Int64) => column.Int64(row).ToString(CultureInfo.InvariantCulture),
            _ => SourceFolder.Value(column, row),
        };

    [Theory]
    [InlineData("b.jsonl")]
    [InlineData("b.parquet")]
    [InlineData("b.arrow")]
    [InlineData("b.parquet", "c.arrow", "d.jsonl", "e.arrow", "f.parquet", "g.jsonl")]
    public void Schema_and_values_are_kept(params string[] files) =>
        Prop.ForAll(
                Tables.ToArbitrary(),
                Gen.Choose(200, 20_000).ToArbitrary(),
                (columns, window) =>
                {
                    _folder.Write("a.jsonl", columns.Lines());
                    Dataset dataset = Read("a.jsonl", blockSize: 2000);
                    List<string> wanted = Show(dataset);
                    foreach (string file in files)
                    {
                        dataset = Through(dataset, file, window);
                        Assert.Equal(wanted, Show(dataset));
                    }
                }
            )
            .Holds();

    /// <summary>What CSV keeps: texts that are not empty, as they are; everything else as text that reads as the same.</summary>
    [Fact]
    public void Csv_keeps_texts_and_numbers_but_not_what_is_empty() =>
        Prop.ForAll(
                Tables.ToArbitrary(),
                columns =>
                {
                    _folder.Write("a.jsonl", columns.Lines());
                    Dataset before = Read("a.jsonl"),
                        after = Through(before, "b.csv", 20_000);
                    using Table one = before.Read(0),
                        other = after.Read(0);
                    Assert.Equal(one.RowCount, other.RowCount);
                    foreach (Column column in one.Columns.Where(column => column.Type != ColumnType.Null))
                    {
                        Column read = other.Find(column.Field.Name)!;
                        for (int row = 0; row < one.RowCount; row++)
                            if (column.IsNull(row) || column.Type == ColumnType.Text && column.Utf8(row).IsEmpty)
                                Assert.True(read.IsNull(row));
                            else if (column.Type == ColumnType.Float64)
                                Assert.Equal(column.Float64(row), read.Number(row));
                            else if (column.Type == ColumnType.Int64)
                                Assert.Equal($"{column.Int64(row)}", Encoding.UTF8.GetString(read.Utf8(row)));
                            else
                                Assert.Equal(SourceFolder.Value(column, row), Encoding.UTF8.GetString(read.Utf8(row)));
                    }
                }
            )
            .Holds();

    /// <summary>Both independent readers find what was written, whatever it is.</summary>
    [Fact]
    public void Independent_readers_find_the_same() =>
        Prop.ForAll(
                Tables.ToArbitrary(),
                Gen.Choose(200, 20_000).ToArbitrary(),
                (columns, window) =>
                {
                    _folder.Write("a.jsonl", columns.Lines());
                    Dataset dataset = Read("a.jsonl", blockSize: 2000);
                    string parquet = Path.Combine(_folder.Path, "b.parquet"),
                        arrow = Path.Combine(_folder.Path, "b.arrow");
                    ParquetWriter.Write(parquet, new(dataset), new(_pieces), null, window);
                    ArrowWriter.Write(arrow, new(dataset), new(_pieces), null, window);
                    List<string> ours = FileRows.Read(parquet).Lines;
                    Assert.Equal(ours, FileRows.Read(arrow, format: SourceFormat.Arrow).Lines);
                    Assert.Equal(ours, ParquetSharpPeer.Read(parquet, _folder));
                    Assert.Equal(ours, ArrowPeer.Read(arrow, _folder));
                    Assert.Equal(ours.Count, ParquetPeer.Read(parquet).Count);
                }
            )
            .Holds();
}
