namespace Assay.Learning;

/// <summary>GPT-2's spelling of bytes by visible characters, in which vocabularies of byte-level BPE are written down.</summary>
/// <remarks>
/// The 188 bytes that are visible in Latin-1 are themselves; the others, in order, are U+0100 and on: a space is <c>Ġ</c>.
/// </remarks>
internal static class ByteAlphabet
{
    private static readonly char[] Characters = Make();
    private static readonly Dictionary<char, byte> Bytes = Enumerable
        .Range(0, 256)
        .ToDictionary(value => Characters[value], value => (byte)value);

    /// <summary>The character of a byte.</summary>
    public static char CharacterOf(byte value) => Characters[value];

    /// <summary>All bytes, by the code point of their character: the order in which trainers number them.</summary>
    public static IEnumerable<byte> InOrderOfCharacters => Bytes.OrderBy(pair => pair.Key).Select(pair => pair.Value);

    /// <summary>The spelling of bytes.</summary>
    public static string Spell(ReadOnlySpan<byte> bytes)
    {
        char[] text = new char[bytes.Length];
        for (int i = 0; i < text.Length; i++)
            text[i] = Characters[bytes[i]];
        return new(text);
    }

    /// <summary>The bytes that are spelled so; null if a character stands for none.</summary>
    public static byte[]? Read(string text)
    {
        byte[] bytes = new byte[text.Length];
        for (int i = 0; i < bytes.Length; i++)
            if (!Bytes.TryGetValue(text[i], out bytes[i]))
                return null;
        return bytes;
    }

    private static char[] Make()
    {
        char[] characters = new char[256];
        int moved = 0;
        for (int value = 0; value < 256; value++)
            characters[value] = value is (>= 0x21 and <= 0x7E) or (>= 0xA1 and <= 0xAC) or (>= 0xAE)
                ? (char)value
                : (char)(256 + moved++);
        return characters;
    }
}
