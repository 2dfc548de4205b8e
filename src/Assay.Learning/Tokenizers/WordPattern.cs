namespace Assay.Learning;

/// <summary>How text is cut into the pieces within which tokens are merged.</summary>
internal enum WordPattern
{
    /// <summary>The whole text is one piece.</summary>
    Whole,

    /// <summary>GPT-2's regular expression, which GPT-NeoX took over.</summary>
    Gpt2,

    /// <summary>Llama 3's (that of cl100k): contractions in any case, at most three digits, line ends kept with what precedes them.</summary>
    Llama3,

    /// <summary>Qwen 2's: as Llama 3's, digits one by one.</summary>
    Qwen2,

    /// <summary>Runs of digits are pieces of their own.</summary>
    Digits,

    /// <summary>Each digit is a piece of its own.</summary>
    SingleDigits,

    /// <summary>A piece starts at every <c>▁</c>.</summary>
    Metaspace,

    /// <summary>A piece starts at every <c>▁</c> that follows something else.</summary>
    MetaspaceRuns,
}

/// <summary>The patterns of <see cref="WordPattern"/>, by hand over UTF-8 and without allocating.</summary>
/// <remarks>
/// Every byte is in exactly one piece, also of text that is not UTF-8. Whether a piece may end before a byte depends on
/// nothing before that piece, so a text can be cut at any white space that follows something else: see <see cref="SafeCut"/>.
/// </remarks>
internal static class WordPatterns
{
    public const string Gpt2Regex = @"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";

    public const string Llama3Regex =
        @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    public const string Qwen2Regex =
        @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    /// <summary>Where the piece that starts at <paramref name="at"/> ends; it has at least one byte.</summary>
    public static int End(WordPattern pattern, ReadOnlySpan<byte> text, int at) =>
        pattern switch
        {
            WordPattern.Gpt2 => Gpt2(text, at),
            WordPattern.Llama3 => Llama3(text, at, maxDigits: 3),
            WordPattern.Qwen2 => Llama3(text, at, maxDigits: 1),
            WordPattern.Digits => Digits(text, at, single: false),
            WordPattern.SingleDigits => Digits(text, at, single: true),
            WordPattern.Metaspace => NextMetaspace(text, at, ofRuns: false),
            WordPattern.MetaspaceRuns => NextMetaspace(text, at, ofRuns: true),
            _ => text.Length,
        };

    /// <summary>The first place from <paramref name="at"/> on where the text can be cut so that the pieces of GPT-2's pattern stay the same.</summary>
    public static int SafeCut(ReadOnlySpan<byte> text, int at)
    {
        for (at = Math.Max(at, 1); at < text.Length; at++)
            if (text[at] is (byte)' ' or (byte)'\n' && text[at - 1] is > (byte)' ' and < 0x7F)
                return at;
        return text.Length;
    }

    public static int Gpt2(ReadOnlySpan<byte> text, int at)
    {
        byte first = text[at];
        int next = at + 1;
        int letter = first == ' ' && next < text.Length ? next : at;
        if ((uint)((text[letter] | 0x20) - 'a') <= 25)
        {
            int end = CharacterClasses.EndOfAsciiLetters(text, letter + 1);
            return end < text.Length && text[end] >= 0x80
                ? CharacterClasses.EndOfRun(text, end, CharacterClass.Letter)
                : end;
        }
        if (first == '\'' && ContractionLength(text[next..], ignoreCase: false) is > 0 and int letters)
            return next + letters;
        CharacterClass of = CharacterClasses.Of(text[at..], out int length);
        if (of != CharacterClass.Space)
            return CharacterClasses.EndOfRun(text, at + length, of);
        if (first == ' ' && next < text.Length)
        {
            CharacterClass after = CharacterClasses.Of(text[next..], out length);
            if (after != CharacterClass.Space)
                return CharacterClasses.EndOfRun(text, next + length, after);
        }
        return Spaces(text, at, length: first < 0x80 ? 1 : length);
    }

