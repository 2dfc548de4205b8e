using Assay.Evidence;
using Assay.Numerics;

namespace Assay.Tests.Evidence;

public sealed class InfiniteComputeEvidenceTests
{
    [Fact]
    public void Published_figures_are_recomputed()
    {
        Figures figures = [];
        PublishedLosses.Measure(
            new()
            {
                Seed = 0,
                Random = new RandomStream(0, "trial"),
                DataFolder = Path.GetDirectoryName(SharedData.Path(PublishedLosses.Folder))!,
            },
            figures
        );
        double[] limits = [3.168994, 2.980009, 2.789313, 2.656797];
        string[] tokens = ["210M", "419M", "839M", "1678M"];
        for (int i = 0; i < limits.Length; i++)
            Assert.Equal(limits[i], figures[$"published/{tokens[i]}/asymptote"], 1e-4);
        Assert.Equal(1.798426, figures["published/tokens/asymptote"], 1e-4);
        Assert.Equal(0.228089, figures["published/tokens/exponent"], 1e-4);
        Assert.Equal(2.07, figures["published/factor/regularised-1.4B"], 5e-3);
        Assert.Equal(100 * (0.643940 - 0.5534), figures["published/accuracy-gain"], 1e-3);
    }
}
