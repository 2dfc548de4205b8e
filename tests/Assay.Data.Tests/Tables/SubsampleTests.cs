using System.Text;
using Assay.Numerics;
using FsCheck;
using FsCheck.Fluent;
using Prop = FsCheck.Fluent.Prop;

namespace Assay.Data.Tests;

public class SubsampleTests
{
    private static readonly RandomStream Random = new(3, "draw");

    private static List<string> Draw(Dataset dataset, Selection selection, long budget, RandomStream random)
    {
        using Pieces pieces = Pieces.Temporary();
        View view = new(dataset, selection);
        RowSizes sizes = RowSizes.Read(view, new Work(pieces));
        List<string> texts = [];
        sizes.Draw(selection, budget, random).ForEach(view, text => texts.Add(Encoding.UTF8.GetString(text)), default);
        return texts;
    }

    [Fact]
    public void ExactlyTheBudgetIsDrawnHoweverRowsRepeat() =>
        Prop.ForAll(
                ArbMap.Default.ArbFor<int>(),
                seed =>
                {
                    RandomStream random = new((ulong)seed, "rows");
                    string[] texts =
                    [
                        .. Enumerable
                            .Range(0, 1 + random.NextInt32(20))
                            .Select(_ => new string('x', random.NextInt32(9))),
                    ];
                    Dataset dataset = Dataset.OfTexts(texts, rowsPerTable: 3);
                    int[] rows =
                    [
                        .. Enumerable.Range(0, random.NextInt32(40)).Select(_ => random.NextInt32(texts.Length)),
                    ];
                    long all = rows.Sum(row => (long)texts[row].Length);
                    long budget = random.NextInt32(60);
                    long drawn = Draw(dataset, new(rows), budget, random).Sum(text => (long)text.Length);
                    Assert.Equal(Math.Min(budget, all), drawn);
                }
            )
            .Holds();

    [Fact]
    public void TheLastRowIsCutAtACharacter()
    {
        Dataset dataset = Dataset.OfTexts(["ääää"]);
        Assert.Equal(["ää"], Draw(dataset, new([0]), 5, Random));
        Assert.Equal(["ää"], Draw(dataset, new([0]), 4, Random));
        Assert.Equal(["ääää", "ä"], Draw(dataset, new([0, 0]), 11, Random).OrderByDescending(text => text.Length));
    }

    [Fact]
    public void EveryRowHasItsShareAndItsWeight()
    {
        // 4000 draws of one of four rows, one of them there twice, one of weight 2, one of weight 0: shares 2/5, 1/5, 2/5, 0,
        // each with a standard error below 0.008; 4.5 of them is a false alarm once in 100 000.
        Dataset dataset = Dataset.OfTexts(["a", "b", "c", "d"]);
        Selection selection = new([0, 1, 0, 2, 3], [1, 1, 1, 2, 0]);
        using Pieces pieces = Pieces.Temporary();
        RowSizes sizes = RowSizes.Read(new(dataset), new Work(pieces));
        int[] counts = new int[4];
        for (int draw = 0; draw < 4000; draw++)
            counts[sizes.Draw(selection, 1, Random.Child(draw)).Rows.Single()]++;
        Assert.InRange(counts[0] / 4000.0, 0.4 - 0.036, 0.4 + 0.036);
        Assert.InRange(counts[1] / 4000.0, 0.2 - 0.036, 0.2 + 0.036);
        Assert.InRange(counts[2] / 4000.0, 0.4 - 0.036, 0.4 + 0.036);
        Assert.Equal(0, counts[3]);
    }

    [Fact]
    public void SelectionsThatShareRowsShareThemInTheirDraws()
    {
        Dataset dataset = Dataset.OfTexts(Enumerable.Range(0, 100).Select(i => $"{i:D3}"), rowsPerTable: 7);
        List<string> some = Draw(dataset, new([.. Enumerable.Range(0, 50)]), 60, Random);
        List<string> all = Draw(dataset, Selection.All(dataset), 60, Random);
        Assert.Equal(20, some.Count);
        Assert.All(all.Where(text => int.Parse(text) < 50), text => Assert.Contains(text, some));
    }
}
