using System.IO.Hashing;
using System.Text;
using Assay.Data;

namespace Assay.Select;

/// <summary>Dolma's variant of Gopher's rules, and its limit on private data.</summary>
/// <remarks>
/// Source: Soldaini et al., "Dolma" (arXiv 2402.00159), section 5.1, as its tagger "gopher_v1" computes the shares: words lie between white space;
/// their median length counts, not the mean; characters are those of words; every occurrence of a repeated line or n-gram counts,
/// the first too. Instances hold buffers: one per thread.
/// </remarks>
internal sealed class Dolma(DolmaOptions options) : IFilter
{
    private const int FirstTop = 2,
        FirstDuplicate = 5;

    private readonly byte[][] _stopWords = [.. options.StopWords.Distinct().Select(Encoding.UTF8.GetBytes)];
    private readonly FirstSeen _seen = new();
    private readonly PiiFinder _finder = new(PiiKind.Email, PiiKind.Phone, PiiKind.Ip);
    private readonly List<PiiItem> _items = [];
    private ulong[] _words = [],
        _grams = [];
    private int[] _ends = [], // characters of the words up to each
        _lengths = [],
        _first = [], // the place at which each n-gram was first seen
        _counts = []; // how often the one first seen at each place was seen

    public IReadOnlyList<string> Reasons =>
        [
            "dolma.short_doc",
            "dolma.long_doc",
            "dolma.below_median_threshold",
            "dolma.above_median_threshold",
            "dolma.too_many_symbols",
            "dolma.below_alpha_threshold",
            "dolma.too_few_stop_words",
            "dolma.too_many_bullets",
            "dolma.too_many_end_ellipsis",
            "dolma.dup_line_frac",
            "dolma.dup_line_char_frac",
            .. options.TopNGrams.Select((_, i) => $"dolma.top_{i + FirstTop}_gram"),
            .. options.DuplicateNGrams.Select((_, i) => $"dolma.duplicated_{i + FirstDuplicate}_n_grams"),
            "dolma.too_much_pii",
        ];

    public string? Reject(ScannedText text)
    {
        int words = Data.Words.Count(text.Bytes);
        if (words < options.MinWords || words == 0)
            return "dolma.short_doc";
        if (words > options.MaxWords)
            return "dolma.long_doc";
        int lines = text.LineFeeds.Count(0, text.Length) + 1;
        Reserve(Math.Max(words, lines));
        return WordsOf(text, words) ?? LinesOf(text, lines, words) ?? NGrams(words) ?? Private(text);
    }

    private void Reserve(int size)
    {
        if (_words.Length >= size)
            return;
        (_words, _grams) = (new ulong[2 * size], new ulong[2 * size]);
        (_ends, _lengths) = (new int[2 * size], new int[2 * size]);
        (_first, _counts) = (new int[2 * size], new int[2 * size]);
    }

    private string? WordsOf(ScannedText text, int words)
    {
        int symbols = 0,
            letters = 0,
            stops = 0,
            characters = 0,
            word = 0;
        foreach (Range range in Data.Words.Of(text.Bytes))
        {
            (int start, int end) = (range.Start.Value, range.End.Value);
            ReadOnlySpan<byte> bytes = text.Bytes[range];
            symbols += bytes.Contains((byte)'#') || bytes.IndexOf("…"u8) >= 0 ? 1 : 0;
            letters += text.Letters.Any(start, end) ? 1 : 0;
            foreach (byte[] stop in _stopWords)
                stops += bytes.SequenceEqual(stop) ? 1 : 0;
            _lengths[word] = text.CodePointsIn(start, end);
            characters += _lengths[word];
            _ends[word] = characters;
            _words[word++] = Hash64.Of(ref text.At(start), end - start);
        }
        double median = Median(_lengths.AsSpan(0, words));
        if (median < options.MinMedianWordLength)
            return "dolma.below_median_threshold";
        if (median > options.MaxMedianWordLength)
            return "dolma.above_median_threshold";
        if (symbols / (double)words > options.MaxSymbolRatio)
            return "dolma.too_many_symbols";
        if (letters / (double)words < options.MinLetterWords)
            return "dolma.below_alpha_threshold";
        return stops < options.MinStopWords ? "dolma.too_few_stop_words" : null;
    }

