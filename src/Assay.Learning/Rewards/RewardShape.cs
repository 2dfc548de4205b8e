namespace Assay.Learning;

/// <summary>What becomes of a reward before it is optimised. In the formulas r is the reward, c the reference, s the sigmoid.</summary>
public enum RewardShape
{
    /// <summary>Log-sigmoid, centred: ln s(r - c), the log-probability of being better than the reference; a sum over properties is that of all of them.</summary>
    LogSigmoid,

    /// <summary>r as it is; a sum over properties.</summary>
    Raw,

    /// <summary>(r - mean) / deviation over all samples of the base; a sum over properties.</summary>
    ZScore,

    /// <summary>r - c; the smallest over properties instead of the sum.</summary>
    Minimum,

    /// <summary>ln s(r), without a reference; a sum over properties.</summary>
    Uncentred,

    /// <summary>r - c; a sum over properties.</summary>
    Centred,

    /// <summary>r, held within a deviation of the mean over all samples of the base; a sum over properties.</summary>
    Clip,

    /// <summary>(r - least) / (greatest - least) over all samples of the base; a sum over properties.</summary>
    MinMax,

    /// <summary>The mean of s(r - r_j) over the base's samples r_j of the prompt (PAR, preference as reward); a sum over properties.</summary>
    Par,
}

/// <summary>How the reward of a reference answer is found from samples of the base policy.</summary>
public enum RewardReferenceKind
{
    /// <summary>A quantile of the samples of the prompt, linear between neighbours.</summary>
    Quantile,

    /// <summary>That quantile of a normal distribution with their mean and deviation (over n): for few samples.</summary>
    Normal,
}
