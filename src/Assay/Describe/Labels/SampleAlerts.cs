using Assay.Numerics;

namespace Assay.Describe;

/// <summary>Finds problems in the label's sample of rows: columns that say all of another, and categories that shift along the file.</summary>
internal static class SampleAlerts
{
    private const int Parts = 10,
        FewestRows = 50,
        FewestOfPart = 20,
        MostCategories = 50;
    private const double Accuracy = 0.99,
        LeastGain = 0.95,
        LeastRest = 0.02,
        LeastShift = 0.1;

    private static readonly double s_significant = Gaussian.Quantile(1 - 1e-6);

    /// <summary>The alerts.</summary>
    public static IEnumerable<Alert> Of(IReadOnlyList<LabelVariable> variables)
    {
        List<string> leaks = [],
            repeats = [];
        HashSet<string> leaking = [],
            repeating = [];
        foreach (LabelVariable of in variables.Where(variable => IsTarget(variable)))
        foreach (LabelVariable from in variables.Where(variable => variable != of))
        {
            (double accuracy, double majority, int rows) = Predicts(from, of);
            if (
                rows < FewestRows
                || 1 - majority < LeastRest
                || accuracy < Accuracy
                || 1 - accuracy > (1 - LeastGain) * (1 - majority)
            )
                continue;
            bool isLeak = from.IsIdentifier;
            (isLeak ? leaks : repeats).Add($"{from.Name} → {of.Name}");
            (isLeak ? leaking : repeating).UnionWith([from.Name, of.Name]);
        }
        if (leaks.Count > 0)
            yield return new(
                "leaked-identifier",
                Severity.High,
                AlertCategory.Composition,
                "The order of a column that only names rows gives another away: " + LabelAlerts.List(leaks)
            )
            {
                Columns = [.. leaking],
                Mitigation = "Leave the identifier out of a model, and shuffle rows before they are split.",
            };
        if (repeats.Count > 0)
            yield return new(
                "determined",
                Severity.Low,
                AlertCategory.Composition,
                "A column can be told from another in all but 1 % of the rows at most: " + LabelAlerts.List(repeats)
            )
            {
                Columns = [.. repeating],
                Mitigation =
                    "If the second of two is what is to be predicted, the first must not be an input; else one of them is enough.",
            };
        (string Column, string What)[] shifts =
        [
            .. variables
                .Select(variable => (variable.Name, What: Shift(variable)))
                .Where(shift => shift.What.Length > 0)!,
        ];
        if (shifts.Length > 0)
            yield return new(
                "shifted",
                Severity.Medium,
                AlertCategory.Collection,
                "Categories are distributed otherwise in one part of the file than in another: "
                    + LabelAlerts.List([.. shifts.Select(shift => $"{shift.Column} ({shift.What})")])
            )
            {
                Columns = [.. shifts.Select(shift => shift.Column)],
                Mitigation =
                    "Rows that are sorted or were gathered one source after the other need a shuffle; else look for a code that changed its meaning.",
            };
    }

    private static bool IsTarget(LabelVariable variable) =>
        variable.IsCategorical && variable.Cells.Distinct is >= 2 and <= MostCategories;

    /// <summary>
    /// How well one column tells the category of another: by the other rows of the same value where it is a category itself, else by both neighbours in
    /// its order, which must agree; the row itself left out.
    /// </summary>
    public static (double Accuracy, double Majority, int Rows) Predicts(LabelVariable from, LabelVariable of)
    {
        ReadOnlySpan<int> codes = of.Cells.Codes;
        long[] counts = new long[of.Cells.Distinct];
        int[] rows = [.. Complete(from, of)];
        foreach (int row in rows)
            counts[codes[row]]++;
        double majority = rows.Length == 0 ? 1 : counts.Max() / (double)rows.Length;
        double accuracy = from.IsCategorical ? ByGroups(from, of, rows) : ByNeighbours(from, of, rows);
        return (accuracy, majority, rows.Length);
    }

    private static IEnumerable<int> Complete(LabelVariable a, LabelVariable b)
    {
        for (int row = 0; row < a.Cells.Count; row++)
            if (a.Cells.Codes[row] >= 0 && b.Cells.Codes[row] >= 0)
                yield return row;
    }

