namespace Assay.Data;

/// <summary>Tells the text of a page from what surrounds it: navigation, footers, adverts, cookie banners, lists of links.</summary>
/// <remarks>
/// Elements and their names say most; the rest is told by how long blocks are, how much of them is links, and what their neighbours
/// are. The classes good, near, short and bad, and how neighbours decide, follow J. Pomikálek, "Removing Boilerplate and Duplicate
/// Content from Web Corpora" (2011), section 3; in place of its lists of stop words there is the punctuation of sentences, so that
/// no language need be known.
/// </remarks>
internal static class MainContent
{
    private const double MostLinks = 0.5,
        MostLinksInText = 0.75; // where the page says that this is its text: lists of works, of sources

    private enum Class
    {
        Bad,
        Short,
        Near,
        Good,
    }

    /// <summary>Which blocks are the page's text.</summary>
    public static bool[] Choose(IReadOnlyList<HtmlBlock> blocks, IReadOnlyList<HtmlRegion> regions)
    {
        bool[] inScope = Scope(blocks, regions, out bool isMarked);
        Class[] classes = Classify(blocks, inScope, isMarked);
        bool[] kept = Revise(blocks, classes, inScope);
        KeepHeadings(blocks, classes, inScope, kept);
        if (!kept.Contains(true))
            for (int i = 0; i < kept.Length; i++)
                kept[i] = inScope[i] && blocks[i].LinkDensity <= MostLinks;
        return kept;
    }

    /// <summary>The blocks that elements and their names leave: those of the main element or the articles, without boilerplate.</summary>
    private static bool[] Scope(IReadOnlyList<HtmlBlock> blocks, IReadOnlyList<HtmlRegion> regions, out bool isMarked)
    {
        bool[] inScope = new bool[blocks.Count];
        Array.Fill(inScope, true);
        long total = Plain(blocks, 0, blocks.Count, inScope);
        bool[] inText = new bool[blocks.Count];
        foreach (HtmlRegion region in regions)
            if (region.Kind is HtmlRegionKind.Main or HtmlRegionKind.Article)
                inText.AsSpan(region.Start..region.End).Fill(true);
        foreach (HtmlRegion region in regions)
        {
            // Where half of the page would go, the name means something else, or an element was never closed.
            double share = (double)Plain(blocks, region.Start, region.End, inScope) / Math.Max(1, total);
            bool isDropped =
                region.Kind == HtmlRegionKind.Boilerplate && share <= 0.7
                || region.Kind == HtmlRegionKind.NamedBoilerplate && share <= 0.4
                || region.Kind == HtmlRegionKind.Header && share <= 0.4 && !inText[region.Start];
            for (int i = region.Start; isDropped && i < region.End; i++)
                inScope[i] &= region.Kind == HtmlRegionKind.Header && IsOfText(blocks[i]);
        }
        isMarked = KeepOnly(HtmlRegionKind.Main, 0.3) || KeepOnly(HtmlRegionKind.Article, 0.4);
        return inScope;

        bool KeepOnly(HtmlRegionKind kind, double least)
        {
            bool[] own = new bool[blocks.Count];
            foreach (HtmlRegion region in regions)
                if (region.Kind == kind)
                    inScope.AsSpan(region.Start..region.End).CopyTo(own.AsSpan(region.Start));
            long all = Plain(blocks, 0, blocks.Count, inScope);
            if (all == 0 || Plain(blocks, 0, blocks.Count, own) < least * all)
                return false;
            for (int i = 0; i < own.Length; i++)
                inScope[i] = own[i] || inScope[i] && blocks[i].Text.Length < 200 && IsTitle(blocks, i, own);
            return true;
        }
    }

    /// <summary>A heading just before the text: the title often stands outside of the article.</summary>
    private static bool IsTitle(IReadOnlyList<HtmlBlock> blocks, int index, bool[] own) =>
        blocks[index].Kind == HtmlBlockKind.Heading
        && own.AsSpan(index, Math.Min(4, own.Length - index)).Contains(true);

    /// <summary>A heading or a paragraph in a header that holds the beginning of the text as well.</summary>
    private static bool IsOfText(HtmlBlock block) =>
        block.Kind == HtmlBlockKind.Heading || block.Letters >= 80 && block.LinkDensity < 0.3;

    private static long Plain(IReadOnlyList<HtmlBlock> blocks, int start, int end, bool[] among)
    {
        long letters = 0;
        for (int i = start; i < end; i++)
            letters += among[i] ? blocks[i].Letters - blocks[i].Linked : 0;
        return letters;
    }

