using Assay.Numerics;

namespace Assay.Describe;

/// <summary>What the columns of one table say of its rows together: hashes of whole rows, and which rows are in the sample.</summary>
/// <param name="rows">Number of rows.</param>
internal sealed class TableRows(int rows)
{
    /// <summary>A hash of all cells of each row, the order of columns aside.</summary>
    public ulong[] Hashes { get; } = new ulong[rows];

    /// <summary>Whether a row is in the sample.</summary>
    public bool[] Sampled { get; } = new bool[rows];

    /// <summary>For each row the place of its key in the reference, or -1; empty without a reference.</summary>
    public int[] Keys { get; set; } = [];

    /// <summary>What a cell adds to the hash of its row.</summary>
    public static ulong Mixed(ulong cell, ulong column) => RandomStream.SplitMix64(cell ^ column, 1);
}

/// <summary>Follows the values of one column through the rows of one table, beside its sketch.</summary>
/// <param name="rows">The table's rows.</param>
/// <param name="column">A number that stands for the column.</param>
/// <param name="cells">Receives the cells of sampled rows.</param>
/// <param name="sums">Receives numbers by key, or null without a reference.</param>
internal sealed class ColumnFollower(TableRows rows, ulong column, SampledCells cells, KeySums? sums)
{
    private readonly ulong[] _added = new ulong[rows.Hashes.Length];

    /// <summary>The row that the next value stands in, from 0.</summary>
    public int Row { get; set; }

    /// <summary>What this column has added to the hash of each row.</summary>
    public ReadOnlySpan<ulong> Added => _added;

    /// <summary>Notes that the row has no value.</summary>
    public void Missing()
    {
        if (rows.Sampled[Row])
            cells.AddMissing();
    }

    /// <summary>Notes the value of the row.</summary>
    /// <param name="hash">The value's identity.</param>
    /// <param name="format">How its bytes are read.</param>
    /// <param name="value">Its bytes.</param>
    /// <param name="number">It as a number; the length in bytes of what is none.</param>
    public void Value(ulong hash, byte format, ReadOnlySpan<byte> value, double number)
    {
        _added[Row] = TableRows.Mixed(hash, column);
        rows.Hashes[Row] += _added[Row];
        if (rows.Sampled[Row])
            cells.Add(hash, format, value, number);
        if (sums is not null && rows.Keys[Row] >= 0)
            sums.Add(rows.Keys[Row], number);
    }
}
