namespace Assay.Select;

/// <summary>Sets of whole numbers that grow together; each is named by its least member. 4 bytes per number.</summary>
internal sealed class DisjointSets
{
    private readonly int[] _parent;

    /// <summary>Every number below <paramref name="count"/> in a set of its own.</summary>
    public DisjointSets(int count)
    {
        _parent = GC.AllocateUninitializedArray<int>(count);
        for (int i = 0; i < count; i++)
            _parent[i] = i;
    }

    /// <summary>
    /// The least member of the set of <paramref name="item"/>. Changes nothing, so threads may share it; immediate after
    /// <see cref="Flatten"/>.
    /// </summary>
    public int LeastOf(int item)
    {
        while (_parent[item] != item)
            item = _parent[item];
        return item;
    }

    /// <summary>Points every number straight at the least of its set.</summary>
    public void Flatten()
    {
        // A parent is less than its child, so it is flat already when the child is reached.
        for (int i = 0; i < _parent.Length; i++)
            _parent[i] = _parent[_parent[i]];
    }

    /// <summary>Joins two sets.</summary>
    public void Join(int a, int b)
    {
        a = Shorten(a);
        b = Shorten(b);
        if (a < b)
            _parent[b] = a;
        else
            _parent[a] = b;
    }

    private int Shorten(int item)
    {
        while (_parent[item] != item)
            item = _parent[item] = _parent[_parent[item]];
        return item;
    }
}
