using Assay.Numerics;

namespace Assay.Describe;

/// <summary>How pairs of columns go together.</summary>
public sealed record PairModule
{
    /// <summary>The columns that were looked at; of columns of prose it is the length in bytes.</summary>
    public required IReadOnlyList<string> Variables { get; init; }

    /// <summary>One entry for each two of them.</summary>
    public required IReadOnlyList<PairAssociation> Associations { get; init; }

    /// <summary>The pairs that were asked for, or the most strongly associated ones.</summary>
    public required IReadOnlyList<PairPlot> Plots { get; init; }
}

/// <summary>How strongly two columns are associated.</summary>
/// <param name="A">One.</param>
/// <param name="B">The other.</param>
/// <param name="Measure">How that is measured.</param>
/// <param name="Value">The measure, over rows that have both values; null where it is undefined, because a column does not vary.</param>
/// <param name="Strength">Its size corrected for what chance gives, 0 to 1: what pairs are ranked by. Null where undefined.</param>
/// <param name="Rows">Rows that have both values.</param>
public sealed record PairAssociation(
    string A,
    string B,
    AssociationMeasure Measure,
    double? Value,
    double? Strength,
    int Rows
);

/// <summary>A measure of association.</summary>
public enum AssociationMeasure
{
    /// <summary>Cramér's V of two categories, 0 to 1.</summary>
    CramersV,

    /// <summary>Pearson's correlation of two numbers, -1 to 1.</summary>
    Pearson,

    /// <summary>The correlation ratio of a category and a number, 0 to 1.</summary>
    CorrelationRatio,
}

/// <summary>The histograms of two columns, and of both together.</summary>
/// <param name="X">One column; its bins are the columns of <paramref name="Counts"/>.</param>
/// <param name="Y">The other; its bins are the rows.</param>
/// <param name="Counts">Rows of the sample in each bin: for each bin of Y those of X. Fewer than the label's <see cref="Label.Fewest"/> count as 0.</param>
/// <param name="Association">How strongly they are associated.</param>
public sealed record PairPlot(
    PairAxis X,
    PairAxis Y,
    IReadOnlyList<IReadOnlyList<long>> Counts,
    PairAssociation Association
);

/// <summary>The bins of one column.</summary>
/// <param name="Name">The column.</param>
/// <param name="Bins">Names of the bins: categories, the most frequent first, then those that are left; or ranges of numbers; missing values last.</param>
/// <param name="Counts">Rows of the sample in each.</param>
/// <param name="Edges">The edges of ranges, one more than there are ranges; empty for categories.</param>
public sealed record PairAxis(
    string Name,
    IReadOnlyList<string> Bins,
    IReadOnlyList<long> Counts,
    IReadOnlyList<double> Edges
);

/// <summary>Computes a <see cref="PairModule"/>.</summary>
internal static class PairPlots
{
    private const int Categories = 12,
        Ranges = 16,
        Fewest = 2,
        MostVariables = 24;

    /// <summary>The module.</summary>
    /// <param name="variables">All columns of the sample.</param>
    /// <param name="options">Which pairs to plot.</param>
    public static PairModule Of(IReadOnlyList<LabelVariable> variables, LabelOptions options)
    {
        (LabelVariable, LabelVariable)[] named = [.. options.Pairs.Select(pair => Named(pair, variables))];
        LabelVariable[] shown =
        [
            .. named
                .SelectMany(pair => new[] { pair.Item1, pair.Item2 })
                .Concat(variables.Where(variable => variable.IsShown))
                .Distinct()
                .Take(Math.Max(MostVariables, 2 * named.Length))
                .OrderBy(variable => IndexOf(variables, variable)),
        ];
        List<(LabelVariable A, LabelVariable B, PairAssociation Association)> pairs = [];
        for (int i = 0; i < shown.Length; i++)
        for (int j = i + 1; j < shown.Length; j++)
            pairs.Add((shown[i], shown[j], AssociationOf(shown[i], shown[j])));
        var plotted =
            named.Length > 0
                ? named.Select(pair =>
                    pairs.First(known => (known.A, known.B) == pair || (known.B, known.A) == pair) with
                    {
                        A = pair.Item1,
                        B = pair.Item2,
                    }
                )
                : pairs
                    .Where(pair => pair.Association.Strength > 0)
                    .OrderByDescending(pair => pair.Association.Strength)
                    .Take(options.Plots);
        return new()
        {
            Variables = [.. shown.Select(variable => variable.Name)],
            Associations = [.. pairs.Select(pair => pair.Association)],
            Plots = [.. plotted.Select(pair => PlotOf(pair.A, pair.B, pair.Association, options.Fewest))],
        };
    }

