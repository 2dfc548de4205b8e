using System.IO.Hashing;
using System.Runtime.InteropServices;
using System.Text;
using Assay.Data;
using FsCheck;
using FsCheck.Fluent;

namespace Assay.Tests;

public class TableTests
{
    private static byte[] Bytes(TableBuilder builder)
    {
        using MemoryStream bytes = new();
        builder.WriteTo(bytes);
        return bytes.ToArray();
    }

    private static byte[] Sample()
    {
        using TableBuilder builder = new("a.jsonl");
        for (int i = 0; i < 20; i++)
        {
            builder.From(i < 10 ? "a.jsonl" : "b.jsonl");
            if (i % 3 != 0)
                builder.Column("text").Set(Encoding.UTF8.GetBytes($"row {i}"));
            builder.Column("n").Set((long)i);
            if (i > 5)
                builder.Column("x").Set(i / 2.0);
            builder.Column("b").Set(i % 2 == 0);
            builder.EndRow(new((UInt128)i), i * 10);
        }
        return Bytes(builder);
    }

    [Fact]
    public void Values_come_back()
    {
        using Table table = Table.Open(Sample(), "t");
        Assert.Equal(20, table.RowCount);
        Assert.Equal(["a.jsonl", "b.jsonl"], table.Sources);
        for (int i = 0; i < 20; i++)
        {
            Assert.Equal(i % 3 == 0, table.Find("text")!.IsNull(i));
            Assert.Equal(i % 3 == 0 ? "" : $"row {i}", Encoding.UTF8.GetString(table.Find("text")!.Utf8(i)));
            Assert.Equal(i, table.Find("n")!.Int64(i));
            Assert.Equal(i > 5 ? i / 2.0 : null, table.Find("x")!.Number(i));
            Assert.Equal(i % 2 == 0, table.Find("b")!.Bool(i));
            Assert.Equal((UInt128)i, table.Ids[i].Value);
            Assert.Equal(i * 10, table.Offsets[i]);
            Assert.Equal(i < 10 ? "a.jsonl" : "b.jsonl", table.SourceOf(i));
        }
        Assert.Null(table.Find("none"));
    }

    // One value of a column, as a test writes and expects it.
    private static void Set(ColumnBuilder column, object? value)
    {
        switch (value)
        {
            case string text:
                column.Set(Encoding.UTF8.GetBytes(text));
                break;
            case long whole:
                column.Set(whole);
                break;
            case double number:
                column.Set(number);
                break;
            case bool truth:
                column.Set(truth);
                break;
            case int[] json:
                column.SetJson(Encoding.UTF8.GetBytes($"[{string.Join(',', json)}]"));
                break;
        }
    }

    private static string Expected(object? value, ColumnType type) =>
        value switch
        {
            null => "-",
            int[] json => $"[{string.Join(',', json)}]",
            string text => type == ColumnType.Json ? $"\"{text}\"" : text,
            bool truth => truth ? "true" : "false",
            long whole => whole.ToString(),
            double number => number.ToString("R"),
            _ => throw new InvalidOperationException(),
        };

    [Fact]
    public void Any_mixture_of_values_and_abandoned_rows_comes_back_in_the_narrowest_type()
    {
        Gen<object?> value = Gen.Frequency(
            (2, Gen.Constant<object?>(null)),
            (3, Gen.Choose(-5, 5).Select(i => (object?)(long)i)),
            (3, Gen.Choose(-5, 5).Select(i => (object?)(i + 0.5))),
            (2, Gen.Elements<object?>(true, false)),
            (3, Gen.Elements<object?>("", "a", "é", "long text")),
            (1, Gen.Constant<object?>((int[])[1, 2]))
        );
        // Mixtures of everything soon are JSON: take a few kinds at a time.
        Gen<(object?[] Values, int[] Abandoned)> columns =
            from kinds in Gen.Choose(1, 3)
            from palette in value.ArrayOf(kinds)
            from values in Gen.Elements(palette).ArrayOf()
            from abandoned in Gen.Choose(0, 20).ArrayOf()
            select (values, abandoned);
        Prop.ForAll(
                columns.ToArbitrary(),
                test =>
                {
                    using TableBuilder builder = new("s");
                    ColumnType type = ColumnType.Null;
                    for (int i = 0; i < test.Values.Length; i++)
                    {
                        if (test.Abandoned.Contains(i))
                        {
                            Set(builder.Column("c"), "abandoned");
                            builder.Column("other").Set(1L);
                            builder.AbandonRow();
                        }
                        Set(builder.Column("c"u8), test.Values[i]);
                        builder.EndRow(new((UInt128)i), i);
                        type = Field.Union(
                            type,
                            test.Values[i] switch
                            {
                                null => ColumnType.Null,
                                string => ColumnType.Text,
                                long => ColumnType.Int64,
                                double => ColumnType.Float64,
                                bool => ColumnType.Bool,
                                _ => ColumnType.Json,
                            }
                        );
                    }
                    using Table table = builder.Build();
                    Column? column = table.Find("c");
                    Assert.Equal(test.Values.Length > 0 ? type : null, column?.Type);
                    Assert.Null(table.Find("other"));
                    for (int i = 0; i < test.Values.Length; i++)
                        Assert.Equal(Expected(test.Values[i], type), ValueOf(column, i));
                }
            )
            .Holds();
    }

    private static string ValueOf(Column? column, int row) => SourceFolder.Value(column, row);

