using Assay.Learning;

namespace Assay.Value;

/// <summary>A row's text as a language model reads it: its bytes between marks of its end, cut to the context in chunks.</summary>
/// <remarks>
/// A chunk begins with the last token of the one before, so that every byte, and the end, is predicted once. As in the release of
/// Quad (arXiv 2409.16986), which cuts 20,480 tokens into chunks of 1,024 and drops those shorter than 512.
/// </remarks>
/// <param name="Context">Tokens that a chunk predicts at most, at least 1.</param>
/// <param name="MostTokens">Tokens of a text that are looked at, from its start.</param>
/// <param name="LeastTokens">Chunks that predict fewer are dropped; a row may have none left.</param>
public sealed record TextChunks(int Context, int MostTokens = 20_480, int LeastTokens = 1)
{
    private static readonly ByteTokenizer Tokenizer = new();

    /// <summary>The chunks of a text.</summary>
    /// <param name="text">UTF-8.</param>
    /// <returns>Sequences of tokens, all but the first of which are predicted.</returns>
    public List<int[]> Of(ReadOnlySpan<byte> text)
    {
        int end = Tokenizer.Special.End!.Value;
        List<int> tokens = [end];
        Tokenizer.Encode(text[..Math.Min(text.Length, MostTokens)], tokens);
        if (text.Length < MostTokens)
            tokens.Add(end);
        List<int[]> chunks = [];
        for (int start = 0; start < tokens.Count - 1; start += Context)
        {
            int predicted = Math.Min(Context, tokens.Count - 1 - start);
            if (predicted >= LeastTokens)
                chunks.Add([.. tokens[start..(start + predicted + 1)]]);
        }
        return chunks;
    }
}