    /// <summary>How strongly two columns are associated, over the rows that have both.</summary>
    public static PairAssociation AssociationOf(LabelVariable a, LabelVariable b)
    {
        List<int> rows = [];
        for (int row = 0; row < a.Cells.Count; row++)
            if (a.Cells.Codes[row] >= 0 && b.Cells.Codes[row] >= 0)
                rows.Add(row);
        if (a.IsNumeric && b.IsNumeric)
            return Pearson(a, b, rows);
        if (!a.IsNumeric && !b.IsNumeric)
            return CramersV(a, b, rows);
        return a.IsNumeric ? Ratio(a, b, of: a, by: b, rows) : Ratio(a, b, of: b, by: a, rows);
    }

    private static (LabelVariable, LabelVariable) Named(string pair, IReadOnlyList<LabelVariable> variables)
    {
        string[] names = [.. pair.Split('*').Select(name => name.Trim())];
        LabelVariable Find(string name) =>
            variables.FirstOrDefault(variable => variable.Column.Name == name)
            ?? throw new Data.AssayException(
                $"there is no column '{name}' for the pair '{pair}'",
                hint: "The label has: " + string.Join(", ", variables.Select(variable => variable.Column.Name)) + "."
            );
        return names.Length == 2 && names[0] != names[1]
            ? (Find(names[0]), Find(names[1]))
            : throw new Data.AssayException(
                $"'{pair}' is not a pair of columns",
                hint: "Write two names with a star between: 'colour * price'."
            );
    }

    private static int IndexOf(IReadOnlyList<LabelVariable> variables, LabelVariable variable)
    {
        int at = 0;
        while (variables[at] != variable)
            at++;
        return at;
    }

    private static PairAssociation Pearson(LabelVariable a, LabelVariable b, List<int> rows)
    {
        double r =
            rows.Count < Fewest
                ? double.NaN
                : Correlation.Pearson(
                    [.. rows.Select(row => a.Cells.Numbers[row])],
                    [.. rows.Select(row => b.Cells.Numbers[row])]
                );
        // Adjusted R squared of one input.
        double adjusted = 1 - (1 - r * r) * (rows.Count - 1) / (rows.Count - 2.0);
        return Made(a, b, AssociationMeasure.Pearson, r, adjusted, rows.Count);
    }

    private static PairAssociation CramersV(LabelVariable a, LabelVariable b, List<int> rows)
    {
        long[,] counts = new long[Math.Max(1, a.Cells.Distinct), Math.Max(1, b.Cells.Distinct)];
        foreach (int row in rows)
            counts[a.Cells.Codes[row], b.Cells.Codes[row]]++;
        // Bergsma, "A bias-correction for Cramér's V and Tschuprow's T", 2013.
        int categoriesOfA = Occurring(a, rows),
            categoriesOfB = Occurring(b, rows);
        double n = rows.Count,
            phi = Association.ChiSquared(counts) / n - (categoriesOfA - 1.0) * (categoriesOfB - 1) / (n - 1),
            smaller = Math.Min(
                categoriesOfA - Math.Pow(categoriesOfA - 1, 2) / (n - 1),
                categoriesOfB - Math.Pow(categoriesOfB - 1, 2) / (n - 1)
            );
        return Made(
            a,
            b,
            AssociationMeasure.CramersV,
            Association.CramersV(counts),
            smaller > 1 ? phi / (smaller - 1) : 0,
            rows.Count
        );
    }

    private static PairAssociation Ratio(
        LabelVariable a,
        LabelVariable b,
        LabelVariable of,
        LabelVariable by,
        List<int> rows
    )
    {
        double eta = Association.CorrelationRatio(
            [.. rows.Select(row => by.Cells.Codes[row])],
            [.. rows.Select(row => of.Cells.Numbers[row])]
        );
        int groups = Occurring(by, rows);
        // Kelley's epsilon squared.
        double adjusted = 1 - (1 - eta * eta) * (rows.Count - 1) / (rows.Count - groups);
        return Made(a, b, AssociationMeasure.CorrelationRatio, eta, adjusted, rows.Count);
    }

    private static PairAssociation Made(
        LabelVariable a,
        LabelVariable b,
        AssociationMeasure measure,
        double value,
        double squared,
        int rows
    ) =>
        new(
            a.Name,
            b.Name,
            measure,
            double.IsFinite(value) ? value : null,
            !double.IsFinite(value) ? null
                : squared > 0 ? Math.Min(1, Math.Sqrt(squared))
                : 0,
            rows
        );

