using System.Globalization;

namespace Assay.Describe;

/// <summary>Finds problems of a dataset by rules on its label; of one kind there is one alert for each severity, which names all columns.</summary>
/// <remarks>The rules are the house's own: the papers name kinds of alerts, but no thresholds.</remarks>
internal static class LabelAlerts
{
    /// <summary>Shares of missing values from which on they are a low, a medium and a high alert.</summary>
    public static readonly double[] MissingShares = [0.01, 0.1, 0.5];

    /// <summary>Words that a text has at least, in the middle, to count as prose.</summary>
    public const int ManyWords = 5;

    private const int FewestRows = 20,
        NamedColumns = 5;
    private const double RepeatedShare = 0.001,
        MoreThanChance = 10,
        OftenRepeated = 0.01,
        NearlyAll = 0.9,
        PlaceholderShare = 0.001;

    /// <summary>The alerts that a label without its sample can give.</summary>
    public static IEnumerable<Alert> Of(Label label)
    {
        foreach (Alert alert in Missing(label))
            yield return alert;
        if (Placeholders(label) is { } placeholders)
            yield return placeholders;
        if (Constant(label) is { } constant)
            yield return constant;
        if (Identifiers(label) is { } identifiers)
            yield return identifiers;
        if (Repeated(label) is { } repeated)
            yield return repeated;
        if (Mixed(label) is { } mixed)
            yield return mixed;
        if (Spreadsheet(label) is { } spreadsheet)
            yield return spreadsheet;
        if (Padded(label) is { } padded)
            yield return padded;
        if (Spellings(label) is { } spellings)
            yield return spellings;
    }

    /// <summary>The gravest first; computed before stated ones; else as they came.</summary>
    public static IReadOnlyList<Alert> Ordered(IEnumerable<Alert> alerts) =>
        [.. alerts.OrderByDescending(alert => alert.Severity)];

    /// <summary>Columns with a word for each, as a sentence lists them: <c>a (5.2 %), b (1 %) and 3 more</c>.</summary>
    public static string List(IReadOnlyList<string> items) =>
        items.Count <= NamedColumns
            ? string.Join(", ", items)
            : string.Join(", ", items.Take(NamedColumns)) + $" and {items.Count - NamedColumns} more";

    /// <summary>A share in per cent.</summary>
    public static string Percent(double share) =>
        share is > 0 and < 0.001 ? "under 0.1 %"
        : share is > 0.999 and < 1 ? "over 99.9 %"
        : (100 * share).ToString("0.#", CultureInfo.InvariantCulture) + " %";

    private static IEnumerable<Alert> Missing(Label label)
    {
        for (int level = MissingShares.Length - 1; level >= 0; level--)
        {
            double from = MissingShares[level],
                below = level + 1 < MissingShares.Length ? MissingShares[level + 1] : double.PositiveInfinity;
            ColumnLabel[] columns =
            [
                .. label
                    .Columns.Where(column => column.MissingShare >= from && column.MissingShare < below)
                    .OrderByDescending(column => column.MissingShare),
            ];
            if (columns.Length > 0)
                yield return new(
                    "missing-values",
                    (Severity)level,
                    AlertCategory.Completeness,
                    (columns.Length == 1 ? "Rows lack a value in " : $"Rows lack values in {columns.Length} columns: ")
                        + List([.. columns.Select(column => $"{column.Name} ({Percent(column.MissingShare)})")])
                )
                {
                    Columns = [.. columns.Select(column => column.Name)],
                    Mitigation =
                        "Find out whether values are missing at random before rows are dropped or values filled in.",
                };
        }
    }

    private static Alert? Placeholders(Label label)
    {
        ColumnLabel[] columns =
        [
            .. label.Columns.Where(column =>
                column.Shapes.Placeholders > 0
                && column.Shapes.Placeholders >= PlaceholderShare * (column.Rows - column.Missing)
            ),
        ];
        return columns.Length == 0
            ? null
            : new(
                "missing-as-value",
                columns.Any(column => column.Shapes.Placeholders >= MissingShares[1] * column.Rows)
                    ? Severity.Medium
                    : Severity.Low,
                AlertCategory.Completeness,
                "Words that mean 'no value' (?, NA, null, unknown) stand as values in "
                    + List([
                        .. columns.Select(column =>
                            $"{column.Name} ({Percent((double)column.Shapes.Placeholders / column.Rows)} of the rows)"
                        ),
                    ])
            )
            {
                Columns = [.. columns.Select(column => column.Name)],
                Mitigation = "Turn them into missing values, or say what they mean.",
            };
    }