    private static Class[] Classify(IReadOnlyList<HtmlBlock> blocks, bool[] inScope, bool isMarked)
    {
        Class[] classes = new Class[blocks.Count];
        for (int start = 0, end; start < blocks.Count; start = end)
        {
            // Items of one list and rows of one table share a fate.
            HtmlBlock first = blocks[start];
            bool isList = first.Kind is HtmlBlockKind.Item or HtmlBlockKind.Row;
            long letters = first.Letters,
                linked = first.Linked;
            for (end = start + 1; isList && end < blocks.Count; end++)
            {
                if (blocks[end].Kind != first.Kind || blocks[end].Path != first.Path)
                    break;
                letters += blocks[end].Letters;
                linked += blocks[end].Linked;
            }
            bool isLinks = linked > (isMarked ? MostLinksInText : MostLinks) * letters;
            for (int i = start; i < end; i++)
            {
                Class own = !inScope[i] || isLinks && first.Kind != HtmlBlockKind.Heading ? Class.Bad : Of(blocks[i]);
                bool lifted = isMarked || end - start > 2 && letters >= 60;
                classes[i] = own == Class.Short && isList && lifted ? Class.Near : own;
            }
        }
        return classes;
    }

    private static Class Of(HtmlBlock block)
    {
        if (block.Kind == HtmlBlockKind.Heading)
            return Class.Short;
        if (block.Kind == HtmlBlockKind.Code)
            return Class.Good;
        int words = 1,
            dense = 0,
            stops = 0;
        string text = block.Text;
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            words += c is ' ' or '\n' ? 1 : 0;
            // Scripts without spaces: each letter counts for half a word.
            dense += c is >= '\u3040' and <= '\u9FFF' or >= '\u0E00' and <= '\u0EFF' ? 1 : 0;
            bool ends = i + 1 == text.Length || text[i + 1] is ' ' or '\n' or '"' or '”' or '’' or ')';
            stops += c is '。' or '！' or '？' or '।' or '؟' || c is '.' or '!' or '?' or '…' && ends ? 1 : 0;
        }
        words += dense / 2;
        if (words >= 12 && stops > 0 || words >= 25 && block.LinkDensity < 0.3)
            return Class.Good;
        return words >= 7 || words >= 4 && stops > 0 ? Class.Near : Class.Short;
    }

    private static bool[] Revise(IReadOnlyList<HtmlBlock> blocks, Class[] classes, bool[] inScope)
    {
        bool[] kept = new bool[classes.Length];
        Class[] before = Nearest(classes, inScope, 1),
            after = Nearest(classes, inScope, -1);
        for (int i = 0; i < classes.Length; i++)
            kept[i] =
                classes[i] == Class.Good
                || classes[i] == Class.Near && (before[i] == Class.Good || after[i] == Class.Good);
        // Short blocks belong to the text that they stand in.
        int last = -1;
        for (int i = 0; i < classes.Length; i++)
        {
            if (!kept[i])
                continue;
            for (int between = last + 1; last >= 0 && between < i; between++)
                kept[between] =
                    inScope[between]
                    && classes[between] != Class.Bad
                    && blocks[between].Kind != HtmlBlockKind.Heading
                    && i - last <= 6;
            last = i;
        }
        return kept;
    }

    /// <summary>For each block the nearest decided one, good or bad; what is out of scope is passed over, the ends are bad.</summary>
    private static Class[] Nearest(Class[] classes, bool[] inScope, int step)
    {
        Class[] nearest = new Class[classes.Length];
        Class seen = Class.Bad;
        for (int n = 0, i = step > 0 ? 0 : classes.Length - 1; n < classes.Length; n++, i += step)
        {
            nearest[i] = seen;
            if (inScope[i] && classes[i] is Class.Good or Class.Bad)
                seen = classes[i];
        }
        return nearest;
    }

    /// <summary>A heading stays if text stays that follows it, perhaps behind further headings or two lines that went.</summary>
    private static void KeepHeadings(IReadOnlyList<HtmlBlock> blocks, Class[] classes, bool[] inScope, bool[] kept)
    {
        int text = int.MaxValue;
        for (int i = blocks.Count - 1; i >= 0; i--)
            if (blocks[i].Kind != HtmlBlockKind.Heading)
                text = kept[i] ? i : text;
            else if (inScope[i] && text <= i + 3)
            {
                kept[i] = classes[i] != Class.Bad;
                text = i;
            }
    }
}
