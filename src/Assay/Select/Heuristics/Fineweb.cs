using System.Buffers;
using System.IO.Hashing;
using System.Text;

namespace Assay.Select;

/// <summary>FineWeb's own rules, over the lines (between line feeds) that are not blank.</summary>
/// <remarks>
/// Source: Penedo et al., "The FineWeb Datasets" (arXiv 2406.17557), in the order and with the reasons of datatrove.
/// Instances hold buffers: one per thread.
/// </remarks>
internal sealed class Fineweb(FinewebOptions options) : IFilter
{
    private readonly FirstSeen _seen = new();

    public IReadOnlyList<string> Reasons { get; } =
    [
        "fineweb.empty",
        "fineweb.line_punct_ratio",
        "fineweb.short_line_ratio",
        "fineweb.char_dup_ratio",
        "fineweb.list_ratio",
    ];

    public string? Reject(ScannedText text)
    {
        int lineFeeds = text.LineFeeds.Count(0, text.Length);
        int lines = 0,
            punctuated = 0,
            shortLines = 0,
            duplicateCharacters = 0;
        _seen.Reset(lineFeeds + 1);
        for (int start = 0, end; start < text.Length; start = end + 1)
        {
            end = text.LineFeeds.First(start, text.Length);
            if (!text.Visible.Any(start, end))
                continue;
            lines++;
            punctuated += EndsInPunctuation(text.Bytes[start..end]) ? 1 : 0;
            int characters = text.CodePointsIn(start, end);
            shortLines += characters <= options.ShortLineLength ? 1 : 0;
            if (lineFeeds > 0 && _seen.AddAgain(XxHash3.HashToUInt64(text.Bytes[start..end])))
                duplicateCharacters += characters;
        }
        if (lines == 0)
            return "fineweb.empty";
        if (punctuated / (double)lines < options.MinPunctuatedLines)
            return "fineweb.line_punct_ratio";
        if (shortLines / (double)lines > options.MaxShortLines)
            return "fineweb.short_line_ratio";
        if (duplicateCharacters / (double)(text.CodePoints - lineFeeds) > options.MaxDuplicateLineCharacters)
            return "fineweb.char_dup_ratio";
        if (lineFeeds / (double)text.WordCount > options.MaxNewlinesPerWord)
            return "fineweb.list_ratio";
        return null;
    }

    private static bool EndsInPunctuation(ReadOnlySpan<byte> line)
    {
        byte last = line[^1];
        if (last < 0x80)
            return last is (byte)'.' or (byte)'?' or (byte)'!';
        return Rune.DecodeLastFromUtf8(line, out Rune rune, out _) == OperationStatus.Done
            && (Characters.Of(rune) & CharacterKinds.Terminal) != 0;
    }
}
