using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Assay.Value;

/// <summary>How demands of length are read.</summary>
public enum LengthReading
{
    /// <summary>English and Chinese numbers as people write them: <c>1,500 words</c>, <c>a 1500-word essay</c>, <c>2千字</c>, <c>十万字</c>; a range is its middle.</summary>
    Parsed,

    /// <summary>The patterns of the release, with what they miss: <c>2,000 words</c> is 0.</summary>
    Official,
}

/// <summary>The lengths that an instruction demands, in words or Chinese characters.</summary>
/// <remarks>
/// Source: "Minimum Tuning to Unlock Long Output from LLMs with High Quality Data as the Key", arXiv 2410.10210, its filter (evalscope, <c>data_etl.py</c>): digits before 字; one Chinese digit before 百字,
/// 千字 or 万字; digits, a space and lower-case "words". The first and the last are compared as they are written, the second as numbers, so that 八百字 and 800字 are two demands there.
/// </remarks>
public static partial class StatedLength
{
    private const string Digits = "零一二三四五六七八九";

    /// <summary>The different demands of a text, in the order of their first occurrence.</summary>
    public static IReadOnlyList<long> Of(string text, LengthReading reading = LengthReading.Parsed) =>
        reading == LengthReading.Official ? Official(text) : Parsed(text);

    /// <summary>The one demand of a text, or null where it has none or several.</summary>
    public static long? OnlyOf(string text, LengthReading reading = LengthReading.Parsed) =>
        Of(text, reading) is [var only] ? only : null;

    private static List<long> Official(string text)
    {
        HashSet<string> written = [.. OfficialDigits().Matches(text).Select(match => match.Groups["n"].Value)];
        HashSet<long> spelled = [];
        foreach (Match match in OfficialSpelled().Matches(text))
            if (DigitOf(match.Groups["n"].Value[0]) is { } digit)
                spelled.Add(digit * UnitOf(match.Groups["unit"].Value[0]));
        return [.. spelled, .. written.Select(Whole)];
    }

    private static List<long> Parsed(string text)
    {
        List<long> found = [];
        foreach (Match match in English().Matches(text).Concat(Chinese().Matches(text)))
        {
            double to = Number(match.Groups["to"].Value);
            double from = match.Groups["from"] is { Success: true } group ? Number(group.Value) : to;
            // 三到五千字 begins at three thousand, and nobody asks for three to five thousand.
            double length = from < to / 10 || from > to ? to : (from + to) / 2;
            if (length >= 1 && length <= long.MaxValue / 2)
                found.Add((long)Math.Round(length, MidpointRounding.AwayFromZero));
        }
        return [.. found.Distinct()];
    }

    // 1,500 and 二千五百 and 3.5万.
    private static double Number(string written)
    {
        double total = 0,
            section = 0,
            number = 0;
        StringBuilder digits = new();
        foreach (char sign in written.Normalize(NormalizationForm.FormKC).Where(sign => sign is not ','))
        {
            if (char.IsAsciiDigit(sign) || sign == '.')
            {
                digits.Append(sign);
                continue;
            }
            Take();
            if (DigitOf(sign) is { } digit)
                number = number * 10 + digit;
            else if (sign == '万')
            {
                total += (section + number is var part and > 0 ? part : 1) * UnitOf(sign);
                (section, number) = (0, 0);
            }
            else
            {
                section += (number > 0 ? number : 1) * UnitOf(sign);
                number = 0;
            }
        }
        Take();
        return total + section + number;

        void Take()
        {
            if (digits.Length == 0)
                return;
            number = double.TryParse(
                digits.ToString(),
                NumberStyles.AllowDecimalPoint,
                CultureInfo.InvariantCulture,
                out double value
            )
                ? value
                : 0;
            digits.Clear();
        }
    }

    private static long? DigitOf(char sign) =>
        sign is '两' or '俩' ? 2
        : Digits.IndexOf(sign) is >= 0 and int digit ? digit
        : null;

    private static long UnitOf(char sign) =>
        sign switch
        {
            '十' => 10,
            '百' => 100,
            '千' => 1000,
            _ => 10_000,
        };

    private static long Whole(string digits) =>
        long.TryParse(
            string.Concat(digits.Select(digit => (char)('0' + (int)char.GetNumericValue(digit)))),
            NumberStyles.None,
            CultureInfo.InvariantCulture,
            out long number
        )
            ? number
            : long.MaxValue;

    [GeneratedRegex(@"(?<n>\d+)(?:字| words)", RegexOptions.CultureInvariant)]
    private static partial Regex OfficialDigits();

    [GeneratedRegex("(?<n>.)(?<unit>[百千万])字", RegexOptions.CultureInvariant)]
    private static partial Regex OfficialSpelled();

    private const string N = @"(?:\d{1,3}(?:,\d{3})+|\d+)",
        C = "[0-9０-９零一二三四五六七八九十百千万两俩][0-9０-９零一二三四五六七八九十百千万两俩.,，]*";

    [GeneratedRegex(
        @"(?<![\d.,])(?:between\s+(?<from>"
            + N
            + @")\s+and\s+|(?<from>"
            + N
            + @")\s*(?:-|–|—|~|to)\s*)?(?<to>"
            + N
            + @")(?:\s+|-)words?\b",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant
    )]
    private static partial Regex English();

    // What follows 字 must not make another noun of it: letter, dictionary, typeface, paragraph and the like.
    [GeneratedRegex(
        "(?:(?<from>" + C + @")\s*(?:-|–|—|~|～|至|到)\s*)?(?<to>" + C + @")\s*[个余多]?字(?![母典体段节幕眼迹画])",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex Chinese();
}
