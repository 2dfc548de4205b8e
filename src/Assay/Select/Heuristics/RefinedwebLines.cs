using System.Buffers;
using System.Text;
using Assay.Data;

namespace Assay.Select;

/// <summary>RefinedWeb's line rules: cuts lines, then drops documents that lost too much. Edits text.</summary>
/// <remarks>
/// Source: Penedo et al., "The RefinedWeb Dataset for Falcon LLM" (arXiv 2306.01116), appendix G.2, with the rules that DCLM (arXiv 2406.11794)
/// reconstructed. Lines lie between line feeds; empty ones stay. Instances hold buffers: one per thread.
/// </remarks>
internal sealed class RefinedwebLines(RefinedwebOptions options) : IFilter
{
    private static readonly string[] s_counted =
    [
        "likes",
        "shares",
        "comments",
        "retweets",
        "reposts",
        "quotes",
        "bookmarks",
        "upvotes",
        "downvotes",
        "downloads",
        "views",
        "followers",
    ];

    private byte[] _kept = [];
    private byte[] _line = [];

    public IReadOnlyList<string> Reasons { get; } = ["refinedweb.too_many_words_removed"];

    public string? Reject(ScannedText text)
    {
        ReadOnlySpan<byte> bytes = Words.Trim(text.Bytes);
        if (_kept.Length < bytes.Length + 1)
        {
            _kept = new byte[2 * (bytes.Length + 1)];
            _line = new byte[_kept.Length];
        }
        int written = 0;
        for (int start = 0, end; start <= bytes.Length; start = end + 1)
        {
            int feed = bytes[start..].IndexOf((byte)'\n');
            end = feed < 0 ? bytes.Length : start + feed;
            if (!Keep(bytes[start..end], out ReadOnlySpan<byte> left))
                continue;
            left.CopyTo(_kept.AsSpan(written));
            written += left.Length;
            _kept[written++] = (byte)'\n';
        }
        ReadOnlySpan<byte> kept = Words.Trim(_kept.AsSpan(0, written));
        int before = Words.Count(bytes),
            after = Words.Count(kept);
        if ((before - after) / (double)before > options.MaxRemovedWords)
            return "refinedweb.too_many_words_removed";
        if (!kept.SequenceEqual(text.Bytes))
            text.Replace(kept);
        return null;
    }

    private bool Keep(ReadOnlySpan<byte> line, out ReadOnlySpan<byte> left)
    {
        left = line;
        if (line.IsEmpty)
            return true;
        (int characters, int upper, int digits) = Count(line);
        int words = Words.Count(line);
        if (upper > options.MaxUppercase * characters || digits > options.MaxNumeric * characters)
            return false;
        if (IsCounter(line) || words < options.MinWordsPerLine)
            return false;
        if (words > options.ShortLineWords)
            return true;
        left = CutPhrases(line);
        return !Words.Trim(left).IsEmpty;
    }

    private static (int Characters, int Upper, int Digits) Count(ReadOnlySpan<byte> line)
    {
        int characters = 0,
            upper = 0,
            digits = 0;
        while (!line.IsEmpty)
        {
            Rune.DecodeFromUtf8(line, out Rune rune, out int length);
            characters++;
            upper += Rune.IsUpper(rune) ? 1 : 0;
            digits += Rune.IsDigit(rune) ? 1 : 0;
            line = line[length..];
        }
        return (characters, upper, digits);
    }

    // Signs, a number such as 1,234 or 2.5k, white space, one of the words, signs.
    private static bool IsCounter(ReadOnlySpan<byte> line)
    {
        line = TrimSigns(line);
        int at = 0;
        if (line.IsEmpty || !char.IsAsciiDigit((char)line[0]))
            return false;
        while (at < line.Length && (char.IsAsciiDigit((char)line[at]) || line[at] is (byte)',' or (byte)'.'))
            at++;
        if (at < line.Length && (line[at] | 0x20) is 'k' or 'm' or 'b')
            at++;
        ReadOnlySpan<byte> word = Words.Trim(line[at..]);
        if (word.Length == line.Length - at)
            return false;
        foreach (string counted in s_counted)
            if (Ascii.EqualsIgnoreCase(word, counted))
                return true;
        return false;
    }

    private static ReadOnlySpan<byte> TrimSigns(ReadOnlySpan<byte> line)
    {
        while (Rune.DecodeFromUtf8(line, out Rune first, out int length) == OperationStatus.Done && !IsWord(first))
            line = line[length..];
        while (Rune.DecodeLastFromUtf8(line, out Rune last, out int length) == OperationStatus.Done && !IsWord(last))
            line = line[..^length];
        return line;
    }

    private static bool IsWord(Rune rune) => (Characters.Of(rune) & CharacterKinds.Word) != 0;

    // "items in cart" anywhere, "read more" and three characters at the end, "sign-in" at the start; a white-space character beside each.
    private ReadOnlySpan<byte> CutPhrases(ReadOnlySpan<byte> line)
    {
        int written = 0;
        for (int at = 0; at < line.Length; )
        {
            int space = Words.WhiteSpaceLength(line, at);
            if (StartsWith(line[at..], "items in cart"))
                at += "items in cart".Length;
            else if (space > 0 && StartsWith(line[(at + space)..], "items in cart"))
                at += space + "items in cart".Length;
            else
                _line[written++] = line[at++];
        }
        ReadOnlySpan<byte> left = _line.AsSpan(0, written);
        int more = left.Length;
        for (int i = 0; i < 3 && more > 0; i++)
            more -= LastLength(left[..more]);
        int phrase = more - "read more".Length;
        if (phrase >= 0 && StartsWith(left[phrase..], "read more"))
            left = left[..(phrase - SpaceBefore(left[..phrase]))];
        if (StartsWith(left, "sign-in"))
        {
            left = left["sign-in".Length..];
            left = left.IsEmpty ? left : left[Words.WhiteSpaceLength(left, 0)..];
        }
        return left;
    }

    private static bool StartsWith(ReadOnlySpan<byte> text, string phrase) =>
        text.Length >= phrase.Length && Ascii.EqualsIgnoreCase(text[..phrase.Length], phrase);

    private static int LastLength(ReadOnlySpan<byte> text)
    {
        Rune.DecodeLastFromUtf8(text, out _, out int length);
        return length;
    }

    private static int SpaceBefore(ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty)
            return 0;
        int length = LastLength(text);
        return Words.WhiteSpaceLength(text, text.Length - length) > 0 ? length : 0;
    }
}
