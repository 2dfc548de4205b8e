namespace Assay.Data;

/// <summary>Latitude and longitude: degrees with the letters of the compass, or two decimal numbers fine enough to name a house.</summary>
internal static class GeoCoordinates
{
    private const int Fine = 4,
        Coarse = 2;

    private static readonly PhraseList s_words = new(
        "lat",
        "latitude",
        "coordinates",
        "coordinate",
        "coords",
        "gps",
        "geo",
        "location",
        "position",
        "latlng",
        "latlong",
        "at",
        "ll"
    );

    private static readonly PhraseList s_longitude = new("longitude", "long", "lon", "lng", "and longitude");

    /// <summary>Length in bytes of the coordinates at a place (a digit where a word starts, or a sign before it), or 0.</summary>
    public static int Length(ReadOnlySpan<byte> text, int at)
    {
        int latitude = Angle(text, at, 90, "NS"u8, out int decimals, out bool hasLetter);
        if (latitude == 0)
            return 0;
        int next = Gap(text, latitude);
        int longitude =
            next < text.Length
                ? Angle(text, next, 180, "EWO"u8, out int others, out bool alsoLetter)
                : Nothing(out others, out alsoLetter);
        if (longitude == 0 || hasLetter != alsoLetter || TextPlace.IsWordAt(text, longitude))
            return 0;
        if (hasLetter)
            return longitude - at;
        if (IsBeforeNumber(text, longitude) || IsBehindNumber(text, at))
            return 0; // two of more numbers are a vector, not a place
        bool isNamed = s_words.IsBefore(text, at, 24),
            bothNamed = isNamed && HasLongitude(text, latitude, next);
        return Math.Min(decimals, others) >= (bothNamed ? Coarse : Fine) && (isNamed || text[latitude] == ',')
            ? longitude - at
            : 0;
    }

    private static int Nothing(out int decimals, out bool hasLetter)
    {
        (decimals, hasLetter) = (0, false);
        return 0;
    }

    // A comma, a slash or spaces; or a name for the second number, as in "lat: 51.5, lon: -0.12".
    private static int Gap(ReadOnlySpan<byte> text, int at)
    {
        int next = TextPlace.Skip(text, at, ",;/& \""u8);
        return s_longitude.Length(text, next) is > 0 and int name ? TextPlace.Skip(text, next + name, "\"': ="u8)
            : next == at ? text.Length
            : next;
    }

    private static bool HasLongitude(ReadOnlySpan<byte> text, int from, int to) =>
        text[from..to].IndexOf("on"u8) >= 0 || text[from..to].IndexOf("lng"u8) >= 0;

    private static bool IsBeforeNumber(ReadOnlySpan<byte> text, int at) =>
        at < text.Length
        && text[at] is (byte)',' or (byte)';'
        && TextPlace.IsDigit(text, TextPlace.Skip(text, at + 1, " -+"u8));

    private static bool IsBehindNumber(ReadOnlySpan<byte> text, int at)
    {
        int before = at - 1;
        while (before >= 0 && text[before] == ' ')
            before--;
        return before > 0 && text[before] is (byte)',' or (byte)';' && TextPlace.IsDigit(text[before - 1]);
    }

    // An angle with its sign, in degrees with decimals or with minutes and seconds; its end, or 0.
    private static int Angle(
        ReadOnlySpan<byte> text,
        int at,
        int most,
        ReadOnlySpan<byte> letters,
        out int decimals,
        out bool hasLetter
    )
    {
        (decimals, hasLetter) = (0, false);
        int start = at < text.Length && text[at] is (byte)'-' or (byte)'+' ? at + 1 : at;
        if (text[at..].StartsWith("−"u8))
            start = at + 3;
        int end = TextPlace.SkipDigits(text, start);
        if (end == start || end - start > 3 || TextPlace.Number(text[start..end]) > most)
            return 0;
        if (TextPlace.Is(text, end, (byte)'.'))
        {
            int point = end;
            end = TextPlace.SkipDigits(text, end + 1);
            decimals = end - point - 1;
            if (decimals == 0)
                return 0;
        }
        bool degrees = Sign(text, ref end, "°"u8) || Sign(text, ref end, "º"u8);
        if (degrees)
        {
            for (int part = 0; part < 2; part++)
            {
                int from = TextPlace.Skip(text, end, " "u8),
                    to = TextPlace.SkipDigits(text, from);
                if (to == from || to - from > 2)
                    break;
                if (TextPlace.Is(text, to, (byte)'.'))
                    to = TextPlace.SkipDigits(text, to + 1);
                if (
                    !(
                        Sign(text, ref to, "'"u8)
                        || Sign(text, ref to, "′"u8)
                        || Sign(text, ref to, "’"u8)
                        || Sign(text, ref to, "\""u8)
                        || Sign(text, ref to, "″"u8)
                        || Sign(text, ref to, "”"u8)
                    )
                )
                    break;
                if (TextPlace.Is(text, to, (byte)'\''))
                    to++;
                end = to;
            }
        }
        int letter = TextPlace.Skip(text, end, " "u8);
        if (
            letter < text.Length
            && letters.Contains(text[letter])
            && !TextPlace.IsWordAt(text, letter + 1)
            && (degrees || decimals >= Coarse)
        )
        {
            hasLetter = true;
            return letter + 1;
        }
        return decimals > 0 ? end : 0;
    }

    private static bool Sign(ReadOnlySpan<byte> text, ref int at, ReadOnlySpan<byte> sign)
    {
        if (at > text.Length || !text[at..].StartsWith(sign))
            return false;
        at += sign.Length;
        return true;
    }
}
