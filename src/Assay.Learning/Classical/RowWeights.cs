namespace Assay.Learning;

/// <summary>The check of weights of rows that learners and metrics share.</summary>
internal static class RowWeights
{
    /// <summary>Checks one finite weight a row, not negative, not all zero; null stands for 1 each.</summary>
    public static void Check(int rows, double[]? weights)
    {
        if (weights is not null)
            Check(rows, weights.AsSpan());
    }

    /// <summary>The same for a span; empty stands for 1 each.</summary>
    public static void Check(int rows, ReadOnlySpan<double> weights)
    {
        if (weights.IsEmpty && rows > 0)
            return;
        if (weights.Length != rows)
            throw new ArgumentException($"{weights.Length} weights do not fit {rows} rows.");
        double total = 0;
        for (int i = 0; i < weights.Length; i++)
        {
            if (!(weights[i] >= 0) || double.IsInfinity(weights[i]))
                throw new ArgumentException($"The weight of row {i} is {weights[i]}; it must be finite and >= 0.");
            total += weights[i];
        }
        if (total == 0)
            throw new ArgumentException("Every row has weight 0.");
    }
}
