using Assay.Evidence;
using Assay.Numerics;
using Assay.Tests.Value;

namespace Assay.Tests.Evidence;

public sealed class DataShapleyEvidenceTests
{
    [Fact]
    public void TheGameOnTheLineIsTheGoldenOne() =>
        KnnShapleyTests.AssertNear(
            [
                0.0517857143,
                0.0622023810,
                0.1080357143,
                0.0226190476,
                0.0538690476,
                0.0392857143,
                0.0809523810,
                -0.0437500000,
            ],
            new LineGame().Exact(),
            1e-9
        );

    [Fact]
    public void ASmokePassMeasuresWhatIsConcluded()
    {
        string data = Path.GetDirectoryName(SharedData.Path("data-shapley"))!;
        DataShapleyEvidence experiment = new();
        Figures Measure(int seed) =>
            experiment.Measure(
                new()
                {
                    Seed = seed,
                    Random = new((ulong)seed, "data-shapley"),
                    DataFolder = data,
                    Quick = true,
                }
            );
        IReadOnlyList<Finding> findings = experiment.Conclude(new([Measure(0), Measure(1)]));
        Assert.Equal(12, findings.Count);
        Assert.Contains("random", findings[0].Ours);
        Assert.Equal(Measure(0).ToArray(), Measure(0).ToArray());
    }
}
