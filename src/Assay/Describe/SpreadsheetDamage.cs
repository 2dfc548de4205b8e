namespace Assay.Describe;

/// <summary>Finds values that a spreadsheet has turned into dates: <c>9-Mar</c> where the file once said <c>3-9</c>.</summary>
/// <remarks>
/// Spreadsheets read a range of small numbers, or a name such as MARCH1 or SEPT2, as a day of a year and write it back as day and month. A
/// value counts as damaged if it has that form while others of its column have not: a column that holds nothing else may well be days.
/// </remarks>
public static class SpreadsheetDamage
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

    /// <summary>True for a day and a month in the form in which spreadsheets write them.</summary>
    public static bool IsDayAndMonth(ReadOnlySpan<char> value) => Find(value) is not null;

    private static DamagedValue? Read(string value) =>
        Find(value) is var (month, number) ? new(value, $"{month}-{number}") : null;

    // One or two digits and the short name of a month, either first.
    private static (int Month, int Number)? Find(ReadOnlySpan<char> value)
    {
        int hyphen = value.Length is 5 or 6 ? value.IndexOf('-') : -1;
        if (hyphen < 1)
            return null;
        ReadOnlySpan<char> first = value[..hyphen],
            second = value[(hyphen + 1)..];
        ReadOnlySpan<char> name = first.Length == 3 ? first : second,
            number = first.Length == 3 ? second : first;
        if (number.Length is not (1 or 2) || number.ContainsAnyExceptInRange('0', '9'))
            return null;
        for (int month = 0; month < s_months.Length; month++)
            if (name.Equals(s_months[month], StringComparison.OrdinalIgnoreCase))
                return (month + 1, int.Parse(number, System.Globalization.CultureInfo.InvariantCulture));
        return null;
    }
}

/// <summary>A value that a spreadsheet has turned into a date.</summary>
/// <param name="Value">As it stands there: <c>9-Mar</c>.</param>
/// <param name="Range">What it was if it was a range: <c>3-9</c>.</param>
public sealed record DamagedValue(string Value, string Range);
