using System.Buffers.Binary;
using System.Buffers.Text;
using System.Globalization;
using System.Numerics;
using System.Text.Json;
using System.Text.Unicode;

namespace Assay.Data;

/// <summary>A value as a row of a table has it.</summary>
internal ref struct ParquetCell
{
    /// <summary>What it is; <see cref="ColumnType.Null"/> where it is missing.</summary>
    public ColumnType Type;

    /// <summary>A whole number, or a truth value as 0 or 1.</summary>
    public long Whole;

    public double Number;

    /// <summary>Text or JSON.</summary>
    public ReadOnlySpan<byte> Utf8;

    /// <summary>Why there is no value, or null.</summary>
    public string? Fault;
}

/// <summary>Makes cells of Parquet values, by the meaning that the schema gives them.</summary>
internal sealed class ParquetCells : IDisposable
{
    private static readonly double[] PowersOfTen =
    [
        .. Enumerable.Range(0, 23).Select(scale => double.Parse($"1E{scale}", CultureInfo.InvariantCulture)),
    ];

    private readonly ByteBuffer _room = new(); // of texts that are made

    /// <summary>The cell of a value; a text in it is good until the next call, or as long as the value.</summary>
    public ParquetCell Of(ParquetNode leaf, ReadOnlySpan<byte> value) =>
        leaf.Meaning switch
        {
            ParquetMeaning.Text => Text(value),
            ParquetMeaning.Json => Json(value),
            ParquetMeaning.Decimal => Decimal(leaf, value),
            ParquetMeaning.Date => Made(
                CalendarText.Append(_room, BinaryPrimitives.ReadInt32LittleEndian(value), null, 1, false)
            ),
            ParquetMeaning.Time => Time(leaf, value),
            ParquetMeaning.Timestamp => Timestamp(leaf, value),
            ParquetMeaning.Unsigned => leaf.Type == ParquetType.Int32
                ? Whole(BinaryPrimitives.ReadUInt32LittleEndian(value))
                : Unsigned(BinaryPrimitives.ReadUInt64LittleEndian(value)),
            ParquetMeaning.Float16 => Number((double)BinaryPrimitives.ReadHalfLittleEndian(value)),
            ParquetMeaning.Uuid => Uuid(value),
            ParquetMeaning.Interval => Interval(value),
            _ => Plain(leaf.Type, value),
        };

    public void Dispose() => _room.Dispose();

    private ParquetCell Plain(ParquetType type, ReadOnlySpan<byte> value) =>
        type switch
        {
            ParquetType.Boolean => new() { Type = ColumnType.Bool, Whole = value[0] },
            ParquetType.Int32 => Whole(BinaryPrimitives.ReadInt32LittleEndian(value)),
            ParquetType.Int64 => Whole(BinaryPrimitives.ReadInt64LittleEndian(value)),
            ParquetType.Float => Number(BinaryPrimitives.ReadSingleLittleEndian(value)),
            ParquetType.Double => Number(BinaryPrimitives.ReadDoubleLittleEndian(value)),
            // Many writers do not say that bytes are text. What is no text cannot stand in a table but in Base64.
            ParquetType.ByteArray => Utf8.IsValid(value)
                ? new() { Type = ColumnType.Text, Utf8 = value }
                : Base64Of(value),
            _ => Base64Of(value),
        };

    private static ParquetCell Whole(long number) => new() { Type = ColumnType.Int64, Whole = number };

    /// <summary>Not a number is how many writers say that a value is missing.</summary>
    private static ParquetCell Number(double number) =>
        double.IsNaN(number) ? default
        : double.IsFinite(number) ? new() { Type = ColumnType.Float64, Number = number }
        : new() { Fault = $"expected a finite number, found {(number > 0 ? "" : "-")}infinity" };

    private static ParquetCell Unsigned(ulong number) => number <= long.MaxValue ? Whole((long)number) : Number(number);

    private static ParquetCell Text(ReadOnlySpan<byte> value) =>
        Utf8.IsValid(value)
            ? new() { Type = ColumnType.Text, Utf8 = value }
            : new() { Fault = "expected UTF-8, found other bytes" };

    private static ParquetCell Json(ReadOnlySpan<byte> value)
    {
        ParquetCell cell = Text(value);
        if (cell.Fault is null && IsJson(value))
            cell.Type = ColumnType.Json;
        return cell;
    }

