using Assay.Numerics;

namespace Assay.Learning;

/// <summary>Dense features; coefficients are outputs x features.</summary>
/// <remarks>
/// Rows are dealt to at most 16 chunks by their number alone; each has a gradient of its own, and these are added in order,
/// so sums do not depend on threads. Within a chunk, logits, derivatives and gradient of a block of rows are computed while
/// it is in the cache: an evaluation reads the features from memory once.
/// </remarks>
internal sealed class DenseDesign : IDesign
{
    private const int MaxChunks = 16,
        MinChunkRows = 64;
    private readonly Matrix _features;
    private readonly int _chunks;
    private double[][] _gradients = [];

    public DenseDesign(Matrix features)
    {
        _features = features;
        _chunks = Math.Clamp(features.Rows / MinChunkRows, 1, MaxChunks);
    }

    public int Rows => _features.Rows;

    public int Columns => _features.Columns;

    public int Place(int output, int outputs, int column) => output * Columns + column;

    public double[] Project(ReadOnlySpan<double> coefficients, ReadOnlySpan<double> intercepts)
    {
        int outputs = intercepts.Length;
        double[] result = new double[checked(Rows * outputs)];
        double[] w = coefficients.ToArray(),
            b = intercepts.ToArray();
        Workers.For(
            _chunks,
            chunk => Project(Start(chunk), Start(chunk + 1), w, b, result.AsSpan(Start(chunk) * outputs))
        );
        return result;
    }

    public double Evaluate(
        double[] coefficients,
        double[] intercepts,
        LogitLoss loss,
        double[] gradient,
        double[] interceptGradient
    )
    {
        int outputs = intercepts.Length;
        int size = outputs * Columns;
        if (_gradients.Length != _chunks || _gradients[0].Length != size)
            _gradients = [.. Enumerable.Range(0, _chunks).Select(_ => new double[size])];
        double[] losses = new double[_chunks];
        double[] sums = new double[_chunks * outputs];
        Workers.For(
            _chunks,
            chunk =>
            {
                double[] sum = _gradients[chunk];
                Array.Clear(sum);
                int block = MixedProducts.BlockRows(Columns);
                Span<double> logits = new double[block * outputs];
                for (int start = Start(chunk), end = Start(chunk + 1); start < end; start += block)
                {
                    int stop = Math.Min(start + block, end);
                    Span<double> z = logits[..((stop - start) * outputs)];
                    Project(start, stop, coefficients, intercepts, z);
                    losses[chunk] += loss.Differentiate(start, z);
                    MixedProducts.AddTransposed(RowsFrom(start, stop), Columns, z, outputs, sum);
                    for (int i = 0; i < z.Length; i += outputs)
                    for (int k = 0; k < outputs; k++)
                        sums[chunk * outputs + k] += z[i + k];
                }
            }
        );
        _gradients[0].CopyTo(gradient, 0);
        Array.Clear(interceptGradient);
        for (int chunk = 0; chunk < _chunks; chunk++)
        {
            if (chunk > 0)
                MixedProducts.AddScaled(gradient, 1, _gradients[chunk]);
            for (int k = 0; k < outputs; k++)
                interceptGradient[k] += sums[chunk * outputs + k];
        }
        return losses.Sum();
    }

    public double[] SquareSums(double[]? weights)
    {
        double[] sums = new double[Columns];
        for (int i = 0; i < Rows; i++)
        {
            ReadOnlySpan<float> row = _features.Row(i);
            double weight = weights is null ? 1 : weights[i];
            for (int j = 0; j < row.Length; j++)
                sums[j] += weight * row[j] * row[j];
        }
        return sums;
    }

    private int Start(int chunk) => (int)((long)Rows * chunk / _chunks);

    private ReadOnlySpan<float> RowsFrom(int start, int stop) => _features.Values[(start * Columns)..(stop * Columns)];

    private void Project(int start, int stop, double[] w, double[] intercepts, Span<double> logits)
    {
        int outputs = intercepts.Length,
            block = MixedProducts.BlockRows(Columns);
        for (int first = start; first < stop; first += block)
        {
            int last = Math.Min(first + block, stop);
            Span<double> part = logits.Slice((first - start) * outputs, (last - first) * outputs);
            MixedProducts.Project(RowsFrom(first, last), Columns, w, outputs, part);
            for (int i = 0; i < part.Length; i += outputs)
            for (int k = 0; k < outputs; k++)
                part[i + k] += intercepts[k];
        }
    }
}