    private static int Llama3(ReadOnlySpan<byte> text, int at, int maxDigits)
    {
        byte first = text[at];
        if (first == '\'' && ContractionLength(text[(at + 1)..], ignoreCase: true) is > 0 and int letters)
            return at + 1 + letters;
        CharacterClass of = CharacterClasses.Of(text[at..], out int length);
        int next = at + length;
        if (of == CharacterClass.Letter)
            return CharacterClasses.EndOfRun(text, next, of);
        if (of == CharacterClass.Number)
        {
            for (int digits = 1; digits < maxDigits && next < text.Length; digits++)
            {
                if (CharacterClasses.Of(text[next..], out length) != CharacterClass.Number)
                    break;
                next += length;
            }
            return next;
        }
        // Bytes that are not UTF-8 are no character, but taking them for one loses nothing.
        CharacterClass after =
            next < text.Length ? CharacterClasses.Of(text[next..], out int afterLength) : CharacterClass.Space;
        if (first is not ((byte)'\r' or (byte)'\n') && after == CharacterClass.Letter)
            return CharacterClasses.EndOfRun(text, next, CharacterClass.Letter);
        if (of == CharacterClass.Other || (first == ' ' && after == CharacterClass.Other))
        {
            next = CharacterClasses.EndOfRun(text, next, CharacterClass.Other);
            while (next < text.Length && text[next] is (byte)'\r' or (byte)'\n')
                next++;
            return next;
        }
        int end = CharacterClasses.EndOfRun(text, next, CharacterClass.Space);
        int lineEnd = text[at..end].LastIndexOfAny((byte)'\r', (byte)'\n');
        return lineEnd >= 0 ? at + lineEnd + 1 : Spaces(text, at, length);
    }

    /// <summary>White space up to the end of the text, or all but the last character before something else, or the only one there is.</summary>
    private static int Spaces(ReadOnlySpan<byte> text, int at, int length)
    {
        int last = at; // where the last character of the run starts
        int end = at + length;
        while (end < text.Length && CharacterClasses.Of(text[end..], out length) == CharacterClass.Space)
        {
            last = end;
            end += length;
        }
        return end == text.Length || last == at ? end : last;
    }

    /// <summary>The number of letters of s, t, re, ve, m, ll or d at the beginning of the text after an apostrophe, or 0.</summary>
    private static int ContractionLength(ReadOnlySpan<byte> text, bool ignoreCase)
    {
        if (text.IsEmpty)
            return 0;
        int fold = ignoreCase ? 0x20 : 0;
        int first = text[0] | (text[0] is >= (byte)'A' and <= (byte)'Z' ? fold : 0);
        if (first is 's' or 't' or 'm' or 'd')
            return 1;
        if (text.Length < 2)
            return 0;
        int second = text[1] | (text[1] is >= (byte)'A' and <= (byte)'Z' ? fold : 0);
        return (first, second) is ('r', 'e') or ('v', 'e') or ('l', 'l') ? 2 : 0;
    }

    private static int Digits(ReadOnlySpan<byte> text, int at, bool single)
    {
        bool isNumber = CharacterClasses.Of(text[at..], out int length) == CharacterClass.Number;
        at += length;
        if (isNumber && single)
            return at;
        while (at < text.Length && CharacterClasses.Of(text[at..], out length) == CharacterClass.Number == isNumber)
            at += length;
        return at;
    }

    private static int NextMetaspace(ReadOnlySpan<byte> text, int at, bool ofRuns)
    {
        ReadOnlySpan<byte> mark = "▁"u8;
        int next = at;
        if (text[at..].StartsWith(mark))
            do next += mark.Length;
            while (ofRuns && text[next..].StartsWith(mark));
        int length = text[next..].IndexOf(mark);
        return length < 0 ? text.Length : next + length;
    }
}
