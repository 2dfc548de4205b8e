using System.ComponentModel.DataAnnotations;
using Assay.Models;
using Assay.Value;

namespace Assay.Judge;

/// <summary>Options of <see cref="LengthObedience"/>.</summary>
public sealed record LengthObedienceOptions : WritingColumns
{
    /// <summary>The column with the demanded lengths; where it is absent the demand is read from the prompt, and prompts without one are left out.</summary>
    public string Length { get; init; } = "length";

    /// <summary>A column of kinds of prompts to tell apart; may be absent.</summary>
    public string Type { get; init; } = "type";

    /// <summary>A folder with a model that answers the prompts; without it answers stand in the rows.</summary>
    [ModelFolder]
    public string Policy { get; init; } = "";

    /// <summary>The most tokens of an answer of its.</summary>
    [Range(1, 1 << 20)]
    public int MaxTokens { get; init; } = 1024;

    /// <summary>The temperature of its answers. Paper: 0.5.</summary>
    [Range(0.0, 10.0)]
    public double Temperature { get; init; } = 0.5;

    /// <summary>Who rates the texts, whatever their length: the address of a chat endpoint, or a folder with a language model. Empty: nobody, and there is no score of quality.</summary>
    [ModelFolder]
    public string Judge { get; init; } = "";

    /// <summary>The name of the model at the endpoint.</summary>
    public string JudgeModel { get; init; } = "";

    /// <summary>The environment variable that holds the endpoint's key; it may be unset.</summary>
    public string KeyVariable { get; init; } = "OPENAI_API_KEY";

    /// <summary>Where the judge's replies are kept, so that a second run asks nothing; empty: nowhere.</summary>
    public string Cache { get; init; } = ".assay/replies";

    /// <summary>Requests at a time.</summary>
    [Range(1, 256)]
    public int Parallel { get; init; } = 8;

    /// <summary>Confidence of the intervals over prompts, 0.5 to 0.999.</summary>
    [Range(0.5, 0.999)]
    public double Confidence { get; init; } = 0.95;
}
