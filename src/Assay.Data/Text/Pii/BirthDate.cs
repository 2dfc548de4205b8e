namespace Assay.Data;

/// <summary>Dates of birth: a date, to the day, shortly behind a word that says so.</summary>
internal static class BirthDate
{
    private const int Reach = 48;

    private static readonly PhraseList s_words = new(
        "born",
        "dob",
        "d.o.b",
        "date of birth",
        "date_of_birth",
        "dateofbirth",
        "birth date",
        "birth_date",
        "birthdate",
        "birthday",
        "geboren",
        "geburtsdatum",
        "geb",
        "née le",
        "né le",
        "date de naissance",
        "nacido",
        "nacida",
        "fecha de nacimiento",
        "nato",
        "nata",
        "data di nascita"
    );

    private static readonly PhraseList s_ordinals = new("st", "nd", "rd", "th");

    private static readonly PhraseList s_months = new(
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
        "jan",
        "feb",
        "mar",
        "apr",
        "jun",
        "jul",
        "aug",
        "sep",
        "sept",
        "oct",
        "nov",
        "dec",
        "januar",
        "februar",
        "märz",
        "mai",
        "juni",
        "juli",
        "oktober",
        "dezember",
        "janvier",
        "février",
        "mars",
        "avril",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
        "enero",
        "febrero",
        "marzo",
        "abril",
        "mayo",
        "junio",
        "julio",
        "agosto",
        "septiembre",
        "octubre",
        "noviembre",
        "diciembre",
        "gennaio",
        "febbraio",
        "aprile",
        "maggio",
        "giugno",
        "luglio",
        "settembre",
        "ottobre",
        "dicembre"
    );

    /// <summary>The date behind a word of birth that starts at a place.</summary>
    public static PiiItem? At(ReadOnlySpan<byte> text, int at)
    {
        int word = s_words.Length(text, at);
        if (word == 0)
            return null;
        int stop = Math.Min(text.Length, at + word + Reach);
        for (int from = at + word; from < stop; from++)
        {
            if (
                text[from] == '.'
                && TextPlace.Is(text, from + 1, (byte)' ')
                && TextPlace.IsUpperAt(text, from + 2)
                && from > at + word
            )
                return null; // another sentence
            if (!TextPlace.IsWordBefore(text, from) && DateLength(text, from) is > 0 and int length)
                return new(PiiKind.BirthDate, from, from + length);
        }
        return null;
    }

    /// <summary>Length in bytes of the date (day, month and year) at a place, or 0.</summary>
    public static int DateLength(ReadOnlySpan<byte> text, int at)
    {
        if (at >= text.Length)
            return 0;
        if (!TextPlace.IsDigit(text[at]))
        {
            // March 4(th), 1987
            int month = Month(text, at);
            if (month == 0)
                return 0;
            int day = TextPlace.Skip(text, at + month, ". "u8);
            int end = Day(text, day);
            return end == 0 ? 0 : Year(text, end, at);
        }
        int first = TextPlace.SkipDigits(text, at);
        byte sign = first < text.Length ? text[first] : (byte)0;
        int second = TextPlace.SkipDigits(text, first + 1);
        if (sign is (byte)'-' or (byte)'/' or (byte)'.' && second > first + 1 && TextPlace.Is(text, second, sign))
        {
            int third = TextPlace.SkipDigits(text, second + 1);
            int a = TextPlace.Number(text[at..Math.Min(first, at + 4)]),
                b = TextPlace.Number(text[(first + 1)..Math.Min(second, first + 5)]),
                c = TextPlace.Number(text[(second + 1)..Math.Min(third, second + 5)]);
            bool fits = (first - at, second - first - 1, third - second - 1) switch
            {
                (4, 1 or 2, 1 or 2) => IsYear(a) && b is > 0 and < 13 && c is > 0 and < 32,
                (1 or 2, 1 or 2, 4) => IsYear(c) && IsDayAndMonth(a, b),
                (1 or 2, 1 or 2, 2) => IsDayAndMonth(a, b),
                _ => false,
            };
            return fits && !TextPlace.IsWordAt(text, third) ? third - at : 0;
        }
        // 4(th) (of) March 1987, 4-Mar-1987
        int afterDay = Day(text, at);
        if (afterDay == 0)
            return 0;
        int name = TextPlace.Skip(text, afterDay, " .-"u8);
        if (TextPlace.IsWord(text, name, "of"u8) || TextPlace.IsWord(text, name, "de"u8))
            name = TextPlace.Skip(text, name + 2, " "u8);
        int length = Month(text, name);
        if (length == 0)
            return 0;
        int year = TextPlace.Skip(text, name + length, " ,.-"u8);
        if (TextPlace.IsWord(text, year, "de"u8) || TextPlace.IsWord(text, year, "of"u8))
            year += 2;
        return Year(text, year, at);
    }

    // The end of a day of the month, with its ordinal ending; 0 if there is none.
    private static int Day(ReadOnlySpan<byte> text, int at)
    {
        int end = TextPlace.SkipDigits(text, at);
        if (end == at || end - at > 2 || TextPlace.Number(text[at..end]) is < 1 or > 31)
            return 0;
        return s_ordinals.Length(text, end) is > 0 and int ending ? end + ending
            : TextPlace.IsWordAt(text, end) ? 0
            : end;
    }

    private static int Year(ReadOnlySpan<byte> text, int at, int from)
    {
        int start = TextPlace.Skip(text, at, " ,.-"u8),
            end = TextPlace.SkipDigits(text, start);
        return end - start == 4 && IsYear(TextPlace.Number(text[start..end])) && !TextPlace.IsWordAt(text, end)
            ? end - from
            : 0;
    }

    private static int Month(ReadOnlySpan<byte> text, int at) => s_months.Length(text, at);

    private static bool IsYear(int year) => year is >= 1880 and <= 2100;

    private static bool IsDayAndMonth(int a, int b) =>
        (a is > 0 and < 32 && b is > 0 and < 13) || (a is > 0 and < 13 && b is > 0 and < 32);
}
