using System.Text;
using System.Text.Json;
using Assay.Data;

namespace Assay.Tests;

/// <summary>The files of the Parquet project's own conformance suite, against what stands beside them.</summary>
public sealed class ParquetConformanceTests
{
    private const string Folder = "parquet-testing";

    private static FileRows Read(string name) => FileRows.Read(SharedData.Path($"{Folder}/{name}"));

    private static FileRows Data(string name) => Read($"data/{name}.parquet");

    /// <summary>Files of which something must not be read, and why.</summary>
    private static readonly Dictionary<string, string> Refused = new()
    {
        ["datapage_v1-corrupt-checksum"] = "expected a page with checksum bbce3b9d at byte 32, found another",
        ["rle-dict-uncompressed-corrupt-checksum"] = "expected a page with checksum 6522df6a at byte 23, found another",
        // A single text of 1 GiB in each row.
        ["large_string_map.brotli"] =
            "expected pages of at most 512M together (four times maxRow, at least 256M), found 1G",
    };

    [Fact]
    public void Every_file_reads_without_a_bad_row_but_those_with_wrong_checksums()
    {
        string[] files = Directory.GetFiles(SharedData.Path($"{Folder}/data"), "*.parquet");
        Assert.True(files.Length > 60);
        foreach (string file in files)
        {
            string name = Path.GetFileNameWithoutExtension(file);
            FileRows rows = FileRows.Read(file);
            if (Refused.TryGetValue(name, out string? reason))
                Assert.Contains(reason, Assert.Single(rows.Bad), StringComparison.Ordinal);
            else
                Assert.True(rows.Bad.Count == 0, $"{name}: {string.Join("; ", rows.Bad)}");
        }
    }

    [Theory]
    [InlineData("delta_binary_packed")]
    [InlineData("delta_byte_array")]
    [InlineData("delta_encoding_optional_column")]
    [InlineData("delta_encoding_required_column")]
    public void Values_are_those_of_the_expectation_file(string name)
    {
        List<string> rows = Data(name).Lines;
        string path = SharedData.Path($"{Folder}/data/{name}_expect.csv");
        string first = File.ReadLines(path).First().Split(',')[0].Trim('"');
        using Pieces pieces = Pieces.Temporary();
        SourcePlan plan = SourcePlan.Find("p", new() { Path = [path], Text = first }, "/");
        using Table expected = Table.Read(Assert.Single(Ingest.Run(plan, BadRowPolicy.Fail, new(pieces)).Tables));
        Assert.Equal(rows.Count, expected.RowCount);
        for (int row = 0; row < rows.Count; row++)
        {
            JsonElement values = JsonDocument.Parse(rows[row]).RootElement;
            Assert.Equal(
                expected.Columns.Count(column => !column.IsNull(row)),
                values.EnumerateObject().Count(value => value.Value.ToString().Length > 0)
            );
            foreach (Column column in expected.Columns)
                Assert.Equal(
                    Encoding.UTF8.GetString(column.Utf8(row)),
                    values.TryGetProperty(column.Field.Name.Trim(), out JsonElement value)
                    || values.TryGetProperty(column.Field.Name.Trim() + ":", out value)
                        ? value.ToString()
                        : ""
                );
        }
    }

    [Theory]
    [InlineData("alltypes_tiny_pages", "alltypes_tiny_pages_plain")]
    [InlineData("lz4_raw_compressed", "hadoop_lz4_compressed")]
    [InlineData("lz4_raw_compressed", "non_hadoop_lz4_compressed")]
    [InlineData("lz4_raw_compressed_larger", "hadoop_lz4_compressed_larger")]
    [InlineData("datapage_v1-snappy-compressed-checksum", "datapage_v1-uncompressed-checksum")]
    [InlineData("data_index_bloom_encoding_stats", "data_index_bloom_encoding_with_length")]
    [InlineData("int32_decimal", "int64_decimal")]
    [InlineData("int32_decimal", "fixed_length_decimal")]
    [InlineData("int32_decimal", "fixed_length_decimal_legacy")]
    [InlineData("int32_decimal", "byte_array_decimal")]
    public void The_same_values_written_in_two_ways_read_the_same(string one, string other)
    {
        List<string> rows = Data(one).Lines;
        Assert.NotEmpty(rows);
        Assert.Equal(rows, Data(other).Lines);
    }

