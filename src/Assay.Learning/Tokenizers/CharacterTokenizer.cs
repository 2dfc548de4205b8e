using System.Buffers;
using System.Text;

namespace Assay.Learning;

/// <summary>Every character of a training text is a token, as in nanoGPT's character model: ids follow the order of code points.</summary>
/// <remarks>
/// Bytes that are not UTF-8 are characters of one byte of their own, after all others. Lossless for texts that it can encode.
/// There are no special tokens.
/// </remarks>
public sealed class CharacterTokenizer : ITokenizer
{
    private const int InvalidByte = 0x110000; // where bytes outside of UTF-8 stand, above the last code point

    private readonly byte[][] _characters;
    private readonly Dictionary<int, int> _ids = [];
    private readonly int[] _ascii = new int[128];

    private CharacterTokenizer(SortedSet<int> characters)
    {
        _characters = new byte[characters.Count][];
        _ascii.AsSpan().Fill(-1);
        Span<byte> buffer = stackalloc byte[4];
        foreach (int character in characters)
        {
            int id = _ids.Count;
            _ids.Add(character, id);
            if (character < 128)
                _ascii[character] = id;
            _characters[id] =
                character >= InvalidByte
                    ? [(byte)(character - InvalidByte)]
                    : buffer[..new Rune(character).EncodeToUtf8(buffer)].ToArray();
        }
    }

    /// <summary>The tokenizer of the characters that occur in <paramref name="text"/>.</summary>
    /// <param name="text">At least one byte; meant to be UTF-8.</param>
    public static CharacterTokenizer Of(ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty)
            throw new ArgumentException("The text that gives the characters is empty.", nameof(text));
        SortedSet<int> characters = [];
        for (int at = 0; at < text.Length; )
            characters.Add(Next(text, ref at));
        return new(characters);
    }

    /// <inheritdoc/>
    public int VocabularySize => _characters.Length;

    /// <inheritdoc/>
    public SpecialTokens Special { get; } = new();

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">A character is not in the vocabulary.</exception>
    public void Encode(ReadOnlySpan<byte> text, List<int> ids, EncodeOptions options = EncodeOptions.Plain)
    {
        for (int at = 0; at < text.Length; )
        {
            int start = at;
            int character = Next(text, ref at);
            int id = character < 128 ? _ascii[character] : _ids.GetValueOrDefault(character, -1);
            if (id < 0)
                throw new ArgumentException(
                    $"byte {start}: {(character < InvalidByte ? $"the character U+{character:X4}" : $"the byte 0x{text[start]:X2} (not UTF-8)")} "
                        + "does not occur in the text that this character tokenizer was made of",
                    nameof(text)
                );
            ids.Add(id);
        }
    }

    /// <inheritdoc/>
    public ReadOnlySpan<byte> BytesOf(int id, bool first = false)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(id);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(id, VocabularySize);
        return _characters[id];
    }

    /// <inheritdoc/>
    public bool IsSpecial(int id) => false;

    private static int Next(ReadOnlySpan<byte> text, ref int at)
    {
        if (text[at] < 128)
            return text[at++];
        if (Rune.DecodeFromUtf8(text[at..], out Rune rune, out int used) != OperationStatus.Done)
            return InvalidByte + text[at++];
        at += used;
        return rune.Value;
    }
}
