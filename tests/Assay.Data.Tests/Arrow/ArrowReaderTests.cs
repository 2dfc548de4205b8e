using Apache.Arrow;
using Apache.Arrow.Ipc;
using Apache.Arrow.Types;
using Assay.Data;

namespace Assay.Tests;

/// <summary>Arrow files and streams as a source, as another implementation writes them.</summary>
public sealed class ArrowReaderTests : IDisposable
{
    private readonly SourceFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private FileRows Read(byte[] bytes, ByteSize? maxRow = null) =>
        FileRows.Read(_folder.Write("a.arrow", bytes), maxRow: maxRow, format: SourceFormat.Arrow);

    [Theory]
    [InlineData(false, null)]
    [InlineData(true, null)]
    [InlineData(false, CompressionCodecType.Lz4Frame)]
    [InlineData(true, CompressionCodecType.Zstd)]
    public void Every_type_is_read(bool isStream, CompressionCodecType? codec)
    {
        RecordBatch batch = ArrowPeer.EveryType();
        FileRows rows = Read(ArrowPeer.Write([batch, batch], isStream, codec));
        Assert.Empty(rows.Bad);
        string[] wanted = [.. ArrowPeer.EveryTypeAsRead.Select(row => row.Replace("\n", ""))];
        Assert.Equal(wanted.Concat(wanted), rows.Lines);
    }

