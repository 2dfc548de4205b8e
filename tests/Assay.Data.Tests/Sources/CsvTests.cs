using System.Text;
using Assay.Data;
using FsCheck;
using FsCheck.Fluent;

namespace Assay.Tests;

public sealed class CsvTests : IDisposable
{
    private readonly SourceFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Values_are_text_and_say_what_they_read_as()
    {
        _folder.Write("a.csv", "text,n,x,b,code,none,mixed\na,1,1,true,007,,1\n\"b \"\"q\"\"\n2\",-2,2.5,false,8,,x\n");
        using Pieces pieces = Pieces.Temporary();
        IngestResult result = _folder.Ingest(pieces);
        Assert.Equal(
            [
                ColumnType.Text,
                ColumnType.Int64,
                ColumnType.Float64,
                ColumnType.Bool,
                ColumnType.Text,
                ColumnType.Null,
                ColumnType.Text,
            ],
            result.Schema.Select(field => field.Type)
        );
        using Table table = Table.Read(result.Tables[0]);
        Assert.Equal("b \"q\"\n2", SourceFolder.Value(table.Find("text"), 1));
        Assert.Equal(-2, table.Find("n")!.Number(1));
        Assert.Equal(1, table.Find("b")!.Number(0));
        Assert.Equal(0, table.Find("b")!.Number(1));
        Assert.Equal("007", SourceFolder.Value(table.Find("code"), 0));
    }

    [Fact]
    public void A_column_that_is_numbers_in_one_table_only_is_text()
    {
        _folder.Write("a.csv", "text,n\na,1\n");
        _folder.Write("b.csv", "text,n\na,x\n");
        using Pieces pieces = Pieces.Temporary();
        IngestResult result = _folder.Ingest(pieces, blockSize: 2);
        Assert.True(result.Tables.Count > 1);
        Assert.Equal(ColumnType.Text, result.Schema.Find("n")!.Type);
    }

    [Theory]
    [InlineData("a,b,c\n", "expected 2 fields as in the header, found 3")]
    [InlineData("a\n", "expected 2 fields as in the header, found 1")]
    [InlineData("\"a\"b,c\n", "closing quote")]
    [InlineData("\"a,b\n", "closing quote")]
    public void Bad_rows_are_named(string row, string reason)
    {
        _folder.Write("a.csv", "text,n\r\nx,1\r\n" + row);
        AssayException failure = _folder.Fails();
        Assert.Contains(reason, failure.Message);
        Assert.Equal(3, failure.Where!.Line);
        Assert.Equal(["x"], _folder.Texts(policy: BadRowPolicy.Skip));
    }

    [Fact]
    public void Headers_are_checked()
    {
        _folder.Write("a.csv", "text,n,n\nx,1,2\n");
        Assert.Contains("'n' 2 times", _folder.Fails().Message);
        _folder.Write("a.csv", "body,n\nx,1\n");
        Assert.Contains("body, n", _folder.Fails().Hint);
        _folder.Write("a.csv", [0xEF, 0xBB, 0xBF, .. "\"text\",,\"n\"\nx,1,2\n"u8]);
        Assert.EndsWith("text=x,column2=1,n=2", Assert.Single(_folder.Rows()));
        _folder.Write("a.csv", "\"text,n\nx,1\n");
        Assert.Contains("header", _folder.Fails().Message);
    }

    [Fact]
    public void Tabs_separate_in_tsv()
    {
        _folder.Write("a.tsv", "text\tn\na,b\t1\n");
        Assert.EndsWith("text=a,b,n=1", Assert.Single(_folder.Rows()));
    }

    [Fact]
    public void Any_table_that_CsvHelper_writes_is_read_the_same_for_any_block_size()
    {
        Gen<string> field = Gen.Elements("", "a", ",", "\"", "\n", "\r\n", "é", "\"\"", "b c", "x,\ny\"")
            .ArrayOf()
            .Select(string.Concat);
        Arbitrary<string[][]> tables = Gen.Choose(1, 4)
            .SelectMany(columns => field.ArrayOf(columns).NonEmptyListOf())
            .Select(rows => rows.ToArray())
            .ToArbitrary();
        Prop.ForAll(
                tables,
                Gen.Choose(3, 100).ToArbitrary(),
                (rows, block) =>
                {
                    using StringWriter text = new();
                    using (var csv = CsvHelper.CsvWriter.Create(text, CsvHelper.CsvWriterOptions.Default, true))
                    {
                        csv.WriteField("text");
                        for (int c = 1; c < rows[0].Length + 1; c++)
                            csv.WriteField("c" + c);
                        csv.EndRecord();
                        foreach (string[] row in rows)
                        {
                            csv.WriteField("t");
                            foreach (string value in row)
                                csv.WriteField(value);
                            csv.EndRecord();
                        }
                    }
                    _folder.Write("a.csv", text.ToString());
                    List<string> expected =
                    [
                        .. rows.Select(row =>
                            string.Join(
                                ",",
                                row.Select((value, c) => $"c{c + 1}={(value.Length == 0 ? "-" : value)}")
                                    .Prepend("text=t")
                            )
                        ),
                    ];
                    List<string> read = [.. _folder.Rows(blockSize: block).Select(row => row.Split(' ', 4)[3])];
                    Assert.Equal(expected, read);
                }
            )
            .Holds();
    }

    [Fact]
    public void States_of_all_beginnings_are_followed_as_one_by_one()
    {
        CsvFraming framing = new((byte)',');
        Random random = new(1);
        for (int round = 0; round < 200; round++)
        {
            byte[] bytes = new byte[random.Next(20_000)];
            for (int i = 0; i < bytes.Length; i++)
                bytes[i] = "\"\",\n\rabcdef"u8[random.Next(11)];
            int[] states = [0, 1, 2, 3, 4];
            framing.Run(bytes, states);
            Assert.Equal(Enumerable.Range(0, 5).Select(state => framing.Run(bytes, state)), states);
        }
    }
}
