namespace Assay.Learning.Tests;

/// <summary>The pages of docs/ show code that is compiled here, word for word.</summary>
public class PageTests
{
    [Theory]
    [InlineData("learning.md", "LearningPage.cs")]
    [InlineData("models.md", "ModelsPage.cs")]
    [InlineData("tokenizers.md", "TokenizersPage.cs")]
    [InlineData("classical.md", "ClassicalPage.cs")]
    [InlineData("chat.md", "ChatPage.cs")]
    [InlineData("checkpoints.md", "CheckpointsPage.cs")]
    [InlineData("influence.md", "InfluencePage.cs")]
    [InlineData("preferences.md", "PreferencesPage.cs")]
    [InlineData("solvers.md", "SolversPage.cs")]
    [InlineData("methods/conflict.md", "ConflictPage.cs")]
    [InlineData("methods/madpo.md", "MadpoPage.cs")]
    [InlineData("methods/ppo.md", "PpoPage.cs")]
    [InlineData("methods/reward.md", "RewardPage.cs")]
    [InlineData("methods/reward-transform.md", "RewardTransformPage.cs")]
    public void EveryBlockOfAPageIsCompiled(string page, string source) =>
        DocsPages.AreCompiled(page, "Assay.Learning.Tests", source);
}
