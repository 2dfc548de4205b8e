using System.IO.Hashing;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Assay.Data;

namespace Assay.Select;

/// <summary>Gopher's repetition rules: duplicate paragraphs, lines and n-grams of words.</summary>
/// <remarks>
/// Source: Rae et al., "Scaling Language Models: Methods, Analysis and Insights from Training Gopher" (arXiv 2112.11446),
/// appendix A.1.1 and table A1, in the order and with the reasons of datatrove. A frequent n-gram has the length of its
/// words joined by spaces, a duplicate one of its words joined by nothing; two of the latter are the same if the joined
/// texts are, wherever their words part. Instances hold buffers: one per thread.
/// </remarks>
internal sealed class GopherRepetition(GopherRepetitionOptions options) : IFilter
{
    private const int FirstTop = 2;
    private const int FirstDuplicate = 5;
    private const int PrefixLength = 16;

    private readonly string[] _topReasons =
    [
        .. options.TopNGrams.Select((_, i) => $"gopher_repetition.top_{i + FirstTop}_gram"),
    ];
    private readonly string[] _duplicateReasons =
    [
        .. options.DuplicateNGrams.Select((_, i) => $"gopher_repetition.duplicated_{i + FirstDuplicate}_n_grams"),
    ];
    private readonly FirstSeen _seen = new();
    private ulong[] _words = [], // hash of each word
        _grams = []; // hash of the n-gram that starts at each word
    private byte[] _repeated = []; // the largest n so far for which the n-gram that starts at each word occurs elsewhere too
    private int[] _places = [], // candidates: words at which a repeated n-gram may start
        _occurrences = [], // how often the n-gram that was first seen at each candidate has been seen
        _joinedStarts = []; // where each word starts in _joined
    private byte[] _sieve = [];
    private byte[] _joined = []; // all words joined by nothing

    public IReadOnlyList<string> Reasons =>
        [
            "gopher_repetition.dup_para_frac",
            "gopher_repetition.dup_para_char_frac",
            "gopher_repetition.dup_line_frac",
            "gopher_repetition.dup_line_char_frac",
            .. _topReasons,
            .. _duplicateReasons,
        ];

    public string? Reject(ScannedText text)
    {
        double length = text.CodePoints;

        Duplicates paragraphs = FindDuplicates(text, Trim(text), lineFeeds: 2);
        if (paragraphs.Elements / (double)paragraphs.All > options.MaxDuplicateParagraphs)
            return "gopher_repetition.dup_para_frac";
        if (paragraphs.Characters / length > options.MaxDuplicateParagraphCharacters)
            return "gopher_repetition.dup_para_char_frac";

        Duplicates lines = FindDuplicates(text, 0..text.Length, lineFeeds: 1);
        if (lines.Elements / (double)lines.All > options.MaxDuplicateLines)
            return "gopher_repetition.dup_line_frac";
        if (lines.Characters / length > options.MaxDuplicateLineCharacters)
            return "gopher_repetition.dup_line_char_frac";

        return FrequentNGram(text) ?? DuplicateNGrams(text);
    }

    /// <param name="All">Elements.</param>
    /// <param name="Elements">Those that occurred before.</param>
    /// <param name="Characters">Code points in those.</param>
    private readonly record struct Duplicates(int All, int Elements, int Characters);

    private static Range Trim(ScannedText text)
    {
        int start = text.Visible.First(0, text.Length);
        return start..Math.Max(start, text.Visible.Last(0, text.Length) + 1);
    }

    // The elements lie between runs of at least so many line feeds; there may be an empty one at either end.
    private Duplicates FindDuplicates(ScannedText text, Range range, int lineFeeds)
    {
        int all = 0,
            elements = 0,
            characters = 0;
        (int start, int end) = (range.Start.Value, range.End.Value);
        int at = start;
        while (true)
        {
            int feed = text.LineFeeds.First(at, end);
            int next = feed;
            while (next < end && text.LineFeeds[next])
                next++;
            at = next;
            if (feed < end && next - feed < lineFeeds)
                continue;
            if (all == 0)
            {
                if (feed == end)
                    return new(1, 0, 0);
                _seen.Reset(text.LineFeeds.Count(feed, end) / lineFeeds + 2);
            }
            all++;
            if (_seen.AddAgain(XxHash3.HashToUInt64(text.Bytes[start..feed])))
            {
                elements++;
                characters += text.CodePointsIn(start, feed);
            }
            if (feed == end)
                return new(all, elements, characters);
            start = next;
        }
    }

