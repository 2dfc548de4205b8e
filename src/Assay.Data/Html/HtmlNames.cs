using AngleSharp.Dom;

namespace Assay.Data;

/// <summary>What names of elements, roles, classes and ids say about what is in an element.</summary>
internal static class HtmlNames
{
    private static readonly HashSet<string> Roles =
    [
        .. "navigation banner contentinfo complementary search dialog alertdialog menu menubar toolbar".Split(' '),
    ];

    private static readonly HashSet<string> Words =
    [
        .. "nav navbar navigation menu submenu sidebar footer breadcrumb breadcrumbs pagination pager paginator".Split(
            ' '
        ),
        .. "cookie cookies consent gdpr ccpa onetrust share sharing sharedaddy social related recommended".Split(' '),
        .. "recommendations advert adverts advertisement ads ad adsense adsbygoogle sponsor sponsored promo".Split(' '),
        .. "newsletter subscribe signup login popup modal overlay toolbar comments commentlist disqus respond".Split(
            ' '
        ),
        .. "skip masthead copyright tagcloud toc".Split(' '),
    ];

    // "has-sidebar" is about the layout, not about what is in the element.
    private static readonly HashSet<string> Layout =
    [
        .. "no has with without hide show is not main content".Split(' '),
    ];

    /// <summary>What the element says, or null.</summary>
    public static HtmlRegionKind? RegionOf(IElement element)
    {
        string? role = element.GetAttribute("role")?.Trim().ToLowerInvariant();
        if (element.LocalName == "main" || role == "main")
            return HtmlRegionKind.Main;
        if (element.LocalName == "article" || role == "article")
            return HtmlRegionKind.Article;
        if (element.LocalName is "nav" or "footer" or "aside" || role is not null && Roles.Contains(role))
            return HtmlRegionKind.Boilerplate;
        if (element.LocalName is "html" or "body")
            return null;
        if (IsNamed(element.GetAttribute("class")) || IsNamed(element.GetAttribute("id")))
            return HtmlRegionKind.NamedBoilerplate;
        return element.LocalName == "header" ? HtmlRegionKind.Header : null;
    }

    /// <summary>Whether a word of a list of names says so: <c>site-footer</c>, <c>cookieBanner</c>, <c>nav_menu</c>.</summary>
    private static bool IsNamed(string? names)
    {
        if (names is null)
            return false;
        foreach (Range range in names.AsSpan().SplitAny(" \t\r\n"))
        {
            bool isLayout = false;
            ReadOnlySpan<char> name = names.AsSpan(range);
            for (int start = 0; start < name.Length; )
            {
                int end = start + 1;
                while (
                    end < name.Length
                    && char.IsLetter(name[end])
                    && !(char.IsUpper(name[end]) && char.IsLower(name[end - 1]))
                )
                    end++;
                string word = name[start..end].ToString().ToLowerInvariant();
                if (!isLayout && Words.Contains(word))
                    return true;
                isLayout |= Layout.Contains(word);
                start = end;
                while (start < name.Length && !char.IsLetter(name[start]))
                    start++;
            }
        }
        return false;
    }
}
