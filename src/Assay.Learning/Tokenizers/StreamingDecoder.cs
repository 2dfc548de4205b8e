using System.Buffers;
using System.Text;

namespace Assay.Learning;

/// <summary>Decodes ids as they are made and gives only whole characters: the bytes of one that is not complete are held back.</summary>
/// <remarks>
/// All that was given, <see cref="Flush"/> included, is what <see cref="TokenizerText.Decode(ITokenizer, ReadOnlySpan{int}, bool)"/>
/// gives for all the ids. Bytes that cannot become UTF-8 any more are passed on as they are. At most three bytes are held back.
/// </remarks>
/// <param name="tokenizer">The tokenizer of the ids.</param>
/// <param name="skipSpecial">Leaves special tokens out.</param>
public sealed class StreamingDecoder(ITokenizer tokenizer, bool skipSpecial = true)
{
    private readonly byte[] _held = new byte[4];
    private int _heldLength;
    private bool _first = true;

    /// <summary>Writes the characters that the next id completes.</summary>
    /// <param name="id">The next id.</param>
    /// <param name="text">Where they go.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such id.</exception>
    public void Append(int id, IBufferWriter<byte> text)
    {
        if (skipSpecial && tokenizer.IsSpecial(id))
            return;
        ReadOnlySpan<byte> piece = tokenizer.BytesOf(id, _first);
        _first = false;
        while (_heldLength > 0 && piece.Length > 0)
        {
            _held[_heldLength++] = piece[0];
            piece = piece[1..];
            if (IncompleteTail(_held.AsSpan(0, _heldLength)) == _heldLength)
                continue;
            // The last byte either completes the character or shows that it never will be; then it starts anew.
            int kept = IncompleteTail(_held.AsSpan(0, _heldLength));
            text.Write(_held.AsSpan(0, _heldLength - kept));
            _held.AsSpan(_heldLength - kept, kept).CopyTo(_held);
            _heldLength = kept;
        }
        if (piece.IsEmpty)
            return;
        int incomplete = IncompleteTail(piece);
        text.Write(piece[..^incomplete]);
        piece[^incomplete..].CopyTo(_held);
        _heldLength = incomplete;
    }

    /// <summary>Writes what is held back, at the end of the ids, and starts another text.</summary>
    public void Flush(IBufferWriter<byte> text)
    {
        text.Write(_held.AsSpan(0, _heldLength));
        _heldLength = 0;
        _first = true;
    }

    /// <summary>Length of the longest end of <paramref name="bytes"/> that may still become a character: 0 to 3.</summary>
    private static int IncompleteTail(ReadOnlySpan<byte> bytes)
    {
        for (int length = Math.Min(3, bytes.Length); length > 0; length--)
            if (
                Rune.DecodeFromUtf8(bytes[^length..], out _, out int used) == OperationStatus.NeedMoreData
                && used == length
            )
                return length;
        return 0;
    }
}
