using System.Buffers;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Text;

namespace Assay.Learning;

/// <summary>A token that is found in the text as it stands, before anything is cut or merged.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Content">Its spelling, not empty.</param>
/// <param name="IsSpecial">Whether it marks something and is no text of the document.</param>
/// <param name="SingleWord">Found only where no letter, digit or underscore touches it.</param>
/// <param name="StripLeft">Takes the white space before it with it.</param>
/// <param name="StripRight">Takes the white space after it with it.</param>
/// <param name="IsNormalized">Looked for in the normalized text, its spelling normalized too; else in the text as it came.</param>
public sealed record AddedToken(
    int Id,
    string Content,
    bool IsSpecial = true,
    bool SingleWord = false,
    bool StripLeft = false,
    bool StripRight = false,
    bool IsNormalized = false
);

/// <summary>Finds added tokens in text: the leftmost, of those that start there the longest, then on from its end.</summary>
internal sealed class AddedTokens
{
    private readonly (byte[] Pattern, AddedToken Token)[][] _buckets; // by first byte, longest first
    private const int MostPairs = 8;

    private readonly (byte First, byte Second)[]? _fewPairs; // what patterns start with; null if that is too many things
    private readonly ulong[] _pairs = new ulong[1024]; // bit of two bytes: whether a pattern may start with them

    public AddedTokens(IEnumerable<(byte[] Pattern, AddedToken Token)> tokens)
    {
        tokens = [.. tokens];
        _fewPairs = FewPairs(tokens.Select(token => token.Pattern));
        _buckets = new (byte[], AddedToken)[256][];
        foreach (var bucket in tokens.GroupBy(token => token.Pattern[0]))
        {
            _buckets[bucket.Key] = [.. bucket.OrderByDescending(token => token.Pattern.Length)];
            foreach ((byte[] pattern, _) in bucket)
                for (int second = 0; second < 256; second++)
                    if (pattern.Length == 1 || pattern[1] == second)
                        _pairs[bucket.Key * 4 + second / 64] |= 1UL << (second % 64);
            IsEmpty = false;
        }
    }

    public bool IsEmpty { get; } = true;

    private static (byte, byte)[]? FewPairs(IEnumerable<byte[]> patterns)
    {
        HashSet<(byte, byte)> pairs = [];
        foreach (byte[] pattern in patterns)
            if (pattern.Length < 2 || (pairs.Add((pattern[0], pattern[1])) && pairs.Count > MostPairs))
                return null;
        return [.. pairs];
    }

    /// <summary>The next added token from <paramref name="from"/> on; null if there is none.</summary>
    /// <param name="text">All the text.</param>
    /// <param name="from">Where to look from; the white space before is no longer for the token to take.</param>
    /// <param name="withSpecial">Whether special tokens are looked for.</param>
    /// <param name="start">Where the text that the token takes starts.</param>
    /// <param name="end">And ends.</param>
    public AddedToken? Find(ReadOnlySpan<byte> text, int from, bool withSpecial, out int start, out int end)
    {
        (start, end) = (text.Length, text.Length);
        if (IsEmpty)
            return null;
        ulong[] pairs = _pairs;
        for (int at = from; at < text.Length; )
        {
            at = SkipBlocks(text, at);
            int second = at + 1 < text.Length ? text[at + 1] : 0;
            bool isLast = at + 1 == text.Length;
            if ((pairs[text[at] * 4 + second / 64] >> (second % 64) & 1) == 0 && !isLast)
            {
                at++;
                continue;
            }
            if (LongestAt(text[at..]) is not ({ } pattern, { } token))
            {
                at++;
                continue;
            }
            int after = at + pattern.Length;
            if ((token.IsSpecial && !withSpecial) || (token.SingleWord && TouchesWord(text, at, after)))
            {
                at = after;
                continue;
            }
            start = token.StripLeft ? Math.Max(from, BeforeSpaces(text, at)) : at;
            end = token.StripRight ? CharacterClasses.EndOfRun(text, after, CharacterClass.Space) : after;
            return token;
        }
        return null;
    }

    /// <summary>Skips blocks of bytes in which none of the pairs starts, as long as there are few pairs to look for.</summary>
    private int SkipBlocks(ReadOnlySpan<byte> text, int at)
    {
        if (!Vector256.IsHardwareAccelerated || _fewPairs is not { } few)
            return at;
        ref byte start = ref MemoryMarshal.GetReference(text);
        for (; at + Vector256<byte>.Count < text.Length; at += Vector256<byte>.Count)
        {
            Vector256<byte> firsts = Vector256.LoadUnsafe(ref start, (nuint)at);
            Vector256<byte> seconds = Vector256.LoadUnsafe(ref start, (nuint)at + 1);
            Vector256<byte> found = Vector256<byte>.Zero;
            foreach ((byte first, byte second) in few)
                found |=
                    Vector256.Equals(firsts, Vector256.Create(first))
                    & Vector256.Equals(seconds, Vector256.Create(second));
            if (found != Vector256<byte>.Zero)
                return at + BitOperations.TrailingZeroCount(found.ExtractMostSignificantBits());
        }
        return at;
    }

    private (byte[]?, AddedToken?) LongestAt(ReadOnlySpan<byte> text)
    {
        if (_buckets[text[0]] is { } bucket)
            foreach ((byte[] pattern, AddedToken token) in bucket)
                if (text.StartsWith(pattern))
                    return (pattern, token);
        return (null, null);
    }

    private static bool TouchesWord(ReadOnlySpan<byte> text, int start, int end) =>
        (
            Rune.DecodeLastFromUtf8(text[..start], out Rune before, out _) == OperationStatus.Done
            && CharacterClasses.IsWord(before)
        )
        || (
            Rune.DecodeFromUtf8(text[end..], out Rune after, out _) == OperationStatus.Done
            && CharacterClasses.IsWord(after)
        );

    private static int BeforeSpaces(ReadOnlySpan<byte> text, int at)
    {
        while (
            at > 0
            && Rune.DecodeLastFromUtf8(text[..at], out Rune rune, out int length) == OperationStatus.Done
            && CharacterClasses.Of(text[(at - length)..], out _) == CharacterClass.Space
        )
            at -= length;
        return at;
    }
}
