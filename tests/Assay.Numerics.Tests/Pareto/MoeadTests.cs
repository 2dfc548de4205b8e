using Assay.Numerics;

namespace Assay.Tests;

public class MoeadTests
{
    private static readonly GeneticOptions Short = new() { Population = 40, Generations = 60 };

    [Fact]
    public void ItFindsTheSegment()
    {
        (double[] designs, double[] objectives) = new Moead(Short).Run(
            new Nsga2Tests.TwoTargets(),
            [],
            new(1, "search")
        );
        Assert.Equal(80, designs.Length);
        for (int i = 0; i < 40; i++)
        {
            Assert.InRange(designs[2 * i], -0.01, 1.01);
            Assert.InRange(designs[2 * i + 1], 0, 0.05);
        }
        Assert.InRange(Hypervolume.Exact(objectives, 2, [1.1, 1.1]), 1.02, 1.05);
        // Designs go by their weights: from the best of the second objective to the best of the first.
        Assert.True(designs[0] > 0.9 && designs[78] < 0.1);
    }

    [Fact]
    public void TheSameSeedGivesTheSameDesignsAndThereIsOneForEachWeight()
    {
        double[] Found(ulong seed) =>
            new Moead(Short).Run(new Nsga2Tests.TwoTargets(), [0.5, 0.5], new(seed, "search")).Designs;
        Assert.Equal(Found(1), Found(1));
        Assert.NotEqual(Found(1), Found(2));
    }

    [Fact]
    public void ItStopsWhenAskedAndStartsMustBeWhole()
    {
        Assert.Throws<OperationCanceledException>(() =>
            new Moead(Short).Run(new Nsga2Tests.TwoTargets(), [], new(1, "search"), new CancellationToken(true))
        );
        Assert.Throws<ArgumentException>(() =>
            new Moead(Short).Run(new Nsga2Tests.TwoTargets(), [1], new(1, "search"))
        );
    }
}
