using Assay.Numerics;

namespace Assay.Tests;

/// <summary>The code of docs/pareto.md, run.</summary>
public sealed class ParetoPage
{
    private readonly double[] _costs = [1, 9, 2, 7, 4, 4, 5, 3.5, 8, 1, 6, 8];

    [Fact]
    public void FrontsVolumesAndChoices()
    {
        double[] costs = _costs;

        // csharpier-ignore-start
        int[] ranks = NonDominated.Ranks(costs, m: 2);                      // 0 0 0 0 0 1
        bool[] onFront = NonDominated.IsNonDominated(costs, m: 2);
        double volume = Hypervolume.Exact(costs, 2, reference: [10, 10]);
        double[] contributions = Hypervolume.Contributions(costs, 2, [10, 10]);
        int[] three = HypervolumeSubset.Best2(costs, [10, 10], size: 3);    // keeps most of the volume
        // csharpier-ignore-end

        Assert.Equal([0, 0, 0, 0, 0, 1], ranks);
        Assert.Equal(5, onFront.Count(one => one));
        Assert.True(contributions.Sum() <= volume);
        Assert.Equal(3, three.Length);

        double[] front = costs[..10];

        // csharpier-ignore-start
        int knee = Knee.Of(front, 2);                                       // furthest from the chord
        int compromise = Choice.Compromise(front, 2);                       // nearest to the ideal
        int wished = Choice.ByPseudoWeights(front, 2, wish: [0.7, 0.3]);    // the first objective counts more
        int within = Choice.Constrained(front, 2, objective: 0, bounds: [double.PositiveInfinity, 4]);
        // csharpier-ignore-end

        Assert.Equal(2, knee);
        Assert.Equal(2, compromise);
        Assert.InRange(wished, 0, 4);
        Assert.Equal(2, within);
    }

    [Fact]
    public void ManyObjectivesIndicatorsAndRuns()
    {
        double[] points = Fronts.Simplex(42, 20, 10, 0.5);
        double[] reference = [.. Enumerable.Repeat(1.1, 10)];

        // csharpier-ignore-start
        HypervolumeEstimate estimate = Hypervolume.Estimate(points, 10, reference, new RandomStream(1, "volume"));
        string said = $"{estimate.Value:F3} ± {estimate.StandardError:F3}"; // the error is 0 up to 8 objectives
        // csharpier-ignore-end

        Assert.True(estimate.StandardError > 0);
        Assert.Contains('±', said);

        double[] found = [3, 3, 2, 5],
            best = [1, 4, 3, 2];
        double[][] runs =
        [
            [1, 3],
            [2, 2],
            [3, 1],
        ];

        // csharpier-ignore-start
        double distance = Indicators.InvertedGenerationalDistancePlus(found, best, m: 2);
        double epsilon = Indicators.AdditiveEpsilon(found, best, 2);
        double r2 = R2.Exact2(found, ideal: [0, 0]);
        double[] median = Attainment.Median(runs, m: 2);                    // attained by half of the runs
        // csharpier-ignore-end

        Assert.True(distance > 0 && epsilon > 0 && r2 > 0);
        Assert.NotEmpty(median);
    }

    [Fact]
    public void ArchivesDirectionsAndScalarisations()
    {
        double[] candidate = [3, 4],
            losses = [0.4, 1.2],
            ideal = [0, 0];

        // csharpier-ignore-start
        IArchive archive = BoundedArchive.ByContribution(m: 2, capacity: 100, reference: [10, 10]);
        ArchiveChange change = archive.Add(candidate);                      // accepted? which numbers went?

        double[] grid = ReferenceDirections.DasDennis(m: 3, p: 12);         // 91 directions
        double[] any = RieszEnergy.Directions(n: 40, m: 3, new RandomStream(1, "directions"));

        Scalarisation scalar = new SmoothChebyshev(Smoothing: 0.05);
        double value = scalar.Of(losses, ideal, weights: [0.5, 0.5]);
        double[] lossWeights = scalar.Gradient(losses, ideal, [0.5, 0.5]);  // weights of the losses' gradients
        // csharpier-ignore-end

        Assert.True(change.Accepted);
        Assert.Equal(91 * 3, grid.Length);
        Assert.Equal(40 * 3, any.Length);
        Assert.True(value > 0.6 && lossWeights[1] > lossWeights[0]);
    }
}
