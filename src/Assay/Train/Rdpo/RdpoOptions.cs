using System.ComponentModel.DataAnnotations;
using Assay.Learning;

namespace Assay.Train;

/// <summary>Options of <see cref="RdpoTrainer"/>: those of <see cref="DpoTrainer"/>, and how rationales count.</summary>
public sealed record RdpoOptions : DpoOptions
{
    /// <summary>
    /// How much a rationale counts (the paper's gamma). Summed over its tokens a log-probability is of the order of -100, so that small weights are large; the paper's code has 0.1 and 0.001 for dpo, 1 for orpo.
    /// </summary>
    [Range(0, 1000)]
    public double RationaleWeight { get; init; } = 0.01;

    /// <summary>How: <c>linear</c> as in the paper, or <c>log-sigmoid</c> as in its code.</summary>
    public RationaleForm RationaleForm { get; init; } = RationaleForm.Linear;

    /// <summary>Whether a rationale counts by the mean over its tokens instead of their sum; by default where the loss takes means too (orpo, simpo).</summary>
    public bool? RationaleMean { get; init; }

    /// <summary>Whether the loss of the pairs counts; without it rationales alone are learnt.</summary>
    public bool PairTerm { get; init; } = true;

    /// <summary>Which answer the question before a rationale names first: drawn at random, or always the chosen one as in the paper's code. A column <c>rationale_first</c> (chosen or rejected) goes before.</summary>
    public RationaleOrder Order { get; init; } = RationaleOrder.Random;

    /// <summary>Whether the text to learn begins by saying which answer is better.</summary>
    public bool SayWhich { get; init; } = true;
}

/// <summary>Which answer comes first in the question before a rationale.</summary>
public enum RationaleOrder
{
    /// <summary>Drawn for each row.</summary>
    Random,

    /// <summary>The chosen one.</summary>
    ChosenFirst,
}
