namespace Assay.Learning;

/// <summary>Turns bytes of text into token ids and back. Thread-safe: any number of threads may share one.</summary>
/// <remarks>
/// Text is UTF-8 bytes; what a tokenizer does with bytes that are not UTF-8 is stated by each. Decoding is defined by
/// <see cref="BytesOf"/>: the text of ids is the bytes of each, one after the other.
/// <code>
/// ITokenizer tokenizer = TokenizerFile.Read("tokenizer.json");
/// int[] ids = tokenizer.Encode("Hello world");
/// string text = tokenizer.DecodeText(ids);
/// </code>
/// </remarks>
public interface ITokenizer
{
    /// <summary>One more than the highest id: the number of rows that an embedding needs.</summary>
    int VocabularySize { get; }

    /// <summary>The ids that stand for no text.</summary>
    SpecialTokens Special { get; }

    /// <summary>Appends the ids of a text to <paramref name="ids"/>.</summary>
    /// <param name="text">Any bytes; meant to be UTF-8.</param>
    /// <param name="ids">Where the ids go; what it holds already stays.</param>
    /// <param name="options">What is done about special tokens.</param>
    void Encode(ReadOnlySpan<byte> text, List<int> ids, EncodeOptions options = EncodeOptions.Plain);

    /// <summary>The bytes that a token stands for; none for an id below <see cref="VocabularySize"/> that no token has.</summary>
    /// <param name="id">From 0 to <see cref="VocabularySize"/> - 1.</param>
    /// <param name="first">
    /// Whether the token is the first of its text: Llama-style tokenizers put a space before every text and take it away here.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such id.</exception>
    ReadOnlySpan<byte> BytesOf(int id, bool first = false);

    /// <summary>Whether the id is a special token: one that marks something and stands for no text of the document.</summary>
    bool IsSpecial(int id);
}

/// <summary>Ids that stand for no text, each null where the tokenizer has none.</summary>
/// <param name="Begin">Marks the beginning of a text (BOS).</param>
/// <param name="End">Marks the end of a text (EOS).</param>
/// <param name="Padding">Fills up a batch.</param>
/// <param name="Unknown">Stands for what the vocabulary cannot spell.</param>
public sealed record SpecialTokens(int? Begin = null, int? End = null, int? Padding = null, int? Unknown = null);

/// <summary>What encoding does about special tokens.</summary>
[Flags]
public enum EncodeOptions
{
    /// <summary>
    /// A text is only text: <c>&lt;|endoftext|&gt;</c> in it is encoded as the characters it is made of, so that data cannot
    /// name the marks of its own beginning and end; nothing is put around it.
    /// </summary>
    Plain = 0,

    /// <summary>The spelling of a special token in the text is that token. For text that you wrote, such as a chat template.</summary>
    RecogniseSpecial = 1,

    /// <summary>What the tokenizer's template puts around a text is put there (in Llama's case, <c>&lt;s&gt;</c> before it).</summary>
    AddSpecial = 2,

    /// <summary>What the libraries of Hugging Face do unless told otherwise: both.</summary>
    HuggingFace = RecogniseSpecial | AddSpecial,
}
