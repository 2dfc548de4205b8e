using System.Buffers;
using System.Text;

namespace Assay.Learning;

/// <summary>Whole texts through any <see cref="ITokenizer"/>.</summary>
public static class TokenizerText
{
    /// <summary>The ids of a text.</summary>
    /// <param name="tokenizer">The tokenizer.</param>
    /// <param name="text">Any string; a lone surrogate is encoded as U+FFFD.</param>
    /// <param name="options">What is done about special tokens.</param>
    public static int[] Encode(this ITokenizer tokenizer, string text, EncodeOptions options = EncodeOptions.Plain) =>
        tokenizer.Encode(Encoding.UTF8.GetBytes(text), options);

    /// <summary>The ids of a text.</summary>
    /// <param name="tokenizer">The tokenizer.</param>
    /// <param name="text">Any bytes; meant to be UTF-8.</param>
    /// <param name="options">What is done about special tokens.</param>
    public static int[] Encode(
        this ITokenizer tokenizer,
        ReadOnlySpan<byte> text,
        EncodeOptions options = EncodeOptions.Plain
    )
    {
        List<int> ids = [];
        tokenizer.Encode(text, ids, options);
        return [.. ids];
    }

    /// <summary>Writes the text of ids.</summary>
    /// <param name="tokenizer">The tokenizer.</param>
    /// <param name="ids">Ids below <see cref="ITokenizer.VocabularySize"/>.</param>
    /// <param name="text">Where the bytes go: UTF-8 if the ids spell UTF-8, else what they spell.</param>
    /// <param name="skipSpecial">Leaves special tokens out.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such id.</exception>
    public static void Decode(
        this ITokenizer tokenizer,
        ReadOnlySpan<int> ids,
        IBufferWriter<byte> text,
        bool skipSpecial = false
    )
    {
        bool first = true;
        foreach (int id in ids)
        {
            if (skipSpecial && tokenizer.IsSpecial(id))
                continue;
            text.Write(tokenizer.BytesOf(id, first));
            first = false;
        }
    }

    /// <summary>The bytes that ids stand for.</summary>
    /// <param name="tokenizer">The tokenizer.</param>
    /// <param name="ids">Ids below <see cref="ITokenizer.VocabularySize"/>.</param>
    /// <param name="skipSpecial">Leaves special tokens out.</param>
    public static byte[] Decode(this ITokenizer tokenizer, ReadOnlySpan<int> ids, bool skipSpecial = false)
    {
        ArrayBufferWriter<byte> text = new();
        tokenizer.Decode(ids, text, skipSpecial);
        return text.WrittenSpan.ToArray();
    }

    /// <summary>The text of ids; what is not UTF-8 becomes U+FFFD.</summary>
    /// <param name="tokenizer">The tokenizer.</param>
    /// <param name="ids">Ids below <see cref="ITokenizer.VocabularySize"/>.</param>
    /// <param name="skipSpecial">Leaves special tokens out.</param>
    public static string DecodeText(this ITokenizer tokenizer, ReadOnlySpan<int> ids, bool skipSpecial = false) =>
        Encoding.UTF8.GetString(tokenizer.Decode(ids, skipSpecial));
}
