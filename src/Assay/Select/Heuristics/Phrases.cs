using System.Buffers;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Text;

namespace Assay.Select;

/// <summary>Finds any of a few ASCII phrases in UTF-8 text, ignoring case as Python's <c>str.lower()</c> does.</summary>
/// <remarks>
/// Each phrase is looked for by its two rarest letters, 64 places at a time, and compared in full where both are in place.
/// </remarks>
internal sealed class Phrases
{
    private const int BlockSize = 64;
    private readonly Phrase[] _phrases;

    /// <summary>Phrases of 2 to 64 lower-case ASCII characters.</summary>
    public Phrases(params IReadOnlyList<string> phrases) => _phrases = [.. phrases.Select(Phrase.Of)];

    private readonly record struct Phrase(byte[] Bytes, int First, int Second)
    {
        // Letters of English by frequency, the rarest first.
        private const string ByFrequency = "zqxjkvbpygfwmucldrhsnioate ";

        public static Phrase Of(string phrase)
        {
            int[] rarest = [.. Enumerable.Range(0, phrase.Length).OrderBy(i => ByFrequency.IndexOf(phrase[i])).Take(2)];
            return new(Encoding.ASCII.GetBytes(phrase), rarest[0], rarest[1]);
        }
    }

    /// <summary>True if the text holds one of the phrases.</summary>
    public bool In(ReadOnlySpan<byte> text)
    {
        // The one character besides A-Z whose lower case is in a-z: the Kelvin sign.
        if (text.IndexOf("\u212A"u8) < 0)
            return Search(text);
        byte[] folded = ArrayPool<byte>.Shared.Rent(text.Length);
        int length = 0;
        for (int at = 0; at < text.Length; length++)
        {
            bool kelvin = text[at..].StartsWith("\u212A"u8);
            folded[length] = kelvin ? (byte)'k' : text[at];
            at += kelvin ? 3 : 1;
        }
        bool found = Search(folded.AsSpan(0, length));
        ArrayPool<byte>.Shared.Return(folded);
        return found;
    }

    private bool Search(ReadOnlySpan<byte> text)
    {
        int at = 0;
        for (; at <= text.Length - 2 * BlockSize; at += BlockSize)
            if (SearchBlock(text[at..]))
                return true;
        Span<byte> tail = stackalloc byte[3 * BlockSize];
        tail.Clear();
        text[at..].CopyTo(tail);
        return SearchBlock(tail) || SearchBlock(tail[BlockSize..]);
    }

    // Phrases that start in the first 64 bytes; another 64 must follow.
    private bool SearchBlock(ReadOnlySpan<byte> text)
    {
        ref byte start = ref MemoryMarshal.GetReference(text[..(2 * BlockSize)]);
        Vector512<byte> lower = Vector512.Create((byte)0x20);
        foreach (Phrase phrase in _phrases)
        {
            Vector512<byte> first = Vector512.LoadUnsafe(ref start, (nuint)phrase.First) | lower,
                second = Vector512.LoadUnsafe(ref start, (nuint)phrase.Second) | lower;
            ulong both = (
                Vector512.Equals(first, Vector512.Create(phrase.Bytes[phrase.First]))
                & Vector512.Equals(second, Vector512.Create(phrase.Bytes[phrase.Second]))
            ).ExtractMostSignificantBits();
            for (; both != 0; both &= both - 1)
            {
                int at = BitOperations.TrailingZeroCount(both);
                if (Ascii.EqualsIgnoreCase(text.Slice(at, phrase.Bytes.Length), phrase.Bytes))
                    return true;
            }
        }
        return false;
    }
}
