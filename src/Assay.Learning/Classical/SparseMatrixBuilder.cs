namespace Assay.Learning;

/// <summary>Builds a <see cref="SparseMatrix"/> entry by entry; entries of the same row and column are added up.</summary>
/// <param name="columns">Number of columns, at least 1.</param>
public sealed class SparseMatrixBuilder(int columns)
{
    private readonly List<int> _offsets = [0];
    private readonly List<int> _columns = [];
    private readonly List<float> _values = [];
    private readonly List<(int Column, float Value)> _row = [];

    /// <summary>Adds to an entry of the current row.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such column.</exception>
    public void Add(int column, float value)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(column);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(column, columns);
        _row.Add((column, value));
    }

    /// <summary>Ends the current row, which may be empty.</summary>
    /// <param name="normalise">Scales the row to Euclidean length 1 (rows of zeros stay as they are).</param>
    public void EndRow(bool normalise = false)
    {
        // A stable order of equal columns, so that sums do not depend on the sorting algorithm.
        (int Column, float Value)[] sorted = [.. _row.OrderBy(entry => entry.Column)];
        int start = _columns.Count;
        foreach ((int column, float value) in sorted)
        {
            if (_columns.Count > start && _columns[^1] == column)
            {
                _values[^1] += value;
                continue;
            }
            _columns.Add(column);
            _values.Add(value);
        }
        if (normalise)
        {
            double square = 0;
            for (int i = start; i < _values.Count; i++)
                square += (double)_values[i] * _values[i];
            for (int i = start; i < _values.Count && square > 0; i++)
                _values[i] = (float)(_values[i] / Math.Sqrt(square));
        }
        _offsets.Add(_columns.Count);
        _row.Clear();
    }

    /// <summary>The matrix of all ended rows.</summary>
    /// <exception cref="ArgumentException">A value is not finite.</exception>
    public SparseMatrix Build() => new([.. _offsets], [.. _columns], [.. _values], columns);
}
