using System.Text;
using AngleSharp.Dom;

namespace Assay.Data;

/// <summary>Cuts a page into blocks of text, as a browser would lay them out, and remembers what the elements around them say.</summary>
internal sealed class HtmlBlocks
{
    private static readonly HashSet<string> Dropped =
    [
        .. "script style template noscript svg math iframe object embed applet canvas audio video map head button select".Split(
            ' '
        ),
        .. "textarea input datalist progress meter dialog frameset noframes option".Split(' '),
    ];

    private static readonly HashSet<string> BlockElements =
    [
        .. "address article aside blockquote body caption center dd details dir div dl dt fieldset figcaption figure".Split(
            ' '
        ),
        .. "footer form h1 h2 h3 h4 h5 h6 header hgroup hr html legend li main menu nav ol p pre section summary".Split(
            ' '
        ),
        .. "table tbody td tfoot th thead tr ul xmp plaintext x-pre".Split(' '),
    ];

    private readonly StringBuilder _text = new();
    private int _letters,
        _linked;
    private int _inLink,
        _inRow,
        _inCode;
    private int _path;
    private HtmlBlockKind _kind;

    private HtmlBlocks() { }

    public List<HtmlBlock> Blocks { get; } = [];

    public List<HtmlRegion> Regions { get; } = [];

    /// <summary>The blocks of a page; recursion is bounded because the parser bounds the depth of elements.</summary>
    public static HtmlBlocks Of(INode root)
    {
        HtmlBlocks blocks = new();
        blocks.VisitChildren(root);
        blocks.Flush();
        return blocks;
    }

    private void VisitChildren(INode parent)
    {
        // By index: asking a node for its next sibling takes time in the number of siblings.
        INodeList children = parent.ChildNodes;
        for (int i = 0; i < children.Length; i++)
            if (children[i] is IText text)
                Append(text.Data);
            else if (children[i] is IElement element)
                Visit(element);
    }

    private void Visit(IElement element)
    {
        string name = element.LocalName;
        if (Dropped.Contains(name) || IsHidden(element))
            return;
        if (name == "br")
            Break();
        else if (!BlockElements.Contains(name))
            VisitInline(element, name);
        else if (_inRow > 0 && name is "td" or "th")
            VisitCell(element);
        else
            VisitBlock(element, name);
    }

    private void VisitInline(IElement element, string name)
    {
        bool isLink = name == "a" && element.HasAttribute("href");
        _inLink += isLink ? 1 : 0;
        VisitChildren(element);
        _inLink -= isLink ? 1 : 0;
    }

    private void VisitCell(IElement cell)
    {
        TrimEnd();
        if (_text.Length > 0)
            _text.Append(" | ");
        VisitChildren(cell);
    }

    private void VisitBlock(IElement element, string name)
    {
        Flush();
        (HtmlBlockKind kind, int path) = (_kind, _path);
        _path = HashCode.Combine(path, name, Blocks.Count);
        _kind = name switch
        {
            "h1" or "h2" or "h3" or "h4" or "h5" or "h6" => HtmlBlockKind.Heading,
            "li" or "dd" or "dt" => HtmlBlockKind.Item,
            HtmlNesting.Preformatted or "xmp" or "plaintext" => HtmlBlockKind.Code,
            "p" or "blockquote" or "div" or "section" when kind == HtmlBlockKind.Item => kind,
            _ => HtmlBlockKind.Paragraph,
        };
        if (_kind == HtmlBlockKind.Item)
            _path = path;
        bool isRow = name == "tr" && !HasBlocks(element);
        if (isRow)
            (_kind, _path) = (HtmlBlockKind.Row, path);
        bool isCode = _kind == HtmlBlockKind.Code;
        int first = Blocks.Count;
        _inRow += isRow ? 1 : 0;
        _inCode += isCode ? 1 : 0;
        VisitChildren(element);
        Flush();
        _inRow -= isRow ? 1 : 0;
        _inCode -= isCode ? 1 : 0;
        (_kind, _path) = (kind, path);
        if (Blocks.Count > first && HtmlNames.RegionOf(element) is { } region)
            Regions.Add(new(region, first, Blocks.Count));
    }

    /// <summary>Whether a row is there for the layout: its cells hold more than lines of text.</summary>
    private static bool HasBlocks(IElement row)
    {
        Stack<INode> rest = new(row.ChildNodes);
        while (rest.TryPop(out INode? node))
        {
            if (node is IElement { LocalName: not ("td" or "th") } element && BlockElements.Contains(element.LocalName))
                return true;
            foreach (INode child in node.ChildNodes)
                rest.Push(child);
        }
        return false;
    }

    private static bool IsHidden(IElement element)
    {
        if (element.HasAttribute("hidden") || element.GetAttribute("aria-hidden") == "true")
            return true;
        string? style = element.GetAttribute("style");
        if (style is null)
            return false;
        style = style.Replace(" ", "", StringComparison.Ordinal);
        return style.Contains("display:none", StringComparison.OrdinalIgnoreCase)
            || style.Contains("visibility:hidden", StringComparison.OrdinalIgnoreCase);
    }

    private void Append(string data)
    {
        foreach (char c in data)
        {
            bool isSpace = char.IsWhiteSpace(c) || c is '\u200B' or '\uFEFF';
            bool isJoiner = c is '\u200C' or '\u200D' or '\u2060' or '\u00AD';
            if (!isSpace && char.IsControl(c))
                continue;
            if (isJoiner)
                _text.Append(c);
            else if (!isSpace)
            {
                _letters++;
                _linked += _inLink > 0 ? 1 : 0;
                _text.Append(c);
            }
            else if (_inCode > 0)
                _text.Append(
                    c == '\n' || c == '\t' ? c
                    : c == '\r' ? ""
                    : ' '
                );
            else if (_text.Length > 0 && _text[^1] is not (' ' or '\n'))
                _text.Append(' ');
        }
    }

    /// <summary>A line break; two of them end a paragraph.</summary>
    private void Break()
    {
        if (_inCode > 0)
        {
            _text.Append('\n');
            return;
        }
        TrimEnd();
        if (_inRow > 0)
            Append(" ");
        else if (_text.Length > 0 && _text[^1] == '\n')
            Flush();
        else if (_text.Length > 0)
            _text.Append('\n');
    }

    private void TrimEnd()
    {
        while (_text.Length > 0 && _text[^1] == ' ')
            _text.Length--;
    }

    private void Flush()
    {
        if (_letters > 0)
        {
            string text = _text.ToString();
            text = _inCode > 0 ? text.Trim('\n').TrimEnd() : text.Trim();
            Blocks.Add(new(_kind, text, _letters, _linked, _path));
        }
        _text.Clear();
        (_letters, _linked) = (0, 0);
    }
}