    private static double ByGroups(LabelVariable from, LabelVariable of, int[] rows)
    {
        int categories = of.Cells.Distinct;
        Dictionary<int, int[]> groups = [];
        foreach (int row in rows)
        {
            if (!groups.TryGetValue(from.Cells.Codes[row], out int[]? counts))
                groups[from.Cells.Codes[row]] = counts = new int[categories];
            counts[of.Cells.Codes[row]]++;
        }
        int right = 0;
        foreach (int row in rows)
        {
            int[] counts = groups[from.Cells.Codes[row]];
            int own = of.Cells.Codes[row];
            counts[own]--;
            // A row alone in its group is told nothing, and neither is one where other categories are as frequent.
            right +=
                counts[own] > 0 && counts.Where((_, category) => category != own).All(count => count < counts[own])
                    ? 1
                    : 0;
            counts[own]++;
        }
        return rows.Length == 0 ? 0 : right / (double)rows.Length;
    }

    private static double ByNeighbours(LabelVariable from, LabelVariable of, int[] rows)
    {
        double[] keys = [.. rows.Select(row => from.Order[row])];
        int[] sorted = [.. rows];
        Array.Sort(keys, sorted);
        int right = 0;
        for (int i = 0; i < sorted.Length; i++)
        {
            int own = of.Cells.Codes[sorted[i]];
            bool before = i == 0 || of.Cells.Codes[sorted[i - 1]] == own,
                after = i + 1 == sorted.Length || of.Cells.Codes[sorted[i + 1]] == own;
            right += before && after ? 1 : 0;
        }
        return sorted.Length == 0 ? 0 : right / (double)sorted.Length;
    }

    // The sample is in the order of the file: ten parts of it, against all categories.
    private static string Shift(LabelVariable variable)
    {
        int rows = variable.Cells.Count;
        if (!IsTarget(variable) || rows < Parts * FewestOfPart)
            return "";
        long[,] counts = new long[Parts, variable.Cells.Distinct];
        for (int row = 0; row < rows; row++)
            if (variable.Cells.Codes[row] >= 0)
                counts[(int)((long)row * Parts / rows), variable.Cells.Codes[row]]++;
        double shift = Association.CramersV(counts);
        double freedom = (Parts - 1) * (variable.Cells.Distinct - 1.0);
        if (!(shift >= LeastShift) || Deviation(Association.ChiSquared(counts), freedom) < s_significant)
            return "";
        (int part, int category, double most) = Largest(counts);
        return most > 0
            ? $"'{variable.Cells.Text(category)}' more often in part {part + 1} of {Parts}"
            : $"'{variable.Cells.Text(category)}' less often in part {part + 1} of {Parts}";
    }

    // Wilson and Hilferty (1931): the cube root of chi-squared over its degrees of freedom is nearly normal.
    private static double Deviation(double chiSquared, double freedom)
    {
        double spread = 2 / (9 * freedom);
        return (Math.Cbrt(chiSquared / freedom) - (1 - spread)) / Math.Sqrt(spread);
    }

    private static (int Part, int Category, double Residual) Largest(long[,] counts)
    {
        int parts = counts.GetLength(0),
            categories = counts.GetLength(1);
        double[] ofPart = new double[parts],
            ofCategory = new double[categories];
        foreach ((int part, int category) in Cells())
        {
            ofPart[part] += counts[part, category];
            ofCategory[category] += counts[part, category];
        }
        double total = ofPart.Sum();
        (int, int, double) largest = (0, 0, 0);
        foreach ((int part, int category) in Cells())
        {
            double expected = ofPart[part] * ofCategory[category] / total,
                residual = expected > 0 ? (counts[part, category] - expected) / Math.Sqrt(expected) : 0;
            if (Math.Abs(residual) > Math.Abs(largest.Item3))
                largest = (part, category, residual);
        }
        return largest;

        IEnumerable<(int Part, int Category)> Cells() =>
            from part in Enumerable.Range(0, parts)
            from category in Enumerable.Range(0, categories)
            select (part, category);
    }
}
