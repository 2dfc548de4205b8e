namespace Assay.Data;

/// <summary>Numbers that states give to persons, by their form and, where there is one, their check digit.</summary>
/// <remarks>
/// By form: United States (social security), United Kingdom (national insurance), Brazil (CPF), China (resident), France (social security),
/// Italy (codice fiscale), Spain (DNI, NIE). Where the word stands before it: Canada (SIN), India (Aadhaar), passports of any state.
/// </remarks>
internal static class NationalId
{
    private static readonly PhraseList s_canada = new("sin", "social insurance"),
        s_india = new("aadhaar", "aadhar", "uidai"),
        s_passport = new("passport", "passeport", "reisepass", "pasaporte");

    /// <summary>Length in bytes of a number that begins with a digit at a place, where a word starts, or 0.</summary>
    public static int OfDigits(ReadOnlySpan<byte> text, int at)
    {
        // A number that goes on is another number.
        int length =
            Grouped(text, at, [3, 2, 4], "-"u8) is > 0 and int american && IsAmerican(text[at..]) ? american
            : Grouped(text, at, [3, 3, 3, 2], "..-"u8) is > 0 and int brazilian
            && IsBrazilian(text.Slice(at, brazilian))
                ? brazilian
            : China(text, at) is > 0 and int chinese ? chinese
            : France(text, at) is > 0 and int french ? french
            : Spain(text, at, 8, 0) is > 0 and int spanish ? spanish
            : Canada(text, at) is > 0 and int canadian ? canadian
            : India(text, at) is > 0 and int indian ? indian
            : Passport(text, at);
        return length > 0 && !Continues(text, at + length) ? length : 0;
    }

    /// <summary>The same of one that begins with a letter.</summary>
    public static int OfLetters(ReadOnlySpan<byte> text, int at)
    {
        int length =
            Britain(text, at) is > 0 and int british ? british
            : Italy(text, at) is > 0 and int italian ? italian
            : text[at] is (byte)'X' or (byte)'Y' or (byte)'Z'
            && Spain(text, at + 1, 7, text[at] - 'X') is > 0 and int alien
                ? alien + 1
            : Passport(text, at);
        return length > 0 && !Continues(text, at + length) ? length : 0;
    }

    // Groups of digits with the same separator throughout, or one for each gap.
    private static int Grouped(ReadOnlySpan<byte> text, int at, ReadOnlySpan<int> sizes, ReadOnlySpan<byte> separators)
    {
        int end = at;
        for (int i = 0; i < sizes.Length; i++)
        {
            if (i > 0 && !TextPlace.Is(text, end++, separators[Math.Min(i - 1, separators.Length - 1)]))
                return 0;
            int start = end;
            end = TextPlace.SkipDigits(text, end);
            if (end - start != sizes[i])
                return 0;
        }
        return end - at;
    }

    // Numbers that were never given: areas 000, 666 and 900 to 999, group 00, serial 0000, and two that advertisements made known.
    private static bool IsAmerican(ReadOnlySpan<byte> text)
    {
        int area = TextPlace.Number(text[..3]),
            group = TextPlace.Number(text.Slice(4, 2)),
            serial = TextPlace.Number(text.Slice(7, 4));
        return area is > 0 and < 900 and not 666
            && group > 0
            && serial > 0
            && (area, group, serial) is not ((78, 5, 1120) or (219, 9, 9999) or (123, 45, 6789));
    }

    private static bool IsBrazilian(ReadOnlySpan<byte> text)
    {
        Span<int> digits = stackalloc int[11];
        int count = 0;
        foreach (byte sign in text)
            if (TextPlace.IsDigit(sign))
                digits[count++] = sign - '0';
        if (digits.IndexOfAnyExcept(digits[0]) < 0)
            return false;
        for (int check = 9; check < 11; check++)
        {
            int sum = 0;
            for (int i = 0; i < check; i++)
                sum += digits[i] * (check + 1 - i);
            if (digits[check] != sum * 10 % 11 % 10)
                return false;
        }
        return true;
    }

    // Region, day of birth, serial number, and a check sign by ISO 7064 (remainder 1 by 11).
    private static int China(ReadOnlySpan<byte> text, int at)
    {
        int digits = TextPlace.SkipDigits(text, at) - at;
        bool isX = digits == 17 && at + 17 < text.Length && text[at + 17] is (byte)'X' or (byte)'x';
        if (digits != 18 && !isX)
            return 0;
        ReadOnlySpan<byte> id = text.Slice(at, 18);
        int year = TextPlace.Number(id.Slice(6, 4)),
            month = TextPlace.Number(id.Slice(10, 2)),
            day = TextPlace.Number(id.Slice(12, 2)),
            remainder = 0;
        for (int i = 0; i < 18; i++)
            remainder = (2 * remainder + (i == 17 && isX ? 10 : id[i] - '0')) % 11;
        return
            id[0] != '0' && year is > 1880 and < 2100 && month is > 0 and < 13 && day is > 0 and < 32 && remainder == 1
            ? 18
            : 0;
    }

