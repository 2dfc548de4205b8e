namespace Assay.Judge;

/// <summary>A scale at which everything but the data set is fixed: a model and how many tokens it sees.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Proxy">The model, as <see cref="JudgeOptions.Proxy"/> names it; trained at its usual learning rate.</param>
/// <param name="Tokens">Bytes of text that it sees, whatever the size of the data set.</param>
public sealed record Tier(string Name, string Proxy, long Tokens)
{
    /// <summary>The tiers, the smallest first.</summary>
    public static IReadOnlyList<Tier> All { get; } =
    [new("nano", "gpt-250k", 1_000_000), new("micro", "gpt-1m", 4_000_000), new("mini", "gpt-4m", 12_000_000)];
}
