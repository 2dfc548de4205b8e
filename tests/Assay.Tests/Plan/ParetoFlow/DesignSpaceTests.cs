using Assay.Plan;
using FsCheck;
using FsCheck.Fluent;

namespace Assay.Tests;

public class DesignSpaceTests
{
    [Fact]
    public void LogitsOfCategories()
    {
        Assert.Equal([-1.386294361], DesignSpace.Logits(0, 2).Select(x => Math.Round(x, 9)));
        Assert.Equal([1.386294361], DesignSpace.Logits(1, 2).Select(x => Math.Round(x, 9)));
        Assert.Equal([-1.704748092, -1.704748092], DesignSpace.Logits(0, 3).Select(x => Math.Round(x, 9)));
        Assert.Equal([1.704748092, 0], DesignSpace.Logits(1, 3).Select(x => Math.Round(x, 9)));
        Assert.Equal([0, 1.704748092], DesignSpace.Logits(2, 3).Select(x => Math.Round(x, 9)));
        Assert.Empty(DesignSpace.Logits(0, 1));
    }

    /// <summary>21 binary and 5 ternary columns, as in C-10/MOP1.</summary>
    [Fact]
    public void TwentySixCategoriesAreThirtyOneNumbers()
    {
        DesignColumn[] columns =
        [
            .. Enumerable.Range(0, 21).Select(i => new DesignColumn($"e{i}", 0, 1, ["0", "1"])),
            .. Enumerable.Range(0, 5).Select(i => new DesignColumn($"o{i}", 0, 2, ["0", "1", "2"])),
        ];
        double[] designs = [.. Enumerable.Range(0, 26 * 4).Select(i => (double)(i * 7 / 3 % (i % 26 < 21 ? 2 : 3)))];
        DesignSpace space = new(columns, designs);
        Assert.Equal(31, space.Width);
        Assert.Equal(designs, space.Decode(space.Encode(designs)));
    }

    [Fact]
    public void EncodingGoesBackAndForth() =>
        Prop.ForAll(
                Gen.Choose(0, 1_000_000).ToArbitrary(),
                seed =>
                {
                    Numerics.RandomStream random = new((ulong)seed, "rows");
                    DesignColumn[] columns =
                    [
                        new("x", -10, 10),
                        new("kind", 0, 3, ["a", "b", "c", "d"]),
                        new("one", 0, 0, ["only"]),
                        new("y", 5, 5),
                    ];
                    double[] designs =
                    [
                        .. Enumerable
                            .Range(0, 20)
                            .SelectMany(_ => (double[])[20 * random.NextDouble() - 10, random.NextInt32(4), 0, 5]),
                    ];
                    DesignSpace space = new(columns, designs);
                    double[] back = space.Decode(space.Encode(designs));
                    return space.Width == 5
                        && designs.Zip(back).All(pair => Math.Abs(pair.First - pair.Second) < 1e-5)
                        && space.Box.CountOutside(space.Encode(designs)) == 0;
                }
            )
            .Holds();

    [Fact]
    public void BoundsClipAndCount()
    {
        DesignBox box = new([0, -1], [1, 1]);
        float[] designs = [0.5f, 0, 2, 0, 0, -3, 1, 1];
        Assert.Equal(2, box.CountOutside(designs));
        Assert.Equal(2, box.Clip(designs));
        Assert.Equal([0.5f, 0, 1, 0, 0, -1, 1, 1], designs);
        Assert.Equal(0, box.CountOutside(designs));
    }
}
