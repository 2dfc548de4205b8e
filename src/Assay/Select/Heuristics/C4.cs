using Assay.Data;

namespace Assay.Select;

/// <summary>C4's rules: cuts lines, then drops documents with too few sentences left. Edits text.</summary>
/// <remarks>
/// Source: Raffel et al., "Exploring the Limits of Transfer Learning with a Unified Text-to-Text Transformer" (JMLR 21,
/// 2020), section 2.2, in the order and with the reasons of datatrove. Instances hold buffers: one per thread.
/// </remarks>
internal sealed class C4(C4Options options) : IFilter
{
    private static readonly Phrases s_loremIpsum = new("lorem ipsum"),
        s_javascript = new("javascript"),
        s_policy =
            new("terms of use", "privacy policy", "cookie policy", "uses cookies", "use of cookies", "use cookies"),
        s_any =
            new(
                "lorem ipsum",
                "javascript",
                "terms of use",
                "privacy policy",
                "cookie policy",
                "uses cookies",
                "use of cookies",
                "use cookies"
            );

    private byte[] _kept = [];

    public IReadOnlyList<string> Reasons { get; } = ["c4.lorem_ipsum", "c4.curly_bracket", "c4.too_few_sentences"];

    private enum Verdict
    {
        Keep,
        Cut,
        LoremIpsum,
        CurlyBracket,
    }

    public string? Reject(ScannedText text)
    {
        ReadOnlySpan<byte> bytes = text.Bytes;
        if (_kept.Length < bytes.Length + 1)
            _kept = new byte[Math.Max(bytes.Length + 1, 2 * _kept.Length)];
        bool citations = options.RemoveCitations && bytes.Contains((byte)'[');
        // Most texts hold none of the words, which spares their lines the search. Citations may part a word.
        bool suspect = citations || bytes.Contains((byte)'{') || s_any.In(bytes);
        int written = 0;
        long sentences = 0;
        for (int start = 0; start < bytes.Length; )
        {
            int end = text.LineBreaks.First(start, bytes.Length);
            int first = text.Visible.First(start, end),
                last = text.Visible.Last(start, end) + 1;
            start = end < bytes.Length ? end + Lines.BreakLength(bytes, end) : end;
            ReadOnlySpan<byte> line = first < last ? bytes[first..last] : [];
            if (HasTooLongWord(line))
                continue;
            bool cited = citations && line.Contains((byte)'[');
            Span<byte> target = _kept.AsSpan(written);
            if (cited)
                line = target[..Citations.Remove(line, target)];
            if (options.TerminalPunctuation && !EndsInPunctuation(line))
                continue;
            if (!HasEnoughWords(text, first, last))
                continue;
            Verdict verdict = suspect ? Judge(line) : Verdict.Keep;
            if (verdict == Verdict.LoremIpsum)
                return "c4.lorem_ipsum";
            if (verdict == Verdict.CurlyBracket)
                return "c4.curly_bracket";
            if (verdict == Verdict.Cut)
                continue;
            sentences +=
                options.Sentences == SentenceSplit.Lines ? 1
                : cited ? Sentences.Count(line)
                : line.Length == 0 ? 0
                : text.SentenceEnds.Count(first, last - 1) + 1;
            line.CopyTo(target);
            target[line.Length] = (byte)'\n';
            written += line.Length + 1;
        }
        if (sentences < options.MinSentences)
            return "c4.too_few_sentences";
        ReadOnlySpan<byte> kept = Words.Trim(_kept.AsSpan(0, written));
        if (!kept.SequenceEqual(bytes))
            text.Replace(kept);
        return null;
    }

    private bool HasTooLongWord(ReadOnlySpan<byte> line)
    {
        if (line.Length > options.MaxWordLength)
            foreach (Range word in Words.Of(line))
                if (CodePoints.Count(line[word]) > options.MaxWordLength)
                    return true;
        return false;
    }

    private static bool EndsInPunctuation(ReadOnlySpan<byte> line) =>
        line.Length > 0
        && line[^1] is (byte)'.' or (byte)'?' or (byte)'!' or (byte)'"' or (byte)'\''
        && !line.EndsWith("..."u8);

    // The line is trimmed, so that each but its first word starts after white space.
    private bool HasEnoughWords(ScannedText text, int first, int last)
    {
        int words = 0;
        for (int at = first; words < options.MinWordsPerLine; words++)
        {
            at = text.Visible.First(at, last);
            if (at >= last)
                return false;
            at = text.Visible.FirstClear(at, last);
        }
        return true;
    }

    private Verdict Judge(ReadOnlySpan<byte> line)
    {
        if (options.LoremIpsum && s_loremIpsum.In(line))
            return Verdict.LoremIpsum;
        if (options.Javascript && s_javascript.In(line))
            return Verdict.Cut;
        if (options.CurlyBracket && line.Contains((byte)'{'))
            return Verdict.CurlyBracket;
        return options.Policy && s_policy.In(line) ? Verdict.Cut : Verdict.Keep;
    }
}
