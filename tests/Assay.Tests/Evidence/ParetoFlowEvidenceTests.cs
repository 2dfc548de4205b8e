using Assay.Evidence;
using Assay.Numerics;
using Assay.Plan;

namespace Assay.Tests.Evidence;

public class ParetoFlowEvidenceTests
{
    [Fact]
    public void ThePublishedRanksAreRecomputedToTwoDecimals()
    {
        PublishedHypervolumes table = PublishedHypervolumes.Read(
            SharedData.Path("pareto-flow/table8_hypervolume_synthetic.csv")
        );
        Assert.Equal(22, table.Methods.Length);
        Assert.Equal(11, table.Tasks.Length);
        foreach ((string method, (double mean, double deviation)) in table.Methods.Zip(table.Ranks()))
        {
            Assert.Equal(PublishedHypervolumes.Printed[method].Mean, mean, 0.0051);
            Assert.Equal(PublishedHypervolumes.Printed[method].Deviation, deviation, 0.0051);
        }
    }

    [Fact]
    public void RanksByHand()
    {
        PublishedHypervolumes table = new(
            ["a", "b", "c"],
            ["x", "y"],
            [
                [3, 0],
                [3, 5],
                [1, 7],
            ]
        );
        // Ranks 1 and 3, 1 and 2, 3 and 1.
        Assert.Equal([(2, 1), (1.5, 0.5), (2, 1)], table.Ranks());
    }

    [Fact]
    public void CollectedRowsAreInTheBoxAndDistancesAreToTheFront()
    {
        BenchmarkProblem problem = BenchmarkProblem.Named("zdt1");
        OfflineTask task = OfflineTask.Collect(problem, problem.TrueFront(1001)!, 300, new(1, "task"));
        Assert.Equal(300, task.Data.Rows);
        Assert.All(task.Data.Designs, x => Assert.InRange(x, 0, 1));
        Assert.True(task.Data.Hypervolume(task.Data.Objectives) < task.Data.Hypervolume(task.Front));
        Assert.Equal(0, task.Distance(task.Front), 12);
        Assert.Equal(0, task.InvertedDistance(task.Front), 12);
        Assert.True(task.Distance(task.Data.Objectives) > 0.05);
        Assert.True(task.InvertedDistance(task.Data.Objectives) > 0.05);
    }

    [Fact]
    public void ASmokePassMeasuresWhatIsConcluded()
    {
        string data = Path.GetDirectoryName(SharedData.Path("pareto-flow"))!;
        ParetoFlowEvidence experiment = new();
        Figures Measure(int seed) =>
            experiment.Measure(
                new()
                {
                    Seed = seed,
                    Random = new((ulong)seed, "pareto-flow"),
                    DataFolder = data,
                    Quick = true,
                }
            );
        Figures first = Measure(0);
        Assert.Equal(13, experiment.Conclude(new([first, Measure(1)])).Count);
        Assert.Equal(first.ToArray(), Measure(0).ToArray());
    }
}
