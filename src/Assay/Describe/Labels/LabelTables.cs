using System.Globalization;

namespace Assay.Describe;

/// <summary>A row of the label's tables of names: a nominal or ordinal column.</summary>
/// <param name="Name">The column.</param>
/// <param name="Type">What its values read as: <c>number</c>, <c>date</c>, <c>boolean</c>, <c>string</c>.</param>
/// <param name="Count">Rows, those without a value included.</param>
/// <param name="UniqueEntries">Distinct values; a missing one is one more, and said.</param>
/// <param name="MostFrequent">The most frequent value and its count; <c>multiple detected</c> where several share it, <c>--</c> where every value is there once.</param>
/// <param name="LeastFrequent">The same of the least frequent value; <c>--</c> where there is only one, too.</param>
/// <param name="Missing">Share of the rows without a value.</param>
public sealed record NamesRow(
    string Name,
    string Type,
    long Count,
    string UniqueEntries,
    string MostFrequent,
    string LeastFrequent,
    string Missing
);

/// <summary>A row of the label's tables of numbers: a discrete or continuous column.</summary>
/// <param name="Name">The column.</param>
/// <param name="Type">What its values read as.</param>
/// <param name="Count">Rows, those without a value included.</param>
/// <param name="Min">The smallest number; null without numbers.</param>
/// <param name="Median">The median with two decimals.</param>
/// <param name="Max">The largest number; null without numbers.</param>
/// <param name="Mean">The mean with two decimals.</param>
/// <param name="StandardDeviation">The population standard deviation with two decimals.</param>
/// <param name="Missing">Share of the rows without a value.</param>
/// <param name="Zeros">Share of the rows whose number is written as <c>0</c> exactly.</param>
public sealed record NumbersRow(
    string Name,
    string Type,
    long Count,
    double? Min,
    string Median,
    double? Max,
    string Mean,
    string StandardDeviation,
    string Missing,
    string Zeros
);

/// <summary>The four tables of the Nutrition Label's statistics module, word for word as its prototype prints them.</summary>
/// <remarks>
/// Rules of the prototype (arXiv 1805.03677; its viewer's ordinalNominal and continuousDiscrete): a missing value counts as a value of its own; shares have
/// two decimals, but zero has none. Where a column has too many values to count, an estimate is marked by <c>≈</c>, and what is
/// not known is <c>not counted</c>.
/// </remarks>
public static class LabelTables
{
    private const string Nothing = "--",
        Several = "multiple detected",
        MissingValue = "missing value",
        Unknown = "not counted";

    /// <summary>The nominal or the ordinal columns.</summary>
    public static IReadOnlyList<NamesRow> Names(Label label, VariableKind kind) =>
        [.. label.Columns.Where(column => column.Variable == kind).Select(Names)];

    /// <summary>The discrete or the continuous columns.</summary>
    public static IReadOnlyList<NumbersRow> Numbers(Label label, VariableKind kind) =>
        [.. label.Columns.Where(column => column.Variable == kind).Select(Numbers)];

    /// <summary>A share as the prototype prints it: <c>2.60%</c>, but <c>0%</c>.</summary>
    public static string Percent(long part, long whole) => part == 0 ? "0%" : Fixed(100.0 * part / whole) + "%";

    private static NamesRow Names(ColumnLabel column)
    {
        bool isMissing = column.Missing > 0,
            isExact = column.Distinct.StandardError == 0 || column.IsUnique;
        long unique = column.Distinct.Value + (isMissing ? 1 : 0);
        string entries =
            (isExact ? "" : "≈ ")
            + unique.ToString(CultureInfo.InvariantCulture)
            + (isMissing ? " including missing" : "");
        return new(
            column.Name,
            column.Reads,
            column.Rows,
            entries,
            isExact && unique == column.Rows ? Nothing : Extreme(column, column.Most, most: true),
            (isExact && unique == column.Rows) || unique == 1 ? Nothing : Extreme(column, column.Least, most: false),
            Percent(column.Missing, column.Rows)
        );
    }

    // The missing value is one of the values.
    private static string Extreme(ColumnLabel column, ExtremeValue? value, bool most)
    {
        if (column.Missing == column.Rows)
            return $"{MissingValue} ({column.Missing})";
        if (value is null)
            return
                most
                && column.Missing > column.FrequentError + column.Frequent.Select(known => known.Count).FirstOrDefault()
                ? $"{MissingValue} ({column.Missing})"
                : Unknown;
        int order = most ? column.Missing.CompareTo(value.Count) : value.Count.CompareTo(column.Missing);
        if (column.Missing > 0 && order >= 0)
            return order == 0 ? Several : $"{MissingValue} ({column.Missing})";
        return value.Value is null ? Several : $"{value.Value} ({value.Count})";
    }

    private static NumbersRow Numbers(ColumnLabel column) =>
        new(
            column.Name,
            column.Reads,
            column.Rows,
            column.Numbers?.Min,
            column.Numbers is { } some ? Fixed(some.Median) : Nothing,
            column.Numbers?.Max,
            column.Numbers is { } numbers ? Fixed(numbers.Mean) : Nothing,
            column.Numbers?.StandardDeviation is { } deviation ? Fixed(deviation) : Nothing,
            Percent(column.Missing, column.Rows),
            Percent(column.WrittenZeros, column.Rows)
        );

    private static string Fixed(double value) => value.ToString("F2", CultureInfo.InvariantCulture);
}
