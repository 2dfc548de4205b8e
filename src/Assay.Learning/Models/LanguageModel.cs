namespace Assay.Learning;

/// <summary>A transformer and its tokenizer: from text to scores and to more text.</summary>
/// <remarks>
/// <code>
/// LanguageModel model = LanguageModel.Load("folder");      // config.json, weights, tokenizer.json
/// double bits = model.BitsPerByte("the text"u8);
/// IReadOnlyList&lt;GeneratedText&gt; texts = model.Generate(["Once"], new() { MaxTokens = 50 }, stream);
/// IChatClient chat = new LocalChatClient(model, model.Tokenizer, "name");
/// </code>
/// Reading is thread-safe as long as nobody trains the model.
/// </remarks>
public sealed class LanguageModel : ITokenModel
{
    private const string TokenizerName = "tokenizer.json";

    /// <summary>A model and the tokenizer it was trained with.</summary>
    /// <exception cref="ArgumentException">The tokenizer has tokens that the model does not know.</exception>
    public LanguageModel(Transformer transformer, ITokenizer tokenizer)
    {
        if (tokenizer.VocabularySize > transformer.Config.VocabularySize)
            throw new ArgumentException(
                $"The tokenizer has {tokenizer.VocabularySize} tokens, and the model knows {transformer.Config.VocabularySize}."
            );
        (Transformer, Tokenizer) = (transformer, tokenizer);
    }

    /// <summary>The model.</summary>
    public Transformer Transformer { get; }

    /// <summary>Its tokenizer.</summary>
    public ITokenizer Tokenizer { get; }

    /// <inheritdoc/>
    public int ContextLength => Transformer.Config.ContextLength;

    /// <summary>Reads a folder as Hugging Face has it: <c>config.json</c>, <c>model.safetensors</c> or shards, <c>tokenizer.json</c>.</summary>
    /// <exception cref="FormatException">A file is wrong or not supported; the message says which and where.</exception>
    /// <exception cref="IOException">A file cannot be opened.</exception>
    public static LanguageModel Load(string folder) =>
        new(Transformer.Load(folder), TokenizerFile.Read(Path.Combine(folder, TokenizerName)));

    /// <summary>Writes what <see cref="Load"/> reads; a <see cref="ByteTokenizer"/> as the same tokens of a byte-level BPE without merges.</summary>
    /// <exception cref="NotSupportedException">The tokenizer has no <c>tokenizer.json</c>: that of characters, for example.</exception>
    /// <exception cref="IOException">The disk is full or not writable.</exception>
    public void Save(string folder)
    {
        BpeTokenizer tokenizer = Tokenizer switch
        {
            BpeTokenizer bpe => bpe,
            ByteTokenizer => ByteLevel.Tokenizer,
            _ => throw new NotSupportedException(
                $"a {Tokenizer.GetType().Name} cannot be written as {TokenizerName}; only byte-pair and byte tokenizers can"
            ),
        };
        Transformer.Save(folder);
        TokenizerFile.Write(tokenizer, Path.Combine(folder, TokenizerName));
    }

    /// <summary>The cost of a text: -log2 of its probability, and its bytes.</summary>
    /// <remarks>
    /// Every token is predicted once, from at least half a context of tokens before it where there are as many: a long text
    /// is read in windows that overlap by half. If the tokenizer has a begin token, it comes before the text; if not, the first
    /// token costs log2 of the vocabulary, so that tokenizers can be compared. The end of the text is not predicted. Many texts are scored faster
    /// together, and after contexts of their own, by <see cref="TextCosts"/>.
    /// </remarks>
    /// <param name="text">UTF-8.</param>
    public TextCost Cost(ReadOnlySpan<byte> text) => TextCosts.Of(this, [(default, text.ToArray())])[0];

    /// <summary>-log2 of a text's probability, for each of its bytes; 0 for an empty text.</summary>
    /// <inheritdoc cref="Cost"/>
    public double BitsPerByte(ReadOnlySpan<byte> text) => Cost(text).BitsPerByte;

    /// <summary>Continues texts.</summary>
    /// <param name="prompts">None empty, unless the tokenizer has a begin token, which comes first.</param>
    /// <param name="options">How.</param>
    /// <param name="stream">Each text draws from a child of its own, by its number.</param>
    /// <returns>The continuations, in order.</returns>
    /// <exception cref="ArgumentException">A prompt has no token, or fills the context.</exception>
    public IReadOnlyList<GeneratedText> Generate(
        IReadOnlyList<string> prompts,
        GenerationOptions options,
        Numerics.RandomStream stream
    ) => Generate([.. prompts.Select(prompt => Prompt(Tokenizer.Encode(prompt)))], options, stream);

    /// <summary>Continues token sequences.</summary>
    /// <param name="prompts">At least one token each.</param>
    /// <param name="options">How.</param>
    /// <param name="stream">Each text draws from a child of its own, by its number.</param>
    /// <returns>The continuations, in order.</returns>
    /// <exception cref="ArgumentException">A prompt has no token, or fills the context.</exception>
    public IReadOnlyList<GeneratedText> Generate(
        IReadOnlyList<int[]> prompts,
        GenerationOptions options,
        Numerics.RandomStream stream
    )
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.BatchSize, 1);
        List<GeneratedText> texts = [];
        for (int first = 0; first < prompts.Count; first += options.BatchSize)
        {
            int[][] batch = [.. prompts.Skip(first).Take(options.BatchSize)];
            texts.AddRange(new GenerationBatch(this, batch, options, i => stream.Child(first + i)).Run());
        }
        return texts;
    }

    /// <inheritdoc/>
    public ITokenContext Begin() => new TransformerContext(Transformer);

    private int[] Prompt(int[] ids) => Tokenizer.Special.Begin is { } begin ? [begin, .. ids] : ids;
}

/// <summary>What a text costs under a language model.</summary>
/// <param name="Bits">-log2 of its probability.</param>
/// <param name="Bytes">Its bytes.</param>
/// <param name="Tokens">Its tokens.</param>
public readonly record struct TextCost(double Bits, long Bytes, long Tokens)
{
    /// <summary>exp of the mean negative log-probability of a token, at least 1; NaN of no tokens.</summary>
    public double Perplexity => Math.Exp(Bits * Math.Log(2) / Tokens);

    /// <summary>Bits for each byte; 0 of nothing.</summary>
    public double BitsPerByte => Bytes == 0 ? 0 : Bits / Bytes;

    /// <summary>The cost of two texts together.</summary>
    public static TextCost operator +(TextCost a, TextCost b) =>
        new(a.Bits + b.Bits, a.Bytes + b.Bytes, a.Tokens + b.Tokens);
}
