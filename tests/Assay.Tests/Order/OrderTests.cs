using Assay.Data;
using Assay.Numerics;
using Assay.Order;
using Assay.Select;
using FsCheck;
using FsCheck.Fluent;

namespace Assay.Tests.Order;

public class OrderTests
{
    // Golden 1 of the method's file: made with the official code.
    private static readonly double[] Scores = [0.7, -0.2, 1.5, 0.1, 0.1, -1.3, 2.2, 0.4, 0.9, -0.6];

    [Theory]
    [InlineData(1, "5 9 1 3 4 7 0 8 2 6")]
    [InlineData(2, "5 1 4 0 2 9 3 7 8 6")]
    [InlineData(3, "5 3 0 6 9 4 8 1 7 2")]
    [InlineData(4, "5 4 2 9 7 6 1 0 3 8")]
    public void FoldingIsThatOfTheOfficialCode(int folds, string expected) =>
        Assert.Equal(expected, string.Join(' ', Folding.Of(Sort.Of(Scores), folds)));

    [Fact]
    public void DescendingKeepsEqualOnesAsTheyCame() =>
        Assert.Equal("6 2 8 0 7 3 4 1 9 5", string.Join(' ', Sort.Of(Scores, descending: true)));

    [Theory]
    [InlineData(0.35, "2 6 8")]
    [InlineData(0.5, "0 2 6 7 8")]
    [InlineData(0, "")] // the official code returns all rows here: its slice starts at -0
    public void TheTopShareIsThatOfTheOfficialCode(double share, string expected)
    {
        View view = new(
            Dataset.OfTexts(Enumerable.Range(0, 10).Select(i => $"{i}")),
            signals: new Dictionary<string, Signal> { ["lqs"] = new("lqs", Scores) }
        );
        Assert.Equal(
            expected,
            string.Join(' ', new Top(new() { By = "lqs", Keep = Amount.Share(share) }).Run(view).Kept.Rows)
        );
    }

    [Fact]
    public void ZigzagReversesOddPasses() =>
        Assert.Equal("5 3 0 6 8 4 9 1 7 2", string.Join(' ', Zigzag.Of(Sort.Of(Scores), 3)));

    [Fact]
    public void FoldsHaveTheirProperties() =>
        Prop.ForAll(
                Gen.Choose(0, 9).ArrayOf().ToArbitrary(),
                Gen.Choose(1, 12).ToArbitrary(),
                (values, folds) =>
                {
                    double[] scores = [.. values.Select(value => (double)value)];
                    int[] sorted = Sort.Of(scores),
                        folded = Folding.Of(sorted, folds);
                    Assert.Equal(sorted.Order(), folded.Order());
                    Assert.Equal(Enumerable.Range(0, scores.Length).OrderBy(i => scores[i]), sorted);
                    Assert.Equal(sorted, Folding.Of(sorted, 1));
                    Assert.Equal(sorted, Folding.Of(sorted, Math.Max(1, scores.Length)));
                    int at = 0;
                    List<int> lengths = [];
                    for (int pass = 0; pass < Math.Min(folds, scores.Length); pass++)
                    {
                        int length = (scores.Length - pass + folds - 1) / folds;
                        int[] rows = folded[at..(at + length)];
                        Assert.Equal(sorted[pass], rows[0]);
                        Assert.Equal(rows.Select(row => scores[row]), rows.Select(row => scores[row]).Order());
                        lengths.Add(length);
                        at += length;
                    }
                    Assert.Equal(scores.Length, at);
                    Assert.True(lengths.Count == 0 || lengths.Max() - lengths.Min() <= 1);
                    // A zigzag has the same passes, the odd ones backwards: no jump between two passes.
                    int[] zigzag = Zigzag.Of(sorted, folds);
                    at = 0;
                    for (int pass = 0; pass < lengths.Count; at += lengths[pass++])
                        Assert.Equal(
                            pass % 2 == 0
                                ? folded[at..(at + lengths[pass])]
                                : folded[at..(at + lengths[pass])].Reverse(),
                            zigzag[at..(at + lengths[pass])]
                        );
                }
            )
            .Holds();

    [Fact]
    public void JitterStaysWithinItsWindows()
    {
        int[] sorted = Shuffle.Of(103, new(1, "sorted")),
            order = Jitter.Of(sorted, 10, new(7, "jitter"));
        for (int start = 0; start < 103; start += 10)
            Assert.Equal(
                sorted[start..Math.Min(103, start + 10)].Order(),
                order[start..Math.Min(103, start + 10)].Order()
            );
        Assert.NotEqual(sorted, order);
        Assert.Equal(sorted, Jitter.Of(sorted, 1, new(7, "jitter")));
    }

