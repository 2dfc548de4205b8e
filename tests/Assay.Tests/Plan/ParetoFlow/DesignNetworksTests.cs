using Assay.Data;
using Assay.Numerics;
using Assay.Plan;

namespace Assay.Tests;

public class DesignNetworksTests
{
    private static readonly DesignNetworkOptions Small = new()
    {
        FlowWidth = 32,
        FlowEpochs = 30,
        PredictorWidth = 32,
        PredictorEpochs = 30,
        Batch = 64,
    };

    /// <summary>Rows of ZDT1 with three variables, drawn uniformly.</summary>
    private static DesignData Zdt(int rows)
    {
        BenchmarkProblem problem = BenchmarkProblem.Named("zdt1", 3);
        RandomStream random = new(4, "designs");
        double[] designs = [.. Enumerable.Range(0, 3 * rows).Select(_ => random.NextDouble())],
            objectives = new double[2 * rows];
        problem.Evaluate(designs, objectives);
        return new([new("a", 0, 1), new("b", 0, 1), new("c", 0, 1)], designs, objectives, 2);
    }

    private static DesignNetworks Train(DesignData data, Pieces pieces, int threads = 2) =>
        DesignNetworks.Train(data, Small, new(pieces) { Random = new(7, "networks"), Threads = threads });

    [Fact]
    public void PredictorsPredictAndGradientsAreTheirs()
    {
        using Pieces pieces = Pieces.Temporary();
        DesignData data = Zdt(600);
        DesignNetworks networks = Train(data, pieces);
        Assert.Equal(4, networks.Correlations.Count);
        Assert.All(networks.Correlations, r => Assert.InRange(r, 0.97, 1));

        float[] design = data.Encoded[..6],
            gradients = new float[6];
        double[] weights = [0.3, 0.7, 1, 0];
        networks.Predictors.ScoreGradients(design, weights, gradients);
        for (int j = 0; j < 6; j++)
        {
            const float step = 1e-2f;
            double Score(float by)
            {
                float[] moved = [.. design];
                moved[j] += by;
                double[] f = new double[4];
                networks.Predictors.Predict(moved, f);
                return -f.Zip(weights, (value, weight) => value * weight).Skip(j / 3 * 2).Take(2).Sum();
            }
            Assert.Equal((Score(step) - Score(-step)) / (2 * step), gradients[j], 1e-2);
        }
    }

    [Fact]
    public void TheFlowLearnsTheDistribution()
    {
        using Pieces pieces = Pieces.Temporary();
        DesignData data = Zdt(600);
        DesignNetworks networks = Train(data, pieces);
        WeightSpread weights = WeightSpread.Even(2, 200);
        GuidedSamplingOptions plain = new()
        {
            Steps = 101,
            Guidance = 0,
            Noise = 0,
            Offspring = 1,
            Filter = false,
        };
        WeightSpread alone = new(weights.All, 2, 1);
        float[] drawn = new GuidedSampler(networks.Flow, networks.Predictors, alone, plain, null)
            .Run(DesignArchive.Greedy(alone, data.Encoded, data.Standardised), new(1, "flow"))
            .Final;
        // Standardised uniform columns have mean 0, deviation 1 and end at 1.73.
        Assert.InRange(drawn.Average(), -0.25, 0.25);
        Assert.InRange(Math.Sqrt(drawn.Average(x => x * x)), 0.8, 1.2);
        Assert.InRange(drawn.Count(x => Math.Abs(x) > 2) / (double)drawn.Length, 0, 0.1);
    }

    [Fact]
    public void ThreadsAndKillsChangeNothing()
    {
        DesignData data = Zdt(300);
        using Pieces one = Pieces.Temporary(),
            two = Pieces.Temporary();
        float[] expected = Train(data, one, threads: 1).Flow.Snapshot();
        Assert.Equal(expected, Train(data, two, threads: 2).Flow.Snapshot());
        // What a killed run had finished is not trained again, what it had not is.
        File.Delete(two.PathOf("networks", 3));
        DateTime kept = File.GetLastWriteTimeUtc(two.PathOf("networks", 0));
        DesignNetworks again = Train(data, two);
        Assert.Equal(kept, File.GetLastWriteTimeUtc(two.PathOf("networks", 0)));
        Assert.Equal(expected, again.Flow.Snapshot());
        for (int piece = 0; piece < 5; piece++)
            Assert.Equal(
                File.ReadAllBytes(one.PathOf("networks", piece)),
                File.ReadAllBytes(two.PathOf("networks", piece))
            );
    }

    [Fact]
    public void BothSearchesProposeWithinBoundsAndSayWhatTheyExpect()
    {
        using Pieces pieces = Pieces.Temporary();
        DesignData data = Zdt(600);
        DesignSearch search = new(data, Train(data, pieces), 30);
        DesignProposal flow = search.ByFlow(WeightSpread.Even(2, 40), new() { Steps = 100 }, new(1, "flow")),
            genetic = search.ByNsga2(new() { Population = 40, Generations = 40 }, new(1, "genetic")),
            divided = search.ByMoead(new() { Population = 40, Generations = 40 }, new(1, "divided")),
            best = search.BestOfData();
        foreach (DesignProposal proposal in (DesignProposal[])[flow, genetic, divided, best])
        {
            Assert.InRange(proposal.Count, 2, 30);
            Assert.Equal(3 * proposal.Count, proposal.Designs.Length);
            Assert.Equal(2 * proposal.Count, proposal.Objectives.Length);
            Assert.Equal(2 * proposal.Count, proposal.Judged.Length);
            Assert.All(proposal.Designs, x => Assert.InRange(x, 0, 1));
            Assert.Equal(0, search.ShareOutside(proposal));
        }
        Assert.True(data.Hypervolume(genetic.Objectives) > data.Hypervolume(best.Objectives));
        Assert.True(data.Hypervolume(divided.Objectives) > data.Hypervolume(best.Objectives));
        Assert.All(best.Distances, distance => Assert.Equal(0, distance));
        Assert.Equal(
            flow.Designs,
            search.ByFlow(WeightSpread.Even(2, 40), new() { Steps = 100 }, new(1, "flow")).Designs
        );
    }

    [Fact]
    public void DataThatCannotBeOptimisedIsRefused()
    {
        DesignColumn[] columns = [new("x", 0, 1)];
        Assert.Throws<ArgumentException>(() => new DesignData(columns, [0, 1], [1, 2, 1, 3], 2));
        Assert.Throws<ArgumentException>(() => new DesignData(columns, [0, 1, 2], [1, 2, 2, 3], 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => new DesignData(columns, [0, 1], [1, 2], 1));
        Assert.Throws<ArgumentException>(() => new DesignData(columns, [], [], 2));
    }
}
