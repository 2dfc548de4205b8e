using System.Text;
using Assay.Evidence;

namespace Assay.Tests.Evidence;

public sealed class TargetedSelectionTests
{
    [Fact]
    public void EveryWayChoosesDistinctRowsAndAllButChanceFindTheTargets()
    {
        byte[][] Texts(int count, bool sea, int from) =>
            [
                .. Enumerable
                    .Range(from, count)
                    .Select(i =>
                        Encoding.UTF8.GetBytes(
                            sea
                                ? $"the tide of day {i % 7} is high and the sea {i % 5}"
                                : $"case {i % 11}: the court finds {i % 3}"
                        )
                    ),
            ];
        byte[][] pool = [.. Texts(40, true, 0), .. Texts(360, false, 0)];
        Trial trial = new()
        {
            Seed = 0,
            Random = new(1, "trial"),
            DataFolder = "",
        };
        TargetedSelection selection = new(trial, new(1, "selection"), pool, Texts(30, true, 1000));
        foreach (string way in (string[])["got-d", "dsir", "nearest-mean", "nearest-neighbour", "random"])
        {
            int[] chosen = selection.Choose(way, 20);
            Assert.Equal(20, chosen.Distinct().Count());
            Assert.Equal(chosen, selection.Choose(way, 20));
            int found = chosen.Count(row => row < 40);
            if (way == "random")
                Assert.InRange(found, 0, 8);
            else
                Assert.True(found >= 18, $"{way}: {found}");
        }
        Assert.Equal(1, selection.Settled(1e-4, 20));
    }
}
