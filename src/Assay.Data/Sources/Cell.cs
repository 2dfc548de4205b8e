using System.Buffers.Text;
using System.Globalization;
using System.Numerics;
using System.Text.Json;
using System.Text.Unicode;

namespace Assay.Data;

/// <summary>A value as a row of a table has it.</summary>
internal ref struct Cell
{
    /// <summary>What it is; <see cref="ColumnType.Null"/> where it is missing.</summary>
    public ColumnType Type;

    /// <summary>A whole number, or a truth value as 0 or 1, or the bits of <see cref="Number"/>.</summary>
    public long Whole;

    public double Number
    {
        readonly get => BitConverter.Int64BitsToDouble(Whole);
        set => Whole = BitConverter.DoubleToInt64Bits(value);
    }

    /// <summary>Text or JSON.</summary>
    public ReadOnlySpan<byte> Utf8;

    /// <summary>Why there is no value, or null.</summary>
    public string? Fault;
}

/// <summary>Makes cells of the values of binary formats, so that the same value is the same cell whatever format it comes from.</summary>
/// <remarks>A text in a cell is good until the next call, or as long as the value it was made of.</remarks>
internal sealed class CellMaker : IDisposable
{
    private const int MostDigits = 1000;
    private static readonly double[] PowersOfTen =
    [
        .. Enumerable.Range(0, 23).Select(scale => double.Parse($"1E{scale}", CultureInfo.InvariantCulture)),
    ];

    private readonly ByteBuffer _room = new(); // of texts that are made

    public void Dispose() => _room.Dispose();

    public static Cell Truth(bool value) => new() { Type = ColumnType.Bool, Whole = value ? 1 : 0 };

    public static Cell Whole(long number) => new() { Type = ColumnType.Int64, Whole = number };

    public static Cell Unsigned(ulong number) => number <= long.MaxValue ? Whole((long)number) : Number(number);

    /// <summary>Not a number is how many writers say that a value is missing.</summary>
    public static Cell Number(double number) =>
        double.IsNaN(number) ? default
        : double.IsFinite(number) ? new() { Type = ColumnType.Float64, Number = number }
        : Faulty($"expected a finite number, found {(number > 0 ? "" : "-")}infinity");

    public static Cell Faulty(string fault) => new() { Fault = fault };

    public static Cell Text(ReadOnlySpan<byte> value) =>
        Utf8.IsValid(value)
            ? new() { Type = ColumnType.Text, Utf8 = value }
            : Faulty("expected UTF-8, found other bytes");

    /// <summary>What is said to be JSON; text where it is not.</summary>
    public static Cell Json(ReadOnlySpan<byte> value)
    {
        Cell cell = Text(value);
        if (cell.Fault is null && IsJson(value))
            cell.Type = ColumnType.Json;
        return cell;
    }

    /// <summary>Many writers do not say that bytes are text. What is no text cannot stand in a table but in Base64.</summary>
    public Cell Bytes(ReadOnlySpan<byte> value) =>
        Utf8.IsValid(value) ? new() { Type = ColumnType.Text, Utf8 = value } : Base64Of(value);

    public Cell Base64Of(ReadOnlySpan<byte> value)
    {
        _room.Truncate(0);
        if (value.Length > 1 << 30)
            return Faulty($"expected at most 1 GiB in a value, found {value.Length} bytes");
        Span<byte> room = _room.Reserve(Base64.GetMaxEncodedToUtf8Length(value.Length));
        Base64.EncodeToUtf8(value, room, out _, out int length);
        _room.Advance(length);
        return Made(_room.Span);
    }

    /// <summary>A number with so many digits behind the point.</summary>
    /// <param name="unscaled">The number without the point.</param>
    /// <param name="scale">Digits behind it; below 0, so many zeros more.</param>
    public static Cell Decimal(long unscaled, int scale)
    {
        const long exact = 1L << 53;
        if (scale == 0)
            return Whole(unscaled);
        return scale > 0 && scale < PowersOfTen.Length && unscaled is > -exact and < exact
            ? Number(unscaled / PowersOfTen[scale]) // both exact, so rounded once
            : Decimal((BigInteger)unscaled, scale);
    }

    /// <summary>The same, of any size.</summary>
    public static Cell Decimal(BigInteger unscaled, int scale)
    {
        if (scale is < -MostDigits or > MostDigits)
            return Faulty($"expected at most {MostDigits} digits behind the point, found {scale}");
        if (scale < 0)
            return Decimal(unscaled * BigInteger.Pow(10, -scale), 0);
        if (scale == 0 && unscaled >= long.MinValue && unscaled <= long.MaxValue)
            return Whole((long)unscaled);
        string text = $"{unscaled.ToString(CultureInfo.InvariantCulture)}E-{scale}";
        return Number(double.Parse(text, CultureInfo.InvariantCulture));
    }

    public Cell Date(long days) => Made(CalendarText.Append(_room, days, null, 1, false));

    /// <summary>A time of day.</summary>
    /// <param name="ticks">Since midnight.</param>
    /// <param name="perSecond">Ticks per second, a power of ten.</param>
    /// <param name="isUtc">Whether it is said to be in UTC.</param>
    public Cell Time(long ticks, long perSecond, bool isUtc) =>
        ticks >= 0 && ticks / perSecond < CalendarText.SecondsPerDay
            ? Made(CalendarText.Append(_room, null, ticks, perSecond, isUtc))
            : Faulty($"expected a time of day, found {ticks} ticks");

    /// <summary>A date and a time.</summary>
    /// <param name="ticks">Since 1970-01-01.</param>
    /// <param name="perSecond">Ticks per second, a power of ten.</param>
    /// <param name="isUtc">Whether it is said to be in UTC.</param>
    public Cell Timestamp(long ticks, long perSecond, bool isUtc)
    {
        (long days, long inDay) = FloorDivide(ticks, CalendarText.SecondsPerDay * perSecond);
        return Timestamp(days, inDay, perSecond, isUtc);
    }

    /// <summary>The same, with days and ticks apart.</summary>
    public Cell Timestamp(long days, long ticksInDay, long perSecond, bool isUtc) =>
        Made(CalendarText.Append(_room, days, ticksInDay, perSecond, isUtc));

    /// <summary>A quotient that is rounded down, and what is left, which is not negative.</summary>
    public static (long Quotient, long Remainder) FloorDivide(long number, long by)
    {
        (long quotient, long rest) = Math.DivRem(number, by);
        return rest < 0 ? (quotient - 1, rest + by) : (quotient, rest);
    }

    public Cell Uuid(ReadOnlySpan<byte> value)
    {
        _room.Truncate(0);
        new Guid(value, bigEndian: true).TryFormat(_room.Reserve(36), out int length);
        _room.Advance(length);
        return Made(_room.Span);
    }

    /// <summary>A text that was put together for this value.</summary>
    public Cell Made(string text)
    {
        _room.Truncate(0);
        _room.Advance(System.Text.Encoding.UTF8.GetBytes(text, _room.Reserve(3 * text.Length)));
        return Made(_room.Span);
    }

    private static Cell Made(ReadOnlySpan<byte> text) => new() { Type = ColumnType.Text, Utf8 = text };

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
}
