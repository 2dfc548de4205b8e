using System.Buffers;
using System.Text.RegularExpressions;

namespace Assay.Select;

/// <summary>What web pages say beside their text: bars of navigation, numbers of pages, buttons.</summary>
/// <remarks>
/// The patterns are those of the L1 cleaner of arXiv 2602.09003, in its order; they match within a line and respect case. In them <c>_</c> is up to three characters of white
/// space, <c>_5</c> up to five, and <c>#3</c> one to three digits.
/// </remarks>
internal static partial class PageFurniture
{
    // A line without any of these matches nothing, and most lines are such.
    private static readonly SearchValues<string> s_hints = SearchValues.Create(
        [
            .. (string[])
                ["age", "Map", "revious", "next", "Save/Compare", "clipboard", "Below", "turn", "saved", "closed."],
            .. (string[])
                ["ere", "HERE", "LEFT", "RIGHT", "scroll", "esc)", "arge", "pand", "back", "Top", "section", "Article"],
            .. (string[])["article", "entry", "postsPage"],
        ],
        StringComparison.Ordinal
    );

    private static readonly Regex[] s_patterns =
    [
        .. Patterns(
            // Navigation.
            "^Home » Site Map$",
            "^Site Map$",
            @"^Computer Games Homepage\|Editor's Picks Articles\|Top Ten Articles\|Computer Games Site Map_$",
            // Pages.
            @"^[Pp]ages:_#6\.\s{1,10}",
            "^[Pp]age:?_#5$",
            "^[Pp]ages:?_#5$",
            "^[Pp]age_#3_of_#3$",
            @"^[Pp]age_#3_of_#3_\.?_",
            @"_\(_Page_#3_of_#3\)$",
            "_•_Page_#3_of_#3$",
            "_-_Page_#3_of_#3$",
            "_/_Page_#3_of_#3$",
            @"(?<=\.)_5#3_Page_#3_of_#3$",
            @"(?<=\?)_5#3_Page_#3_of_#3$",
            "(?<=,)_5#3_Page_#3_of_#3$",
            "(?<=…)_5#3_Page_#3_of_#3$",
            "^Go_DownPages#5$",
            "^Go_UpPages#5$",
            @"^\(previous entry\)$",
            @"^\(next entry\)$",
            "^«_5Previous_page$",
            "_<_Previous_#8$",
            "^Previous_Article$",
            "^Previous#5…_5",
            @"^prev_\|_next§_5",
            "^[Pp]age◀#10▶$",
            "^PagePrevious#20Next$",
            @"Pages:_#2_\.{2,6}_#20",
            @"^Pages:_\[#8Go_Down_",
            "^Page_#5Next_Page$",
            "^[Pp]ages:_#3NEXT_»$",
            "_«_Previous_#20_",
            @"^Pages:_\(#1\)_<#20>_",
            "[Pp]ages?:(_#3){4,20}",
            "Page_#5_of_#5_Next_Prev",
            "^[Pp]ages?:_([Pp]age_#3,_){4,20}[Pp]age_#3_,?$",
            @"^([Pp]age_5#3\s{0,10}){4,20}$",
            "^Post_Reply#8_postsPage_#3_of_#8Jump_to_page:$",
            "^«_Previous#20…#20Next_»_$",
            @"^[Pp]age_#5_of_#5«_[Ff]irst«\.{2,6}#20\.{2,6}#5\.{2,6}»[Ll]ast_»_$",
            // Buttons.
            "^[Cc]lick_[Hh]ere$",
            "^CLICK_(HERE|here|Here)$",
            "^Click_HERE$",
            "^[Pp]rint_this_article$",
            "^[Pp]rint_this_page$",
            "SWIPE_LEFT$",
            "^Allow_map_scroll$",
            "^SWIPE_LEFT_OR_RIGHTLooking_Ahead$",
            @"""Close_\(esc\)""",
            @"^Comments_are_closed\.$",
            "^Preferences_saved$",
            "^Save/Compare$",
            "^Co_to_clipboard$",
            @"^Click to [Ee]nlarge\.?$",
            @"^Click to [Ee]xpand\.?$",
            "^Advertisement - Continue Reading Below$",
            "^[Rr]eturn_to_News_and_Events$",
            "_[Rr]eturn_to_top$",
            @"_returned_the_following_results\.$",
            "^Return_to_video_Video_settings$",
            "^[Gg]oing_back$",
            "^[Gg]o_back$",
            "^[Bb]ack_to_Top$",
            "_[Aa]dd_to_this_section$"
        ),
    ];

    /// <summary>The line without what matches; each pattern is gone through once.</summary>
    /// <param name="line">A line without its end.</param>
    /// <param name="lastFirst">
    /// Whether the last pattern comes first: further down they are more particular. In the order of the release three of them never see their lines, of which shorter ones before have taken the
    /// beginning.
    /// </param>
    public static string Remove(string line, bool lastFirst)
    {
        if (!line.AsSpan().ContainsAny(s_hints))
            return line;
        for (int i = 0; i < s_patterns.Length; i++)
            line = s_patterns[lastFirst ? ^(i + 1) : i].Replace(line, "");
        return line;
    }

    private static IEnumerable<Regex> Patterns(params string[] patterns) =>
        patterns.Select(pattern => new Regex(
            Notation()
                .Replace(
                    pattern,
                    match =>
                        match.Groups["digits"] is { Success: true } digits ? $@"\d{{1,{digits.Value}}}"
                        : match.Groups["spaces"] is { Success: true } spaces ? $@"\s{{0,{spaces.Value}}}"
                        : @"\s{0,3}"
                ),
            RegexOptions.CultureInvariant
        ));

    [GeneratedRegex(@"#(?<digits>\d+)|_(?<spaces>5)|_")]
    private static partial Regex Notation();
}
