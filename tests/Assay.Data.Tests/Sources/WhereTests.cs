using System.Globalization;
using System.Text.Json;
using Assay.Data;
using FsCheck;
using FsCheck.Fluent;

namespace Assay.Tests;

/// <summary>Rows that meet a condition are the same whatever the format, and whether row groups are left out or not.</summary>
public sealed class WhereTests : IDisposable
{
    private readonly SourceFolder _folder = new();
    private readonly Pieces _pieces = Pieces.Temporary();

    public void Dispose()
    {
        _folder.Dispose();
        _pieces.Dispose();
    }

    private static bool Holds(string line, ColumnCondition condition)
    {
        if (!JsonDocument.Parse(line).RootElement.TryGetProperty(condition.Column, out JsonElement value))
            return false;
        double? number =
            value.ValueKind == JsonValueKind.Number ? value.GetDouble()
            : value.ValueKind == JsonValueKind.String
            && double.TryParse(value.GetString(), NumberStyles.Float, CultureInfo.InvariantCulture, out double read)
                ? read
            : null;
        return value.ValueKind is not (JsonValueKind.Array or JsonValueKind.Object)
            && (condition.Min is null || number >= condition.Min)
            && (condition.Max is null || number <= condition.Max)
            && (
                condition.Is.Count == 0
                || condition.Is.Contains(
                    value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetRawText() : value.ToString()
                )
            );
    }

