using Assay.Data;
using Assay.Studies;

namespace Assay.Plan;

/// <summary>The user's table: which columns are designs, which objectives, and their bounds.</summary>
internal static class DesignTable
{
    private const int MostCategories = 100;
    private const int FewestRows = 20;

    /// <summary>Reads designs and objectives; those to be maximised are negated. Rows that are alike throughout count once.</summary>
    /// <exception cref="AssayException">A column is missing, empty or of no use, a bound makes no sense, or there are too few rows.</exception>
    public static DesignData Read(View view, ParetoFlowOptions options, IReadOnlyList<Objective> objectives, Work work)
    {
        StudyTable table = StudyTable.Of(view, work.Cancellation);
        string[] names =
        [
            .. options.Designs.Count > 0 ? options.Designs : table.Names.Except(objectives.Select(of => of.Metric)),
        ];
        foreach (string name in names.Where(name => objectives.Any(of => of.Metric == name)))
            throw new AssayException($"'{name}' is both a design and an objective", hint: "Take it out of 'designs'.");
        if (names.Length == 0)
            throw new AssayException(
                $"'{view.Dataset.Name}' has no columns of designs",
                hint: "Every column is an objective; designs are columns beside them."
            );
        foreach (string name in options.Categories.Concat(options.Bounds.Keys).Except(names))
            throw new AssayException(
                $"'{name}' is no column of designs",
                hint: "They are: " + string.Join(", ", names) + "."
            );
        double[][] measured =
        [
            .. objectives.Select(of =>
                of.Maximise ? [.. table.Numbers(of.Metric).Select(value => -value)] : table.Numbers(of.Metric)
            ),
        ];
        List<DesignColumn> columns = [];
        List<double[]> values = [];
        foreach (string name in names)
        {
            bool isCategory =
                options.Categories.Contains(name)
                || view.Dataset.Schema.Find(name)?.Type is ColumnType.Text or ColumnType.Bool;
            (DesignColumn column, double[] numbers) = isCategory
                ? Category(table, name, options)
                : Quantity(table, name, options);
            columns.Add(column);
            values.Add(numbers);
        }
        int[] rows = Distinct([.. values, .. measured], table.Rows);
        if (rows.Length < FewestRows)
            throw new AssayException(
                $"'{view.Dataset.Name}' has {rows.Length} different rows",
                hint: $"Networks learn nothing from fewer than {FewestRows}; some hundred are advisable."
            );
        for (int j = 0; j < objectives.Count; j++)
            if (rows.All(row => measured[j][row] == measured[j][rows[0]]))
                throw new AssayException(
                    $"the objective '{objectives[j].Metric}' has the same value in all rows",
                    hint: "There is nothing to improve about it; leave it out."
                );
        return new(
            columns,
            [.. rows.SelectMany(row => values.Select(column => column[row]))],
            [.. rows.SelectMany(row => measured.Select(column => column[row]))],
            objectives.Count
        );
    }

    private static (DesignColumn, double[]) Category(StudyTable table, string name, ParetoFlowOptions options)
    {
        string[] words = table.Words(name);
        string[] categories = [.. words.Distinct().Order(StringComparer.Ordinal)];
        if (options.Bounds.ContainsKey(name))
            throw new AssayException(
                $"'{name}' names categories, which have no bounds",
                hint: "Take it out of 'bounds'."
            );
        if (categories.Length > MostCategories)
            throw new AssayException(
                $"'{name}' has {categories.Length} different values",
                hint: $"Categories are at most {MostCategories}. If it names the rows, leave it out: list the columns under 'designs'."
            );
        Dictionary<string, int> numbers = categories.Index().ToDictionary(entry => entry.Item, entry => entry.Index);
        return (new(name, 0, categories.Length - 1, categories), [.. words.Select(word => (double)numbers[word])]);
    }

    private static (DesignColumn, double[]) Quantity(StudyTable table, string name, ParetoFlowOptions options)
    {
        double[] numbers = table.Numbers(name);
        double low = numbers.Min(),
            high = numbers.Max();
        if (options.Bounds.TryGetValue(name, out double[]? bounds))
        {
            if (
                bounds is not [double lower, double upper]
                || !double.IsFinite(lower)
                || !(lower <= upper)
                || !double.IsFinite(upper)
            )
                throw new AssayException(
                    $"the bounds of '{name}' are not a lower and an upper one",
                    hint: $"Write bounds: {{ {name}: [0, 10] }}."
                );
            (low, high) = (lower, upper);
            int outside = Array.FindIndex(numbers, value => value < lower || value > upper);
            if (outside >= 0)
                throw table.Wrong(
                    outside,
                    name,
                    FormattableString.Invariant(
                        $"'{name}' is {numbers[outside]}, outside of its bounds [{lower}, {upper}]"
                    ),
                    "Widen the bounds, or leave the row out (select/where)."
                );
        }
        return (new(name, low, high), numbers);
    }

    private static int[] Distinct(double[][] columns, int rows)
    {
        HashSet<string> seen = [];
        return
        [
            .. Enumerable
                .Range(0, rows)
                .Where(row =>
                    seen.Add(
                        string.Create(
                            columns.Length * 4,
                            (columns, row),
                            (to, of) =>
                            {
                                for (int j = 0; j < of.columns.Length; j++)
                                {
                                    long bits = BitConverter.DoubleToInt64Bits(of.columns[j][of.row] + 0.0);
                                    for (int k = 0; k < 4; k++)
                                        to[4 * j + k] = (char)(bits >> (16 * k));
                                }
                            }
                        )
                    )
                ),
        ];
    }
}
