using System.ComponentModel.DataAnnotations;

namespace Assay.Learning;

/// <summary>Which preference loss, and its constants.</summary>
public record PreferenceLossOptions
{
    /// <summary>The loss.</summary>
    public PreferenceObjective Loss { get; init; } = PreferenceObjective.Dpo;

    /// <summary>The temperature, above 0: how much a step away from the reference costs. Without it the loss's usual one, 0.1 for most.</summary>
    [Range(1e-6, 1e6)]
    public double? Beta { get; init; }

    /// <summary>Share of labels taken to be flipped, from 0 to below 0.5: for dpo, robust and exo; without it 0, for exo 0.001.</summary>
    [Range(0, 0.4999)]
    public double? Smoothing { get; init; }

    /// <summary>For dpo-gamma: the factor on the reference's margin; 1 is dpo, 0 reference-free.</summary>
    [Range(0, 10)]
    public double Gamma { get; init; } = 1;

    /// <summary>For simpo and alpha-po the margin in units of mean log-probability, for slic that of sums; without it 0.5, for slic 1.</summary>
    [Range(0, 1000)]
    public double? Margin { get; init; }

    /// <summary>For alpha-po, beta-dpo (both forms) and poly-dpo: their alpha; without it 0.25, 0.6, 1.</summary>
    [Range(-100, 100)]
    public double? Alpha { get; init; }

    /// <summary>Weight of the chosen completion's negative log-likelihood per token, added to any loss; without it 1 for orpo, cpo and rrhf, 0.1 for slic, else 0.</summary>
    [Range(0, 1000)]
    public double? Nll { get; init; }

    /// <summary>What stands in the place of the log-ratio: for losses of log-ratios on sums.</summary>
    public PreferenceDivergence Divergence { get; init; } = PreferenceDivergence.ReverseKl;

    /// <summary>For kto: the weight of desirable completions.</summary>
    [Range(0, 100)]
    public double Desirable { get; init; } = 1;

    /// <summary>For kto: the weight of undesirable completions.</summary>
    [Range(0, 100)]
    public double Undesirable { get; init; } = 1;

    /// <summary>For beta-dpo, both forms: the share of a batch that is left out.</summary>
    [Range(0, 0.9)]
    public double Drop { get; init; } = 0.2;

    /// <summary>Share that counts of the tokens beyond the length of the shorter completion, from 0 to 1 (LD-DPO); 1 counts all.</summary>
    [Range(0, 1)]
    public double Tail { get; init; } = 1;
}
