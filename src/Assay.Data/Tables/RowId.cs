using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.IO.Hashing;
using System.Text;

namespace Assay.Data;

/// <summary>The stable 128-bit name of a row: a hash of its content and its position.</summary>
/// <param name="Value">The bits.</param>
public readonly record struct RowId(UInt128 Value) : IParsable<RowId>
{
    /// <summary>The id of the row whose raw bytes start at <paramref name="offset"/> of <paramref name="source"/>.</summary>
    /// <param name="content">The bytes of the row as they stand in its source.</param>
    /// <param name="source">The source's path relative to the folder it was searched in, with forward slashes.</param>
    /// <param name="offset">Byte offset of the row in the decompressed source.</param>
    public static RowId Of(ReadOnlySpan<byte> content, string source, long offset) =>
        Of(content, Encoding.UTF8.GetBytes(source), offset);

    /// <summary>The same, for a source whose name is at hand in UTF-8.</summary>
    internal static RowId Of(ReadOnlySpan<byte> content, ReadOnlySpan<byte> source, long offset) =>
        new(XxHash128.HashToUInt128(content, (long)XxHash3.HashToUInt64(source, offset)));

    /// <summary>32 hexadecimal digits.</summary>
    public override string ToString() => Value.ToString("x32", CultureInfo.InvariantCulture);

    /// <inheritdoc/>
    public static RowId Parse(string s, IFormatProvider? provider) =>
        TryParse(s, provider, out RowId id)
            ? id
            : throw new FormatException("Expected a row id of 32 hexadecimal digits.");

    /// <inheritdoc/>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out RowId result)
    {
        bool ok = UInt128.TryParse(s, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out UInt128 value);
        result = new(value);
        return ok && s!.Length == 32;
    }
}
