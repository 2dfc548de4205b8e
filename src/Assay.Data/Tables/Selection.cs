namespace Assay.Data;

/// <summary>Rows of a dataset, in order, with repeats and weights: a view, not a copy.</summary>
public sealed class Selection
{
    /// <summary>Makes a selection of row ordinals in the given order; an ordinal that occurs k times is repeated k times.</summary>
    /// <param name="rows">Row ordinals.</param>
    /// <param name="weights">One weight per entry of <paramref name="rows"/>, or null when all are 1.</param>
    /// <param name="isOrdered">True if the order is meant: training goes through it as it stands.</param>
    public Selection(int[] rows, float[]? weights = null, bool isOrdered = false)
    {
        if (weights is not null && weights.Length != rows.Length)
            throw new ArgumentException($"{weights.Length} weights for {rows.Length} rows.", nameof(weights));
        Rows = rows;
        Weights = weights;
        IsOrdered = isOrdered;
    }

    /// <summary>Row ordinals in order.</summary>
    public int[] Rows { get; }

    /// <summary>One weight per entry, or null when all are 1.</summary>
    public float[]? Weights { get; }

    /// <summary>True if somebody chose the order, so that training must not shuffle it.</summary>
    public bool IsOrdered { get; }

    /// <summary>Number of entries, repeats counted.</summary>
    public int Count => Rows.Length;

    /// <summary>Every row once, in natural order.</summary>
    public static Selection All(Dataset dataset) => new([.. Enumerable.Range(0, dataset.RowCount)]);

    /// <summary>The same entries in another order, which is meant.</summary>
    /// <param name="order">Every place from 0 to <see cref="Count"/> - 1 once: first the place that comes first.</param>
    /// <exception cref="ArgumentException">It is not a permutation of the places.</exception>
    public Selection InOrder(ReadOnlySpan<int> order)
    {
        bool[] seen = new bool[Count];
        foreach (int place in order)
            if ((uint)place >= (uint)Count || seen[place])
                throw new ArgumentException(
                    $"place {place} of {Count} stands in the order twice, or is none",
                    nameof(order)
                );
            else
                seen[place] = true;
        if (order.Length != Count)
            throw new ArgumentException($"{order.Length} of {Count} places are in the order", nameof(order));
        int[] rows = new int[Count];
        float[]? weights = Weights is null ? null : new float[Count];
        for (int i = 0; i < rows.Length; i++)
        {
            rows[i] = Rows[order[i]];
            weights?[i] = Weights![order[i]];
        }
        return new(rows, weights, isOrdered: true);
    }

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
        return new([.. rows], weights?.ToArray(), IsOrdered);
    }
}
