using Assay.Data;
using Assay.Learning;
using Assay.Studies;

namespace Assay.Plan.Prescribe;

/// <summary>The columns that the model sees, and which rows are as wanted.</summary>
internal sealed class FeatureTable
{
    private const int MaxWords = 20;

    private FeatureTable(IReadOnlyList<FeatureColumn> columns, bool[] isWanted, IReadOnlyList<string> names)
    {
        (Columns, IsWanted, Names) = (columns, isWanted, names);
        First = new int[columns.Count];
        for (int j = 1; j < First.Length; j++)
            First[j] = First[j - 1] + columns[j - 1].Width;
        int width = First[^1] + columns[^1].Width;
        float[] values = new float[checked(isWanted.Length * width)];
        for (int i = 0; i < isWanted.Length; i++)
        for (int j = 0; j < First.Length; j++)
            columns[j].Write(columns[j].Values[i], values.AsSpan(i * width + First[j], columns[j].Width));
        Features = new(values, width);
    }

    /// <summary>The columns.</summary>
    public IReadOnlyList<FeatureColumn> Columns { get; }

    /// <summary>The first feature of each column.</summary>
    public int[] First { get; }

    /// <summary>The rows as the model sees them.</summary>
    public Matrix Features { get; }

    /// <summary>Whether each row is as wanted.</summary>
    public bool[] IsWanted { get; }

    /// <summary>What rows are called.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>Number of rows.</summary>
    public int Rows => IsWanted.Length;

    /// <summary>Reads a table.</summary>
    /// <exception cref="AssayException">A column is missing or does not suit, or all rows are as wanted, or none is.</exception>
    public static FeatureTable Of(View view, PrescribeOptions options, CancellationToken cancellation)
    {
        StudyTable table = StudyTable.Of(view, cancellation);
        ChangeRule[] rules = [.. options.Change.Select(rule => ChangeRule.Parse(rule.Key, rule.Value))];
        bool[] isWanted = ReadWanted(table, options);
        List<FeatureColumn> columns = [];
        bool isChosen = options.Features.Count > 0;
        foreach (string name in isChosen ? options.Features.Union(rules.Select(rule => rule.Column)) : table.Names)
        {
            if (name == options.Label || name == options.Id)
            {
                if (isChosen || rules.Any(rule => rule.Column == name))
                    throw new AssayException($"plan/prescribe: '{name}' is the label or the id, and no feature");
                continue;
            }
            ChangeRule? rule = rules.FirstOrDefault(rule => rule.Column == name);
            if (view.Dataset.Schema.Find(name) is not { } field || field.Type is ColumnType.Int64 or ColumnType.Float64)
                columns.Add(FeatureColumn.OfNumbers(table, name, rule));
            else if (isChosen || rule is not null || table.Words(name).Distinct().Count() is > 1 and <= MaxWords)
                columns.Add(FeatureColumn.OfWords(table, name, rule));
        }
        foreach (ChangeRule rule in rules)
            if (columns.All(column => column.Name != rule.Column))
                table.Words(rule.Column); // says that there is none, and which there are
        if (columns.Count == 0)
            throw new AssayException(
                "plan/prescribe: there is no column for the model",
                hint: "Name some: --features."
            );
        string[] names = options.Id is { } id
            ? table.Words(id)
            : [.. Enumerable.Range(1, table.Rows).Select(place => FormattableString.Invariant($"row {place}"))];
        return new(columns, isWanted, names);
    }

    /// <summary>A row with some of its columns at other values.</summary>
    public float[] With(int row, params IEnumerable<(int Column, double Value)> changes)
    {
        float[] features = Features.Row(row).ToArray();
        foreach ((int column, double value) in changes)
            Columns[column].Write(value, features.AsSpan(First[column], Columns[column].Width));
        return features;
    }

    /// <summary>Attributions of columns: the sums of those of their features.</summary>
    public Attributions ByColumn(Attributions byFeature)
    {
        double[] values = new double[byFeature.Rows * Columns.Count];
        for (int i = 0; i < byFeature.Rows; i++)
        for (int j = 0; j < Columns.Count; j++)
        for (int k = 0; k < Columns[j].Width; k++)
            values[i * Columns.Count + j] += byFeature[i, First[j] + k];
        return new(byFeature.Base, values, Columns.Count);
    }

    /// <summary>Rows of the same features in one group, by numbers from 0.</summary>
    public int[] Groups()
    {
        Dictionary<string, int> known = [];
        int[] groups = new int[Rows];
        for (int i = 0; i < Rows; i++)
        {
            string key = string.Join(',', Features.Row(i).ToArray());
            if (!known.TryGetValue(key, out groups[i]))
                known.Add(key, groups[i] = known.Count);
        }
        return groups;
    }

    private static bool[] ReadWanted(StudyTable table, PrescribeOptions options)
    {
        string wanted = options.Wanted.Trim();
        bool isLeast = wanted.StartsWith("at least "),
            isMost = wanted.StartsWith("at most ");
        bool[] isWanted;
        if (isLeast || isMost)
        {
            string text = wanted[(isLeast ? "at least " : "at most ").Length..];
            if (!double.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out double bound))
                throw new AssayException(
                    $"plan/prescribe: '{wanted}' has no number",
                    hint: "Write 'at least 7', or the class that is wanted."
                );
            isWanted = [.. table.Numbers(options.Label).Select(value => isLeast ? value >= bound : value <= bound)];
        }
        else
            isWanted = [.. table.Words(options.Label).Select(word => word == wanted)];
        return isWanted.Distinct().Count() == 2
            ? isWanted
            : throw new AssayException(
                $"plan/prescribe: {(isWanted[0] ? "every" : "no")} row has '{options.Label}' as wanted ({wanted})",
                hint: "A model needs rows of both kinds. '"
                    + options.Label
                    + "' has: "
                    + string.Join(", ", table.Words(options.Label).Distinct().Order(StringComparer.Ordinal).Take(12))
                    + "."
            );
    }
}
