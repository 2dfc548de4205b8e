namespace Assay.Data;

/// <summary>Rows of a dataset, in order, with repeats and weights: a view, not a copy.</summary>
public sealed class Selection
{
    /// <summary>Makes a selection of row ordinals in the given order; an ordinal that occurs k times is repeated k times.</summary>
    /// <param name="rows">Row ordinals.</param>
    /// <param name="weights">One weight per entry of <paramref name="rows"/>, or null when all are 1.</param>
    public Selection(int[] rows, float[]? weights = null)
    {
        if (weights is not null && weights.Length != rows.Length)
            throw new ArgumentException($"{weights.Length} weights for {rows.Length} rows.", nameof(weights));
        Rows = rows;
        Weights = weights;
    }

    /// <summary>Row ordinals in order.</summary>
    public int[] Rows { get; }

    /// <summary>One weight per entry, or null when all are 1.</summary>
    public float[]? Weights { get; }

    /// <summary>Number of entries, repeats counted.</summary>
    public int Count => Rows.Length;

    /// <summary>Every row once, in natural order.</summary>
    public static Selection All(Dataset dataset) => new([.. Enumerable.Range(0, dataset.RowCount)]);

    /// <summary>The entries for which <paramref name="keep"/> is true, in the same order with the same weights.</summary>
    public Selection Where(Func<int, bool> keep)
    {
        List<int> rows = [];
        List<float>? weights = Weights is null ? null : [];
        for (int i = 0; i < Rows.Length; i++)
            if (keep(Rows[i]))
            {
                rows.Add(Rows[i]);
                weights?.Add(Weights![i]);
            }
        return new([.. rows], weights?.ToArray());
    }
}
