using Assay.Data;

namespace Assay.Select;

/// <summary>The paragraph rule of the multilingual C4: enough lines, and the longest of them long enough.</summary>
/// <remarks>
/// Source: Xue et al., "mT5" (arXiv 2010.11934), section 3.1, as datatrove computes it. Instances hold buffers: one per thread.
/// </remarks>
internal sealed class C4Paragraphs(C4ParagraphsOptions options) : IFilter
{
    private readonly PriorityQueue<int, int> _longest = new();

    public IReadOnlyList<string> Reasons { get; } =
    ["c4_paragraphs.too_few_paragraphs", "c4_paragraphs.short_paragraphs"];

    public string? Reject(ScannedText text)
    {
        _longest.Clear();
        int lines = 0;
        foreach (Range line in Lines.Of(text.Bytes))
        {
            int length = text.CodePointsIn(line.Start.Value, line.End.Value);
            if (++lines <= options.MinParagraphs)
                _longest.Enqueue(length, length);
            else
                _longest.EnqueueDequeue(length, length);
        }
        if (lines < options.MinParagraphs)
            return "c4_paragraphs.too_few_paragraphs";
        return _longest.Peek() < options.MinLength ? "c4_paragraphs.short_paragraphs" : null;
    }
}
