using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;

namespace Assay.Data;

/// <summary>Makes cells of Parquet values, by the meaning that the schema gives them.</summary>
internal sealed class ParquetCells : IDisposable
{
    private const int MostDecimalBytes = 256;
    private readonly CellMaker _maker = new();

    /// <summary>The cell of a value; a text in it is good until the next call, or as long as the value.</summary>
    public Cell Of(ParquetNode leaf, ReadOnlySpan<byte> value) =>
        leaf.Meaning switch
        {
            ParquetMeaning.Text => CellMaker.Text(value),
            ParquetMeaning.Json => CellMaker.Json(value),
            ParquetMeaning.Decimal => Decimal(leaf, value),
            ParquetMeaning.Date => _maker.Date(BinaryPrimitives.ReadInt32LittleEndian(value)),
            ParquetMeaning.Time => _maker.Time(Integer(leaf, value), leaf.TicksPerSecond, leaf.IsUtc),
            ParquetMeaning.Timestamp => leaf.Type == ParquetType.Int96
                ? OldTimestamp(value)
                : _maker.Timestamp(BinaryPrimitives.ReadInt64LittleEndian(value), leaf.TicksPerSecond, leaf.IsUtc),
            ParquetMeaning.Unsigned => leaf.Type == ParquetType.Int32
                ? CellMaker.Whole(BinaryPrimitives.ReadUInt32LittleEndian(value))
                : CellMaker.Unsigned(BinaryPrimitives.ReadUInt64LittleEndian(value)),
            ParquetMeaning.Float16 => CellMaker.Number((double)BinaryPrimitives.ReadHalfLittleEndian(value)),
            ParquetMeaning.Uuid => _maker.Uuid(value),
            ParquetMeaning.Interval => Interval(value),
            _ => Plain(leaf.Type, value),
        };

    public void Dispose() => _maker.Dispose();

    private Cell Plain(ParquetType type, ReadOnlySpan<byte> value) =>
        type switch
        {
            ParquetType.Boolean => CellMaker.Truth(value[0] != 0),
            ParquetType.Int32 => CellMaker.Whole(BinaryPrimitives.ReadInt32LittleEndian(value)),
            ParquetType.Int64 => CellMaker.Whole(BinaryPrimitives.ReadInt64LittleEndian(value)),
            ParquetType.Float => CellMaker.Number(BinaryPrimitives.ReadSingleLittleEndian(value)),
            ParquetType.Double => CellMaker.Number(BinaryPrimitives.ReadDoubleLittleEndian(value)),
            ParquetType.ByteArray => _maker.Bytes(value),
            _ => _maker.Base64Of(value),
        };

    private static long Integer(ParquetNode leaf, ReadOnlySpan<byte> value) =>
        leaf.Type == ParquetType.Int32
            ? BinaryPrimitives.ReadInt32LittleEndian(value)
            : BinaryPrimitives.ReadInt64LittleEndian(value);

    private static Cell Decimal(ParquetNode leaf, ReadOnlySpan<byte> value) =>
        leaf.Type is ParquetType.Int32 or ParquetType.Int64 ? CellMaker.Decimal(Integer(leaf, value), leaf.Scale)
        : value.Length > MostDecimalBytes
            ? CellMaker.Faulty($"expected a decimal number of at most {MostDecimalBytes} bytes, found {value.Length}")
        : CellMaker.Decimal(new BigInteger(value, isUnsigned: false, isBigEndian: true), leaf.Scale);

    /// <summary>Nanoseconds of a day and its Julian number. Writers let far years wrap around in 64 bits of microseconds, so it is undone so.</summary>
    private Cell OldTimestamp(ReadOnlySpan<byte> value)
    {
        const long unixEpoch = 2_440_588,
            perDay = CalendarText.SecondsPerDay * 1_000_000;
        long julian = BinaryPrimitives.ReadInt32LittleEndian(value[8..]);
        (long micros, long below) = CellMaker.FloorDivide(BinaryPrimitives.ReadInt64LittleEndian(value), 1_000);
        (long days, long inDay) = CellMaker.FloorDivide(unchecked((julian - unixEpoch) * perDay + micros), perDay);
        return _maker.Timestamp(days, inDay * 1_000 + below, 1_000_000_000, isUtc: false);
    }

    /// <summary>Months, days and milliseconds, as a duration of ISO 8601.</summary>
    private Cell Interval(ReadOnlySpan<byte> value) =>
        _maker.Made(
            string.Create(
                CultureInfo.InvariantCulture,
                $"P{BinaryPrimitives.ReadUInt32LittleEndian(value)}M{BinaryPrimitives.ReadUInt32LittleEndian(value[4..])}DT{BinaryPrimitives.ReadUInt32LittleEndian(value[8..]) / 1000m:0.###}S"
            )
        );
}
