using AngleSharp.Html.Parser;
using AngleSharp.Html.Parser.Tokens.Struct;

namespace Assay.Data;

/// <summary>
/// Stands before the builder of the tree, which takes time in the square of how many elements are open, and leaves out start tags of a
/// page that opens too many of them. Text is never left out.
/// </summary>
/// <remarks>
/// It keeps account of open elements as the builder does, roughly and never too few: elements that close by themselves (paragraphs,
/// items, cells) are not counted, as what may stand between two of them is.
/// </remarks>
internal sealed class HtmlNesting
{
    private const int MostOpen = 100,
        MostFormats = 50; // formatting elements are opened again in each paragraph until they are closed

    // Elements that hold no others, close by themselves, or switch how the characters in them are read.
    private static readonly HashSet<string> Uncounted =
    [
        .. "area base basefont bgsound br col embed frame hr img image input keygen link meta param source track wbr".Split(
            ' '
        ),
        .. "p li dd dt tr td th thead tbody tfoot option optgroup rb rp rt rtc html head body colgroup".Split(' '),
        .. "script style title textarea iframe noembed noframes noscript xmp plaintext select".Split(' '),
    ];

    private static readonly HashSet<string> Formats =
    [
        .. "a b big code em font i nobr s small strike strong tt u".Split(' '),
    ];

    // What an end tag does not reach across.
    private static readonly HashSet<string> Walls =
    [
        .. "applet caption table marquee object template foreignobject desc mi mo mn ms mtext annotation-xml".Split(
            ' '
        ),
    ];

    private static readonly HashSet<string> Special =
    [
        .. "address article aside blockquote button center details dialog dir div dl fieldset figcaption figure footer".Split(
            ' '
        ),
        .. "form frameset h1 h2 h3 h4 h5 h6 header hgroup listing main menu nav ol pre search section summary ul x-pre".Split(
            ' '
        ),
    ];

    /// <summary>What elements of preformatted text are called in the tree.</summary>
    public const string Preformatted = "x-pre";

    private readonly List<string> _open = [];
    private int _formats,
        _foreign; // elements of drawings and formulas

    public TokenConsumptionResult Pass(ref StructHtmlToken token, TokenConsumer next)
    {
        // At preformatted text the builder asks for the next token by itself, within itself: pages of nothing else overflow its stack.
        if (token.IsTag && token.Name.ToString() is "pre" or "listing")
            token.Name = Preformatted;
        if (token.Type == HtmlTokenType.StartTag && !Opens(token.Name.ToString(), token.IsSelfClosing))
            return TokenConsumptionResult.Continue;
        if (token.Type == HtmlTokenType.EndTag)
            Close(token.Name.ToString());
        next(ref token);
        return TokenConsumptionResult.Continue;
    }

    /// <summary>Takes note of a start tag; false if it is one too many.</summary>
    private bool Opens(string name, bool closesItself)
    {
        // In HTML a slash at the end of a tag says nothing; in drawings it does.
        if (
            Uncounted.Contains(name)
            || closesItself && _foreign > 0 && !Special.Contains(name) && !Formats.Contains(name)
        )
            return true;
        bool isFormat = Formats.Contains(name);
        if (_open.Count >= MostOpen || isFormat && _formats >= MostFormats)
            return false;
        _open.Add(name);
        _foreign += name is "svg" or "math" ? 1 : 0;
        _formats += isFormat ? 1 : 0;
        return true;
    }

    private void Close(string name)
    {
        bool isFormat = Formats.Contains(name),
            isSpecial = Special.Contains(name) || Walls.Contains(name);
        for (int i = _open.Count - 1; i >= 0; i--)
        {
            string open = _open[i];
            if (open == name)
            {
                if (isFormat)
                {
                    _formats--;
                    _open.RemoveAt(i);
                }
                else
                {
                    _open.RemoveRange(i, _open.Count - i);
                    _foreign = _foreign == 0 ? 0 : _open.Count(element => element is "svg" or "math");
                }
                return;
            }
            if (Walls.Contains(open) && name != "table" || !isFormat && !isSpecial && Special.Contains(open))
                return;
        }
        if (isFormat && _formats > 0)
            _formats--;
    }
}
