using System.Buffers;
using System.Text;

namespace Assay.Learning;

/// <summary>Ends generated text before the first of some strings, also where the string is spread over several tokens.</summary>
/// <remarks>
/// Bytes that may be the start of a stop sequence are held back until they are known not to be. Use after a
/// <see cref="StreamingDecoder"/>, or on the bytes of tokens directly. The earliest end wins; of sequences that end at the
/// same byte, the longest: so nothing has to be taken back.
/// </remarks>
public sealed class StopSequences
{
    private readonly byte[][] _stops;
    private readonly List<byte> _held = [];

    /// <summary>Stops at any of these.</summary>
    /// <param name="stops">None empty; no stops at all is fine.</param>
    public StopSequences(params IEnumerable<string> stops)
    {
        _stops = [.. stops.Select(Encoding.UTF8.GetBytes).OrderByDescending(stop => stop.Length)];
        if (_stops.Any(stop => stop.Length == 0))
            throw new ArgumentException("A stop sequence has at least one byte.", nameof(stops));
    }

    /// <summary>The sequence that ended the text; null while it goes on.</summary>
    public string? Stopped { get; private set; }

    /// <summary>Takes the next bytes and writes what is sure to be text.</summary>
    /// <param name="piece">The next bytes, any number.</param>
    /// <param name="text">Where the text before a stop sequence goes.</param>
    /// <returns>Whether a stop sequence is complete; later pieces are then ignored.</returns>
    public bool Append(ReadOnlySpan<byte> piece, IBufferWriter<byte> text)
    {
        foreach (byte value in piece)
        {
            if (Stopped is not null)
                return true;
            _held.Add(value);
            ReadOnlySpan<byte> held = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_held);
            foreach (byte[] stop in _stops)
                if (held.EndsWith(stop))
                {
                    text.Write(held[..^stop.Length]);
                    _held.Clear();
                    Stopped = Encoding.UTF8.GetString(stop);
                    return true;
                }
            int kept = PossibleStart(held);
            if (kept < held.Length)
            {
                text.Write(held[..^kept]);
                _held.RemoveRange(0, held.Length - kept);
            }
        }
        return Stopped is not null;
    }

    /// <summary>Writes what is held back, at the end of the text, and starts another text.</summary>
    public void Flush(IBufferWriter<byte> text)
    {
        text.Write(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_held));
        _held.Clear();
        Stopped = null;
    }

    private int PossibleStart(ReadOnlySpan<byte> held)
    {
        for (int length = held.Length; length > 0; length--)
            foreach (byte[] stop in _stops)
                if (length < stop.Length && stop.AsSpan(0, length).SequenceEqual(held[^length..]))
                    return length;
        return 0;
    }
}
