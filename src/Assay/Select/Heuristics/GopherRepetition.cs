using System.IO.Hashing;
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
    private readonly HashCounts _counts = new();
    private ulong[] _words = [], // hash of each word
        _grams = []; // hash of the n-gram that starts at each word
    private byte[] _repeated = []; // the largest n so far for which the n-gram that starts at each word occurs elsewhere too
    private int[] _places = [], // candidates: words at which a repeated n-gram may start
        _joinedStarts = []; // where each word starts in _joined
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
                _counts.Reset(text.LineFeeds.Count(feed, end) / lineFeeds + 2);
            }
            all++;
            if (_counts.Add(XxHash3.HashToUInt64(text.Bytes[start..feed])))
            {
                elements++;
                characters += text.CodePointsIn(start, feed);
            }
            if (feed == end)
                return new(all, elements, characters);
            start = next;
        }
    }

    // A repeated n-gram starts with a repeated (n-1)-gram, and the next word starts another one. So only bigrams are looked
    // up at every word, trigrams at the few words where that holds, and so on.
    private string? FrequentNGram(ScannedText text)
    {
        int words = text.WordCount;
        HashWords(text);
        int places = -1; // all
        for (int n = FirstTop; n < FirstTop + options.TopNGrams.Count && n <= words; n++)
        {
            (int first, int count) = places < 0 ? CountBigrams(words) : CountNGrams(n, places);
            places = KeepRepeated(n, places, words - n);
            long characters = n - 1;
            for (int word = first; word < first + n; word++)
                characters += text.CodePointsIn(text.WordStarts[word], text.WordEnds[word]);
            if (characters * count / (double)text.CodePoints > options.TopNGrams[n - FirstTop])
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
            _joinedStarts = new int[size + 1];
        }
        for (int i = 0; i < starts.Length; i++)
            _words[i] = Hash64.Of(ref text.At(starts[i]), ends[i] - starts[i]);
    }

    private (int First, int Count) CountBigrams(int words)
    {
        Array.Clear(_repeated, 0, words + 1);
        _counts.Reset(words);
        Top top = new();
        for (int i = 0; i < words - 1; i++)
        {
            _grams[i] = Hash64.Append(_words[i], _words[i + 1]);
            Count(i, FirstTop, ref top);
        }
        return (top.First, top.Count);
    }

    private (int First, int Count) CountNGrams(int n, int places)
    {
        _counts.Reset(places);
        Top top = new();
        foreach (int i in _places.AsSpan(0, places))
        {
            _grams[i] = Hash64.Append(_grams[i], _words[i + n - 1]);
            Count(i, n, ref top);
        }
        return (top.First, top.Count);
    }

    // The most frequent n-gram, the one met first among equals; to begin with the first of all, which occurs once.
    private struct Top()
    {
        public int First;
        public int Count = 1;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Count(int place, int n, ref Top top)
    {
        ref HashCounts.Entry entry = ref _counts.Find(_grams[place]);
        if (entry.Count++ == 0)
        {
            entry.First = place;
            return;
        }
        _repeated[entry.First] = _repeated[place] = (byte)n;
        if (entry.Count > top.Count || (entry.Count == top.Count && entry.First < top.First))
        {
            top.First = entry.First;
            top.Count = entry.Count;
        }
    }

    // Of the candidates (all words if negative), those where an (n+1)-gram may repeat; the last one starts at word `last` - 1.
    private int KeepRepeated(int n, int places, int last)
    {
        int kept = 0;
        if (places < 0)
        {
            for (int i = 0; i < last; i++)
                if (_repeated[i] == n && _repeated[i + 1] == n)
                    _places[kept++] = i;
            return kept;
        }
        foreach (int i in _places.AsSpan(0, places))
            if (i < last && _repeated[i] == n && _repeated[i + 1] == n)
                _places[kept++] = i;
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
        int end = _joinedStarts[words];
        Array.Clear(_repeated, 0, words);
        _counts.Reset(words);
        for (int i = 0; i < words && _joinedStarts[i] + PrefixLength <= end; i++)
        {
            ref HashCounts.Entry entry = ref _counts.Find(Hash64.Of16(ref _joined[_joinedStarts[i]]));
            if (entry.Count++ == 0)
                entry.First = i;
            else
                _repeated[entry.First] = _repeated[i] = 1;
        }
        int kept = 0;
        for (int i = 0; i <= words - FirstDuplicate; i++)
            if (_repeated[i] != 0 || _joinedStarts[i + FirstDuplicate] - _joinedStarts[i] < PrefixLength)
                _places[kept++] = i;
        return kept;
    }

    // Left to right: a seen n-gram counts and is jumped over, an unseen one is stored.
    private int ScanDuplicates(ScannedText text, int n, int places)
    {
        _counts.Reset(places);
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
            if (!_counts.Add(XxHash3.HashToUInt64(gram)))
                continue;
            characters += text.IsAscii ? length : CodePoints.Count(gram);
            next = i + n;
        }
        return characters;
    }
}