    // A repeated n-gram starts with a repeated (n-1)-gram, and the next word starts another one. So bigrams are hashed at
    // every word, trigrams at the few words where that holds, and so on.
    private string? FrequentNGram(ScannedText text)
    {
        int words = text.WordCount,
            places = 0;
        HashWords(text);
        for (int n = FirstTop; n < FirstTop + options.TopNGrams.Count && n <= words; n++)
        {
            if (n == FirstTop)
                places = HashBigrams(words);
            else
                foreach (int place in _places.AsSpan(0, places))
                    _grams[place] = Hash64.Append(_grams[place], _words[place + n - 1]);
            Top top = CountNGrams(n, places);
            places = KeepRepeated(n, places, words - n);
            long characters = n - 1;
            for (int word = top.First; word < top.First + n; word++)
                characters += text.CodePointsIn(text.WordStarts[word], text.WordEnds[word]);
            if (characters * top.Count / (double)text.CodePoints > options.TopNGrams[n - FirstTop])
                return _topReasons[n - FirstTop];
        }
        return null;
    }

    private void HashWords(ScannedText text)
    {
        ReadOnlySpan<int> starts = text.WordStarts,
            ends = text.WordEnds;
        if (_words.Length < starts.Length)
        {
            int size = Math.Max(starts.Length, 2 * _words.Length);
            _words = new ulong[size];
            _grams = new ulong[size];
            _repeated = new byte[size + 1];
            _places = new int[size];
            _occurrences = new int[size];
            _joinedStarts = new int[size + 1];
        }
        for (int i = 0; i < starts.Length; i++)
            _words[i] = Hash64.Of(ref text.At(starts[i]), ends[i] - starts[i]);
    }

    private int HashBigrams(int words)
    {
        for (int i = 0; i < words - 1; i++)
            _grams[i] = Hash64.Append(_words[i], _words[i + 1]);
        Array.Clear(_repeated, 0, words + 1);
        return MaybeRepeated(words - 1);
    }

    // Makes candidates of the first so many places, but for most of those whose hash occurs nowhere else. A sieve without
    // branches: hashes fall into bytes, and those that are alone in theirs are out.
    private int MaybeRepeated(int count)
    {
        int bits = BitOperations.Log2((uint)Math.Max(8, count)) + 4;
        if (_sieve.Length < 1 << bits)
            _sieve = new byte[1 << bits];
        else
            Array.Clear(_sieve, 0, 1 << bits);
        int shift = 64 - bits;
        byte[] sieve = _sieve;
        foreach (ulong gram in _grams.AsSpan(0, count))
        {
            ref byte cell = ref sieve[gram >> shift];
            cell = (byte)(cell << 1 | 1);
        }
        int kept = 0;
        for (int i = 0; i < count; i++)
        {
            _places[kept] = i;
            kept += sieve[_grams[i] >> shift] > 1 ? 1 : 0;
        }
        return kept;
    }

    private Top CountNGrams(int n, int places)
    {
        _seen.Reset(places);
        Top top = new();
        for (int i = 0; i < places; i++)
        {
            int first = _seen.Add(_grams[_places[i]]);
            if (first == i)
                _occurrences[i] = 1;
            else
                CountAgain(first, _places[first], _places[i], n, ref top);
        }
        return top;
    }

    // The most frequent n-gram, the one met first among equals; to begin with the first of all, which occurs once.
    private struct Top()
    {
        public int First;
        public int Count = 1;
    }

    private void CountAgain(int first, int firstPlace, int place, int n, ref Top top)
    {
        int count = ++_occurrences[first];
        _repeated[firstPlace] = _repeated[place] = (byte)n;
        if (count > top.Count || (count == top.Count && firstPlace < top.First))
            (top.First, top.Count) = (firstPlace, count);
    }

