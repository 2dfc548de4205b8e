using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;

namespace Assay.Recipes;

/// <summary>The gates of data tiers: what rows have to pass to be of the next one. Run by <c>assay tiers</c>.</summary>
public sealed record TiersOptions
{
    /// <summary>The names of the tiers that have gates, from the lowest.</summary>
    public static readonly string[] Names = ["L1", "L2", "L3", "L4"];

    /// <summary>Filtered: what raw rows (L0) have to pass, such as select/clean and select/dedup.</summary>
    [JsonPropertyName("L1")]
    public IReadOnlyList<StepSpec> L1 { get; init; } = [];

    /// <summary>Selected: what filtered rows have to pass, such as value/quality and select/top.</summary>
    [JsonPropertyName("L2")]
    public IReadOnlyList<StepSpec> L2 { get; init; } = [];

    /// <summary>Refined: may begin with a method that makes rows, such as make/refined; what follows are checks of them.</summary>
    [JsonPropertyName("L3")]
    [MayMakeRows]
    public IReadOnlyList<StepSpec> L3 { get; init; } = [];

    /// <summary>Organised: verified, keyed, cited; what refined rows have to pass, or what is made of them.</summary>
    [JsonPropertyName("L4")]
    [MayMakeRows]
    public IReadOnlyList<StepSpec> L4 { get; init; } = [];

    /// <summary>Tiers below the highest that have no gate, by name, each with the reason why: its rows go on from the tier before.</summary>
    public IReadOnlyDictionary<string, string> Skip { get; init; } = new OrderedDictionary<string, string>();

    /// <summary>What a model learns of each tier, and what that costs; without it nothing is trained.</summary>
    public TierVerifyOptions? Verify { get; init; }

    /// <summary>The tiers with their gates, from the lowest; those without are left out.</summary>
    public IEnumerable<(string Name, int Level, IReadOnlyList<StepSpec> Gate)> Gates() =>
        new[] { L1, L2, L3, L4 }
            .Index()
            .Where(gate => gate.Item.Count > 0)
            .Select(gate => (Names[gate.Index], gate.Index + 1, gate.Item));
}

/// <summary>How tiers are verified: one model, trained on the lowest tier and continued on each through the decay of its learning rate.</summary>
public sealed record TierVerifyOptions
{
    /// <summary>The dataset that models are measured on: text like what they are for, and no tier's.</summary>
    [Required, DatasetName]
    public string Target { get; init; } = "";

    /// <summary>The model: a decoder-only transformer over bytes of about so many parameters.</summary>
    [AllowedValues("gpt-250k", "gpt-1m", "gpt-4m", "gpt-10m")]
    public string Model { get; init; } = "gpt-250k";

    /// <summary>Steps of 16 sequences of 128 bytes on the lowest tier, at a constant rate.</summary>
    [Range(1, 1_000_000)]
    public int BaseSteps { get; init; } = 600;

    /// <summary>Steps of the decay, 30 % of whose sequences are of the tier in question and 70 % of the lowest.</summary>
    [Range(1, 1_000_000)]
    public int DecaySteps { get; init; } = 300;

    /// <summary>Seeds, at least 2.</summary>
    [Range(2, 100)]
    public int Seeds { get; init; } = 3;

    /// <summary>What an hour of this machine costs, in the currency of chat prices: it turns the seconds that a tier took into a price.</summary>
    [Range(0.0, 1e6)]
    public double HourPrice { get; init; } = 1;
}

/// <summary>Marks a list of steps that may begin with a method that makes rows.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class MayMakeRowsAttribute : Attribute;
