using Assay.Numerics;
using Assay.Plan;

namespace Assay.Tests;

public class GuidedSamplerTests
{
    /// <summary>The exact field of a single data point: (mu - x) / (1 - t).</summary>
    private sealed class ToPoint(params float[] point) : IVelocityField
    {
        public int Dimensions => point.Length;

        public void Velocities(ReadOnlySpan<float> designs, double time, Span<float> velocities)
        {
            for (int i = 0; i < designs.Length; i++)
                velocities[i] = (float)((point[i % point.Length] - designs[i]) / Math.Max(1 - time, 1e-12));
        }
    }

    /// <summary>The same velocity everywhere.</summary>
    private sealed class Constant(params float[] velocity) : IVelocityField
    {
        public int Dimensions => velocity.Length;

        public void Velocities(ReadOnlySpan<float> designs, double time, Span<float> velocities)
        {
            for (int i = 0; i < designs.Length; i++)
                velocities[i] = velocity[i % velocity.Length];
        }
    }

    /// <summary>f_j(x) = scale x_j + offset, and how often it was asked.</summary>
    private sealed class Coordinates(int dimensions, double scale = 1, double offset = 0) : IObjectiveModel
    {
        public int Asked { get; private set; }

        public int Dimensions => dimensions;

        public int Objectives => dimensions;

        public void Predict(ReadOnlySpan<float> designs, Span<double> objectives)
        {
            Asked++;
            for (int i = 0; i < designs.Length; i++)
                objectives[i] = scale * designs[i] + offset;
        }

        public void ScoreGradients(ReadOnlySpan<float> designs, ReadOnlySpan<double> weights, Span<float> gradients)
        {
            Asked++;
            for (int i = 0; i < designs.Length; i++)
                gradients[i] = (float)(-scale * weights[i]);
        }
    }

    private static readonly GuidedSamplingOptions Plain = new()
    {
        Steps = 51,
        Guidance = 0,
        Noise = 0,
        Offspring = 1,
    };

    private static DesignArchive Archive(WeightSpread weights, params double[] objectives) =>
        DesignArchive.Greedy(weights, [.. objectives.Select(x => (float)x)], objectives);

    [Fact]
    public void AGuidedStepByHand()
    {
        WeightSpread weights = new([0.25, 0.75], 2, 1);
        GuidedSampler sampler = new(new Constant(0.5f, -0.5f), new Coordinates(2), weights, new(), null);
        float[] x = [1, 2],
            u = [0.5f, -0.5f];
        sampler.Guide(x, u, 0.9, 0.01);
        Assert.Equal(0.444444444, u[0], 6);
        Assert.Equal(-0.666666667, u[1], 6);
        Assert.Equal(1.004444444, x[0] + 0.01 * u[0], 6);
        Assert.Equal(1.993333333, x[1] + 0.01 * u[1], 6);
    }

    [Fact]
    public void ScalingAllObjectivesScalesTheGuidance()
    {
        WeightSpread weights = new([0.25, 0.75], 2, 1);
        float[] one = [0, 0],
            three = [0, 0];
        new GuidedSampler(new Constant(0, 0), new Coordinates(2), weights, new(), null).Guide([1, 2], one, 0.9, 0.01);
        new GuidedSampler(new Constant(0, 0), new Coordinates(2, 3), weights, new(), null).Guide(
            [1, 2],
            three,
            0.9,
            0.01
        );
        Assert.Equal(3 * one[0], three[0], 6);
        Assert.Equal(3 * one[1], three[1], 6);
    }

    [Fact]
    public void WithoutGuidanceNoiseAndNeighboursItIsTheEulerFlow()
    {
        WeightSpread weights = new([0.5, 0.5], 2, 1);
        GuidedSample sample = new GuidedSampler(
            new Constant(0.5f, -0.25f),
            new Coordinates(2),
            weights,
            Plain,
            null
        ).Run(Archive(weights, 0, 0), new(3, "flow"));
        RandomStream start = new RandomStream(3, "flow").Child("start");
        Assert.Equal(start.NextGaussian() + 0.5, sample.Final[0], 4);
        Assert.Equal(start.NextGaussian() - 0.25, sample.Final[1], 4);
        Assert.Equal(0, sample.Clipped);
    }

