using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Assay.Data;

/// <summary>A number of bytes, written <c>512</c>, <c>64K</c>, <c>256M</c> or <c>2G</c> (powers of 1024).</summary>
/// <param name="Bytes">The number of bytes, not negative.</param>
public readonly record struct ByteSize(long Bytes) : IParsable<ByteSize>
{
    /// <summary>What a written size looks like.</summary>
    public const string Expected = "a size in bytes such as 512K, 256M or 2G";

    /// <inheritdoc/>
    public static ByteSize Parse(string s, IFormatProvider? provider) =>
        TryParse(s, provider, out ByteSize size) ? size : throw new FormatException("Expected " + Expected + ".");

    /// <inheritdoc/>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out ByteSize result)
    {
        result = default;
        s = s?.Trim().ToUpperInvariant();
        if (string.IsNullOrEmpty(s))
            return false;
        foreach (string unit in (string[])["IB", "B"])
            if (s.EndsWith(unit, StringComparison.Ordinal) && s.Length > unit.Length)
            {
                s = s[..^unit.Length];
                break;
            }
        int shift = s[^1] switch
        {
            'K' => 10,
            'M' => 20,
            'G' => 30,
            'T' => 40,
            _ => 0,
        };
        string digits = shift == 0 ? s : s[..^1];
        if (!decimal.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal number))
            return false;
        decimal bytes = number * (1L << shift);
        if (bytes > long.MaxValue)
            return false;
        result = new((long)bytes);
        return true;
    }

    /// <summary>In the largest unit that keeps three digits: <c>1.5G</c>.</summary>
    public override string ToString()
    {
        double value = Bytes;
        foreach (string unit in (string[])["", "K", "M", "G"])
        {
            if (value < 1024)
                return value.ToString("0.##", CultureInfo.InvariantCulture) + unit;
            value /= 1024;
        }
        return value.ToString("0.##", CultureInfo.InvariantCulture) + "T";
    }
}
