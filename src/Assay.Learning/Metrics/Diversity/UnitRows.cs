using System.Numerics.Tensors;

namespace Assay.Learning;

/// <summary>Vectors of length 1 in double precision: what measures of diversity compare rows by.</summary>
/// <remarks>
/// Cosines are products of such rows, and 1 on the diagonal, without which a Vendi score means nothing. A row of zeros has no direction and is refused.
/// </remarks>
public sealed class UnitRows
{
    private readonly double[] _values;

    private UnitRows(double[] values, int columns) =>
        (_values, Columns, Rows) = (values, columns, values.Length / columns);

    /// <summary>Number of rows.</summary>
    public int Rows { get; }

    /// <summary>Numbers of a row.</summary>
    public int Columns { get; }

    /// <summary>One row, of length 1.</summary>
    public ReadOnlySpan<double> this[int row] => _values.AsSpan(row * Columns, Columns);

    /// <summary>Scales rows to length 1.</summary>
    /// <exception cref="ArgumentException">A number is not finite, or a row has none but zeros.</exception>
    public static UnitRows Of(Matrix rows) =>
        Of(Array.ConvertAll(rows.Values.ToArray(), value => (double)value), rows.Columns);

    /// <summary>The same for numbers of double precision.</summary>
    /// <param name="values">Rows x columns, row-major; they are copied.</param>
    /// <param name="columns">Numbers of a row, at least 1.</param>
    /// <exception cref="ArgumentException">A number is not finite, or a row has none but zeros.</exception>
    public static UnitRows Of(ReadOnlySpan<double> values, int columns)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(columns, 1);
        if (values.Length % columns != 0)
            throw new ArgumentException($"{values.Length} numbers are not a whole number of rows of {columns}.");
        double[] unit = values.ToArray();
        for (int start = 0; start < unit.Length; start += columns)
        {
            Span<double> row = unit.AsSpan(start, columns);
            // By the largest first: squares of very large or small numbers leave the range.
            double largest = 0;
            foreach (double value in row)
                largest = double.IsFinite(value)
                    ? Math.Max(largest, Math.Abs(value))
                    : throw new ArgumentException($"Row {start / columns} holds {value}; numbers must be finite.");
            if (largest == 0)
                throw new ArgumentException($"Row {start / columns} is zero throughout and has no direction.");
            TensorPrimitives.Divide(row, largest, row);
            TensorPrimitives.Divide(row, TensorPrimitives.Norm<double>(row), row);
        }
        return new(unit, columns);
    }

    /// <summary>Some of the rows, in the given order.</summary>
    public UnitRows Take(ReadOnlySpan<int> rows)
    {
        double[] values = new double[checked(rows.Length * Columns)];
        for (int i = 0; i < rows.Length; i++)
            this[rows[i]].CopyTo(values.AsSpan(i * Columns));
        return new(values, Columns);
    }

    /// <summary>The cosine of two rows, from -1 to 1.</summary>
    public double Cosine(int row, int other) => Math.Clamp(TensorPrimitives.Dot(this[row], this[other]), -1, 1);

    /// <summary>The rows as float32, for learners that take a <see cref="Matrix"/>.</summary>
    public Matrix ToMatrix() => new(Array.ConvertAll(_values, value => (float)value), Columns);

    /// <summary>The eigenvalues of the cosines over the number of rows, of which there are as many as the fewer of rows and columns; their sum is 1.</summary>
    /// <param name="cancellation">Asks to stop.</param>
    /// <returns>
    /// Ascending; those that are no more than rounding errors are 0, since low orders of a Vendi score would count them. There may be further ones, which are all 0.
    /// </returns>
    public double[] Spectrum(CancellationToken cancellation = default)
    {
        // The products of the columns with each other have the same eigenvalues as those of the rows, but for zeros.
        double[] gram = Columns < Rows ? Columned() : Rowed();
        double[] values = SymmetricSpectrum.Of(gram, Math.Min(Rows, Columns), cancellation);
        double nothing = values.Length == 0 ? 0 : 4e-16 * values.Length * values[^1];
        foreach (ref double value in values.AsSpan())
            value = value > nothing ? value / Rows : 0;
        return values;
    }

    private double[] Rowed()
    {
        double[] gram = new double[checked(Rows * Rows)];
        for (int i = 0; i < Rows; i++)
        for (int j = 0; j <= i; j++)
            gram[i * Rows + j] = gram[j * Rows + i] = TensorPrimitives.Dot(this[i], this[j]);
        return gram;
    }

    private double[] Columned()
    {
        double[] gram = new double[checked(Columns * Columns)];
        for (int row = 0; row < Rows; row++)
        for (int c = 0; c < Columns; c++)
        {
            Span<double> target = gram.AsSpan(c * Columns, Columns);
            TensorPrimitives.MultiplyAdd(this[row], this[row][c], target, target);
        }
        return gram;
    }
}
