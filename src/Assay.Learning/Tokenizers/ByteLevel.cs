namespace Assay.Learning;

/// <summary>The tokens of <see cref="ByteTokenizer"/> as a byte-level BPE without merges, which a <c>tokenizer.json</c> can hold.</summary>
internal static class ByteLevel
{
    private static readonly ByteTokenizer Bytes = new();
    private static readonly AddedToken[] Special =
    [
        new(Bytes.Special.Begin!.Value, "<s>"),
        new(Bytes.Special.End!.Value, "</s>"),
        new(Bytes.Special.Padding!.Value, "<pad>"),
    ];

    public static BpeTokenizer Tokenizer { get; } =
        new(
            new()
            {
                Vocabulary =
                [
                    .. Enumerable.Range(0, 256).Select(value => ByteAlphabet.Spell([(byte)value])),
                    .. Special.Select(token => token.Content),
                ],
                Merges = [],
                Added = Special,
                PreTokenizer = [new(PreTokenizerKind.ByteLevel)],
                Before = [Special[0].Id],
                Decoder = [new(DecoderKind.ByteLevel)],
            }
        );
}