    [Fact]
    public void SegmentsAreBlocksInTheirOrder()
    {
        int[] sorted = [.. Enumerable.Range(0, 50)],
            order = Segment.Of(sorted, [5, 45], [2, 0, 1], new(7, "segment"));
        Assert.Equal(Enumerable.Range(45, 5), order[..5].Order());
        Assert.Equal(Enumerable.Range(0, 5), order[5..10].Order());
        Assert.Equal(Enumerable.Range(5, 40), order[10..].Order());
        Assert.NotEqual(Enumerable.Range(5, 40), order[10..]);
    }

    [Fact]
    public void StairsGoOverFromBlockToBlock()
    {
        int[] sorted = [.. Enumerable.Range(0, 40)],
            order = Stair.Of(sorted, [20], [0, 1], 0.2, zone => Folding.Of(zone, 2), new(7, "stair")),
            saw = Stair.Of(sorted, [20], [0, 1], 0.2, zone => Zigzag.Of(zone, 2), new(7, "stair"));
        Assert.Equal(Enumerable.Range(0, 16), order[..16].Order());
        Assert.Equal([16, 18, 20, 22, 17, 19, 21, 23], order[16..24]);
        Assert.Equal([16, 18, 20, 22, 23, 21, 19, 17], saw[16..24]);
        Assert.Equal(Enumerable.Range(24, 16), order[24..].Order());
        Assert.Equal(
            Segment.Of(sorted, [20], [0, 1], new(7, "stair")),
            Stair.Of(sorted, [20], [0, 1], 0, zone => zone, new(7, "stair"))
        );
    }

    [Fact]
    public void EveryOrdererGivesAPermutationOfPlacesOnAnyNumberOfThreads()
    {
        Dataset dataset = Dataset.OfTexts(
            Enumerable.Range(0, 200).Select(i => new string('x', i * 37 % 83)),
            rowsPerTable: 30
        );
        // Repeats and an order of its own: what is ordered are places, not rows.
        Selection selection = new([.. Enumerable.Range(0, 150).Select(i => i * 7 % 200), 3, 3, 5]);
        View view = new(dataset, selection);
        IOrderer[] orderers =
        [
            new Sort(new() { By = "bytes" }),
            new Folding(new() { By = "bytes", Descending = true }),
            new Zigzag(new() { By = "bytes" }),
            new Segment(new() { By = "bytes" }),
            new Stair(new() { By = "bytes" }),
            new Saw(new() { By = "bytes" }),
            new Jitter(new() { By = "bytes", Window = 20 }),
            new Shuffle(),
        ];
        foreach (IOrderer orderer in orderers)
        {
            int[] order = Run(orderer, view, threads: 1);
            Assert.Equal(Enumerable.Range(0, 153), order.Order());
            Assert.Equal(order, Run(orderer, view, threads: 2));
        }
        int[] byLength = [.. Run(orderers[0], view).Select(place => selection.Rows[place] * 37 % 83)];
        Assert.Equal(byLength.Order(), byLength);
    }

    [Fact]
    public void RowsWithoutAValueAreAnError()
    {
        View view = new(
            Dataset.OfTexts(["a", "b"]),
            signals: new Dictionary<string, Signal> { ["s"] = new("s", [1, double.NaN]) }
        );
        AssayException failure = Assert.Throws<AssayException>(() => Run(new Folding(new() { By = "s" }), view));
        Assert.Contains("1 of 2 rows have no 's'", failure.Message);
        Assert.Contains("select/top", failure.Hint);
        Assert.Throws<AssayException>(() => Run(new Sort(new() { By = "t" }), view));
        Assert.Throws<AssayException>(() => Run(new Sort(new()), view));
    }

    [Fact]
    public void CutsAndBlocksAreChecked()
    {
        View view = new(Dataset.OfTexts(["a", "b"]));
        Segment falling = new(new() { By = "bytes", Cuts = [Amount.Share(0.9), Amount.Share(0.1)] }),
            twice = new(new() { By = "bytes", Blocks = [0, 0, 1] });
        Assert.Contains("do not rise", Assert.Throws<AssayException>(() => Run(falling, view)).Message);
        Assert.Contains("0, 1, 2", Assert.Throws<AssayException>(() => Run(twice, view)).Message);
    }

    private static int[] Run(IOrderer orderer, View view, int threads = 2)
    {
        using Pieces pieces = Pieces.Temporary();
        return orderer.Order(view, new(pieces) { Threads = threads, Random = new(7, "step") });
    }
}
