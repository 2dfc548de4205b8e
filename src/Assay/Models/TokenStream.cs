using Assay.Data;
using Assay.Learning;

namespace Assay.Models;

/// <summary>Texts as one stream of byte tokens, each text followed by the mark of its end, cut into blocks of one length.</summary>
/// <remarks>
/// Every byte and every end is predicted once: the stream begins with an end mark. A block sees what stands before a text in
/// it, also of other texts; it sees nothing of the block before.
/// </remarks>
internal sealed class TokenStream
{
    private readonly int _end;
    private readonly List<int> _tokens;

    public TokenStream()
    {
        _end = Tokenizer.Special.End!.Value;
        _tokens = [_end];
    }

    /// <summary>Bytes are the tokens, so that models of all data compare.</summary>
    public static ByteTokenizer Tokenizer { get; } = new();

    /// <summary>True if the order of the texts is meant: blocks are then not shuffled.</summary>
    public bool IsOrdered { get; init; }

    /// <summary>Bytes of text.</summary>
    public long Bytes { get; private set; }

    /// <summary>Tokens to be predicted.</summary>
    public int Predictions => _tokens.Count - 1;

    public void Add(ReadOnlySpan<byte> text)
    {
        Tokenizer.Encode(text, _tokens);
        _tokens.Add(_end);
        Bytes += text.Length;
    }

    /// <summary>The texts of a view's selection, in its order, with its repeats.</summary>
    public static TokenStream Of(View view, CancellationToken cancellation)
    {
        TokenStream text = new() { IsOrdered = view.Selection.IsOrdered };
        view.ForEach(view.Selection.Rows, (batch, row) => text.Add(batch.Text(row)), cancellation);
        return text;
    }

    /// <summary>Blocks of <paramref name="length"/> predictions, the last one perhaps not full.</summary>
    public int Blocks(int length) => (Predictions + length - 1) / length;

    /// <summary>Writes a block; places behind the end of the stream are not counted.</summary>
    public void Fill(int block, Span<int> inputs, Span<int> targets)
    {
        int start = block * inputs.Length;
        for (int i = 0; i < inputs.Length; i++)
        {
            bool within = start + i < Predictions;
            inputs[i] = within ? _tokens[start + i] : _end;
            targets[i] = within ? _tokens[start + i + 1] : TokenBatch.NotCounted;
        }
    }
}