    private static double Median(Span<int> lengths)
    {
        lengths.Sort();
        int middle = lengths.Length / 2;
        return lengths.Length % 2 == 1 ? lengths[middle] : (lengths[middle - 1] + lengths[middle]) / 2.0;
    }

    private string? LinesOf(ScannedText text, int lines, int words)
    {
        int bullets = 0,
            ellipses = 0,
            repeated = 0,
            repeatedCharacters = 0;
        _counts.AsSpan(0, lines).Clear();
        _seen.Reset(lines);
        for (int pass = 0; pass < 2; pass++)
        for (int line = 0, start = 0; line < lines; line++)
        {
            int end = text.LineFeeds.First(start, text.Length);
            ReadOnlySpan<byte> bytes = text.Bytes[start..end];
            if (pass == 0)
            {
                bullets += bytes.StartsWith("*"u8) || bytes.StartsWith("-"u8) ? 1 : 0;
                ellipses += bytes.EndsWith("…"u8) ? 1 : 0;
                _first[line] = _seen.Add(XxHash3.HashToUInt64(bytes));
                _counts[_first[line]]++;
            }
            else if (_counts[_first[line]] > 1)
            {
                repeated++;
                repeatedCharacters += text.CodePointsIn(start, end);
            }
            start = end + 1;
        }
        if (bullets / (double)lines > options.MaxBulletLines)
            return "dolma.too_many_bullets";
        if (ellipses / (double)lines > options.MaxEllipsisLines)
            return "dolma.too_many_end_ellipsis";
        if (repeated / (double)lines > options.MaxDuplicateLines)
            return "dolma.dup_line_frac";
        double characters = _ends[words - 1];
        return repeatedCharacters / characters > options.MaxDuplicateLineCharacters ? "dolma.dup_line_char_frac" : null;
    }

    private string? NGrams(int words)
    {
        double characters = _ends[words - 1];
        _words.AsSpan(0, words).CopyTo(_grams);
        int longest = Math.Max(options.TopNGrams.Count + FirstTop, options.DuplicateNGrams.Count + FirstDuplicate) - 1;
        for (int n = 2; n <= longest && n <= words; n++)
        {
            int grams = words - n + 1;
            _seen.Reset(grams);
            _counts.AsSpan(0, grams).Clear();
            int most = 0; // the first n-gram of those that are most frequent
            for (int i = 0; i < grams; i++)
            {
                _grams[i] = Hash64.Append(_grams[i], _words[i + n - 1]);
                _first[i] = _seen.Add(_grams[i]);
                _counts[_first[i]]++;
            }
            long all = 0,
                repeated = 0;
            for (int i = 0; i < grams; i++)
            {
                int length = CharactersOf(i, n);
                all += length;
                repeated += _counts[_first[i]] > 1 ? length : 0;
                most = _counts[i] > _counts[most] ? i : most;
            }
            int top = n - FirstTop,
                duplicate = n - FirstDuplicate;
            if (
                top < options.TopNGrams.Count
                && _counts[most] * (long)CharactersOf(most, n) / characters > options.TopNGrams[top]
            )
                return $"dolma.top_{n}_gram";
            if (
                duplicate >= 0
                && duplicate < options.DuplicateNGrams.Count
                && repeated / (double)all > options.DuplicateNGrams[duplicate]
            )
                return $"dolma.duplicated_{n}_n_grams";
        }
        return null;
    }

    private int CharactersOf(int word, int n) => _ends[word + n - 1] - (word > 0 ? _ends[word - 1] : 0);

    private string? Private(ScannedText text)
    {
        if (options.MaxPiiItems is not { } most)
            return null;
        _items.Clear();
        _finder.Find(text.Bytes, _items);
        return _items.Count > most ? "dolma.too_much_pii" : null;
    }
}
