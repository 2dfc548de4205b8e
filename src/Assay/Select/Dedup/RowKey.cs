using System.Runtime.InteropServices;

namespace Assay.Select;

/// <summary>A 64-bit hash of (part of) a row, and the row; ordered by hash, then by row. 12 bytes, as on disk.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
internal readonly record struct RowKey(ulong Hash, int Node) : IComparable<RowKey>
{
    public const int Size = 12;

    public int CompareTo(RowKey other)
    {
        int order = Hash.CompareTo(other.Hash);
        return order != 0 ? order : Node.CompareTo(other.Node);
    }
}
