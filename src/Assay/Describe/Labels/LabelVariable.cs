using System.Text;

namespace Assay.Describe;

/// <summary>A column in the label's sample of rows, as the pair modules read it.</summary>
internal sealed class LabelVariable
{
    private const int FewValues = 20,
        MostCategories = 50;
    private readonly Lazy<double[]> _order;

    public LabelVariable(ColumnLabel column, SampledCells cells, Label label)
    {
        Column = column;
        Cells = cells;
        IsIdentifier = LabelAlerts.IsIdentifier(column, label);
        bool isNamed = column.Variable is VariableKind.Nominal or VariableKind.Ordinal;
        bool isProse =
            column.Text is { } text
            && column.TrueShare is null
            && (column.Name == label.TextColumn || text.Words.Median >= LabelAlerts.ManyWords);
        IsCategorical =
            !IsIdentifier
            && !isProse
            && cells.Distinct > 0
            && (
                isNamed
                || column.TrueShare is not null
                || (column.Variable == VariableKind.Discrete && cells.Distinct <= FewValues)
            );
        IsNumeric = !IsCategorical && !IsIdentifier && (column.Numbers is not null && column.Text is null || isProse);
        Name = IsNumeric && column.Numbers is null ? $"bytes of {column.Name}" : column.Name;
        _order = new(() => Ordered(column, cells));
    }

    public ColumnLabel Column { get; }

    public SampledCells Cells { get; }

    /// <summary>The column's name; of prose it is the length that counts.</summary>
    public string Name { get; }

    /// <summary>Values are categories.</summary>
    public bool IsCategorical { get; }

    /// <summary>Values are numbers, or the lengths of prose.</summary>
    public bool IsNumeric { get; }

    /// <summary>Values tell every row apart.</summary>
    public bool IsIdentifier { get; }

    /// <summary>Whether the pair modules show it.</summary>
    public bool IsShown => Cells.Distinct >= 1 && (IsNumeric || (IsCategorical && Cells.Distinct <= MostCategories));

    /// <summary>What rows are sorted by: numbers, or the places of texts in their order; NaN where the value is missing.</summary>
    public double[] Order => _order.Value;

    private static double[] Ordered(ColumnLabel column, SampledCells cells)
    {
        if (column.Numbers is not null)
            return cells.Numbers.ToArray();
        int[] codes = [.. Enumerable.Range(0, cells.Distinct)];
        Array.Sort([.. codes.Select(cells.Text)], codes, StringComparer.Ordinal);
        double[] place = new double[codes.Length];
        for (int i = 0; i < codes.Length; i++)
            place[codes[i]] = i;
        double[] order = new double[cells.Count];
        for (int row = 0; row < order.Length; row++)
            order[row] = cells.Codes[row] < 0 ? double.NaN : place[cells.Codes[row]];
        return order;
    }
}
