using System.Text;
using System.Text.Unicode;

namespace Assay.Data;

/// <summary>Decodes pages of the web: byte order mark, then what was declared for it, then what the page says, then what its bytes allow.</summary>
/// <remarks>
/// Source: WHATWG "Encoding" (labels; what calls itself Latin-1 or ASCII is Windows-1252) and "HTML", determining the character
/// encoding: the page says so within its first 1,024 bytes; here 4,096, as there are pages with long heads.
/// </remarks>
internal static class HtmlCharset
{
    private const int Prescan = 4096;

    /// <summary>The text, without a byte order mark; bytes that the encoding does not know become U+FFFD.</summary>
    /// <param name="bytes">The page as it came.</param>
    /// <param name="declared">The charset of the <c>Content-Type</c> header, or null.</param>
    /// <param name="isHtml">Whether the text may declare its own charset.</param>
    public static (string Text, string Charset) Decode(ReadOnlySpan<byte> bytes, string? declared, bool isHtml)
    {
        Encoding encoding =
            Marked(bytes)
            ?? Of(declared)
            ?? (isHtml ? Of(DeclaredIn(bytes[..Math.Min(bytes.Length, Prescan)])) : null)
            ?? (Utf8.IsValid(bytes) ? Encoding.UTF8 : Of("windows-1252")!);
        string text = encoding.GetString(bytes);
        return (text.TrimStart('\uFEFF'), encoding.WebName);
    }

    /// <summary>The charset among the parameters of a media type, or null.</summary>
    public static string? OfMediaType(string? type) => type is null ? null : ValueOf(type, 0);

    private static Encoding? Marked(ReadOnlySpan<byte> bytes) =>
        bytes.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]) ? Encoding.UTF8
        : bytes.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE]) ? Encoding.Unicode
        : bytes.StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF]) ? Encoding.BigEndianUnicode
        : null;

    private static Encoding? Of(string? label)
    {
        string name = label?.Trim().ToLowerInvariant() ?? "";
        name = name switch
        {
            "utf8" or "unicode-1-1-utf-8" => "utf-8",
            "latin1" or "latin-1" or "iso-8859-1" or "iso8859-1" or "iso_8859-1" or "l1" => "windows-1252",
            "ascii" or "us-ascii" or "ansi_x3.4-1968" or "cp1252" or "x-cp1252" => "windows-1252",
            "gb2312" or "gbk" or "gb_2312-80" or "x-gbk" => "gb18030",
            "x-sjis" or "sjis" or "shift-jis" or "windows-31j" or "ms_kanji" => "shift_jis",
            "ks_c_5601-1987" or "euc_kr" or "windows-949" or "ksc5601" => "euc-kr",
            "cp1251" or "x-cp1251" => "windows-1251",
            "tis-620" or "iso-8859-11" => "windows-874",
            "big5-hkscs" => "big5",
            _ => name,
        };
        if (name.Length is 0 or > 40 || name.StartsWith("utf-7", StringComparison.Ordinal))
            return null;
        try
        {
            return CodePagesEncodingProvider.Instance.GetEncoding(name) ?? Encoding.GetEncoding(name);
        }
        catch (Exception failure) when (failure is ArgumentException or NotSupportedException)
        {
            return null;
        }
    }

    /// <summary>What <c>&lt;meta charset&gt;</c>, its older form, or the declaration of XML says.</summary>
    private static string? DeclaredIn(ReadOnlySpan<byte> start)
    {
        string ascii = Encoding.Latin1.GetString(start);
        if (ascii.StartsWith("<?xml", StringComparison.Ordinal))
        {
            int end = Math.Max(0, ascii.IndexOf("?>", StringComparison.Ordinal));
            int encoding = ascii.IndexOf("encoding", 0, end, StringComparison.Ordinal);
            if (encoding >= 0 && ValueBehind(ascii, encoding + "encoding".Length) is { } said)
                return said;
        }
        for (int at = 0; (at = ascii.IndexOf("<meta", at, StringComparison.OrdinalIgnoreCase)) >= 0; at++)
        {
            int end = ascii.IndexOf('>', at);
            if (end < 0)
                return null;
            // A page that could be read so far is not in the UTF-16 that it claims.
            if (ValueOf(ascii[..end], at) is { } said)
                return said.StartsWith("utf-16", StringComparison.OrdinalIgnoreCase) ? "utf-8" : said;
        }
        return null;
    }

    private static string? ValueOf(string text, int from)
    {
        int at = text.IndexOf("charset", from, StringComparison.OrdinalIgnoreCase);
        return at < 0 ? null : ValueBehind(text, at + "charset".Length);
    }

    private static string? ValueBehind(string text, int at)
    {
        while (at < text.Length && char.IsWhiteSpace(text[at]))
            at++;
        if (at >= text.Length || text[at] != '=')
            return null;
        string value = text[(at + 1)..].TrimStart(' ', '\t', '"', '\'');
        int end = value.AsSpan().IndexOfAny(" \t\r\n\"';/>,");
        value = end < 0 ? value : value[..end];
        return value.Length > 0 ? value : null;
    }
}
