using System.Numerics;
using System.Runtime.Intrinsics;
using System.Text;
using Assay.Data;

namespace Assay.Select;

/// <summary>
/// Writes texts so that small differences vanish: lower-case; numbers (digits of any script, with one decimal part) as 0;
/// punctuation as space; white space collapsed and trimmed; diacritics stripped (canonical decomposition without its
/// non-spacing marks). Works on UTF-8 and reuses one buffer; not thread-safe.
/// </summary>
/// <remarks>
/// The rules are those of datatrove's text normalisation ("A Survey on Data Selection for Language Models", arXiv
/// 2402.16827, is the survey that points to it). Final sigma is written as sigma, and marks that stand alone between
/// spaces leave one space, not two.
/// </remarks>
internal sealed class TextNormaliser
{
    // A vector store may run past the end of what counts; one character writes at most 12 bytes.
    private const int Slack = 64;
    private const byte Space = (byte)' ';
    private byte[] _buffer = new byte[1 << 16];

    /// <summary>The normalised text; valid until the next call.</summary>
    public ReadOnlySpan<byte> Normalise(ReadOnlySpan<byte> text)
    {
        int read = 0,
            written = 0;
        Reserve(written, text.Length);
        while (true)
        {
            int plain = CopyPlain(text[read..], _buffer.AsSpan(written), EndsInSpace(written));
            read += plain;
            written += plain;
            if (read == text.Length)
                break;
            if (NumberLength(text[read..]) is > 0 and int number)
            {
                _buffer[written++] = (byte)'0';
                read += number;
            }
            else if (text[read] < 0x80)
                read++; // a separator after a separator
            else
            {
                Rune.DecodeFromUtf8(text[read..], out Rune rune, out int length);
                read += length;
                written = Write(rune, written);
                Reserve(written, text.Length - read);
            }
        }
        return _buffer.AsSpan(0, written > 0 && _buffer[written - 1] == Space ? written - 1 : written);
    }

    /// <summary>The words of a text as they are, one space between them; valid until the next call.</summary>
    public ReadOnlySpan<byte> Collapse(ReadOnlySpan<byte> text)
    {
        int written = 0;
        Reserve(written, text.Length);
        foreach (Range word in Words.Of(text))
        {
            text[word].CopyTo(_buffer.AsSpan(written));
            written += text[word].Length;
            _buffer[written++] = Space;
        }
        return _buffer.AsSpan(0, Math.Max(0, written - 1));
    }

    /// <summary>
    /// Copies ASCII letters as lower case and separators as spaces, up to the first byte that needs thought: a digit, a
    /// separator after a separator, or the start of a longer character. Returns how many bytes were copied.
    /// </summary>
    internal static int CopyPlain(ReadOnlySpan<byte> text, Span<byte> to, bool afterSpace)
    {
        int at = 0;
        while (Vector256.IsHardwareAccelerated && text.Length - at >= Vector256<byte>.Count)
        {
            Vector256<byte> bytes = Vector256.Create(text[at..]);
            Vector256<byte> lower = bytes | Vector256.Create((byte)0x20);
            Vector256<byte> letters = Vector256.LessThan(
                lower - Vector256.Create((byte)'a'),
                Vector256.Create((byte)26)
            );
            Vector256<byte> digits = Vector256.LessThan(
                bytes - Vector256.Create((byte)'0'),
                Vector256.Create((byte)10)
            );
            Vector256.ConditionalSelect(letters, lower, Vector256.Create(Space)).CopyTo(to[at..]);
            uint beyond = bytes.ExtractMostSignificantBits();
            uint digit = digits.ExtractMostSignificantBits();
            uint separator = ~(letters.ExtractMostSignificantBits() | digit | beyond);
            uint stop = digit | beyond | (separator & ((separator << 1) | (afterSpace ? 1u : 0)));
            if (stop != 0)
                return at + BitOperations.TrailingZeroCount(stop);
            at += Vector256<byte>.Count;
            afterSpace = separator >> 31 != 0;
        }
        return at + CopyPlainScalar(text[at..], to[at..], afterSpace);
    }