    private static int Occurring(LabelVariable variable, List<int> rows) =>
        rows.Select(row => variable.Cells.Codes[row]).Distinct().Count();

    private static PairPlot PlotOf(LabelVariable x, LabelVariable y, PairAssociation association, int fewest)
    {
        (PairAxis axisX, int[] binsX) = Axis(x, fewest);
        (PairAxis axisY, int[] binsY) = Axis(y, fewest);
        long[][] counts = [.. axisY.Bins.Select(_ => new long[axisX.Bins.Count])];
        for (int row = 0; row < binsX.Length; row++)
            counts[binsY[row]][binsX[row]]++;
        foreach (long[] line in counts)
            for (int i = 0; i < line.Length; i++)
                line[i] = line[i] >= fewest ? line[i] : 0;
        return new(axisX, axisY, counts, association);
    }

    // The bins of a column, and the bin of each row.
    private static (PairAxis Axis, int[] Bins) Axis(LabelVariable variable, int fewest)
    {
        (List<string> names, double[] edges, int[] bins) = variable.IsNumeric
            ? Numbers(variable, fewest)
            : Names(variable, fewest);
        if (bins.Contains(-1))
        {
            for (int row = 0; row < bins.Length; row++)
                bins[row] = bins[row] < 0 ? names.Count : bins[row];
            names.Add("missing");
        }
        long[] counts = new long[names.Count];
        foreach (int bin in bins)
            counts[bin]++;
        return (new(variable.Name, names, counts, edges), bins);
    }

    private static (List<string> Names, double[] Edges, int[] Bins) Names(LabelVariable variable, int fewest)
    {
        long[] counts = new long[variable.Cells.Distinct];
        foreach (int code in variable.Cells.Codes)
            if (code >= 0)
                counts[code]++;
        int[] frequent =
        [
            .. Enumerable
                .Range(0, counts.Length)
                .Where(code => counts[code] >= fewest)
                .OrderByDescending(code => counts[code])
                .ThenBy(variable.Cells.Text, StringComparer.Ordinal)
                .Take(Categories),
        ];
        int[] binOf = new int[counts.Length];
        Array.Fill(binOf, frequent.Length);
        for (int i = 0; i < frequent.Length; i++)
            binOf[frequent[i]] = i;
        List<string> names = [.. frequent.Select(variable.Cells.Text)];
        if (frequent.Length < counts.Length)
            names.Add($"{counts.Length - frequent.Length} others");
        return (names, [], [.. variable.Cells.Codes.ToArray().Select(code => code < 0 ? -1 : binOf[code])]);
    }

    private static (List<string> Names, double[] Edges, int[] Bins) Numbers(LabelVariable variable, int fewest)
    {
        double[] sorted = Quantiles.Sort(variable.Cells.Numbers);
        if (sorted.Length == 0)
            return ([], [], [.. variable.Cells.Codes.ToArray().Select(_ => -1)]);
        double[] edges = Joined(Histogram.OfSorted(sorted, Ranges), sorted, fewest);
        double[] inner = edges[1..^1];
        int BinOf(double value)
        {
            int at = Array.BinarySearch(inner, value);
            return at < 0 ? ~at : at + 1;
        }
        List<string> names =
        [
            .. Enumerable
                .Range(0, edges.Length - 1)
                .Select(i => FormattableString.Invariant($"{edges[i]:G4} to {edges[i + 1]:G4}")),
        ];
        return (
            names,
            edges,
            [.. variable.Cells.Numbers.ToArray().Select(value => double.IsNaN(value) ? -1 : BinOf(value))]
        );
    }

    // Bins of too few rows go to their neighbour, and the outer edges are drawn in to where enough rows lie.
    private static double[] Joined(Histogram histogram, double[] sorted, int fewest)
    {
        if (fewest <= 1)
            return [.. histogram.Edges];
        double low = sorted[Math.Min(fewest, sorted.Length) - 1],
            high = sorted[^Math.Min(fewest, sorted.Length)];
        List<double> edges = [low];
        long count = 0;
        for (int bin = 0; bin < histogram.Counts.Count; bin++)
        {
            count += histogram.Counts[bin];
            double edge = histogram.Edges[bin + 1];
            if (count < fewest || edge <= edges[^1] || edge >= high)
                continue;
            edges.Add(edge);
            count = 0;
        }
        // What is left of the last bin joins the one before it.
        if (count < fewest && edges.Count > 1)
            edges.RemoveAt(edges.Count - 1);
        edges.Add(Math.Max(high, Math.BitIncrement(edges[^1])));
        return [.. edges];
    }
}
