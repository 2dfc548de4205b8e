namespace Assay.Learning;

/// <summary>
/// The preference losses. In the formulas: lw, ll are the policy's log-probabilities of the chosen and the rejected completion, aw, al those
/// less the reference's, uw, ul the means of lw, ll over tokens, D = aw - al, s the sigmoid, z = beta D.
/// </summary>
/// <remarks>Sources: the papers; where implementations differ, the one that is named. Defaults of beta are in brackets.</remarks>
public enum PreferenceObjective
{
    /// <summary>Direct preference optimisation, -ln s(z) [0.1]; with smoothing the conservative form.</summary>
    Dpo,

    /// <summary>Robust DPO, unbiased when labels are flipped with probability smoothing: [-(1-eps) ln s(z) + eps ln s(-z)] / (1-2 eps) [0.1].</summary>
    Robust,

    /// <summary>-ln s(beta (lw - ll)) [0.1].</summary>
    ReferenceFree,

    /// <summary>DPO with the reference's margin scaled: -ln s(beta [(lw - ll) - gamma (rw - rl)]) [0.1]; arXiv 2405.19534, equation 4.</summary>
    DpoGamma,

    /// <summary>max(0, 1 - z) [0.1]: SLiC with a reference, RSO.</summary>
    Hinge,

    /// <summary>SLiC-HF: max(0, margin - lw + ll), with nll on the chosen [margin 1, nll 0.1].</summary>
    Slic,

    /// <summary>Identity preference optimisation, (D - 1/(2 beta))^2 on sums [0.1].</summary>
    Ipo,

    /// <summary>IPO on means over tokens [0.1], as TRL has it.</summary>
    IpoMean,

    /// <summary>Length-normalised DPO, -ln s(beta (aw/nw - al/nl)) [5].</summary>
    DpoNorm,

    /// <summary>SimPO, -ln s(beta (uw - ul - margin)) [2, margin 0.5]; no reference.</summary>
    Simpo,

    /// <summary>CPO, -ln s(beta (lw - ll)) with nll on the chosen [0.1, nll 1]; no reference.</summary>
    Cpo,

    /// <summary>AlphaPO: SimPO with (1 - p^-alpha) / alpha in place of u = ln p [2, margin 0.5, alpha 0.25]; no reference.</summary>
    AlphaPo,

    /// <summary>ORPO, nll of the chosen less beta ln s(log odds ratio) [0.1, nll 1]; no reference.</summary>
    Orpo,

    /// <summary>RRHF, max(0, ul - uw) with nll on the chosen [nll 1]; no reference.</summary>
    Rrhf,

    /// <summary>EXO for pairs, the reverse divergence to smoothed labels [0.1, smoothing 0.001]; smoothing above 0.</summary>
    Exo,

    /// <summary>NCA for pairs, -ln s(beta aw) - 0.5 ln s(-beta aw) - 0.5 ln s(-beta al) [0.1].</summary>
    Nca,

    /// <summary>BCO for pairs, -ln s(beta aw) - ln s(-beta al) [0.1].</summary>
    BcoPair,

    /// <summary>BCO with a running mean of all rewards as its border [0.1]; also for single labels.</summary>
    Bco,

    /// <summary>KTO, 1 - s(beta (aw - z0)) and 1 - s(beta (z0 - al)), the mean of those there are [0.1]; also for single labels.</summary>
    Kto,

    /// <summary>APO-zero, 1 - s(beta aw) + s(beta al) [0.1].</summary>
    ApoZero,

    /// <summary>APO-down, s(beta aw) + 1 - s(z) [0.1].</summary>
    ApoDown,

    /// <summary>SPPO-hard, (aw - 0.5/beta)^2 + (al + 0.5/beta)^2 [0.1].</summary>
    SppoHard,

    /// <summary>AOT: DPO between the sorted policy and the sorted reference margins of the batch [0.1].</summary>
    Aot,

    /// <summary>AOT, unpaired: DPO between the sorted chosen and the sorted rejected log-ratios of the batch [0.1].</summary>
    AotUnpaired,

    /// <summary>DiscoPOP, (1-m)(-ln s(z)) + m e^-z with m = s(z / 0.05) [0.1].</summary>
    DiscoPop,

    /// <summary>beta-DPO: DPO with a beta for each batch, on the rows that a draw around the usual margin keeps [0.1, alpha 0.6, drop 0.2].</summary>
    BetaDpo,

    /// <summary>
    /// beta-DPO as the release of MADPO has it: the same on z instead of D, so that beta moves less by the factor beta, with the mean of the whole batch, averages from 0 and 1 on, and no
    /// floor [0.1, alpha 0.6, drop 0.2].
    /// </summary>
    BetaDpoScaled,

    /// <summary>Poly-DPO, -ln s(z) + alpha (1 - s(z)) [0.1, alpha 1]; arXiv 2604.24953.</summary>
    PolyDpo,
}

/// <summary>What stands in the place of a log-ratio a in the losses that have one (f-DPO).</summary>
public enum PreferenceDivergence
{
    /// <summary>a itself: the reverse Kullback-Leibler divergence.</summary>
    ReverseKl,

    /// <summary>-e^-a.</summary>
    ForwardKl,

    /// <summary>ln s(a): Jensen-Shannon.</summary>
    JensenShannon,

    /// <summary>e^((alpha-1) a) / (alpha - 1), exponent clamped at 80; alpha 0.5.</summary>
    Alpha,
}
