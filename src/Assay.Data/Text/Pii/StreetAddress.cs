namespace Assay.Data;

/// <summary>Streets with a number, in the forms of English, German, French and Spanish addresses, and post-office boxes.</summary>
internal static class StreetAddress
{
    private const int MostWords = 4;

    private static readonly PhraseList s_streets = new(
        "street",
        "st",
        "avenue",
        "ave",
        "road",
        "rd",
        "boulevard",
        "blvd",
        "lane",
        "ln",
        "drive",
        "dr",
        "court",
        "ct",
        "place",
        "pl",
        "square",
        "sq",
        "terrace",
        "way",
        "close",
        "crescent",
        "parkway",
        "pkwy",
        "highway",
        "hwy",
        "row",
        "walk",
        "gardens",
        "grove",
        "alley",
        "circle",
        "trail",
        "plaza",
        "quay",
        "mews",
        "broadway"
    );

    private static readonly byte[][] s_german =
    [
        .. ((string[])["straße", "strasse", "str.", "weg", "platz", "allee", "gasse", "ring", "damm", "ufer"]).Select(
            System.Text.Encoding.UTF8.GetBytes
        ),
    ];

    private static readonly PhraseList s_french = new(
        "rue",
        "avenue",
        "boulevard",
        "place",
        "chemin",
        "impasse",
        "allée",
        "quai",
        "route"
    );

    private static readonly PhraseList s_spanish = new(
        "calle",
        "avenida",
        "plaza",
        "paseo",
        "carrera",
        "rua",
        "via",
        "viale",
        "piazza",
        "corso"
    );

    private static readonly PhraseList s_joins = new(
        "de",
        "du",
        "des",
        "la",
        "le",
        "les",
        "l'",
        "d'",
        "del",
        "los",
        "las",
        "di",
        "da",
        "della",
        "dei",
        "von",
        "van"
    );

    // Before a number that is a year or an amount, not a house.
    private static readonly PhraseList s_notHouses = new(
        "in",
        "since",
        "of",
        "from",
        "until",
        "by",
        "the",
        "after",
        "before",
        "during",
        "than",
        "route",
        "highway",
        "and"
    );

    /// <summary>Length in bytes of an address that begins with a house number at a place, where a word starts; or 0.</summary>
    public static int FromNumber(ReadOnlySpan<byte> text, int at)
    {
        int end = TextPlace.SkipDigits(text, at);
        if (end - at > 5 || text[at] == '0')
            return 0;
        if (end < text.Length && char.IsAsciiLetter((char)text[end]) && !TextPlace.IsWordAt(text, end + 1))
            end++; // 12a
        else if (TextPlace.Is(text, end, (byte)'-') && TextPlace.IsDigit(text, end + 1))
            end = TextPlace.SkipDigits(text, end + 1); // 12-14
        int comma = TextPlace.Is(text, end, (byte)',') ? end + 1 : end;
        if (!TextPlace.Is(text, comma, (byte)' '))
            return 0;
        int word = comma + 1;
        if (French(text, word) is > 0 and int french)
            return french - at;
        if (comma != end || IsAmount(text, at))
            return 0;
        for (int words = 0; words <= MostWords; words++)
        {
            int type = s_streets.Length(text, word);
            if (type > 0 && words > 0 && TextPlace.IsUpperAt(text, word))
            {
                // Of "St James Street" the first is no street; the last one counts.
                int further = FurtherType(text, word + type);
                end = further > 0 ? further : word + type;
                return end - at;
            }
            int next = TextPlace.EndOfName(text, word);
            if (next == word)
                next = Ordinal(text, word);
            if (next == word)
                return 0;
            if (TextPlace.Is(text, next, (byte)'.') && next - word <= 2)
                next++; // N. Main
            if (!TextPlace.Is(text, next, (byte)' '))
                return 0;
            word = next + 1;
        }
        return 0;
    }

    /// <summary>The same of one that begins with a letter: <c>Lindenstraße 4</c>, <c>Calle Mayor 12</c>, <c>P.O. Box 17</c>.</summary>
    public static int FromName(ReadOnlySpan<byte> text, int at)
    {
        if ((text[at] | 0x20) == 'p' && Box(text, at) is > 0 and int box)
            return box - at;
        if (!TextPlace.IsUpperAt(text, at))
            return 0;
        if (s_spanish.Length(text, at) is > 0 and int spanish)
        {
            int name = Names(text, at + spanish);
            int number = TextPlace.Is(text, name, (byte)',') ? name + 1 : name;
            return
                name > at + spanish
                && TextPlace.Is(text, number, (byte)' ')
                && House(text, number + 1) is > 0 and int end
                ? end - at
                : 0;
        }
        int last = TextPlace.EndOfName(text, at);
        if (last == at)
            return 0;
        if (TextPlace.Is(text, last, (byte)'.'))
            last++;
        foreach (byte[] ending in s_german)
            if (
                last - at > ending.Length + 2
                && text[at..last].EndsWith(ending)
                && TextPlace.Is(text, last, (byte)' ')
                && House(text, last + 1) is > 0 and int house
            )
                return house - at;
        return 0;
    }

