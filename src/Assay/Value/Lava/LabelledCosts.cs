using Assay.Learning;
using Assay.Numerics;

namespace Assay.Value;

/// <summary>Squared distances of rows plus a distance of their classes: how far the rows of the two classes are from each other.</summary>
/// <remarks>Alvarez-Melis and Fusi, "Geometric dataset distances via optimal transport" (2020), equation 4, as LAVA uses it.</remarks>
internal sealed class LabelledCosts : TransportCosts
{
    private readonly TransportCosts _points;
    private readonly int[] _rowClasses,
        _columnClasses;
    private readonly double[][] _between; // by class of the column, then of the row

    private LabelledCosts(TransportCosts points, int[] rowClasses, int[] columnClasses, double[][] between) =>
        (_points, _rowClasses, _columnClasses, _between) = (points, rowClasses, columnClasses, between);

    public override int Rows => _points.Rows;

    public override int Columns => _points.Columns;

    /// <summary>Solves the transport between every class of the one side and every class of the other.</summary>
    /// <param name="rows">One side.</param>
    /// <param name="rowClasses">Its classes, from 0.</param>
    /// <param name="columns">The other side, of as many features.</param>
    /// <param name="columnClasses">Its classes.</param>
    /// <param name="classes">Number of classes.</param>
    /// <param name="options">Of the transport between classes.</param>
    /// <param name="cancellation">Asks to stop.</param>
    public static LabelledCosts Of(
        Matrix rows,
        int[] rowClasses,
        Matrix columns,
        int[] columnClasses,
        int classes,
        SinkhornOptions options,
        CancellationToken cancellation
    )
    {
        Matrix[] left = Split(rows, rowClasses, classes),
            right = Split(columns, columnClasses, classes);
        double[][] between = new double[classes][];
        for (int b = 0; b < classes; b++)
        {
            between[b] = new double[classes];
            for (int a = 0; a < classes; a++)
                if (left[a].Rows > 0 && right[b].Rows > 0)
                    between[b][a] = TargetTransport.Solve(left[a], right[b], options, cancellation).Cost;
        }
        return new(SquaredDistances(rows.Values, columns.Values, rows.Columns), rowClasses, columnClasses, between);
    }

    public override void Fill(int first, int count, Span<double> block)
    {
        _points.Fill(first, count, block);
        for (int j = 0; j < count; j++)
        {
            double[] between = _between[_columnClasses[first + j]];
            Span<double> costs = block.Slice(j * Rows, Rows);
            for (int i = 0; i < costs.Length; i++)
                costs[i] += between[_rowClasses[i]];
        }
    }

    private static Matrix[] Split(Matrix rows, int[] labels, int classes) =>
        [
            .. Enumerable
                .Range(0, classes)
                .Select(label => rows.Take([.. Enumerable.Range(0, rows.Rows).Where(row => labels[row] == label)])),
        ];
}
