namespace Assay.Learning;

/// <summary>Features of rows of which most are zero, in compressed rows: hashed words of texts, one-hot categories.</summary>
/// <remarks>Columns ascend within a row and are distinct. Make one with <see cref="SparseMatrixBuilder"/>.</remarks>
public sealed class SparseMatrix
{
    private readonly int[] _offsets;
    private readonly int[] _columns;
    private readonly float[] _values;

    /// <summary>Takes the three arrays of the compressed form, without copying them.</summary>
    /// <param name="offsets">Rows + 1 numbers: where the entries of each row start, from 0 to the number of entries.</param>
    /// <param name="columns">The column of each entry, ascending within a row.</param>
    /// <param name="values">The value of each entry, finite.</param>
    /// <param name="columnCount">Number of columns, at least 1.</param>
    /// <exception cref="ArgumentException">The arrays do not fit together.</exception>
    public SparseMatrix(int[] offsets, int[] columns, float[] values, int columnCount)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(columnCount);
        if (columns.Length != values.Length)
            throw new ArgumentException($"{columns.Length} columns do not fit {values.Length} values.");
        if (offsets.Length == 0 || offsets[0] != 0 || offsets[^1] != values.Length)
            throw new ArgumentException($"Offsets must go from 0 to {values.Length}, the number of entries.");
        for (int row = 0; row + 1 < offsets.Length; row++)
        {
            if (offsets[row + 1] < offsets[row] || offsets[row + 1] > values.Length)
                throw new ArgumentException($"The offset after row {row} is out of order.");
            for (int i = offsets[row]; i < offsets[row + 1]; i++)
            {
                if ((uint)columns[i] >= (uint)columnCount || (i > offsets[row] && columns[i] <= columns[i - 1]))
                    throw new ArgumentException($"Row {row} has column {columns[i]} out of range or order.");
                if (!float.IsFinite(values[i]))
                    throw new ArgumentException(
                        $"Row {row}, column {columns[i]} is {values[i]}; features must be finite numbers."
                    );
            }
        }
        (_offsets, _columns, _values, Columns) = (offsets, columns, values, columnCount);
    }

    /// <summary>Number of rows.</summary>
    public int Rows => _offsets.Length - 1;

    /// <summary>Number of columns.</summary>
    public int Columns { get; }

    /// <summary>Number of entries that are kept.</summary>
    public int Entries => _values.Length;

    /// <summary>The columns of a row's entries, ascending.</summary>
    public ReadOnlySpan<int> ColumnsOf(int row) => _columns.AsSpan(_offsets[row].._offsets[row + 1]);

    /// <summary>The values of a row's entries.</summary>
    public ReadOnlySpan<float> ValuesOf(int row) => _values.AsSpan(_offsets[row].._offsets[row + 1]);

    /// <summary>The dense form of the whole.</summary>
    public Matrix ToDense()
    {
        float[] dense = new float[checked(Rows * Columns)];
        for (int row = 0; row < Rows; row++)
        {
            ReadOnlySpan<float> values = ValuesOf(row);
            for (int i = 0; i < values.Length; i++)
                dense[row * Columns + ColumnsOf(row)[i]] = values[i];
        }
        return new(dense, Columns);
    }

    /// <summary>Copies the rows with these indices, in this order; an index may repeat.</summary>
    public SparseMatrix Take(ReadOnlySpan<int> rows)
    {
        int[] offsets = new int[rows.Length + 1];
        for (int i = 0; i < rows.Length; i++)
            offsets[i + 1] = checked(offsets[i] + ColumnsOf(rows[i]).Length);
        int[] columns = new int[offsets[^1]];
        float[] values = new float[offsets[^1]];
        for (int i = 0; i < rows.Length; i++)
        {
            ColumnsOf(rows[i]).CopyTo(columns.AsSpan(offsets[i]));
            ValuesOf(rows[i]).CopyTo(values.AsSpan(offsets[i]));
        }
        return new(offsets, columns, values, Columns);
    }

    /// <summary>The rows of several matrices of as many columns, one matrix after the other.</summary>
    /// <exception cref="ArgumentException">There is none, or the numbers of columns differ.</exception>
    public static SparseMatrix Stack(params IReadOnlyList<SparseMatrix> parts)
    {
        if (parts.Count == 0 || parts.Any(part => part.Columns != parts[0].Columns))
            throw new ArgumentException("Matrices of as many columns are needed, one at least.");
        List<int> offsets = [0];
        foreach (SparseMatrix part in parts)
        {
            int before = offsets[^1];
            offsets.AddRange(part._offsets.Skip(1).Select(offset => checked(before + offset)));
        }
        return new(
            [.. offsets],
            [.. parts.SelectMany(part => part._columns)],
            [.. parts.SelectMany(part => part._values)],
            parts[0].Columns
        );
    }

    /// <summary>The columns that have an entry, ascending.</summary>
    public int[] OccurringColumns()
    {
        bool[] occurs = new bool[Columns];
        foreach (int column in _columns)
            occurs[column] = true;
        return [.. Enumerable.Range(0, Columns).Where(column => occurs[column])];
    }

    /// <summary>The same rows over some of the columns, which are numbered anew in their order.</summary>
    /// <param name="columns">Ascending; every column that has an entry is among them.</param>
    internal SparseMatrix Over(int[] columns)
    {
        int[] place = new int[Columns];
        for (int i = 0; i < columns.Length; i++)
            place[columns[i]] = i;
        return new(_offsets, Array.ConvertAll(_columns, column => place[column]), _values, Math.Max(1, columns.Length));
    }

    /// <summary>Rows and columns exchanged.</summary>
    internal SparseMatrix Transpose()
    {
        int[] offsets = new int[Columns + 1];
        foreach (int column in _columns)
            offsets[column + 1]++;
        for (int column = 0; column < Columns; column++)
            offsets[column + 1] += offsets[column];
        int[] next = offsets[..^1];
        int[] rows = new int[Entries];
        float[] values = new float[Entries];
        for (int row = 0; row < Rows; row++)
        for (int i = _offsets[row]; i < _offsets[row + 1]; i++)
        {
            int place = next[_columns[i]]++;
            rows[place] = row;
            values[place] = _values[i];
        }
        return new(offsets, rows, values, Math.Max(1, Rows));
    }
}
