using System.ComponentModel.DataAnnotations;

namespace Assay.Plan;

/// <summary>How designs are drawn from the flow towards the front; the paper's defaults.</summary>
public record GuidedSamplingOptions
{
    /// <summary>Steps from noise to designs, T in the paper. How far selection carries the samples grows with its root.</summary>
    [Range(2, 100_000)]
    public int Steps { get; init; } = 1000;

    /// <summary>
    /// Factor on the gradient of the weighted score, gamma in the paper. Over a whole run it adds up to gamma (-ln tau - (1 - tau)) times the
    /// gradient: 0.046 by default.
    /// </summary>
    [Range(0.0, 1e6)]
    public double Guidance { get; init; } = 2;

    /// <summary>Noise of the offspring, in standard deviations of the data over a unit of time; g in the paper.</summary>
    [Range(0.0, 100.0)]
    public double Noise { get; init; } = 0.1;

    /// <summary>Offspring of each sample at each late step, O in the paper.</summary>
    [Range(1, 1000)]
    public int Offspring { get; init; } = 5;

    /// <summary>The time, from 0 to 1, from which designs are guided and selected; tau in the paper.</summary>
    [Range(0.0, 1.0)]
    public double GuideFrom { get; init; } = 0.8;

    /// <summary>Whether offspring outside of the cone around their weight are passed over (the paper's local filter).</summary>
    public bool Filter { get; init; } = true;

    /// <summary>Factor on the cones' angle. With 300 weights of two objectives half of it is 0.003 to 0.007 radians: next to nothing.</summary>
    [Range(0.0, 1000.0)]
    public double ConeFactor { get; init; } = 1;

    /// <summary>Where the cones start.</summary>
    public ConeOrigin ConeOrigin { get; init; } = ConeOrigin.Mean;

    /// <summary>Whether the best predicted design of each weight is kept over all steps, beginning with the data's (PS in the paper).</summary>
    public bool Archive { get; init; } = true;
}

/// <summary>What scores count as zero when their angle to a weight is taken.</summary>
public enum ConeOrigin
{
    /// <summary>The mean of the data, as in the paper: scores worse than it lie more than a right angle away.</summary>
    Mean,

    /// <summary>The worst value of each objective among the data, so that nearly all scores are positive.</summary>
    Worst,
}