    private static bool IsJson(ReadOnlySpan<byte> value)
    {
        try
        {
            Utf8JsonReader reader = new(value, new JsonReaderOptions { MaxDepth = 64 });
            while (reader.Read()) { }
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static ParquetCell Decimal(ParquetNode leaf, ReadOnlySpan<byte> value)
    {
        const long exact = 1L << 53;
        if (leaf.Type is ParquetType.Int32 or ParquetType.Int64 && leaf.Scale < PowersOfTen.Length)
        {
            long number =
                leaf.Type == ParquetType.Int32
                    ? BinaryPrimitives.ReadInt32LittleEndian(value)
                    : BinaryPrimitives.ReadInt64LittleEndian(value);
            if (leaf.Scale == 0)
                return Whole(number);
            if (number is > -exact and < exact)
                return Number(number / PowersOfTen[leaf.Scale]); // both exact, so rounded once
        }
        BigInteger unscaled = leaf.Type switch
        {
            ParquetType.Int32 => BinaryPrimitives.ReadInt32LittleEndian(value),
            ParquetType.Int64 => BinaryPrimitives.ReadInt64LittleEndian(value),
            _ when value.Length > 256 => default,
            _ => new BigInteger(value, isUnsigned: false, isBigEndian: true),
        };
        if (value.Length > 256)
            return new() { Fault = $"expected a decimal number of at most 256 bytes, found {value.Length}" };
        if (leaf.Scale == 0 && unscaled >= long.MinValue && unscaled <= long.MaxValue)
            return Whole((long)unscaled);
        string text = $"{unscaled.ToString(CultureInfo.InvariantCulture)}E-{leaf.Scale}";
        return Number(double.Parse(text, CultureInfo.InvariantCulture));
    }

    private ParquetCell Time(ParquetNode leaf, ReadOnlySpan<byte> value)
    {
        long ticks =
            leaf.Type == ParquetType.Int32
                ? BinaryPrimitives.ReadInt32LittleEndian(value)
                : BinaryPrimitives.ReadInt64LittleEndian(value);
        return ticks >= 0 && ticks / leaf.TicksPerSecond < CalendarText.SecondsPerDay
            ? Made(CalendarText.Append(_room, null, ticks, leaf.TicksPerSecond, leaf.IsUtc))
            : new() { Fault = $"expected a time of day, found {ticks} ticks" };
    }

    private ParquetCell Timestamp(ParquetNode leaf, ReadOnlySpan<byte> value)
    {
        if (leaf.Type == ParquetType.Int96)
            return OldTimestamp(value);
        long perDay = CalendarText.SecondsPerDay * leaf.TicksPerSecond,
            ticks = BinaryPrimitives.ReadInt64LittleEndian(value),
            inDay = ticks % perDay < 0 ? ticks % perDay + perDay : ticks % perDay,
            days = ticks / perDay - (ticks % perDay < 0 ? 1 : 0);
        return Made(CalendarText.Append(_room, days, inDay, leaf.TicksPerSecond, leaf.IsUtc));
    }

    /// <summary>Nanoseconds of a day and its Julian number. Writers let far years wrap around in 64 bits of microseconds, so it is undone so.</summary>
    private ParquetCell OldTimestamp(ReadOnlySpan<byte> value)
    {
        const long unixEpoch = 2_440_588,
            perDay = CalendarText.SecondsPerDay * 1_000_000;
        long nanoseconds = BinaryPrimitives.ReadInt64LittleEndian(value),
            below = nanoseconds % 1_000 < 0 ? nanoseconds % 1_000 + 1_000 : nanoseconds % 1_000,
            julian = BinaryPrimitives.ReadInt32LittleEndian(value[8..]),
            micros = unchecked((julian - unixEpoch) * perDay + (nanoseconds - below) / 1_000),
            inDay = micros % perDay < 0 ? micros % perDay + perDay : micros % perDay,
            days = micros / perDay - (micros % perDay < 0 ? 1 : 0);
        return Made(CalendarText.Append(_room, days, inDay * 1_000 + below, 1_000_000_000, isUtc: false));
    }

    private ParquetCell Uuid(ReadOnlySpan<byte> value)
    {
        _room.Truncate(0);
        new Guid(value, bigEndian: true).TryFormat(_room.Reserve(36), out int length);
        _room.Advance(length);
        return Made(_room.Span);
    }

    /// <summary>Months, days and milliseconds, as a duration of ISO 8601.</summary>
    private ParquetCell Interval(ReadOnlySpan<byte> value)
    {
        uint milliseconds = BinaryPrimitives.ReadUInt32LittleEndian(value[8..]);
        string text = string.Create(
            CultureInfo.InvariantCulture,
            $"P{BinaryPrimitives.ReadUInt32LittleEndian(value)}M{BinaryPrimitives.ReadUInt32LittleEndian(value[4..])}DT{milliseconds / 1000m:0.###}S"
        );
        return Made(System.Text.Encoding.UTF8.GetBytes(text));
    }

    private ParquetCell Base64Of(ReadOnlySpan<byte> value)
    {
        _room.Truncate(0);
        if (value.Length > 1 << 30)
            return new() { Fault = $"expected at most 1 GiB in a value, found {value.Length} bytes" };
        Span<byte> room = _room.Reserve(Base64.GetMaxEncodedToUtf8Length(value.Length));
        Base64.EncodeToUtf8(value, room, out _, out int length);
        _room.Advance(length);
        return Made(_room.Span);
    }

    private static ParquetCell Made(ReadOnlySpan<byte> text) => new() { Type = ColumnType.Text, Utf8 = text };
}