    private static Alert? Constant(Label label)
    {
        string[] columns =
        [
            .. label
                .Columns.Where(column => column.Distinct is { Value: 1, StandardError: 0 } && column.Rows > 1)
                .Select(column => column.Name),
        ];
        return columns.Length == 0
            ? null
            : new(
                "constant",
                Severity.Low,
                AlertCategory.Composition,
                $"The same value in every row that has one: {List(columns)}"
            )
            {
                Columns = columns,
                Mitigation = "It tells rows apart by nothing but what is missing: leave it out of a model.",
            };
    }

    private static Alert? Identifiers(Label label)
    {
        string[] columns =
        [
            .. label.Columns.Where(column => IsIdentifier(column, label)).Select(column => column.Name),
        ];
        return columns.Length == 0
            ? null
            : new(
                "identifier",
                Severity.Low,
                AlertCategory.Composition,
                $"A value of its own in every row: {List(columns)}"
            )
            {
                Columns = columns,
                Mitigation = "Leave it out of a model, and out of what is published if it names people.",
            };
    }

    /// <summary>True for a column whose short values tell every row apart.</summary>
    public static bool IsIdentifier(ColumnLabel column, Label label) =>
        column.IsUnique
        && column.Missing == 0
        && column.Rows >= FewestRows
        && (column.Name != label.TextColumn || column.Numbers is not null)
        && (
            column.Text is null
                ? column.Type == Data.ColumnType.Int64
                : column.Text.Bytes.Max <= 64 && column.Text.Words.Max <= 1
        );

    private static Alert? Repeated(Label label)
    {
        double share = label.Rows == 0 ? 0 : label.RepeatedRows.Value / (double)label.Rows;
        // A few whole rows of few columns are alike by chance.
        if (share < RepeatedShare || label.RepeatedRows.Value < 2 || IsByChance(label))
            return null;
        string exactly = label.RepeatedRows.StandardError > 0 ? "About " : "";
        return new(
            "repeated-rows",
            share >= OftenRepeated ? Severity.Medium : Severity.Low,
            AlertCategory.Composition,
            exactly
                + string.Create(
                    CultureInfo.InvariantCulture,
                    $"{label.RepeatedRows.Value:N0} rows ({Percent(share)}) repeat an earlier row"
                )
                + (label.RepeatedApartFrom is { } but ? $" in all columns but {but}" : " in all columns")
        )
        {
            Mitigation =
                "Drop the copies (select/dedup) before rows are split into training and test: copies on both sides flatter a model.",
        };
    }

    // Where the columns together have few combinations, rows repeat without being copies: so many as if all were equally frequent, and some more since
    // they are not.
    private static bool IsByChance(Label label)
    {
        double combinations = 1,
            rows = label.Rows;
        foreach (ColumnLabel column in label.Columns.Where(column => column.Name != label.RepeatedApartFrom))
            combinations *=
                column.Text is { } text && text.Words.Median >= ManyWords
                    ? double.PositiveInfinity
                    : Math.Max(1, column.Distinct.Value);
        double expected = double.IsFinite(combinations) ? rows + combinations * double.ExpM1(-rows / combinations) : 0;
        return label.RepeatedRows.Value < MoreThanChance * expected;
    }