    [Fact]
    public void TheExactFlowOfAPointEndsAtIt()
    {
        WeightSpread weights = WeightSpread.Even(2, 5);
        GuidedSample sample = new GuidedSampler(new ToPoint(3, -2), new Coordinates(2), weights, Plain, null).Run(
            Archive(weights, 100, 100),
            new(3, "flow")
        );
        for (int i = 0; i < weights.Count; i++)
        {
            Assert.Equal(3, sample.Final[2 * i], 4);
            Assert.Equal(-2, sample.Final[2 * i + 1], 4);
            // Every design that a sample headed for was the point, so that is what the archive holds.
            Assert.Equal(3, sample.Archive.Designs[2 * i], 3);
        }
    }

    [Fact]
    public void EarlyStepsNeverTouchThePredictors()
    {
        WeightSpread weights = new([0.5, 0.5], 2, 1);
        Coordinates model = new(2);
        GuidedSamplingOptions late = Plain with { Guidance = 2, GuideFrom = 1 };
        new GuidedSampler(new Constant(0, 0), model, weights, late, null).Run(Archive(weights, 0, 0), new(3, "flow"));
        // The last step alone ends at time 1, and it starts before.
        Assert.Equal(1, model.Asked);
        Coordinates asked = new(2);
        new GuidedSampler(new Constant(0, 0), asked, weights, late with { GuideFrom = 0.8 }, null).Run(
            Archive(weights, 0, 0),
            new(3, "flow")
        );
        Assert.Equal(11 + 10, asked.Asked);
    }

    [Fact]
    public void ConstantPredictionsNeverBeatABetterStart()
    {
        WeightSpread weights = WeightSpread.Even(2, 11);
        DesignArchive archive = Archive(weights, -1, -1, -2, -1, -1, -2);
        float[] before = [.. archive.Designs];
        double[] scores = [.. archive.Scores];
        GuidedSample sample = new GuidedSampler(
            new Constant(1, 1),
            new Coordinates(2, 0),
            weights,
            new() { Steps = 60 },
            null
        ).Run(archive, new(3, "flow"));
        Assert.Equal(before, sample.Archive.Designs);
        Assert.Equal(scores, sample.Archive.Scores);
    }

    [Fact]
    public void ScalingKeepsTheSelectionAndShiftingDoesNot()
    {
        WeightSpread weights = WeightSpread.Even(2, 20);
        GuidedSamplingOptions options = new()
        {
            Steps = 60,
            Guidance = 0,
            ConeFactor = 20,
        };
        float[] Final(double scale, double offset) =>
            new GuidedSampler(new Constant(-1, -1), new Coordinates(2, scale, offset), weights, options, null)
                .Run(Archive(weights, 0, 0), new(5, "flow"))
                .Final;
        Assert.Equal(Final(1, 0), Final(4, 0));
        Assert.NotEqual(Final(1, 0), Final(1, 3));
    }

    [Fact]
    public void SelectionMovesEachSampleTowardsItsObjective()
    {
        WeightSpread weights = new([1, 0, 0, 1], 2, 1);
        GuidedSample sample = new GuidedSampler(
            new Constant(0, 0),
            new Coordinates(2),
            weights,
            new()
            {
                Steps = 1000,
                Filter = false,
                Guidance = 0,
                Offspring = 20,
            },
            null
        ).Run(Archive(weights, 100, 100), new(9, "flow"));
        float[] start = [.. Enumerable.Range(0, 4).Select(_ => 0f)];
        RandomStream random = new RandomStream(9, "flow").Child("start");
        for (int i = 0; i < 4; i++)
            start[i] = (float)random.NextGaussian();
        // 200 steps, each the best of 20 normals of deviation 0.1 / sqrt(1000): 1.87 x 0.1 x 0.2 x sqrt(1000) in all.
        Assert.InRange(start[0] - sample.Final[0], 1.0, 1.4);
        Assert.InRange(start[3] - sample.Final[3], 1.0, 1.4);
        Assert.InRange(start[1] - sample.Final[1], -0.3, 0.3);
    }

