using System.Text;

namespace Assay.Select;

/// <summary>Gopher's document quality rules.</summary>
/// <remarks>
/// Source: Rae et al., "Scaling Language Models: Methods, Analysis and Insights from Training Gopher" (arXiv 2112.11446),
/// appendix A.1.1, in the order and with the reasons of datatrove.
/// </remarks>
internal sealed class GopherQuality(GopherQualityOptions options) : IFilter
{
    private readonly byte[][] _stopWords = [.. options.StopWords.Distinct().Select(Encoding.UTF8.GetBytes)];

    public IReadOnlyList<string> Reasons { get; } =
    [
        "gopher_quality.short_doc",
        "gopher_quality.long_doc",
        "gopher_quality.below_avg_threshold",
        "gopher_quality.above_avg_threshold",
        "gopher_quality.too_many_hashes",
        "gopher_quality.too_many_ellipsis",
        "gopher_quality.too_many_bullets",
        "gopher_quality.too_many_end_ellipsis",
        "gopher_quality.below_alpha_threshold",
        "gopher_quality.enough_stop_words",
    ];

    public string? Reject(ScannedText text)
    {
        WordCounts words = CountWords(text);
        if (words.NonSymbols < options.MinWords || words.All == 0)
            return "gopher_quality.short_doc";
        if (words.NonSymbols > options.MaxWords)
            return "gopher_quality.long_doc";

        double meanLength = words.Characters / (double)words.NonSymbols;
        if (meanLength < options.MinMeanWordLength)
            return "gopher_quality.below_avg_threshold";
        if (meanLength > options.MaxMeanWordLength)
            return "gopher_quality.above_avg_threshold";

        double all = words.All;
        if (text.Bytes.Count((byte)'#') / all > options.MaxSymbolRatio)
            return "gopher_quality.too_many_hashes";
        if ((text.Bytes.Count("..."u8) + text.Bytes.Count("…"u8)) / all > options.MaxSymbolRatio)
            return "gopher_quality.too_many_ellipsis";

        (int lines, int bullets, int ellipses) = CountLines(text);
        if (bullets / (double)lines > options.MaxBulletLines)
            return "gopher_quality.too_many_bullets";
        if (ellipses / (double)lines > options.MaxEllipsisLines)
            return "gopher_quality.too_many_end_ellipsis";

        if (words.WithLetter / all < options.MinLetterWords)
            return "gopher_quality.below_alpha_threshold";
        if (!HasStopWords(text))
            return "gopher_quality.enough_stop_words";
        return null;
    }

    /// <param name="All">Words.</param>
    /// <param name="NonSymbols">Words with a character that is no punctuation.</param>
    /// <param name="Characters">Code points in those.</param>
    /// <param name="WithLetter">Words with a letter.</param>
    private readonly record struct WordCounts(int All, int NonSymbols, long Characters, int WithLetter);

    private static WordCounts CountWords(ScannedText text)
    {
        ReadOnlySpan<int> starts = text.WordStarts,
            ends = text.WordEnds;
        int nonSymbols = 0,
            withLetter = 0;
        long characters = 0;
        for (int i = 0; i < starts.Length; i++)
        {
            int start = starts[i],
                end = ends[i];
            // Most words start with a letter.
            bool letter = text.Letters[start] || text.Letters.Any(start, end);
            withLetter += letter ? 1 : 0;
            if (!letter && !text.NonSymbols.Any(start, end))
                continue;
            nonSymbols++;
            characters += text.CodePointsIn(start, end);
        }
        return new(starts.Length, nonSymbols, characters, withLetter);
    }

    private static (int Lines, int Bullets, int Ellipses) CountLines(ScannedText text)
    {
        int lines = 0,
            bullets = 0,
            ellipses = 0;
        ReadOnlySpan<byte> bytes = text.Bytes;
        for (int start = 0; start < bytes.Length; lines++)
        {
            int end = text.LineBreaks.First(start, bytes.Length);
            int first = text.Visible.First(start, end);
            if (first < end)
            {
                ReadOnlySpan<byte> line = bytes[first..(text.Visible.Last(first, end) + 1)];
                bullets += line[0] == '-' || line.StartsWith("•"u8) ? 1 : 0;
                ellipses += line.EndsWith("..."u8) || line.EndsWith("…"u8) ? 1 : 0;
            }
            start = end < bytes.Length ? end + Data.Lines.BreakLength(bytes, end) : end;
        }
        return (lines, bullets, ellipses);
    }

    private bool HasStopWords(ScannedText text)
    {
        int missing = options.MinStopWords;
        if (missing <= 0)
            return true;
        Span<bool> seen = stackalloc bool[_stopWords.Length];
        ReadOnlySpan<int> starts = text.WordStarts,
            ends = text.WordEnds;
        for (int i = 0; i < starts.Length; i++)
        {
            int length = ends[i] - starts[i];
            for (int stop = 0; stop < _stopWords.Length; stop++)
            {
                byte[] word = _stopWords[stop];
                if (word.Length != length || seen[stop] || !text.Bytes.Slice(starts[i], length).SequenceEqual(word))
                    continue;
                seen[stop] = !options.RepeatStopWords;
                if (--missing == 0)
                    return true;
            }
        }
        return false;
    }
}