    /// <summary>The same as <see cref="CopyPlain"/>, a byte at a time.</summary>
    internal static int CopyPlainScalar(ReadOnlySpan<byte> text, Span<byte> to, bool afterSpace)
    {
        for (int at = 0; at < text.Length; at++)
        {
            byte b = text[at];
            bool isLetter = (uint)((b | 0x20) - 'a') < 26;
            if (b >= 0x80 || IsDigit(b) || (!isLetter && afterSpace))
                return at;
            to[at] = isLetter ? (byte)(b | 0x20) : Space;
            afterSpace = !isLetter;
        }
        return text.Length;
    }

    private int Write(Rune rune, int written)
    {
        if ((uint)(rune.Value - Hangul.First) < Hangul.Count)
            return Hangul.Write(rune, _buffer, written);
        CharacterClass character = CharacterClass.Of(rune);
        switch (character.Kind)
        {
            case CharacterKind.Letter:
                return written + character.Target.EncodeToUtf8(_buffer.AsSpan(written));
            case CharacterKind.Several:
                foreach (Rune part in Diacritics.Of(character.Target)!.EnumerateRunes())
                    written += part.EncodeToUtf8(_buffer.AsSpan(written));
                return written;
            case CharacterKind.Separator when !EndsInSpace(written):
                _buffer[written] = Space;
                return written + 1;
            default:
                return written;
        }
    }

    private bool EndsInSpace(int written) => written == 0 || _buffer[written - 1] == Space;

    /// <summary>Bytes of the number at the start of the text: digits, and after one decimal separator more digits; or 0.</summary>
    private static int NumberLength(ReadOnlySpan<byte> text)
    {
        int whole = DigitsLength(text);
        if (whole == 0 || whole == text.Length)
            return whole;
        int separator = DecimalSeparatorLength(text[whole..]);
        int fraction = separator == 0 ? 0 : DigitsLength(text[(whole + separator)..]);
        return fraction == 0 ? whole : whole + separator + fraction;
    }

    private static int DigitsLength(ReadOnlySpan<byte> text)
    {
        int at = 0;
        while (at < text.Length)
            if (IsDigit(text[at]))
                at++;
            else if (text[at] < 0x80)
                break;
            else
            {
                Rune.DecodeFromUtf8(text[at..], out Rune rune, out int length);
                if (CharacterClass.Of(rune).Kind != CharacterKind.Digit)
                    break;
                at += length;
            }
        return at;
    }

    // Full stop, comma, Arabic comma and decimal separator, and the three decimal separator keys.
    private static int DecimalSeparatorLength(ReadOnlySpan<byte> text)
    {
        if (text[0] < 0x80)
            return text[0] is (byte)'.' or (byte)',' ? 1 : 0;
        Rune.DecodeFromUtf8(text, out Rune rune, out int length);
        return rune.Value is 0x060C or 0x066B or 0x2396 or 0x2397 or 0x2398 ? length : 0;
    }

    private static bool IsDigit(byte b) => (uint)(b - '0') < 10;

    private void Reserve(int written, int toRead)
    {
        long needed = (long)written + toRead + Slack;
        if (needed <= _buffer.Length)
            return;
        if (needed > Array.MaxLength)
            throw new AssayException(
                $"a text of {toRead:N0} bytes is too long to normalise",
                hint: "Split such rows, or drop them before (select/heuristics)."
            );
        Array.Resize(ref _buffer, (int)Math.Min(Array.MaxLength, Math.Max(needed, 2L * _buffer.Length)));
    }

    /// <summary>Hangul syllables decompose by arithmetic (the Unicode Standard, section 3.12).</summary>
    private static class Hangul
    {
        public const int First = 0xAC00,
            Count = 11172;

        private const int Vowels = 21,
            Finals = 28;

        public static int Write(Rune syllable, byte[] to, int at)
        {
            int index = syllable.Value - First;
            int final = index % Finals;
            at += new Rune(0x1100 + index / (Vowels * Finals)).EncodeToUtf8(to.AsSpan(at));
            at += new Rune(0x1161 + index % (Vowels * Finals) / Finals).EncodeToUtf8(to.AsSpan(at));
            return final == 0 ? at : at + new Rune(0x11A7 + final).EncodeToUtf8(to.AsSpan(at));
        }
    }
}