    private static Alert? Mixed(Label label)
    {
        List<(string Column, string What)> found = [];
        foreach (ColumnLabel column in label.Columns)
        {
            long present = column.Rows - column.Missing;
            if (column.Kinds.Count > 1)
                found.Add(
                    (column.Name, string.Join(", ", column.Kinds.Select(kind => $"{kind.Name} {Percent(kind.Value)}")))
                );
            else if (
                column.Text is not null
                && column.Shapes.Numbers >= NearlyAll * (present - column.Shapes.Placeholders)
                && column.Shapes.Numbers + column.Shapes.Placeholders < present
            )
                found.Add(
                    (
                        column.Name,
                        $"numbers, but {Percent(1 - (column.Shapes.Numbers + column.Shapes.Placeholders) / (double)present)} text"
                    )
                );
        }
        return found.Count == 0
            ? null
            : new(
                "mixed-types",
                Severity.Medium,
                AlertCategory.Description,
                "Values of several types in " + List([.. found.Select(column => $"{column.Column} ({column.What})")])
            )
            {
                Columns = [.. found.Select(column => column.Column)],
                Mitigation =
                    "Find the rows that differ: they are often shifted by a column, or come from another source.",
            };
    }

    private static Alert? Spreadsheet(Label label)
    {
        List<(string Column, string What)> found = [];
        foreach (ColumnLabel column in label.Columns)
        {
            long present = column.Rows - column.Missing;
            // A column of such dates alone is a column of dates.
            if (column.Shapes.MonthDays > 0 && column.Shapes.MonthDays < NearlyAll * present)
                found.Add(
                    (
                        column.Name,
                        $"{Percent(column.Shapes.MonthDays / (double)present)} of the values read as dates"
                            + (
                                column.Damaged.Count > 0
                                    ? ", such as "
                                        + string.Join(
                                            " and ",
                                            column
                                                .Damaged.Take(2)
                                                .Select(value => $"{value.Value}, perhaps {value.Range}")
                                        )
                                    : ""
                            )
                    )
                );
            if (column.Shapes.SpreadsheetErrors > 0)
                found.Add(
                    (column.Name, $"{Percent(column.Shapes.SpreadsheetErrors / (double)present)} errors such as #N/A")
                );
        }
        return found.Count == 0
            ? null
            : new(
                "spreadsheet-damage",
                Severity.High,
                AlertCategory.Collection,
                "A spreadsheet has changed values of "
                    + List([.. found.Select(column => $"{column.Column} ({column.What})")])
            )
            {
                Columns = [.. found.Select(column => column.Column).Distinct()],
                Mitigation =
                    "Read them from the original again, or turn them back into the ranges or names that they were.",
            };
    }

    private static Alert? Padded(Label label)
    {
        ColumnLabel[] columns =
        [
            .. label.Columns.Where(column =>
                column.Name != label.TextColumn && column.Shapes.Padded > OftenRepeated * (column.Rows - column.Missing)
            ),
        ];
        return columns.Length == 0
            ? null
            : new(
                "white-space",
                columns.Any(column => column.Reads == "number") ? Severity.Medium : Severity.Low,
                AlertCategory.Description,
                "White space stands around values of "
                    + List([
                        .. columns.Select(column =>
                            column.Name.Trim() + (column.Reads == "number" ? " (numbers that read as text)" : "")
                        ),
                    ])
            )
            {
                Columns = [.. columns.Select(column => column.Name)],
                Mitigation = "Strip it: numbers become numbers, and values that differ in nothing else become one.",
            };
    }

    private static Alert? Spellings(Label label)
    {
        List<(string Column, string What)> found = [];
        foreach (ColumnLabel column in label.Columns)
        {
            if (column.Variable is not (VariableKind.Nominal or VariableKind.Ordinal) || column.FrequentError > 0)
                continue;
            var alike = column
                .Frequent.Where(value => !value.IsCut)
                .GroupBy(value => value.Value.Trim().ToUpperInvariant())
                .FirstOrDefault(group => group.Count() > 1);
            if (alike is not null)
                found.Add((column.Name, string.Join(" and ", alike.Take(2).Select(value => $"'{value.Value}'"))));
        }
        return found.Count == 0
            ? null
            : new(
                "spellings",
                Severity.Medium,
                AlertCategory.Description,
                "One category is spelled in several ways in "
                    + List([.. found.Select(column => $"{column.Column} ({column.What})")])
            )
            {
                Columns = [.. found.Select(column => column.Column)],
                Mitigation = "Join them: a model takes them for different things.",
            };
    }
}
