using Assay.Numerics;

namespace Assay.Learning;

/// <summary>Sparse features; coefficients are features x outputs, so that an entry touches one place.</summary>
/// <remarks>
/// The gradient is gathered by columns of a transposed copy: each number is one sum in a fixed order, whatever the threads,
/// and no thread needs a gradient of its own.
/// </remarks>
internal sealed class SparseDesign(SparseMatrix features) : IDesign
{
    private const int RowsPerPiece = 512,
        ColumnsPerPiece = 8192;
    private SparseMatrix? _columns;

    public int Rows => features.Rows;

    public int Columns => features.Columns;

    public int Place(int output, int outputs, int column) => column * outputs + output;

    public double[] Project(ReadOnlySpan<double> coefficients, ReadOnlySpan<double> intercepts)
    {
        double[] logits = new double[checked(Rows * intercepts.Length)];
        double[] w = coefficients.ToArray(),
            b = intercepts.ToArray();
        Workers.For(Pieces(Rows, RowsPerPiece), piece => Project(piece, w, b, logits));
        return logits;
    }

    public double Evaluate(
        double[] coefficients,
        double[] intercepts,
        LogitLoss loss,
        double[] gradient,
        double[] interceptGradient
    )
    {
        _columns ??= features.Transpose();
        int outputs = intercepts.Length,
            pieces = Pieces(Rows, RowsPerPiece);
        double[] losses = new double[pieces];
        double[] derivatives = new double[checked(Rows * outputs)];
        Workers.For(
            pieces,
            piece =>
            {
                Span<double> z = Project(piece, coefficients, intercepts, derivatives);
                losses[piece] = loss.Differentiate(piece * RowsPerPiece, z);
            }
        );
        Workers.For(
            Pieces(Columns, ColumnsPerPiece),
            piece =>
            {
                int end = Math.Min(Columns, (piece + 1) * ColumnsPerPiece);
                for (int column = piece * ColumnsPerPiece; column < end; column++)
                {
                    Span<double> sum = gradient.AsSpan(column * outputs, outputs);
                    sum.Clear();
                    ReadOnlySpan<int> rows = _columns.ColumnsOf(column);
                    ReadOnlySpan<float> values = _columns.ValuesOf(column);
                    for (int i = 0; i < rows.Length; i++)
                    for (int k = 0; k < outputs; k++)
                        sum[k] += values[i] * derivatives[rows[i] * outputs + k];
                }
            }
        );
        Array.Clear(interceptGradient);
        for (int i = 0; i < derivatives.Length; i += outputs)
        for (int k = 0; k < outputs; k++)
            interceptGradient[k] += derivatives[i + k];
        return losses.Sum();
    }

    public double[] SquareSums(double[]? weights)
    {
        double[] sums = new double[Columns];
        for (int i = 0; i < Rows; i++)
        {
            ReadOnlySpan<int> columns = features.ColumnsOf(i);
            ReadOnlySpan<float> values = features.ValuesOf(i);
            double weight = weights is null ? 1 : weights[i];
            for (int e = 0; e < columns.Length; e++)
                sums[columns[e]] += weight * values[e] * values[e];
        }
        return sums;
    }

    private static int Pieces(int count, int size) => (count + size - 1) / size;

    private Span<double> Project(int piece, double[] w, double[] intercepts, double[] logits)
    {
        int outputs = intercepts.Length,
            start = piece * RowsPerPiece,
            end = Math.Min(Rows, start + RowsPerPiece);
        for (int row = start; row < end; row++)
        {
            Span<double> z = logits.AsSpan(row * outputs, outputs);
            intercepts.CopyTo(z);
            ReadOnlySpan<int> columns = features.ColumnsOf(row);
            ReadOnlySpan<float> values = features.ValuesOf(row);
            for (int e = 0; e < columns.Length; e++)
            {
                ReadOnlySpan<double> of = w.AsSpan(columns[e] * outputs, outputs);
                for (int k = 0; k < of.Length; k++)
                    z[k] += values[e] * of[k];
            }
        }
        return logits.AsSpan(start * outputs, (end - start) * outputs);
    }
}