    // Of the candidates, those where an (n+1)-gram may repeat; the last one starts at word `last` - 1.
    private int KeepRepeated(int n, int places, int last)
    {
        int kept = 0;
        foreach (int place in _places.AsSpan(0, places))
        {
            // No branch on what the text decides.
            bool keep = place < last & _repeated[place] == n & _repeated[place + 1] == n;
            _places[kept] = place;
            kept += keep ? 1 : 0;
        }
        return kept;
    }

    // Only n-grams that repeat matter, and those of 16 bytes and more start with 16 repeated bytes: what starts otherwise,
    // most of the text, is left out before any n-gram is looked up.
    private string? DuplicateNGrams(ScannedText text)
    {
        if (options.DuplicateNGrams.Count == 0 || text.WordCount < FirstDuplicate)
            return null;
        JoinWords(text);
        int places = FindRepeatedPrefixes(text.WordCount);
        for (int i = 0; i < options.DuplicateNGrams.Count && places > 0; i++)
        {
            int characters = ScanDuplicates(text, FirstDuplicate + i, places);
            if (characters / (double)text.CodePoints > options.DuplicateNGrams[i])
                return _duplicateReasons[i];
        }
        return null;
    }

    private void JoinWords(ScannedText text)
    {
        if (_joined.Length < text.Length + 64)
            _joined = new byte[Math.Max(text.Length + 64, 2 * _joined.Length)];
        ReadOnlySpan<int> starts = text.WordStarts,
            ends = text.WordEnds;
        ref byte joined = ref MemoryMarshal.GetArrayDataReference(_joined);
        int at = 0;
        for (int i = 0; i < starts.Length; i++)
        {
            int length = ends[i] - starts[i];
            _joinedStarts[i] = at;
            ref byte from = ref text.At(starts[i]);
            ref byte to = ref Unsafe.Add(ref joined, at);
            // 16 bytes whatever the word's length: the surplus is overwritten by the next one.
            Unsafe.CopyBlockUnaligned(ref to, ref from, 16);
            if (length > 16)
                Unsafe.CopyBlockUnaligned(ref Unsafe.Add(ref to, 16), ref Unsafe.Add(ref from, 16), (uint)length - 16);
            at += length;
        }
        _joinedStarts[starts.Length] = at;
    }

    private int FindRepeatedPrefixes(int words)
    {
        int end = _joinedStarts[words],
            count = 0;
        for (; count < words && _joinedStarts[count] + PrefixLength <= end; count++)
            _grams[count] = Hash64.Of16(ref _joined[_joinedStarts[count]]);
        Array.Clear(_repeated, 0, words);
        int places = MaybeRepeated(count);
        _seen.Reset(places);
        for (int i = 0; i < places; i++)
        {
            int first = _seen.Add(_grams[_places[i]]);
            if (first != i)
                _repeated[_places[first]] = _repeated[_places[i]] = 1;
        }
        int kept = 0;
        for (int i = 0; i <= words - FirstDuplicate; i++)
        {
            bool keep = _repeated[i] != 0 | _joinedStarts[i + FirstDuplicate] - _joinedStarts[i] < PrefixLength;
            _places[kept] = i;
            kept += keep ? 1 : 0;
        }
        return kept;
    }

    // Left to right: a seen n-gram counts and is jumped over, an unseen one is stored.
    private int ScanDuplicates(ScannedText text, int n, int places)
    {
        _seen.Reset(places);
        int characters = 0,
            next = 0;
        foreach (int i in _places.AsSpan(0, places))
        {
            if (i < next)
                continue;
            if (i + n > text.WordCount)
                break;
            int start = _joinedStarts[i],
                length = _joinedStarts[i + n] - start;
            if (length >= PrefixLength && _repeated[i] == 0)
                continue;
            ReadOnlySpan<byte> gram = _joined.AsSpan(start, length);
            if (!_seen.AddAgain(XxHash3.HashToUInt64(gram)))
                continue;
            characters += text.IsAscii ? length : CodePoints.Count(gram);
            next = i + n;
        }
        return characters;
    }
}
