using System.ComponentModel.DataAnnotations;
using Assay.Value;

namespace Assay.Train;

/// <summary>Options of <see cref="AlignedPolicyTrainer"/>.</summary>
public sealed record AlignedPolicyOptions : RewardTransformOptions
{
    /// <summary>How far the policy may go from the base, in nats, mean over prompts. Above 0.</summary>
    [Range(1e-6, 100)]
    public double Kl { get; init; } = 1;

    /// <summary>The price of a nat in units of the combined reward; where it is given, <see cref="Kl"/> follows from it. 1 with the log-sigmoid is the base policy given that an answer is good.</summary>
    [Range(1e-6, 1e6)]
    public double? Price { get; init; }

    /// <summary>Answers drawn for best of n, at least 1.</summary>
    [Range(1, 100_000)]
    public int Draws { get; init; } = 16;

    /// <summary>A column with ln of the base policy's probability of each answer; without it the answers of a prompt are equally probable, as samples are.</summary>
    public string LogProbability { get; init; } = "";

    /// <summary>The column of the answers' text; where there is one, the best answers become rows to train on.</summary>
    public string Answer { get; init; } = "answer";
}