    // Sex, year, month, department, commune, order, and a key of two digits: 97 minus the remainder.
    private static int France(ReadOnlySpan<byte> text, int at)
    {
        if (text[at] is not ((byte)'1' or (byte)'2'))
            return 0;
        int end = at,
            count = 0,
            key = 0;
        long number = 0;
        Span<int> cuts = [1, 3, 5, 7, 10, 13];
        while (count < 15 && end < text.Length)
        {
            if (text[end] == ' ' && cuts.Contains(count))
                end++;
            if (!TextPlace.IsDigit(text, end))
                return 0;
            int digit = text[end++] - '0';
            if (count++ < 13)
                number = 10 * number + digit;
            else
                key = 10 * key + digit;
        }
        long month = number / 100_000_000 % 100;
        return count == 15 && month is (> 0 and < 13) or (>= 20 and < 43) or >= 50 && key == 97 - number % 97
            ? end - at
            : 0;
    }

    private static int Spain(ReadOnlySpan<byte> text, int at, int digits, int first)
    {
        int end = TextPlace.SkipDigits(text, at);
        if (end - at != digits)
            return 0;
        int number = first * 10_000_000 + TextPlace.Number(text[at..end]);
        if (TextPlace.Is(text, end, (byte)'-'))
            end++;
        return end < text.Length && text[end] == "TRWAGMYFPDXBNJZSQVHLCKE"[number % 23] ? end + 1 - at : 0;
    }

    private static int Canada(ReadOnlySpan<byte> text, int at)
    {
        int length = Math.Max(Grouped(text, at, [3, 3, 3], "-"u8), Grouped(text, at, [3, 3, 3], " "u8));
        if (length == 0 || !s_canada.IsBefore(text, at, 40))
            return 0;
        Span<byte> digits = stackalloc byte[9];
        for (int i = 0; i < 9; i++)
            digits[i] = (byte)(text[at + i + i / 3] - '0');
        return CardNumber.Luhn(digits) ? length : 0;
    }

    private static int India(ReadOnlySpan<byte> text, int at)
    {
        int length = Math.Max(Grouped(text, at, [4, 4, 4], " "u8), Grouped(text, at, [4, 4, 4], "-"u8));
        length = length > 0 ? length : Grouped(text, at, [12], ""u8);
        return length > 0 && text[at] >= '2' && s_india.IsBefore(text, at, 40) ? length : 0;
    }

    private static int Passport(ReadOnlySpan<byte> text, int at)
    {
        int end = at;
        while (end < at + 2 && end < text.Length && char.IsAsciiLetterUpper((char)text[end]))
            end++;
        int digits = end;
        end = TextPlace.SkipDigits(text, end);
        return end - digits is >= 6 and <= 9 && s_passport.IsBefore(text, at, 24) ? end - at : 0;
    }

    private static int Britain(ReadOnlySpan<byte> text, int at)
    {
        if (
            text.Length - at < 9
            || !"ABCEGHJKLMNOPRSTWXYZ".Contains((char)text[at])
            || !"ABCEGHJKLMNPRSTWXYZ".Contains((char)text[at + 1])
            || (text[at], text[at + 1])
                is
                    ((byte)'B', (byte)'G')
                    or
                    ((byte)'G', (byte)'B')
                    or
                    ((byte)'N', (byte)'K')
                    or
                    ((byte)'K', (byte)'N')
                    or
                    ((byte)'T', (byte)'N')
                    or
                    ((byte)'N', (byte)'T')
                    or
                    ((byte)'Z', (byte)'Z')
        )
            return 0;
        bool spaced = text[at + 2] == ' ';
        int end = at + 2;
        for (int i = 0; i < 6; i++)
        {
            if (spaced && i % 2 == 0 && !TextPlace.Is(text, end++, (byte)' '))
                return 0;
            if (!TextPlace.IsDigit(text, end++))
                return 0;
        }
        if (spaced && !TextPlace.Is(text, end++, (byte)' '))
            return 0;
        return end < text.Length && text[end] is >= (byte)'A' and <= (byte)'D' ? end + 1 - at : 0;
    }

    // Six letters of the name, year, month and day of birth, place, and a check letter.
    private static int Italy(ReadOnlySpan<byte> text, int at)
    {
        if (text.Length - at < 16)
            return 0;
        ReadOnlySpan<byte> code = text.Slice(at, 16);
        for (int i = 0; i < 16; i++)
            if ("LLLLLLDDLDDLDDDL"[i] == 'L' ? !char.IsAsciiLetterUpper((char)code[i]) : !TextPlace.IsDigit(code[i]))
                return 0;
        ReadOnlySpan<byte> odd =
        [
            1,
            0,
            5,
            7,
            9,
            13,
            15,
            17,
            19,
            21,
            2,
            4,
            18,
            20,
            11,
            3,
            6,
            8,
            12,
            14,
            16,
            10,
            22,
            25,
            24,
            23,
        ];
        int sum = 0;
        for (int i = 0; i < 15; i++)
        {
            int value = TextPlace.IsDigit(code[i]) ? code[i] - '0' : code[i] - 'A';
            sum += i % 2 == 0 ? odd[value] : value;
        }
        return "ABCDEHLMPRST".Contains((char)code[8]) && code[15] == 'A' + sum % 26 ? 16 : 0;
    }

    private static bool Continues(ReadOnlySpan<byte> text, int at) =>
        TextPlace.IsWordAt(text, at)
        || (at < text.Length && text[at] is (byte)'-' or (byte)'.' or (byte)'/' && TextPlace.IsDigit(text, at + 1));
}
