using System.Globalization;
using System.Text;

namespace Assay.Learning;

/// <summary>Spellings, bytes and merges of a tokenizer, made for looking up; read by any number of threads.</summary>
internal sealed class BpeVocabulary
{
    private readonly Dictionary<string, int> _ids;
    private readonly byte[] _bytes; // what all tokens stand for, one after the other
    private readonly int[] _ends;
    private readonly byte _stripped; // what decoding takes off the beginning of a text
    private readonly int _mostStripped;

    public BpeVocabulary(TokenizerDefinition definition)
    {
        string?[] spellings = definition.Vocabulary;
        _ids = new(spellings.Length);
        for (int id = 0; id < spellings.Length; id++)
            if (spellings[id] is { } spelling)
                _ids[spelling] = id;
        Merges = new(definition.Merges);
        HashSet<int> added = [.. definition.Added.Select(token => token.Id)];

        MemoryStream bytes = new();
        _ends = new int[spellings.Length];
        for (int id = 0; id < spellings.Length; id++)
        {
            if (spellings[id] is { } spelling)
                bytes.Write(Decoded(definition, spelling, added.Contains(id)));
            _ends[id] = checked((int)bytes.Length);
        }
        _bytes = bytes.ToArray();
        foreach (DecoderStep step in definition.Decoder)
            if (step.Kind == DecoderKind.Strip)
                (_stripped, _mostStripped) = ((byte)step.Content[0], step.Start);
            else if (step.Kind == DecoderKind.Metaspace && step.Prepend != PrependScheme.Never)
                (_stripped, _mostStripped) = ((byte)' ', int.MaxValue);

        for (int value = 0; value < 256; value++)
            ByteIds[value] =
                IdOf(definition.IsByteLevel ? ByteAlphabet.CharacterOf((byte)value).ToString() : $"<0x{value:X2}>")
                ?? -1;
        MissingBytes = [.. Enumerable.Range(0, 256).Where(value => ByteIds[value] < 0).Select(value => (byte)value)];
        if (!definition.IsByteLevel)
            foreach ((string spelling, int id) in _ids)
                if (Rune.TryGetRuneAt(spelling, 0, out Rune rune) && rune.Utf16SequenceLength == spelling.Length)
                    Characters[rune.Value] = id;
    }

    public BpeMerges Merges { get; }

    /// <summary>The token of each byte, or -1: in the byte-level alphabet, or of the byte fallback.</summary>
    public int[] ByteIds { get; } = new int[256];

    /// <summary>The tokens that are one character, by code point; only where tokens are spelled in characters.</summary>
    public Dictionary<int, int> Characters { get; } = [];

    /// <summary>Bytes without a token; where tokens are spelled in characters, those have one perhaps.</summary>
    public IReadOnlyList<byte> MissingBytes { get; }

    public int? IdOf(string spelling) => _ids.TryGetValue(spelling, out int id) ? id : null;

    public ReadOnlySpan<byte> BytesOf(int id, bool first)
    {
        if ((uint)id >= (uint)_ends.Length)
            throw new ArgumentOutOfRangeException(
                nameof(id),
                id,
                $"The tokenizer has the ids 0 to {_ends.Length - 1}."
            );
        int start = id == 0 ? 0 : _ends[id - 1];
        int end = _ends[id];
        if (first)
            for (int left = _mostStripped; left > 0 && start < end && _bytes[start] == _stripped; left--)
                start++;
        return _bytes.AsSpan(start..end);
    }

    private static byte[] Decoded(TokenizerDefinition definition, string spelling, bool isAdded)
    {
        foreach (DecoderStep step in definition.Decoder)
            switch (step.Kind)
            {
                case DecoderKind.ByteLevel when !isAdded && ByteAlphabet.Read(spelling) is { } bytes:
                    return bytes;
                case DecoderKind.ByteFallback when ByteOf(spelling) is byte value:
                    return [value];
                case DecoderKind.Replace:
                    spelling = spelling.Replace(step.Pattern, step.Content, StringComparison.Ordinal);
                    break;
                case DecoderKind.Metaspace:
                    spelling = spelling.Replace('▁', ' ');
                    break;
            }
        return Encoding.UTF8.GetBytes(spelling);
    }

    private static byte? ByteOf(string spelling) =>
        spelling.Length == 6
        && spelling.StartsWith("<0x", StringComparison.Ordinal)
        && spelling[5] == '>'
        && byte.TryParse(spelling.AsSpan(3, 2), NumberStyles.AllowHexSpecifier, null, out byte value)
            ? value
            : null;
}
