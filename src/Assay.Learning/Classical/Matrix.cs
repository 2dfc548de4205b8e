using System.Runtime.InteropServices;

namespace Assay.Learning;

/// <summary>Features of rows: rows x columns float32 numbers, row-major, the input of every classical learner.</summary>
/// <remarks>
/// float32 as in the tensors that embeddings come from (scikit-learn's trees round to it as well); the learners compute sums
/// in double. The array is not copied: do not change it while a learner works.
/// <code>
/// Matrix features = new([0f, 1, 2, 3, 4, 5], columns: 2); // 3 rows
/// </code>
/// </remarks>
public sealed class Matrix
{
    private readonly float[] _values;

    /// <summary>Takes <paramref name="values"/> as rows of <paramref name="columns"/> numbers.</summary>
    /// <param name="values">Rows x columns numbers, row-major.</param>
    /// <param name="columns">Numbers in a row, at least 1.</param>
    /// <exception cref="ArgumentException">The array is not a whole number of rows.</exception>
    public Matrix(float[] values, int columns)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(columns);
        if (values.Length % columns != 0)
            throw new ArgumentException($"{values.Length} numbers are not a whole number of rows of {columns}.");
        _values = values;
        Columns = columns;
        Rows = values.Length / columns;
    }

    /// <summary>Number of rows, 0 or more.</summary>
    public int Rows { get; }

    /// <summary>Numbers in a row, at least 1.</summary>
    public int Columns { get; }

    /// <summary>All numbers, row-major.</summary>
    public ReadOnlySpan<float> Values => _values;

    /// <summary>The number in a row and a column, both counted from 0.</summary>
    public float this[int row, int column] => Row(row)[column];

    /// <summary>One row, counted from 0.</summary>
    public ReadOnlySpan<float> Row(int row) => _values.AsSpan(row * Columns, Columns);

    /// <summary>Copies rows of equal length.</summary>
    /// <exception cref="ArgumentException">There is no row, or lengths differ.</exception>
    public static Matrix Of(IReadOnlyList<float[]> rows)
    {
        if (rows.Count == 0)
            throw new ArgumentException("There is no row.");
        int columns = rows[0].Length;
        float[] values = new float[checked(rows.Count * columns)];
        for (int row = 0; row < rows.Count; row++)
        {
            if (rows[row].Length != columns)
                throw new ArgumentException($"Row {row} has {rows[row].Length} numbers; row 0 has {columns}.");
            rows[row].CopyTo(values, row * columns);
        }
        return new(values, columns);
    }

    /// <summary>Copies the rows with these indices, in this order; an index may repeat.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such row.</exception>
    public Matrix Take(ReadOnlySpan<int> rows)
    {
        float[] values = new float[checked(rows.Length * Columns)];
        for (int i = 0; i < rows.Length; i++)
            Row(rows[i]).CopyTo(values.AsSpan(i * Columns));
        return new(values, Columns);
    }

    /// <summary>Checks that this is fit for a model of so many features, and that every number is finite.</summary>
    /// <param name="columns">The model's features.</param>
    /// <param name="missing">Whether NaN is allowed; infinity never is.</param>
    internal void Check(int columns, bool missing = false)
    {
        if (columns != Columns)
            throw new ArgumentException($"The model has {columns} features; the rows have {Columns}.");
        if (FirstNotFinite(missing) is int at)
            throw NotFinite(at);
    }

    /// <summary>Place of the first number that is infinite or (unless <paramref name="missing"/>) NaN, or null.</summary>
    internal int? FirstNotFinite(bool missing)
    {
        // x - x is 0 for finite numbers and NaN for all others; the sum says in one pass whether there is any.
        ReadOnlySpan<float> values = _values;
        if (!missing && AllFinite(values))
            return null;
        for (int i = 0; i < values.Length; i++)
            if (missing ? float.IsInfinity(values[i]) : !float.IsFinite(values[i]))
                return i;
        return null;
    }

    internal ArgumentException NotFinite(int at) =>
        new(
            $"Row {at / Columns}, column {at % Columns} is {_values[at]}; features must be finite numbers"
                + (float.IsNaN(_values[at]) ? " (missing values need a learner that allows them)." : ".")
        );

    private static bool AllFinite(ReadOnlySpan<float> values)
    {
        System.Numerics.Vector<float> sum = default;
        ReadOnlySpan<System.Numerics.Vector<float>> vectors = MemoryMarshal.Cast<float, System.Numerics.Vector<float>>(
            values
        );
        foreach (System.Numerics.Vector<float> vector in vectors)
            sum += vector - vector;
        float rest = System.Numerics.Vector.Sum(sum);
        for (int i = vectors.Length * System.Numerics.Vector<float>.Count; i < values.Length; i++)
            rest += values[i] - values[i];
        return rest == 0;
    }
}