    [Theory]
    [InlineData(
        "alltypes_plain",
        """{"id":4,"bool_col":true,"tinyint_col":0,"smallint_col":0,"int_col":0,"bigint_col":0,"float_col":0,"double_col":0,"date_string_col":"03/01/09","string_col":"0","timestamp_col":"2009-03-01T00:00:00"}"""
    )]
    [InlineData("binary", """{"foo":"\u0000"}""", """{"foo":"\u0001"}""")]
    [InlineData(
        "datapage_v2.snappy",
        """{"a":"abc","b":1,"c":2,"d":true,"e":[1,2,3]}""",
        """{"a":"abc","b":2,"c":3,"d":true}"""
    )]
    [InlineData("datapage_v2_empty_datapage.snappy", "{}")]
    [InlineData(
        "float16_nonzeros_and_nans",
        "{}",
        """{"x":1}""",
        """{"x":-2}""",
        "{}",
        """{"x":0}""",
        """{"x":-1}""",
        """{"x":-0}""",
        """{"x":2}"""
    )]
    [InlineData("incorrect_map_schema", """{"my_map":{"parent":"another","name":"report"}}""")]
    [InlineData("int32_decimal", """{"value":1}""", """{"value":2}""")]
    [InlineData(
        "int96_from_spark",
        """{"a":"2024-01-01T20:34:56.123456"}""",
        """{"a":"2024-01-01T01:00:00"}""",
        """{"a":"9999-12-31T03:00:00"}""",
        """{"a":"2024-12-30T23:00:00"}""",
        "{}",
        """{"a":"+290000-12-30T23:00:00"}"""
    )]
    [InlineData(
        "list_columns",
        """{"int64_list":[1,2,3],"utf8_list":["abc","efg","hij"]}""",
        """{"int64_list":[null,1]}""",
        """{"int64_list":[4],"utf8_list":["efg",null,"hij","xyz"]}"""
    )]
    [InlineData(
        "lz4_raw_compressed",
        """{"c0":1593604800,"c1":"abc","v11":42}""",
        """{"c0":1593604800,"c1":"def","v11":7.7}"""
    )]
    [InlineData(
        "map_no_value",
        """{"my_map":{"1":null,"2":null,"3":null},"my_map_no_v":[1,2,3],"my_list":[1,2,3]}""",
        """{"my_map":{"4":null,"5":null,"6":null},"my_map_no_v":[4,5,6],"my_list":[4,5,6]}"""
    )]
    [InlineData("nan_in_stats", """{"x":1}""", "{}")]
    [InlineData(
        "nested_lists.snappy",
        """{"a":[[["a","b"],["c"]],[null,["d"]]],"b":1}""",
        """{"a":[[["a","b"],["c","d"]],[null,["e"]]],"b":1}""",
        """{"a":[[["a","b"],["c","d"],["e"]],[null,["f"]]],"b":1}"""
    )]
    [InlineData(
        "nested_maps.snappy",
        """{"a":{"a":{"1":true,"2":false}},"b":1,"c":1}""",
        """{"a":{"b":{"1":true}},"b":1,"c":1}""",
        """{"a":{"c":null},"b":1,"c":1}""",
        """{"a":{"d":{}},"b":1,"c":1}"""
    )]
    [InlineData(
        "nonnullable.impala",
        """{"ID":8,"Int_Array":[-1],"int_array_array":[[-1,-2],[]],"Int_Map":{"k1":-1},"int_map_array":[{},{"k1":1},{},{}],"nested_Struct":{"a":-1,"B":[-1],"c":{"D":[[{"e":-1,"f":"nonnullable"}]]},"G":{}}}"""
    )]
    [InlineData("null_list", """{"emptylist":[]}""")]
    [InlineData("old_list_structure", """{"a":[[1,2],[3,4]]}""")]
    [InlineData(
        "repeated_primitive_no_list",
        """{"Int32_list":[0,1,2,3],"String_list":["foo","zero","one","two"],"group_of_lists":{"Int32_list_in_group":[0,1,2,3],"String_list_in_group":["foo","zero","one","two"]}}""",
        """{"Int32_list":[],"String_list":["three"],"group_of_lists":{"Int32_list_in_group":[],"String_list_in_group":["three"]}}"""
    )]
    [InlineData("sort_columns", """{"b":"a"}""", """{"a":2,"b":"b"}""", """{"a":1,"b":"c"}""")]
    [InlineData(
        "unknown-logical-type",
        """{"column with known type":"known string 1","column with unknown type":"unknown string 1"}"""
    )]
    public void The_first_rows_are_these(string name, params string[] expected) =>
        Assert.Equal(expected, Data(name).Lines.Take(expected.Length));

