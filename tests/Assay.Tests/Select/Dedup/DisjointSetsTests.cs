using Assay.Numerics;
using Assay.Select;

namespace Assay.Tests.Select;

public class DisjointSetsTests
{
    [Fact]
    public void Sets_are_named_by_their_least_member_whatever_the_order_of_joins()
    {
        RandomStream random = new(1, "sets");
        for (int trial = 0; trial < 50; trial++)
        {
            const int count = 40;
            (int, int)[] pairs =
            [
                .. Enumerable.Range(0, 25).Select(_ => (random.NextInt32(count), random.NextInt32(count))),
            ];
            int[] expected = [.. Enumerable.Range(0, count)];
            for (bool changed = true; changed; )
            {
                changed = false;
                foreach ((int a, int b) in pairs)
                {
                    int least = Math.Min(expected[a], expected[b]);
                    changed |= expected[a] != least || expected[b] != least;
                    expected[a] = expected[b] = least;
                }
            }
            random.Shuffle<(int, int)>(pairs);
            DisjointSets sets = new(count);
            foreach ((int a, int b) in pairs)
                sets.Join(b, a);
            Assert.Equal(expected, Enumerable.Range(0, count).Select(sets.LeastOf));
            sets.Flatten();
            Assert.Equal(expected, Enumerable.Range(0, count).Select(sets.LeastOf));
        }
    }

    [Fact]
    public void Long_chains_are_flattened_in_one_pass()
    {
        const int count = 1_000_000;
        DisjointSets sets = new(count);
        for (int i = count - 1; i > 0; i--)
            sets.Join(i, i - 1);
        sets.Flatten();
        for (int i = 0; i < count; i++)
            Assert.Equal(0, sets.LeastOf(i));
    }
}
