namespace Assay.Data;

/// <summary>What a block of a page is.</summary>
internal enum HtmlBlockKind
{
    /// <summary>A paragraph, or any text that stands by itself.</summary>
    Paragraph,

    /// <summary>A heading.</summary>
    Heading,

    /// <summary>An item of a list.</summary>
    Item,

    /// <summary>A row of a table, its cells joined by bars.</summary>
    Row,

    /// <summary>Preformatted text, as it was written.</summary>
    Code,
}

/// <summary>A stretch of text of a page that browsers show as a block of its own.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Text">Its text, white space collapsed but in code.</param>
/// <param name="Letters">Characters that are no white space.</param>
/// <param name="Linked">How many of them are links.</param>
/// <param name="Path">Hash of the elements around it: neighbours of one list or table have the same.</param>
internal sealed record HtmlBlock(HtmlBlockKind Kind, string Text, int Letters, int Linked, int Path)
{
    /// <summary>Share of its letters that are links.</summary>
    public double LinkDensity => Letters == 0 ? 0 : (double)Linked / Letters;
}

/// <summary>What an element says about the blocks in it.</summary>
internal enum HtmlRegionKind
{
    /// <summary><c>main</c>: what the page is about.</summary>
    Main,

    /// <summary><c>article</c>.</summary>
    Article,

    /// <summary>A page's <c>header</c>: its headings may be those of the text.</summary>
    Header,

    /// <summary>Navigation, footers and the like, by the name of the element or its role.</summary>
    Boilerplate,

    /// <summary>The same, by a class or id, which may err.</summary>
    NamedBoilerplate,
}

/// <summary>Blocks that lie in one element.</summary>
/// <param name="Kind">What the element says.</param>
/// <param name="Start">The first block.</param>
/// <param name="End">Behind the last one.</param>
internal readonly record struct HtmlRegion(HtmlRegionKind Kind, int Start, int End);
