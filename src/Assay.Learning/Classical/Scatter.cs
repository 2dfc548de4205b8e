using Assay.Numerics;

namespace Assay.Learning;

/// <summary>Weighted means and the scatter matrix of features: what ridge regression and PCA need of them.</summary>
/// <param name="Mean">Columns numbers.</param>
/// <param name="Values">Columns x columns: the sum over rows of weight x (x - mean)(x - mean)'.</param>
internal sealed record Scatter(double[] Mean, double[] Values)
{
    private const int Band = 16;

    /// <summary>Computes both, in double; every number is one sum in a fixed order, whatever the threads.</summary>
    /// <param name="features">At least one row, finite.</param>
    /// <param name="weights">One weight a row, or null.</param>
    /// <param name="centre">Whether to subtract means; if not, they are reported as 0.</param>
    public static Scatter Of(Matrix features, double[]? weights, bool centre = true)
    {
        int n = features.Columns,
            block = MixedProducts.BlockRows(n);
        double[] mean = centre ? MeanOf(features, weights) : new double[n];
        double[] values = new double[checked(n * n)];
        Workers.For(
            (n + Band - 1) / Band,
            band =>
            {
                int first = band * Band,
                    width = Math.Min(Band, n - first);
                double[] factors = new double[block * width];
                for (int start = 0; start < features.Rows; start += block)
                {
                    int rows = Math.Min(block, features.Rows - start);
                    for (int i = 0; i < rows; i++)
                    {
                        ReadOnlySpan<float> row = features.Row(start + i);
                        double weight = weights is null ? 1 : weights[start + i];
                        // One factor centred is enough: its weighted sum is zero.
                        for (int a = 0; a < width; a++)
                            factors[i * width + a] = weight * (row[first + a] - mean[first + a]);
                    }
                    MixedProducts.AddTransposed(
                        features.Values.Slice(start * n, rows * n),
                        n,
                        factors,
                        width,
                        values.AsSpan(first * n)
                    );
                }
            }
        );
        // Both halves are the same but for rounding.
        for (int i = 0; i < n; i++)
        for (int j = 0; j < i; j++)
            values[j * n + i] = values[i * n + j];
        return new(mean, values);
    }

    /// <summary>The weighted mean of each column.</summary>
    public static double[] MeanOf(Matrix features, double[]? weights)
    {
        double[] mean = new double[features.Columns];
        double total = 0;
        for (int i = 0; i < features.Rows; i++)
        {
            double weight = weights is null ? 1 : weights[i];
            total += weight;
            ReadOnlySpan<float> row = features.Row(i);
            for (int j = 0; j < row.Length; j++)
                mean[j] += weight * row[j];
        }
        for (int j = 0; j < mean.Length; j++)
            mean[j] /= total;
        return mean;
    }
}
