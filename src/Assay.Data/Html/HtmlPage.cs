using System.Text;
using AngleSharp.Dom;
using AngleSharp.Html.Parser;
using AngleSharp.Text;

namespace Assay.Data;

/// <summary>What is taken of an HTML page.</summary>
public enum HtmlText
{
    /// <summary>Its text: without navigation, footers, adverts, banners, lists of links.</summary>
    Main,

    /// <summary>All text that a reader sees.</summary>
    All,
}

/// <summary>A page of the web as plain text.</summary>
/// <param name="Text">Paragraphs, headings and code separated by blank lines; items of lists and rows of tables are lines.</param>
/// <param name="Title">What the page calls itself, or empty.</param>
/// <param name="Language">The language that it declares, such as <c>en-GB</c>, or empty.</param>
internal sealed record HtmlPage(string Text, string Title, string Language)
{
    /// <summary>The longest page that is read, in characters: a tree takes many times its page.</summary>
    public const int Longest = 8_000_000;

    private const int Deepest = 500; // of elements within elements: beyond, the parser hangs them side by side

    private static readonly AngleSharp.Html.Parser.HtmlParser Parser = new(
        new HtmlParserOptions
        {
            MaximumDepth = Deepest,
            IsScripting = false,
            SkipComments = true,
            SkipScriptText = true,
            SkipRawText = true,
            SkipProcessingInstructions = true,
            DisableElementPositionTracking = true,
        }
    );

    /// <summary>Reads a page; anything is one, as for browsers.</summary>
    /// <exception cref="DamagedFileException">It is longer than <see cref="Longest"/>.</exception>
    public static HtmlPage Read(string html, HtmlText which)
    {
        if (html.Length > Longest)
            throw new DamagedFileException(
                $"expected a page of at most {Longest:N0} characters, found {html.Length:N0}"
            );
        using TextSource source = new(html);
        // Disposing of the document would take its nodes apart one by one; there is nothing in it to give back.
        Document document = Parser.ParseDocument<Document, Element>(source, new HtmlNesting().Pass);
        IElement? root = document.DocumentElement;
        string title = Line(document.Title ?? "");
        string language = root?.GetAttribute("lang")?.Trim() ?? "";
        if (root is null)
            return new("", title, language);
        HtmlBlocks page = HtmlBlocks.Of(root);
        bool[]? kept = which == HtmlText.Main ? MainContent.Choose(page.Blocks, page.Regions) : null;
        return new(Join(page.Blocks, kept), title, IsTag(language) ? language : "");
    }

    private static string Join(List<HtmlBlock> blocks, bool[]? kept)
    {
        StringBuilder text = new();
        HtmlBlock? last = null;
        for (int i = 0; i < blocks.Count; i++)
        {
            if (kept is not null && !kept[i])
                continue;
            HtmlBlock block = blocks[i];
            bool joins =
                last is not null && block.Kind == last.Kind && block.Kind is HtmlBlockKind.Item or HtmlBlockKind.Row;
            if (last is not null)
                text.Append(joins ? "\n" : "\n\n");
            text.Append(block.Kind == HtmlBlockKind.Item ? "- " : "").Append(block.Text);
            last = block;
        }
        return text.ToString();
    }

    private static string Line(string text) =>
        string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    private static bool IsTag(string language) =>
        language.Length is >= 2 and <= 35 && language.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');
}
