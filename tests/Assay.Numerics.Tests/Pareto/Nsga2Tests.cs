using Assay.Numerics;

namespace Assay.Tests;

public class Nsga2Tests
{
    /// <summary>Two distances in a square: the front is the segment between the two points.</summary>
    internal sealed class TwoTargets : IBoxProblem
    {
        public int Objectives => 2;

        public IReadOnlyList<double> Low { get; } = [-1, 0];

        public IReadOnlyList<double> High { get; } = [2, 1];

        public void Evaluate(ReadOnlySpan<double> designs, Span<double> objectives)
        {
            for (int i = 0; i < designs.Length / 2; i++)
            {
                double x = designs[2 * i],
                    y = designs[2 * i + 1];
                Assert.InRange(x, -1, 2);
                Assert.InRange(y, 0, 1);
                objectives[2 * i] = x * x + y * y;
                objectives[2 * i + 1] = (x - 1) * (x - 1) + y * y;
            }
        }
    }

    private static readonly GeneticOptions Short = new() { Population = 40, Generations = 60 };

    [Fact]
    public void ItFindsTheSegment()
    {
        (double[] designs, double[] objectives) = new Nsga2(Short).Run(new TwoTargets(), [], new(1, "search"));
        Assert.Equal(80, designs.Length);
        for (int i = 0; i < 40; i++)
        {
            Assert.InRange(designs[2 * i], -0.01, 1.01);
            Assert.InRange(designs[2 * i + 1], 0, 0.05);
        }
        // Of the true front, whose hypervolume up to (1.1, 1.1) is the integral of 1.1 - (1 - sqrt f)^2 over f from 0 to 1.1.
        Assert.InRange(Hypervolume.Exact(objectives, 2, [1.1, 1.1]), 1.02, 1.05);
    }

    [Fact]
    public void TheSameSeedGivesTheSameDesignsAndAnotherDoesNot()
    {
        double[] Found(ulong seed) => new Nsga2(Short).Run(new TwoTargets(), [0.5, 0.5], new(seed, "search")).Designs;
        Assert.Equal(Found(1), Found(1));
        Assert.NotEqual(Found(1), Found(2));
    }

    [Fact]
    public void KeepingTheWorstGoesAwayFromTheFront()
    {
        int seen = 0;
        (_, double[] objectives) = new Nsga2(Short)
        {
            KeepsWorst = _ => true,
            Watch = (_, designs, _) => seen += designs.Length / 2,
        }.Run(new TwoTargets(), [], new(1, "search"));
        Assert.Equal(60 * 80, seen);
        Assert.True(objectives.Chunk(2).All(row => row[0] + row[1] > 2));
    }

    [Fact]
    public void StartsAreClippedAndMustBeWhole()
    {
        (double[] designs, _) = new Nsga2(Short with { Generations = 1 }).Run(
            new TwoTargets(),
            [9, 9],
            new(1, "search")
        );
        Assert.All(designs, x => Assert.InRange(x, -1, 2));
        Assert.Throws<ArgumentException>(() => new Nsga2(Short).Run(new TwoTargets(), [1, 2, 3], new(1, "search")));
    }

    [Fact]
    public void ItStopsWhenAsked() =>
        Assert.Throws<OperationCanceledException>(() =>
            new Nsga2(Short).Run(new TwoTargets(), [], new(1, "search"), new CancellationToken(true))
        );
}