    [Fact]
    public void Other_files_hold_what_their_descriptions_say()
    {
        Assert.Equal(
            Enumerable.Range(1, 513).Select(i => $"{{\"long_col\":{i}}}"),
            Data("concatenated_gzip_members").Lines
        );
        Assert.Equal(Enumerable.Range(1, 24).Select(i => $"{{\"value\":{i}}}"), Data("int64_decimal").Lines);
        Assert.Equal(40_000, Data("overflow_i16_page_cnt").Lines.Count);
        Assert.Equal(Enumerable.Repeat("{}", 10), Data("page_v2_empty_compressed").Lines);
        Assert.Equal(1000, Data("int32_with_null_pages").Lines.Count);
        foreach (string line in Data("byte_stream_split_extended.gzip").Lines)
        {
            JsonElement row = JsonDocument.Parse(line).RootElement;
            foreach (string type in (string[])["float16", "float", "double", "int32", "int64", "flba5", "decimal"])
                Assert.Equal(
                    row.GetProperty(type + "_plain").GetRawText(),
                    row.GetProperty(type + "_byte_stream_split").GetRawText()
                );
        }
    }

    /// <summary>
    /// ARROW-GH-43605 is not among them: indices of 0 bits into a dictionary of one value are sound, and the Parquet project's own
    /// reader reads the same values. It once crashed a reader in Go.
    /// </summary>
    [Theory]
    [InlineData(
        "ARROW-GH-41317",
        "column 'timestamp_us_no_tz', at row 0: expected a Thrift I32, found I64, in the page header at byte "
    )]
    [InlineData("ARROW-GH-41321", "column 'int64', at row 0: expected numbers of at most 32 bits, found 254")]
    [InlineData(
        "ARROW-GH-45185",
        "expected the entries of row 0 of column 'x.list.element', found those of another row"
    )]
    [InlineData("ARROW-GH-47662", "column 'flba_field', at row 91: expected another value, found the end of the page")]
    [InlineData("ARROW-RS-GH-6229-DICTHEADER", "expected column 'name' of row group 0 within the file")]
    [InlineData(
        "ARROW-RS-GH-6229-LEVELS",
        "column 'outer.list.item.c', at row 0: expected at most 1 more values, found a page of 21"
    )]
    [InlineData("PARQUET-1481", "expected a type of 0 to 7, found -7, at field 'Handle'")]
    public void Bad_files_are_refused_with_the_reason(string name, string reason) =>
        Assert.Contains(reason, Read($"bad_data/{name}.parquet").Bad[0], StringComparison.Ordinal);

    [Fact]
    public void Indices_of_no_bits_stand_for_the_only_value()
    {
        FileRows rows = Read("bad_data/ARROW-GH-43605.parquet");
        Assert.Empty(rows.Bad);
        Assert.Equal(Enumerable.Repeat("{\"min_fl\":0}", 21_186), rows.Lines);
    }
}