    [Fact]
    public void DesignsStayInTheirBoundsHoweverFarTheFlowCarriesThem()
    {
        DesignBox box = new([-0.5f, -0.5f], [0.5f, 0.5f]);
        WeightSpread weights = WeightSpread.Even(2, 10);
        GuidedSample Run(DesignBox? bounds) =>
            new GuidedSampler(new Constant(30, -30), new Coordinates(2), weights, new() { Steps = 100 }, bounds).Run(
                Archive(weights, 0, 0),
                new(1, "flow")
            );
        GuidedSample inside = Run(box);
        Assert.Equal(0, box.CountOutside(inside.Final));
        Assert.Equal(0, box.CountOutside(inside.Archive.Designs));
        Assert.InRange(inside.Clipped, 0.5, 1);
        GuidedSample outside = Run(null);
        Assert.Equal(10, box.CountOutside(outside.Final));
        Assert.Equal(0, outside.Clipped);
    }

    [Fact]
    public void TheFilterKeepsToTheConeAndTheNearestIsTakenWhereNoneIsInside()
    {
        // One weight along the diagonal; objectives are the design. Offspring are exact copies, so the cone decides nothing but must not fail.
        WeightSpread weights = WeightSpread.Even(3, 10);
        GuidedSample sample = new GuidedSampler(
            new Constant(0, 0, 0),
            new Coordinates(3),
            weights,
            Plain with
            {
                ConeFactor = 0,
            },
            null
        ).Run(Archive(weights, 9, 9, 9), new(1, "flow"));
        Assert.All(sample.Final, x => Assert.True(float.IsFinite(x)));
    }

    [Fact]
    public void TheArchiveBeginsWithTheBestRowForEachWeight()
    {
        WeightSpread weights = new([1, 0, 0, 1, 1, 0], 2, 1);
        DesignArchive archive = DesignArchive.Greedy(weights, [10, 20, 30], [5, 0, 0, 5, 1, 1]);
        Assert.Equal([20, 10, 30], archive.Designs);
        Assert.Equal([0, 0, -1], archive.Scores);
        Assert.False(archive.Offer(0, [99], 0));
        Assert.False(archive.Offer(0, [99], double.NaN));
        Assert.True(archive.Offer(0, [99], 0.5));
        Assert.Equal([99, 10, 30], archive.Designs);
        // Fewer rows than weights: they are used again.
        Assert.Equal([7, 7, 7], DesignArchive.Greedy(weights, [7], [1, 1]).Designs);
        Assert.Throws<ArgumentException>(() => DesignArchive.Greedy(weights, [1, 2], [1, 2, 3]));
    }

    [Fact]
    public void ThreadsChangeNothing()
    {
        WeightSpread weights = WeightSpread.Even(2, 60);
        FlowField field = new(4, 64, new(1, "field"));
        ObjectivePredictors model = new([
            ObjectivePredictors.New(4, 64, new(1, "first")),
            ObjectivePredictors.New(4, 64, new(1, "second")),
        ]);
        DesignBox box = new([-1, -1, -1, -1], [1, 1, 1, 1]);
        float[] Final(int threads)
        {
            using Workers.LimitScope limit = Workers.Limit(threads);
            DesignArchive archive = DesignArchive.Greedy(weights, new float[4], [10, 10]);
            return new GuidedSampler(field, model, weights, new() { Steps = 40 }, box)
                .Run(archive, new(1, "flow"))
                .Final;
        }
        Assert.Equal(Final(1), Final(2));
    }
}
