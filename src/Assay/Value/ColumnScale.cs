using Assay.Learning;

namespace Assay.Value;

/// <summary>Means and deviations of columns, by which other rows of the same columns are standardised too.</summary>
internal sealed class ColumnScale
{
    private readonly double[] _means,
        _scales;

    private ColumnScale(double[] means, double[] scales) => (_means, _scales) = (means, scales);

    /// <summary>The population mean and deviation of each column; a column that does not vary becomes 0.</summary>
    public static ColumnScale Of(Matrix rows)
    {
        double[] means = new double[rows.Columns],
            scales = new double[rows.Columns];
        for (int i = 0; i < rows.Rows; i++)
        for (int j = 0; j < means.Length; j++)
            means[j] += rows[i, j];
        for (int j = 0; j < means.Length; j++)
            means[j] /= rows.Rows;
        // A second pass: the difference of mean square and squared mean loses what varies little beside its mean.
        for (int i = 0; i < rows.Rows; i++)
        for (int j = 0; j < means.Length; j++)
            scales[j] += (rows[i, j] - means[j]) * (rows[i, j] - means[j]);
        for (int j = 0; j < means.Length; j++)
        {
            double deviation = Math.Sqrt(scales[j] / rows.Rows);
            scales[j] = deviation > 1e-7 * Math.Abs(means[j]) ? 1 / deviation : 0;
        }
        return new(means, scales);
    }

    /// <summary>Standardised copies of rows.</summary>
    public Matrix Apply(Matrix rows)
    {
        float[] values = new float[rows.Values.Length];
        for (int i = 0; i < rows.Rows; i++)
        for (int j = 0; j < rows.Columns; j++)
            values[i * rows.Columns + j] = (float)((rows[i, j] - _means[j]) * _scales[j]);
        return new(values, rows.Columns);
    }
}
