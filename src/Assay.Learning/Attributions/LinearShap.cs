namespace Assay.Learning;

/// <summary>Attributions of a linear score: a feature adds its coefficient times its distance from the mean.</summary>
/// <remarks>Exact Shapley values where the background fills in for what is unknown: for a linear score the same as <see cref="KernelShap"/> with all coalitions.</remarks>
public static class LinearShap
{
    /// <summary>Explains rows.</summary>
    /// <param name="coefficients">One a feature.</param>
    /// <param name="intercept">The score where all features are 0.</param>
    /// <param name="background">Rows whose mean is what nothing-known stands for; at least one.</param>
    /// <param name="rows">The rows to explain.</param>
    /// <exception cref="ArgumentException">Numbers of features differ, a feature is not finite, or there is no background.</exception>
    public static Attributions Explain(
        ReadOnlySpan<double> coefficients,
        double intercept,
        Matrix background,
        Matrix rows
    )
    {
        int d = coefficients.Length;
        background.Check(d);
        rows.Check(d);
        if (background.Rows == 0)
            throw new ArgumentException("The background has no row.");
        double[] means = new double[d];
        for (int i = 0; i < background.Rows; i++)
        for (int j = 0; j < d; j++)
            means[j] += background[i, j] / (double)background.Rows;
        double[] values = new double[checked(rows.Rows * d)];
        for (int i = 0; i < rows.Rows; i++)
        for (int j = 0; j < d; j++)
            values[i * d + j] = coefficients[j] * (rows[i, j] - means[j]);
        double start = intercept;
        for (int j = 0; j < d; j++)
            start += coefficients[j] * means[j];
        return new(start, values, d);
    }
}
