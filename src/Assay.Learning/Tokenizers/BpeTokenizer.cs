using System.Collections.Concurrent;
using System.Text;

namespace Assay.Learning;

/// <summary>Byte-pair encoding as <c>tokenizer.json</c> describes it: byte-level (GPT-2, GPT-NeoX, Llama 3) and Llama-style.</summary>
/// <remarks>
/// Read one with <see cref="TokenizerFile.Read(string)"/> or train one with <see cref="BpeTrainer"/>. Ids are those of Hugging
/// Face's <c>tokenizers</c> with <see cref="EncodeOptions.HuggingFace"/>.
/// <para>
/// Byte-level: decoding gives back the very bytes that were encoded, also where they are not UTF-8, if there is no normalizer,
/// no added prefix space and the vocabulary has all 256 bytes (<see cref="IsLossless"/>); with NFC, the NFC of the text. Bytes
/// that are not UTF-8 count as punctuation when text is cut into words.
/// Llama-style: decoding gives back any bytes but those of <c>▁</c> (which is a space), as long as no added token is in the text.
/// </para>
/// Thread-safe. Steady-state encoding allocates nothing; each thread at work takes about 1 MB for its cache of words.
/// </remarks>
public sealed class BpeTokenizer : ITokenizer
{
    private readonly TokenizerDefinition _definition;
    private readonly BpeVocabulary _vocabulary;
    private readonly AddedTokens _raw; // looked for in the text as it came
    private readonly AddedTokens _normalized; // looked for in the normalized text
    private readonly bool[] _isSpecial;
    private readonly ConcurrentBag<BpeEncoder> _encoders = [];

    internal BpeTokenizer(TokenizerDefinition definition)
    {
        _definition = definition;
        _vocabulary = new(definition);
        _raw = new(
            definition
                .Added.Where(token => !token.IsNormalized)
                .Select(token => (Encoding.UTF8.GetBytes(token.Content), token))
        );
        _normalized = new(
            definition
                .Added.Where(token => token.IsNormalized)
                .Select(token => (Pattern: Normalized(token.Content), token))
                .Where(token => token.Pattern.Length > 0)
        );
        _isSpecial = new bool[VocabularySize];
        foreach (AddedToken token in definition.Added)
            _isSpecial[token.Id] |= token.IsSpecial;
        Special = Guess(definition);
    }

    internal TokenizerDefinition Definition => _definition;

    /// <inheritdoc/>
    public int VocabularySize => _definition.Vocabulary.Length;

    /// <inheritdoc/>
    /// <remarks>
    /// A <c>tokenizer.json</c> does not say which is which, so they are told by their names (<c>&lt;s&gt;</c>,
    /// <c>&lt;|endoftext|&gt;</c> and so on) among the special tokens. Set it where that is not right.
    /// </remarks>
    public SpecialTokens Special { get; init; }

    /// <summary>Whether decoding gives back any bytes exactly, as long as there is no added token in them.</summary>
    public bool IsLossless =>
        _definition.IsByteLevel
        && _definition.Normalizer.Count == 0
        && MissingBytes.Count == 0
        && !_definition.PreTokenizer.Any(step => step.AddPrefixSpace);

    /// <summary>
    /// Bytes that have no token: encoding puts the unknown token there, or nothing where there is none, as Hugging Face's
    /// libraries do. GPT-NeoX's vocabulary has none for bytes that no UTF-8 has.
    /// </summary>
    public IReadOnlyList<byte> MissingBytes => _vocabulary.MissingBytes;

    /// <summary>The merges in order of rank: what becomes one token, the first before all others.</summary>
    public IReadOnlyList<(int Left, int Right, int Merged)> Merges => _definition.Merges;

    /// <summary>Tokens that are found in the text as they stand.</summary>
    public IReadOnlyList<AddedToken> Added => _definition.Added;

    /// <inheritdoc/>
    public bool IsSpecial(int id) => (uint)id < (uint)_isSpecial.Length && _isSpecial[id];

    /// <summary>The id of a token by its spelling in the file; null if there is none.</summary>
    /// <param name="spelling">As in <c>tokenizer.json</c>: in byte-level vocabularies a space is <c>Ġ</c>.</param>
    public int? IdOf(string spelling) => _vocabulary.IdOf(spelling);

    /// <summary>The spelling of a token in the file; null for an id that no token has.</summary>
    public string? SpellingOf(int id) => _definition.Vocabulary[id];

    /// <inheritdoc/>
    public ReadOnlySpan<byte> BytesOf(int id, bool first = false) => _vocabulary.BytesOf(id, first);

    /// <inheritdoc/>
    public void Encode(ReadOnlySpan<byte> text, List<int> ids, EncodeOptions options = EncodeOptions.Plain)
    {
        bool addSpecial = options.HasFlag(EncodeOptions.AddSpecial);
        if (addSpecial)
            ids.AddRange(_definition.Before);
        if (!_encoders.TryTake(out BpeEncoder? encoder))
            encoder = new(_definition, _vocabulary, _raw, _normalized);
        encoder.Encode(text, ids, options.HasFlag(EncodeOptions.RecogniseSpecial));
        _encoders.Add(encoder);
        if (addSpecial)
            ids.AddRange(_definition.After);
    }

    private byte[] Normalized(string content)
    {
        ByteBuffer from = new(),
            to = new();
        ReadOnlySpan<byte> normal = TextNormalizer.Apply(
            _definition.Normalizer,
            Encoding.UTF8.GetBytes(content),
            from,
            to
        );
        return normal.ToArray();
    }

    private static SpecialTokens Guess(TokenizerDefinition definition)
    {
        Dictionary<string, int> special = [];
        foreach (AddedToken token in definition.Added)
            if (token.IsSpecial)
                special[token.Content] = token.Id;
        int? Of(params ReadOnlySpan<string> names)
        {
            foreach (string name in names)
                if (special.TryGetValue(name, out int id))
                    return id;
            return null;
        }
        int? end = Of("</s>", "<|endoftext|>", "<|end_of_text|>", "<eos>", "[EOS]");
        return new(
            definition.Before.Count > 0 ? definition.Before[0] : Of("<s>", "<|begin_of_text|>", "<bos>", "[BOS]"),
            end,
            Of("<pad>", "<|padding|>", "[PAD]"),
            definition.Unknown
        );
    }
}
