using Assay.Data;

namespace Assay.Select;

/// <summary>The ways to say how long UTF-8 text is.</summary>
internal static class TextLength
{
    /// <summary>Characters: Unicode code points.</summary>
    public static int Chars(ReadOnlySpan<byte> utf8)
    {
        int continued = 0;
        foreach (byte b in utf8)
            continued += (b & 0xC0) == 0x80 ? 1 : 0;
        return utf8.Length - continued;
    }

    /// <summary>Lines: those that a line feed ends, and a last one without.</summary>
    public static int Lines(ReadOnlySpan<byte> utf8) =>
        utf8.Count((byte)'\n') + (utf8.Length > 0 && utf8[^1] != (byte)'\n' ? 1 : 0);

    /// <summary>Words between white space.</summary>
    public static int Words(ReadOnlySpan<byte> utf8) => Data.Words.Count(utf8);
}
