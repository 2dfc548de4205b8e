namespace Assay.Select;

/// <summary>Joins the members of a bucket only where their n-gram sets are truly similar.</summary>
/// <remarks>
/// Each member is compared with the bucket's representatives in turn: the first member, and every later one that no
/// representative resembled, up to <see cref="MostRepresentatives"/>. So the work is linear in the size of a bucket.
/// </remarks>
internal sealed class Verification(NGramSets sets, DisjointSets known, double threshold)
{
    /// <summary>Representatives of a bucket.</summary>
    public const int MostRepresentatives = 16;

    private readonly List<int> _representatives = [];
    private readonly uint[][] _representativeSets = [.. Enumerable.Repeat(Array.Empty<uint>(), MostRepresentatives)];
    private readonly int[] _sizes = new int[MostRepresentatives];
    private uint[] _buffer = [];

    /// <summary>Writes the pairs of a bucket that are to be joined and are not joined yet, in the form of <see cref="Buckets"/>.</summary>
    public void Write(int[] bucket, BinaryWriter writer)
    {
        _representatives.Clear();
        foreach (int node in bucket)
        {
            int root = known.LeastOf(node);
            if (_representatives.Exists(other => known.LeastOf(other) == root))
                continue;
            ReadOnlySpan<uint> set = sets.Read(node, ref _buffer);
            int like = FirstLike(set);
            if (like >= 0)
            {
                writer.Write(2);
                writer.Write(_representatives[like]);
                writer.Write(node);
            }
            else if (_representatives.Count < MostRepresentatives)
            {
                int index = _representatives.Count;
                if (_representativeSets[index].Length < set.Length)
                    _representativeSets[index] = new uint[set.Length];
                set.CopyTo(_representativeSets[index]);
                _sizes[index] = set.Length;
                _representatives.Add(node);
            }
        }
    }

    private int FirstLike(ReadOnlySpan<uint> set)
    {
        for (int i = 0; i < _representatives.Count; i++)
        {
            // The smaller set over the larger one bounds the similarity from above.
            int smaller = Math.Min(_sizes[i], set.Length),
                larger = Math.Max(_sizes[i], set.Length);
            if (
                smaller >= threshold * larger
                && NGramSets.Jaccard(_representativeSets[i].AsSpan(0, _sizes[i]), set) >= threshold
            )
                return i;
        }
        return -1;
    }
}
