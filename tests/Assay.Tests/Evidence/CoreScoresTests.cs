using System.Text.Json;
using Assay.Evidence;

namespace Assay.Tests.Evidence;

public class CoreScoresTests
{
    [Fact]
    public void PublishedCoreScoresAreRecomputed()
    {
        // Golden 4 of the method's file mates.
        CoreScores scores = new(SharedData.Path("mates/dclm_1b_1x_core22.json"));
        Assert.Equal(72, scores.Runs.Count);
        foreach (JsonElement run in scores.Runs)
        {
            JsonElement published = run.GetProperty("published");
            Assert.Equal(published.GetProperty("Core_v1").GetDouble(), scores.Centred(run, 1).Average(), 12);
            Assert.Equal(published.GetProperty("Core_v2").GetDouble(), scores.Centred(run, 2).Average(), 12);
        }
        JsonElement mates = scores.Run("evaluation_mates-");
        Assert.Equal(0.31223038801991465, scores.Centred(mates, 1).Average(), 14);
        Assert.Equal(0.28892965194650844, scores.Centred(mates, 2).Average(), 14);
        JsonElement filtered = scores.Run(
            "evaluation_rw_v2_fasttext_openhermes_reddit_eli5_vs_rw_v2_bigram_200k_train_0.1-open_lm_1b_swiglutorch-"
        );
        Assert.Equal(0.30986, scores.Centred(filtered, 1).Average(), 5e-6);
        Assert.Equal(0.31223 - 0.30986, scores.Difference(mates, filtered).Mean, 1e-5);
    }
}
