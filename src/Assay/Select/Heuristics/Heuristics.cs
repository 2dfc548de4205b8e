using Assay.Data;

namespace Assay.Select;

/// <summary>
/// Drops rows by rules of thumb on their text: Gopher's, C4's, FineWeb's, RefinedWeb's and Dolma's, with their published thresholds. The first
/// rule that fails names the reason, such as <c>gopher_quality.short_doc</c>; a row without text goes as <c>empty</c>.
/// C4's and RefinedWeb's rules also cut lines out of the text, which later filters and steps see as edited.
/// </summary>
/// <remarks>
/// Source: the rules that "A Survey on Data Selection for Language Models" (arXiv 2402.16827) collects, as datatrove
/// (commit a649de79) computes them: same decisions, same reasons. Lengths are in code points.
/// </remarks>
[Method("select/heuristics", Paper = "data-selection-survey")]
public sealed class Heuristics : ISelector
{
    private const string Empty = "empty";

    private readonly HeuristicsOptions _options;
    private readonly string[] _reasons;

    /// <summary>Makes the selector.</summary>
    /// <exception cref="AssayException">An n-gram threshold is negative or not a number.</exception>
    public Heuristics(HeuristicsOptions options)
    {
        _options = options;
        CheckShares("top-n-grams", options.GopherRepetition.TopNGrams);
        CheckShares("duplicate-n-grams", options.GopherRepetition.DuplicateNGrams);
        CheckShares("top-n-grams", options.Dolma.TopNGrams, "dolma");
        CheckShares("duplicate-n-grams", options.Dolma.DuplicateNGrams, "dolma");
        _reasons = [Empty, .. MakeFilters().SelectMany(filter => filter.Reasons).Distinct()];
    }

    /// <inheritdoc/>
    public Selected Select(View view, Work work) => new TextPass(view, work, _reasons).Run(() => new Filters(this));

    /// <summary>The filters in order, with buffers of their own.</summary>
    internal IReadOnlyList<IFilter> MakeFilters()
    {
        GopherQuality Quality() => new(_options.GopherQuality);
        GopherRepetition Repetition() => new(_options.GopherRepetition);
        C4 AnyEnding() => new(_options.C4 with { TerminalPunctuation = false });
        GopherQuality RepeatedStops() => new(_options.GopherQuality with { RepeatStopWords = true });
        Fineweb Fineweb() => new(_options.Fineweb);
        IEnumerable<IFilter> Of(Preset preset) =>
            preset switch
            {
                Preset.GopherQuality => [Quality()],
                Preset.GopherRepetition => [Repetition()],
                Preset.C4 => [new C4(_options.C4)],
                Preset.C4NoPunctuation => [AnyEnding()],
                Preset.FinewebQuality => [Fineweb()],
                Preset.Fineweb => [Repetition(), Quality(), AnyEnding(), Fineweb()],
                Preset.C4Paragraphs => [new C4Paragraphs(_options.C4Paragraphs)],
                Preset.C4BadWords => [new C4BadWords(_options.C4BadWords)],
                Preset.RefinedwebLines => [new RefinedwebLines(_options.Refinedweb)],
                Preset.Refinedweb => [RepeatedStops(), Repetition(), new RefinedwebLines(_options.Refinedweb)],
                Preset.Dolma => [new Dolma(_options.Dolma)],
                _ => throw new ArgumentOutOfRangeException(nameof(preset), preset, "No such preset."),
            };
        return [.. _options.Preset.SelectMany(Of)];
    }

    /// <summary>The filters with their buffers, as one thread uses them.</summary>
    internal sealed class Filters(Heuristics heuristics) : ITextJudge
    {
        private readonly IReadOnlyList<IFilter> _filters = heuristics.MakeFilters();
        private readonly ScannedText _text = new(heuristics._options.Words);

        /// <summary>The text that the last row was left with.</summary>
        public ScannedText Text => _text;

        /// <summary>The reason to drop a row of that text, or null to keep it.</summary>
        public string? Reject(ReadOnlySpan<byte> text)
        {
            if (text.IsEmpty)
                return Empty;
            _text.Load(text);
            foreach (IFilter filter in _filters)
            {
                if (filter.Reject(_text) is { } reason)
                    return reason;
                if (_text.Length == 0)
                    return Empty;
            }
            return null;
        }

        public TextVerdict Judge(Batch batch, int row) =>
            Reject(batch.Text(row)) is { } reason ? TextVerdict.Drop(Array.IndexOf(heuristics._reasons, reason))
            : _text.IsEdited ? TextVerdict.Edit(_text.Bytes)
            : TextVerdict.Keep;
    }

    private static void CheckShares(string option, IReadOnlyList<double> shares, string group = "gopher-repetition")
    {
        foreach (double share in shares)
            if (!(share >= 0))
                throw new AssayException(
                    $"select/heuristics: {group}.{option} holds {share}",
                    hint: "Shares are numbers of at least 0."
                );
    }
}
