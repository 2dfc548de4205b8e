using System.Text.RegularExpressions;

namespace Assay.Describe;

/// <summary>Finds values that a spreadsheet has turned into dates: <c>9-Mar</c> where the file once said <c>3-9</c>.</summary>
/// <remarks>
/// Spreadsheets read a range of small numbers, or a name such as MARCH1 or SEPT2, as a day of a year and write it back as day and month. A
/// value counts as damaged if it has that form while others of its column have not: a column that holds nothing else may well be days.
/// </remarks>
public static partial class SpreadsheetDamage
{
    private static readonly string[] s_months =
    [
        "jan",
        "feb",
        "mar",
        "apr",
        "may",
        "jun",
        "jul",
        "aug",
        "sep",
        "oct",
        "nov",
        "dec",
    ];

    /// <summary>The damaged values of a column.</summary>
    /// <param name="values">Distinct values of the column, in any order; the most frequent ones will do.</param>
    /// <returns>The damaged ones, in the order given.</returns>
    public static IReadOnlyList<DamagedValue> Of(IEnumerable<string> values)
    {
        string[] all = [.. values.Where(value => value.Length > 0)];
        DamagedValue[] dates = [.. all.Select(Read).OfType<DamagedValue>()];
        return dates.Length < all.Length ? dates : [];
    }

    private static DamagedValue? Read(string value)
    {
        Match match = DayAndMonth().Match(value);
        if (!match.Success)
            return null;
        int month = 1 + Array.IndexOf(s_months, match.Groups["month"].Value.ToLowerInvariant()),
            number = int.Parse(match.Groups["number"].Value, System.Globalization.CultureInfo.InvariantCulture);
        return month == 0 ? null : new(value, $"{month}-{number}");
    }

    [GeneratedRegex(
        "^(?:(?<number>[0-9]{1,2})-(?<month>[A-Za-z]{3})|(?<month>[A-Za-z]{3})-(?<number>[0-9]{1,2}))$",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex DayAndMonth();
}

/// <summary>A value that a spreadsheet has turned into a date.</summary>
/// <param name="Value">As it stands there: <c>9-Mar</c>.</param>
/// <param name="Range">What it was if it was a range: <c>3-9</c>.</param>
public sealed record DamagedValue(string Value, string Range);