    [Fact]
    public void A_late_column_is_missing_before_it()
    {
        using TableBuilder builder = new("s");
        for (int i = 0; i < 100; i++)
        {
            if (i == 70)
                builder.Column("late").Set("x"u8);
            builder.EndRow(new((UInt128)i), i);
        }
        using Table table = builder.Build();
        Column late = table.Find("late")!;
        Assert.Equal([70], Enumerable.Range(0, 100).Where(row => !late.IsNull(row)));
        Assert.Equal("x", Encoding.UTF8.GetString(late.Utf8(70)));
    }

    [Fact]
    public void A_column_takes_one_value_a_row_and_no_NaN()
    {
        using TableBuilder builder = new("s");
        builder.Column("c").Set(1L);
        Assert.Throws<InvalidOperationException>(() => builder.Column("c").Set(2L));
        Assert.Throws<ArgumentException>(() => builder.Column("d").Set(double.NaN));
        Assert.Throws<ArgumentException>(() => builder.Column("d").Set(double.PositiveInfinity));
    }

    [Fact]
    public void Damage_to_any_byte_is_noticed()
    {
        byte[] whole = Sample();
        for (int i = 0; i < whole.Length; i++)
        {
            byte[] damaged = [.. whole];
            damaged[i] ^= 0x10;
            Assert.Throws<AssayException>(() => Table.Open(damaged, "t"));
            Assert.Throws<AssayException>(() => Table.Open(whole[..i], "t"));
        }
    }

    [Fact]
    public void A_header_that_lies_under_a_right_checksum_never_crashes()
    {
        byte[] whole = Sample();
        int header = MemoryMarshal.Read<int>(whole.AsSpan(16));
        Random random = new(7);
        int refused = 0;
        for (int round = 0; round < 5000; round++)
        {
            byte[] damaged = [.. whole];
            int at = 16 + random.Next(header + 4);
            damaged[at] = (byte)"0123456789-ntx\"[]{},"[random.Next(20)];
            MemoryMarshal.Write(damaged.AsSpan(8), XxHash3.HashToUInt64(damaged.AsSpan(16)));
            try
            {
                using Table table = Table.Open(damaged, "t");
                foreach (Column column in table.Columns)
                    for (int row = 0; row < table.RowCount; row++)
                        SourceFolder.Value(column, row);
                for (int row = 0; row < table.RowCount; row++)
                    _ = (table.SourceOf(row), table.Ids[row], table.Offsets[row]);
            }
            catch (AssayException)
            {
                refused++;
            }
        }
        Assert.True(refused > 2000);
    }

    [Fact]
    public void A_table_file_is_read_and_its_damage_reported()
    {
        using Pieces pieces = Pieces.Temporary();
        byte[] whole = Sample();
        pieces.Write("t", 0, stream => stream.Write(whole));
        using (Table table = Table.Read(pieces.PathOf("t", 0)))
            Assert.Equal(20, table.RowCount);
        Assert.Equal(20, Table.ReadHeader(pieces.PathOf("t", 0)).Rows);
        pieces.Write("t", 0, stream => stream.Write(whole.AsSpan(0, 100)));
        Assert.Throws<AssayException>(() => Table.Read(pieces.PathOf("t", 0)));
        Assert.Throws<AssayException>(() => Table.ReadHeader(pieces.PathOf("t", 0)));
        Assert.Throws<AssayException>(() => Table.Read(pieces.PathOf("t", 1)));
    }

    [Fact]
    public void Datasets_selections_and_views_agree()
    {
        Dataset dataset = Dataset.OfTexts(Enumerable.Range(0, 25).Select(i => $"t{i}"), rowsPerTable: 10);
        Assert.Equal(25, dataset.RowCount);
        Assert.Equal([0, 0, 1, 2], ((int[])[0, 9, 10, 24]).Select(dataset.TableOf));
        Assert.Throws<ArgumentOutOfRangeException>(() => dataset.TableOf(25));
        View view = new(dataset, new([24, 3, 3, 12]));
        Assert.Equal([3, 12, 24], view.DistinctRows.ToArray());
        Assert.Equal([12], view.RowsOf(1).ToArray());
        using Batch batch = view.Read(1);
        Assert.Equal("t12", Encoding.UTF8.GetString(batch.Text(12)));
        Assert.Equal([24, 12], view.Selection.Where(row => row > 5).Rows);
        Assert.Throws<AssayException>(() => view.Signal("perplexity"));
    }

    [Fact]
    public void Edited_texts_take_the_place_of_the_stored_ones()
    {
        Dataset dataset = Dataset.OfTexts(["a", "b", "c"]);
        using TableBuilder edits = new("edits");
        edits.Column("row").Set(1L);
        edits.Column("text").Set("B"u8);
        edits.EndRow(default, 0);
        using Pieces pieces = Pieces.Temporary();
        pieces.Write("edits", 0, edits.WriteTo);
        using Batch batch = new View(dataset, edits: new([pieces.PathOf("edits", 0)])).Read(0);
        Assert.Equal(["a", "B", "c"], Enumerable.Range(0, 3).Select(row => Encoding.UTF8.GetString(batch.Text(row))));
        Assert.True(batch.IsEdited(1) && !batch.IsEdited(0));
    }

    [Fact]
    public void Row_ids_depend_on_content_source_and_offset_and_parse()
    {
        RowId id = RowId.Of("x"u8, "a", 1);
        Assert.Equal(id, RowId.Parse(id.ToString(), null));
        Assert.Equal(
            4,
            new[] { id, RowId.Of("y"u8, "a", 1), RowId.Of("x"u8, "b", 1), RowId.Of("x"u8, "a", 2) }.Distinct().Count()
        );
        Assert.False(RowId.TryParse("12", null, out _));
    }
}