    /// <summary>Rows in ascending order of one column, in JSON Lines, CSV, and many groups of Parquet and Arrow.</summary>
    private void WriteAll(int rows)
    {
        _folder.Write(
            "a.jsonl",
            string.Concat(
                Enumerable
                    .Range(0, rows)
                    .Select(i =>
                        $"{{\"text\":\"row {i}\",\"year\":{1990 + i / 7},\"lang\":\"l{i / 20}\",\"x\":{(i % 5 - 2) / 4.0:0.0#},\"b\":{(i % 2 == 0 ? "true" : "false")}{(i % 3 == 0 ? $",\"late\":{i}" : "")}}}\n"
                    )
            )
        );
        IngestResult result = _folder.Ingest(
            new(Path.Combine(_pieces.Folder, "in")),
            new() { Path = ["a.jsonl"] },
            blockSize: 900
        );
        View view = new(new("pool", "0", result.Schema, "text", result.Infos, i => Table.Read(result.Tables[i])));
        Work work = new(_pieces);
        CsvWriter.Write(Path.Combine(_folder.Path, "a.csv"), view, work);
        ParquetWriter.Write(Path.Combine(_folder.Path, "a.parquet"), view, work, null, 900);
        ArrowWriter.Write(Path.Combine(_folder.Path, "a.arrow"), view, work, null, 900);
    }

    [Fact]
    public void Every_format_gives_the_rows_that_are_asked_for()
    {
        WriteAll(200);
        Gen<double?> bound = Gen.Elements<double?>(null, 1995, 2001.5, 2018, -0.25, 0, 30, 150);
        Gen<ColumnCondition> conditions =
            from column in Gen.Elements("year", "lang", "x", "b", "late", "text")
            from min in bound
            from max in bound
            from values in Gen.Elements<string[]>(
                [],
                ["l3"],
                ["l0", "l9"],
                ["2001", "1999"],
                ["true"],
                ["-0.25"],
                ["row 7", "zz"]
            )
            select new ColumnCondition
            {
                Column = column,
                Min = min,
                Max = max,
                Is = values,
            };
        string[] lines = File.ReadAllLines(Path.Combine(_folder.Path, "a.jsonl"));
        Prop.ForAll(
                conditions.ListOf().Where(list => list.Count < 3).ToArbitrary(),
                where =>
                {
                    string[] wanted =
                    [
                        .. lines
                            .Where(line => where.All(condition => Holds(line, condition)))
                            .Select(line => JsonDocument.Parse(line).RootElement.GetProperty("text").GetString()!),
                    ];
                    foreach (string file in (string[])["a.jsonl", "a.csv", "a.parquet", "a.arrow"])
                    {
                        SourceOptions options = new() { Path = [file], Where = [.. where] };
                        if (wanted.Length > 0)
                            Assert.Equal(wanted, _folder.Texts(options, blockSize: 2000));
                        else
                            Assert.Contains("has no rows", _folder.Fails(options).Message, StringComparison.Ordinal);
                    }
                }
            )
            .Holds();
    }

    [Fact]
    public void Groups_that_cannot_hold_a_row_are_not_read()
    {
        WriteAll(200);
        string path = Path.Combine(_folder.Path, "a.parquet");
        byte[] bytes = File.ReadAllBytes(path);
        // The first pages are those of the first group, whose years go from 1990 on.
        bytes.AsSpan(4, 40).Fill(0xEE);
        File.WriteAllBytes(path, bytes);
        Assert.NotEmpty(FileRows.Read(path).Bad);
        foreach (
            ColumnCondition condition in (ReadOnlySpan<ColumnCondition>)
                [new() { Column = "year", Min = 2010 }, new() { Column = "year", Is = ["2010", "2012", "none"] }]
        )
        {
            FileRows rows = FileRows.Read(path, where: condition);
            Assert.Empty(rows.Bad);
            Assert.NotEmpty(rows.Lines);
        }
    }

    [Fact]
    public void A_column_that_a_file_lacks_is_an_error()
    {
        WriteAll(20);
        SourceOptions options = new() { Path = ["a.parquet"], Where = [new() { Column = "yeer", Min = 2000 }] };
        AssayException failure = _folder.Fails(options);
        Assert.Equal("the file has no column 'yeer'", failure.Message);
        // Of lines nobody knows beforehand what columns they have.
        Assert.Equal("No row meets 'where': yeer.", _folder.Fails(options with { Path = ["a.jsonl"] }).Hint);
    }

    /// <summary>Truncated bounds, NaN among them, bounds of either zero, unsigned and decimal numbers: whatever the statistics of the suite's files say.</summary>
    [Fact]
    public void Statistics_of_other_writers_lose_no_row()
    {
        int skipped = 0;
        foreach (
            string path in Directory
                .GetFiles(SharedData.Path("parquet-testing/data"), "*.parquet")
                .Order(StringComparer.Ordinal)
        )
        {
            if (path.Contains("large_string_map", StringComparison.Ordinal))
                continue;
            FileRows all = FileRows.Read(path);
            if (all.Bad.Count > 0 || all.Lines.Count > 2000)
                continue;
            foreach (
                JsonProperty cell in all
                    .Lines.Take(3)
                    .SelectMany(line => JsonDocument.Parse(line).RootElement.EnumerateObject().ToArray())
            )
            {
                ColumnCondition[] conditions = cell.Value.ValueKind switch
                {
                    JsonValueKind.Number =>
                    [
                        new() { Column = cell.Name, Min = cell.Value.GetDouble() },
                        new() { Column = cell.Name, Max = cell.Value.GetDouble() },
                        new() { Column = cell.Name, Min = 1e9 },
                        new()
                        {
                            Column = cell.Name,
                            Min = cell.Value.GetDouble(),
                            Max = cell.Value.GetDouble(),
                        },
                    ],
                    JsonValueKind.String =>
                    [
                        new() { Column = cell.Name, Is = [cell.Value.GetString()!] },
                        new() { Column = cell.Name, Is = ["~~"] },
                    ],
                    _ => [],
                };
                foreach (ColumnCondition condition in conditions)
                {
                    List<string> found = FileRows.Read(path, where: condition).Lines;
                    Assert.True(
                        all.Lines.Where(line => Holds(line, condition)).SequenceEqual(found),
                        $"{Path.GetFileName(path)} {condition}"
                    );
                    skipped++;
                }
            }
        }
        Assert.True(skipped > 300, $"{skipped}");
    }
}
