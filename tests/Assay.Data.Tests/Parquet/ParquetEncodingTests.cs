using System.Text;
using Assay.Data;
using FsCheck;
using FsCheck.Fluent;

namespace Assay.Tests;

/// <summary>The small formats within Parquet, by the examples of their specifications and by their own writers.</summary>
public sealed class ParquetEncodingTests
{
    [Fact]
    public void Packed_values_are_those_of_the_specification()
    {
        // Encodings.md: 0 to 7 in 3 bits each, from the low bits on in the hybrid, from the high ones on in the older packing.
        using ByteBuffer output = new();
        HybridEncoder.Encode([0, 1, 2, 3, 4, 5, 6, 7], 3, output);
        Assert.Equal([3, 0b10001000, 0b11000110, 0b11111010], output.Span.ToArray());
        HybridDecoder decoder = new();
        byte[] old = [0b00000101, 0b00111001, 0b01110111];
        Assert.Equal(3, decoder.ResetPacked(old, 0, 3, 3, 8));
        for (int i = 0; i < 8; i++)
            Assert.Equal(i, decoder.Next());
        Assert.Throws<ParquetException>(() => decoder.Next());
        Assert.Throws<ParquetException>(() => decoder.ResetPacked(old, 0, 3, 3, 9));
    }

    [Fact]
    public void Runs_and_packed_values_come_back()
    {
        Gen<int[]> stretch = Gen.OneOf(
            Gen.Choose(0, 1 << 20).Select(v => new[] { v }),
            from value in Gen.Choose(0, 5)
            from count in Gen.Choose(1, 40)
            select Enumerable.Repeat(value, count).ToArray()
        );
        Prop.ForAll(
                stretch.ArrayOf().ToArbitrary(),
                Gen.Choose(0, 21).ToArbitrary(),
                (stretches, bits) =>
                {
                    int[] values = [.. stretches.SelectMany(s => s).Select(v => v & ((1 << bits) - 1))];
                    using ByteBuffer output = new();
                    output.Append((byte)77);
                    HybridEncoder.Encode(values, bits, output);
                    byte[] bytes = output.Span.ToArray();
                    HybridDecoder decoder = new();
                    decoder.Reset(bytes, 1, bytes.Length, bits);
                    foreach (int value in values)
                        Assert.Equal(value, decoder.Next());
                }
            )
            .Holds();
        Assert.Equal([0, 0, 1, 2, 2, 3], new[] { 0, 1, 2, 3, 4, 5 }.Select(HybridEncoder.BitsFor));
    }

    [Fact]
    public void Thrift_comes_back_and_unknown_fields_are_skipped()
    {
        using ByteBuffer output = new();
        ThriftWriter writer = new(output);
        writer.Struct(() =>
        {
            writer.Int(1, -5);
            writer.Struct(
                2,
                () =>
                {
                    writer.Text(40, "deep");
                    writer.List(41, ThriftType.I32, 20);
                    for (int i = 0; i < 20; i++)
                        writer.Element(i);
                }
            );
            writer.Bool(3, true);
            writer.Long(300, long.MinValue);
        });
        ThriftReader reader = new(output.Span);
        reader.Enter();
        Assert.True(reader.Field(out int id, out ThriftType type));
        Assert.Equal((1, -5), (id, reader.Int(type)));
        Assert.True(reader.Field(out id, out type));
        reader.Skip(type);
        Assert.True(reader.Field(out id, out type));
        Assert.True(ThriftReader.Bool(type));
        Assert.True(reader.Field(out id, out type));
        Assert.Equal((300, long.MinValue), (id, reader.Long(type)));
        Assert.False(reader.Field(out _, out _));
        Assert.Equal(output.Length, reader.At);
    }

    [Fact]
    public void Snappy_and_lz4_blocks_are_decompressed()
    {
        // "abcabcabcabcX": a literal of 3, a copy that reaches into itself, a literal.
        byte[] text = Encoding.UTF8.GetBytes("abcabcabcabcX"),
            output = new byte[13];
        byte[] snappy = [13, 2 << 2, .. "abc"u8, (9 - 4) << 2 | 1, 3, 0, .. "X"u8];
        SnappyBlock.Decompress(snappy, output);
        Assert.Equal(text, output);
        byte[] lz4 = [3 << 4 | (9 - 4), .. "abc"u8, 3, 0, 1 << 4, .. "X"u8];
        Array.Clear(output);
        Lz4Block.Decompress(lz4, output);
        Assert.Equal(text, output);
        byte[] framed =
        [
            0,
            0,
            0,
            13,
            0,
            0,
            0,
            (byte)lz4.Length,
            .. lz4,
            0,
            0,
            0,
            13,
            0,
            0,
            0,
            (byte)lz4.Length,
            .. lz4,
        ];
        byte[] twice = new byte[26];
        Assert.True(Lz4Block.TryDecompressHadoop(framed, twice));
        Assert.Equal([.. text, .. text], twice);
        Assert.False(Lz4Block.TryDecompressHadoop(lz4, twice));
        for (int length = 0; length < snappy.Length; length++)
            Assert.Throws<DamagedFileException>(() => SnappyBlock.Decompress(snappy.AsSpan(0, length), output));
        for (int length = 0; length < lz4.Length; length++)
            Assert.Throws<DamagedFileException>(() => Lz4Block.Decompress(lz4.AsSpan(0, length), output));
        Assert.Throws<DamagedFileException>(() => SnappyBlock.Decompress([2, 0, 1, 5, 9], output.AsSpan(0, 2)));
    }

    [Theory]
    [InlineData(0, 0, "1970-01-01T00:00:00Z")]
    [InlineData(-1, 86_399_999_999, "1969-12-31T23:59:59.999999Z")]
    [InlineData(19_782, 45_296_100_000, "2024-02-29T12:34:56.100Z")]
    [InlineData(-719_528, 0, "0000-01-01T00:00:00Z")]
    [InlineData(-719_529, 0, "-000001-12-31T00:00:00Z")]
    [InlineData(2_932_897, 0, "+010000-01-01T00:00:00Z")]
    public void Dates_are_right_in_any_year(long days, long micros, string expected)
    {
        using ByteBuffer room = new();
        Assert.Equal(
            expected,
            Encoding.UTF8.GetString(CalendarText.Append(room, days, micros, 1_000_000, isUtc: true))
        );
        if (days is > -719_162 and < 2_932_897)
            Assert.Equal(
                DateOnly.FromDayNumber((int)days + 719_162).ToString("yyyy-MM-dd", null),
                Encoding.UTF8.GetString(CalendarText.Append(room, days, null, 1, false))
            );
    }
}
