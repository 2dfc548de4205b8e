namespace Assay.Data;

/// <summary>Telephone numbers, told by their groups of digits.</summary>
internal static class PhoneNumber
{
    private const int MostGroups = 8,
        MostDigits = 15;

    /// <summary>Length in bytes of the telephone number at the start of the text (a plus sign, a bracket or a digit), or 0.</summary>
    public static int Length(ReadOnlySpan<byte> text)
    {
        bool plus = text[0] == '+';
        Span<int> starts = stackalloc int[MostGroups],
            ends = stackalloc int[MostGroups];
        Span<byte> separators = stackalloc byte[MostGroups];
        int groups = 0,
            at = plus ? 1 : 0,
            open = 0;
        // Groups of digits with up to three separating signs between them.
        while (groups < MostGroups)
        {
            int start = at;
            byte separator = 0;
            for (; at < text.Length && at < start + 3 && IsSeparator(text[at]); at++)
            {
                open += text[at] == '(' ? 1 : 0;
                if (text[at] is not ((byte)' ' or (byte)'(' or (byte)')'))
                    separator = text[at];
                else if (separator == 0)
                    separator = (byte)' ';
            }
            if (groups == 0 && at > start && text[start] != '(')
                return 0;
            starts[groups] = at;
            while (at < text.Length && char.IsAsciiDigit((char)text[at]))
                at++;
            ends[groups] = at;
            if (at == starts[groups])
                break;
            separators[groups++] = separator;
        }
        for (int count = groups; count > 0; count--)
        {
            int end = ends[count - 1];
            bool isWhole = count == groups && !(end < text.Length && PiiFinder.IsWord(text[end]));
            // Behind a space another number may stand; behind another sign the same number would go on.
            bool isPrefix = count < groups && separators[count] == ' ';
            if (
                (isWhole || isPrefix)
                && Fits(text, plus, starts[..count], ends[..count], separators[..count])
                && (open == 0 || text[..end].Count((byte)'(') == text[..end].Count((byte)')'))
            )
                return end;
        }
        return 0;
    }

    private static bool Fits(
        ReadOnlySpan<byte> text,
        bool plus,
        ReadOnlySpan<int> starts,
        ReadOnlySpan<int> ends,
        ReadOnlySpan<byte> separators
    )
    {
        int digits = 0,
            shortest = int.MaxValue;
        for (int i = 0; i < starts.Length; i++)
        {
            digits += ends[i] - starts[i];
            shortest = Math.Min(shortest, ends[i] - starts[i]);
        }
        byte first = text[starts[0]];
        if (plus)
            return first != '0' && digits is >= 8 and <= MostDigits && ends[^1] - starts[^1] > 1;

        // North America, with or without its country code.
        int area = starts.Length == 4 && first == '1' && ends[0] - starts[0] == 1 ? 1 : 0;
        if (
            starts.Length == area + 3
            && ends[area] - starts[area] == 3
            && ends[area + 1] - starts[area + 1] == 3
            && ends[area + 2] - starts[area + 2] == 4
            && text[starts[area]] >= '2'
            && text[starts[area + 1]] >= '2'
        )
            return true;

        // A trunk prefix: 0, but not 00; after the area code always the same separator.
        for (int i = 3; i < starts.Length; i++)
            if (separators[i] != separators[2])
                return false;
        return first == '0'
            && ends[0] - starts[0] is >= 2 and <= 5
            && text[starts[0] + 1] != '0'
            && starts.Length >= 2
            && shortest >= 2
            && digits is >= 9 and <= 11;
    }

    private static bool IsSeparator(byte value) =>
        value is (byte)' ' or (byte)'-' or (byte)'.' or (byte)'/' or (byte)'(' or (byte)')';
}
