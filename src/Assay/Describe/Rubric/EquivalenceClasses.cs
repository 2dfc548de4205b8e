namespace Assay.Describe;

/// <summary>How many rows share their values in some columns with how many others: what k-anonymity goes by.</summary>
/// <remarks>
/// Classes are known by 64-bit hashes. Beyond a limit every other class is let go, by its hash, with all its rows: what is left is a sample of
/// classes, each whole. So one pass in bounded memory gives shares of rows and classes; the sample depends on the rows alone.
/// k-anonymity: Sweeney, "k-anonymity: a model for protecting privacy", 2002.
/// </remarks>
/// <param name="limit">Classes to keep at most.</param>
public sealed class EquivalenceClasses(int limit = 1 << 20)
{
    private Dictionary<ulong, long> _rows = [];
    private int _level;

    /// <summary>True if every class was kept; else figures are estimates.</summary>
    public bool IsExact => _level == 0;

    /// <summary>Number of classes.</summary>
    public long Classes => (long)_rows.Count << _level;

    /// <summary>Rows of the smallest class that was kept: k. 0 without rows.</summary>
    public long Smallest => _rows.Count == 0 ? 0 : _rows.Values.Min();

    /// <summary>Rows in classes of fewer than <paramref name="size"/> rows.</summary>
    public long RowsBelow(long size) => _rows.Values.Where(rows => rows < size).Sum() << _level;

    /// <summary>Adds rows of a class.</summary>
    /// <param name="hash">The class: a hash of its values, all bits of which are used.</param>
    /// <param name="rows">How many.</param>
    public void Add(ulong hash, long rows = 1)
    {
        if (!IsKept(hash))
            return;
        _rows[hash] = _rows.GetValueOrDefault(hash) + rows;
        while (_rows.Count > limit)
        {
            _level++;
            _rows = _rows.Where(one => IsKept(one.Key)).ToDictionary();
        }
    }

    /// <summary>Adds the classes of another part of the rows.</summary>
    public void Merge(EquivalenceClasses other)
    {
        while (_level < other._level)
        {
            _level++;
            _rows = _rows.Where(one => IsKept(one.Key)).ToDictionary();
        }
        foreach ((ulong hash, long rows) in other._rows)
            Add(hash, rows);
    }

    /// <summary>Writes them.</summary>
    public void Write(BinaryWriter writer)
    {
        writer.Write(_level);
        writer.Write(_rows.Count);
        foreach ((ulong hash, long rows) in _rows.OrderBy(one => one.Key))
        {
            writer.Write(hash);
            writer.Write(rows);
        }
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <exception cref="InvalidDataException">It was damaged.</exception>
    public static EquivalenceClasses Read(BinaryReader reader, int limit = 1 << 20)
    {
        EquivalenceClasses classes = new(limit) { _level = reader.ReadInt32() };
        int count = reader.ReadInt32();
        if (classes._level is < 0 or > 63 || count < 0 || count > limit)
            throw new InvalidDataException("The classes are damaged.");
        for (int i = 0; i < count; i++)
        {
            ulong hash = reader.ReadUInt64();
            long rows = reader.ReadInt64();
            if (rows < 1 || !classes._rows.TryAdd(hash, rows))
                throw new InvalidDataException("A class is damaged.");
        }
        return classes;
    }

    private bool IsKept(ulong hash) => (hash & ((1UL << _level) - 1)) == 0;
}