    private static int FurtherType(ReadOnlySpan<byte> text, int at)
    {
        if (!TextPlace.Is(text, at, (byte)' ') && !TextPlace.Is(text, at, (byte)'.'))
            return 0;
        int word = TextPlace.Skip(text, at, ". "u8);
        if (word - at > 2)
            return 0;
        int direct = s_streets.Length(text, word);
        if (direct > 0 && TextPlace.IsUpperAt(text, word))
            return word + direct;
        int name = TextPlace.EndOfName(text, word);
        if (name == word || !TextPlace.Is(text, name, (byte)' '))
            return 0;
        int type = s_streets.Length(text, name + 1);
        return type > 0 && TextPlace.IsUpperAt(text, name + 1) ? name + 1 + type : 0;
    }

    // What comes before tells a year or a count from a house, and so does a number of four digits that may be a year.
    private static bool IsAmount(ReadOnlySpan<byte> text, int at)
    {
        int end = at;
        while (end > 0 && text[end - 1] == ' ')
            end--;
        int start = end;
        while (start > 0 && char.IsAsciiLetter((char)text[start - 1]))
            start--;
        if (end < at && s_notHouses.Length(text, start) == end - start && end > start)
            return true;
        return at > 0
            && text[at - 1] is (byte)'$' or (byte)'.' or (byte)',' or (byte)'-' or (byte)'/' or (byte)'#' or (byte)':';
    }

    private static int Ordinal(ReadOnlySpan<byte> text, int at)
    {
        int end = TextPlace.SkipDigits(text, at);
        return end > at && end - at <= 3 && s_ordinals.Length(text, end) is > 0 and int ending ? end + ending : at;
    }

    private static readonly PhraseList s_ordinals = new("st", "nd", "rd", "th");

    private static int French(ReadOnlySpan<byte> text, int at)
    {
        int type = s_french.Length(text, at);
        if (type == 0 || TextPlace.IsUpperAt(text, at))
            return 0;
        int end = Names(text, at + type);
        return end > at + type ? end : 0;
    }

    // Words of a name behind a place, with the small words that join them; the end, or the place itself.
    private static int Names(ReadOnlySpan<byte> text, int at)
    {
        int end = at;
        for (int words = 0; words < MostWords && TextPlace.Is(text, end, (byte)' '); )
        {
            int next = end + 1;
            for (int join; (join = s_joins.Length(text, next)) > 0; )
                next = text[next + join - 1] == '\'' ? next + join : TextPlace.Skip(text, next + join, " "u8);
            if (TextPlace.StartsWith(text, next, "l'"u8) || TextPlace.StartsWith(text, next, "d'"u8))
                next += 2;
            int name = TextPlace.EndOfName(text, next);
            if (name == next)
                break;
            end = name;
            words++;
        }
        return end;
    }

    private static int House(ReadOnlySpan<byte> text, int at)
    {
        int end = TextPlace.SkipDigits(text, at);
        if (end == at || end - at > 4 || text[at] == '0')
            return 0;
        if (end < text.Length && char.IsAsciiLetterLower((char)text[end]) && !TextPlace.IsWordAt(text, end + 1))
            end++;
        return TextPlace.IsWordAt(text, end) || TextPlace.Is(text, end, (byte)'%') ? 0 : end;
    }

    private static int Box(ReadOnlySpan<byte> text, int at)
    {
        int box =
            TextPlace.StartsWith(text, at, "P.O. Box "u8) ? at + 9
            : TextPlace.StartsWith(text, at, "PO Box "u8) ? at + 7
            : TextPlace.StartsWith(text, at, "Post Office Box "u8) ? at + 16
            : TextPlace.StartsWith(text, at, "Postfach "u8) ? at + 9
            : 0;
        int end = TextPlace.SkipDigits(text, box);
        return box > 0 && end > box && end - box <= 7 && !TextPlace.IsWordAt(text, end) ? end : 0;
    }
}
