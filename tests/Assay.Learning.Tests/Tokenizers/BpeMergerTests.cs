using Assay.Numerics;

namespace Assay.Learning.Tests;

public class BpeMergerTests
{
    internal static Dictionary<(int, int), (int Rank, int Merged)> Table(
        IReadOnlyList<(int Left, int Right, int Merged)> merges
    )
    {
        Dictionary<(int, int), (int Rank, int Merged)> table = [];
        for (int rank = 0; rank < merges.Count; rank++)
            table[(merges[rank].Left, merges[rank].Right)] = (rank, merges[rank].Merged);
        return table;
    }

    /// <summary>The definition: the pair of lowest rank, the leftmost of equal ones, again and again.</summary>
    internal static int[] ByDefinition(Dictionary<(int, int), (int Rank, int Merged)> table, int[] tokens)
    {
        List<int> list = [.. tokens];
        while (true)
        {
            int best = -1;
            for (int i = 0; i + 1 < list.Count; i++)
                if (
                    table.TryGetValue((list[i], list[i + 1]), out var found)
                    && (best < 0 || found.Rank < table[(list[best], list[best + 1])].Rank)
                )
                    best = i;
            if (best < 0)
                return [.. list];
            list[best] = table[(list[best], list[best + 1])].Merged;
            list.RemoveAt(best + 1);
        }
    }

    [Theory]
    [InlineData(20)]
    [InlineData(95)]
    [InlineData(300)]
    public void MergesAreThoseOfTheDefinition(int mostTokens)
    {
        RandomStream random = new(4, "merges");
        for (int trial = 0; trial < 40; trial++)
        {
            int letters = 1 + random.NextInt32(4);
            List<(int Left, int Right, int Merged)> merges = [];
            int known = letters;
            for (int i = random.NextInt32(30); i > 0; i--)
            {
                (int, int, int) merge = (random.NextInt32(known), random.NextInt32(known), known++);
                if (!merges.Any(m => (m.Left, m.Right) == (merge.Item1, merge.Item2)))
                    merges.Add(merge);
            }
            random.Shuffle(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(merges)); // ranks in any order
            BpeMerger merger = new(new(merges.ToArray()));
            for (int text = 0; text < 5; text++)
            {
                int[] tokens =
                [
                    .. Enumerable.Range(0, random.NextInt32(mostTokens + 1)).Select(_ => random.NextInt32(letters)),
                ];
                int[] merged = [.. tokens];
                int count = merger.Merge(merged);
                Assert.Equal(ByDefinition(Table(merges), tokens), merged[..count]);
            }
        }
    }

    [Fact]
    public void OfEqualPairsTheLastCounts()
    {
        BpeMerges merges = new([(0, 1, 2), (1, 1, 3), (0, 1, 4)]);
        Assert.Equal((2UL << 32) | 4, merges.Find(0, 1));
        Assert.Equal(BpeMerges.None, merges.Find(1, 0));
        Assert.Equal(BpeMerges.None, new BpeMerges([]).Find(0, 0));
    }
}
