namespace Assay.Data;

/// <summary>Numbers of payment cards (ISO/IEC 7812): an issuer's prefix, the length that goes with it, and Luhn's check digit.</summary>
internal static class CardNumber
{
    private const int Shortest = 13,
        Longest = 19;

    /// <summary>Length in bytes of the card number at the start of the text, or 0.</summary>
    public static int Length(ReadOnlySpan<byte> text)
    {
        Span<byte> digits = stackalloc byte[Longest];
        Span<int> groups = stackalloc int[Longest];
        int count = 0,
            group = 0,
            longest = 0;
        byte separator = 0;
        for (int at = 0; ; at++)
        {
            if (at < text.Length && char.IsAsciiDigit((char)text[at]))
            {
                if (count == Longest)
                    return longest;
                digits[count++] = (byte)(text[at] - '0');
                groups[group]++;
                continue;
            }
            // A number may follow behind a space (the month of expiry); behind a hyphen the same number goes on.
            bool parts =
                at + 1 < text.Length && char.IsAsciiDigit((char)text[at + 1]) && text[at] is (byte)' ' or (byte)'-';
            bool ends = parts ? text[at] == ' ' : at == text.Length || !PiiFinder.IsWord(text[at]);
            if (ends && count >= Shortest && IsCard(digits[..count], groups[..(group + 1)]))
                longest = at;
            if (!parts || (separator != 0 && separator != text[at]))
                return longest;
            separator = text[at];
            group++;
        }
    }

    private static bool IsCard(ReadOnlySpan<byte> digits, ReadOnlySpan<int> groups) =>
        IsGrouped(groups) && HasIssuer(digits) && Luhn(digits);

    /// <summary>True if the last digit is the check digit of those before it: doubled every other, their digits sum to a multiple of 10.</summary>
    public static bool Luhn(ReadOnlySpan<byte> digits)
    {
        int sum = 0;
        for (int i = 0; i < digits.Length; i++)
        {
            int digit = digits[^(i + 1)] << (i & 1);
            sum += digit > 9 ? digit - 9 : digit;
        }
        return sum % 10 == 0;
    }

    // In one piece, in fours with a shorter rest, or as 4-6-5 (and 4-6-4).
    private static bool IsGrouped(ReadOnlySpan<int> groups)
    {
        if (groups.Length == 1)
            return true;
        if (groups is [4, 6, 4 or 5])
            return true;
        foreach (int size in groups[..^1])
            if (size != 4)
                return false;
        return groups[^1] <= 4;
    }

    private static bool HasIssuer(ReadOnlySpan<byte> digits)
    {
        int four = (1000 * digits[0]) + (100 * digits[1]) + (10 * digits[2]) + digits[3];
        return (four, digits.Length) switch
        {
            (>= 4000 and < 5000, 13 or 16 or 19) => true, // Visa
            (>= 5100 and < 5600 or >= 2221 and <= 2720, 16) => true, // Mastercard
            (>= 3400 and < 3500 or >= 3700 and < 3800, 15) => true, // American Express
            (>= 3000 and < 3060 or 3095 or >= 3600 and < 3700 or >= 3800 and < 4000, 14 or 16 or 19) => true, // Diners
            (>= 3528 and < 3590, >= 16) => true, // JCB
            (6011 or >= 6440 and < 6600 or >= 6200 and < 6300, >= 16) => true, // Discover, UnionPay
            _ => false,
        };
    }
}