    [Fact]
    public void Ids_places_and_blocks_are_those_of_the_rows()
    {
        RecordBatch[] batches =
        [
            .. Enumerable
                .Range(0, 9)
                .Select(b =>
                    ArrowPeer.Batch(
                        ("text", ArrowPeer.Texts(Enumerable.Range(0, b).Select(i => $"text {b} {i} {new('x', 90)}"))),
                        ("n", ArrowPeer.Numbers(Enumerable.Range(0, b))),
                        ("other", ArrowPeer.Numbers(Enumerable.Range(0, b)))
                    )
                ),
        ];
        _folder.Write("a.arrow", ArrowPeer.Write(batches));
        _folder.Write("b.arrow", ArrowPeer.Write(batches, isStream: true));
        _folder.Write("c.unknown", ArrowPeer.Write(batches));
        List<string> rows = _folder.Rows();
        Assert.Equal(3 * 36, rows.Count);
        Assert.Contains(" a.arrow 35 text=text 8 7 xxx", rows[35], StringComparison.Ordinal);
        Assert.Equal(rows.Count, rows.Select(row => row[..32]).Distinct().Count());
        foreach (int block in (int[])[300, 2000])
            Assert.Equal(rows, _folder.Rows(blockSize: block));
        Assert.Equal(
            rows.Select(row => row[..row.IndexOf(",other", StringComparison.Ordinal)]),
            _folder.Rows(new() { Path = ["*"], Columns = ["n"] })
        );
        Assert.Contains(
            "Its columns: text, n, other.",
            _folder.Fails(new() { Path = ["*"], Columns = ["m"] }).ToString(),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Batches_larger_than_a_window_are_read()
    {
        string[] texts = [.. Enumerable.Range(0, 30_000).Select(i => new string((char)('a' + i % 26), i % 40))];
        FileRows rows = Read(ArrowPeer.Write([ArrowPeer.Batch(("text", ArrowPeer.Texts(texts)))]));
        Assert.Equal(texts.Select(text => $"{{\"text\":\"{text}\"}}"), rows.Lines);
    }

    [Fact]
    public void A_dictionary_may_be_replaced_within_a_stream()
    {
        byte[] Stream(string value) =>
            ArrowPeer.Write(
                [
                    ArrowPeer.Batch(
                        (
                            "d",
                            new DictionaryArray(
                                new DictionaryType(Int32Type.Default, StringType.Default, false),
                                ArrowPeer.Numbers(0, 0),
                                ArrowPeer.Texts(value)
                            )
                        )
                    ),
                ],
                isStream: true
            );
        byte[] first = Stream("one"),
            second = Stream("two");
        int schema = 8 + BitConverter.ToInt32(first, 4);
        // The end of a stream is 8 bytes; what follows a schema is the same for each stream of it.
        FileRows rows = Read([.. first[..^8], .. second[schema..]]);
        Assert.Empty(rows.Bad);
        Assert.Equal(["""{"d":"one"}""", """{"d":"one"}""", """{"d":"two"}""", """{"d":"two"}"""], rows.Lines);
    }

    [Fact]
    public void What_is_no_value_is_missing_or_a_bad_row()
    {
        FileRows rows = Read(
            ArrowPeer.Write([
                ArrowPeer.Batch(
                    (
                        "x",
                        new DoubleArray.Builder().Append(double.NaN).Append(1).Append(double.PositiveInfinity).Build()
                    ),
                    (
                        "t",
                        new StringArray(
                            3,
                            ArrowPeer.Buffer(0, 1, 2, 3),
                            ArrowPeer.Buffer<byte>(0x61, 0xFF, 0x62),
                            Apache.Arrow.ArrowBuffer.Empty
                        )
                    )
                ),
            ])
        );
        Assert.Equal(["""{"t":"a"}"""], rows.Lines);
        Assert.Equal(
            ["row 1: expected UTF-8, found other bytes", "row 2: expected a finite number, found infinity"],
            rows.Bad
        );
    }

    [Fact]
    public void A_row_is_no_longer_than_it_may_be()
    {
        RecordBatch batch = ArrowPeer.Batch(
            ("text", ArrowPeer.Texts("short", new string('x', 200))),
            (
                "list",
                new ListArray(
                    new ListType(new Apache.Arrow.Field("item", NullType.Default, true)),
                    2,
                    ArrowPeer.Buffer(0, 1, 2_000_000_000),
                    new NullArray(2_000_000_000),
                    Apache.Arrow.ArrowBuffer.Empty
                )
            )
        );
        FileRows rows = Read(ArrowPeer.Write([batch]), maxRow: new(100));
        Assert.Equal(["""{"text":"short","list":[null]}"""], rows.Lines);
        Assert.Equal(["row 1: expected at most 100 in a nested value, found more"], rows.Bad);
    }

    /// <summary>A damaged length must not fill a disk.</summary>
    [Fact]
    public void Rows_that_take_no_bytes_are_not_without_end()
    {
        FileRows rows = Read(ArrowPeer.Write([ArrowPeer.Batch(("text", new NullArray(2_000_000_000)))]));
        Assert.Empty(rows.Lines);
        Assert.Equal(
            ["record batch 0, at row 0: expected at most 1048576 rows of columns that hold nothing, found 2000000000"],
            rows.Bad
        );
    }

    private static byte[] Two(bool isStream)
    {
        RecordBatch batch = ArrowPeer.Batch(("text", ArrowPeer.Texts("aaa", "bbbb")), ("n", ArrowPeer.Numbers(1, 2)));
        return ArrowPeer.Write([batch, batch], isStream);
    }

    [Fact]
    public void A_truncated_stream_is_read_as_far_as_it_goes()
    {
        byte[] stream = Two(isStream: true);
        Assert.Equal(4, Read(stream[..^8]).Lines.Count); // an end need not be marked
        FileRows rows = Read(stream[..^9]);
        Assert.Equal(2, rows.Lines.Count);
        Assert.Matches(
            @"^behind the last record batch, at row 2: expected \d+ bytes of a message at byte \d+, found \d+ up to the end; the rows before it can be read$",
            Assert.Single(rows.Bad)
        );
    }

    [Fact]
    public void What_is_no_Arrow_is_refused_with_the_reason()
    {
        byte[] file = Two(isStream: false);
        foreach (
            (byte[] bytes, string reason) in (ReadOnlySpan<(byte[], string)>)
                [
                    (file[..^1], "damaged Arrow: expected ARROW1 at the end, found other bytes: the file is truncated"),
                    ([.. "FEA1"u8, .. new byte[20]], "expected Arrow or Feather version 2, found Feather version 1"),
                    ([], "expected ARROW1 or a schema at the start, found neither"),
                    (
                        "not Arrow at all"u8.ToArray(),
                        "expected the metadata of a message at byte 4, found a length of 544501614 with 12 bytes up to the end"
                    ),
                    (
                        [.. "ARROW1\0\0"u8, .. new byte[] { 0xFF, 0xFF, 0xFF, 0x7F }, .. "ARROW1"u8],
                        "expected a footer within 18 bytes, found a length of 2147483647"
                    ),
                ]
        )
            Assert.Contains(reason, Assert.Single(Read(bytes).Bad), StringComparison.Ordinal);
        _folder.Write("a.arrow", file[..^1]);
        AssayException failure = _folder.Fails(new() { Path = ["a.arrow"] });
        Assert.Equal(Path.Combine(_folder.Path, "a.arrow"), failure.Where?.File);
    }

    [Fact]
    public void A_damaged_batch_is_told_with_its_column()
    {
        byte[] file = Two(isStream: false);
        // The offsets of the text in the second batch: 0, 3, 7.
        byte[] offsets = [0, 0, 0, 0, 3, 0, 0, 0, 7, 0, 0, 0];
        int at = file.AsSpan().LastIndexOf(offsets);
        file[at + 8] = 0xF0;
        FileRows rows = Read(file);
        Assert.Equal(3, rows.Lines.Count);
        Assert.Matches(
            "^record batch 1, column 'text', at row 3: expected a buffer of at least 240 bytes, found one of [0-9]+; the rows before it can be read$",
            Assert.Single(rows.Bad)
        );
    }
}
