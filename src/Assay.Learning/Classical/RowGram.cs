using Assay.Numerics;

namespace Assay.Learning;

/// <summary>Products of rows with rows: what stands in for <see cref="Scatter"/> where features outnumber rows.</summary>
/// <param name="Rows">Rows x columns: the rows minus their mean, times the root of their weights.</param>
/// <param name="Values">Rows x rows products of them.</param>
internal sealed record RowGram(double[] Rows, double[] Values)
{
    /// <summary>Computes both, in double.</summary>
    public static RowGram Of(Matrix features, double[]? weights, double[] mean)
    {
        int n = features.Rows,
            d = features.Columns;
        double[] rows = new double[checked(n * d)],
            values = new double[checked(n * n)];
        for (int i = 0; i < n; i++)
        {
            double root = weights is null ? 1 : Math.Sqrt(weights[i]);
            ReadOnlySpan<float> row = features.Row(i);
            for (int j = 0; j < d; j++)
                rows[i * d + j] = root * (row[j] - mean[j]);
        }
        Workers.For(
            n,
            i =>
            {
                for (int j = 0; j < n; j++)
                    values[i * n + j] = MixedProducts.Dot(
                        rows.AsSpan(Math.Max(i, j) * d, d),
                        rows.AsSpan(Math.Min(i, j) * d, d)
                    );
            }
        );
        return new(rows, values);
    }
}
