using System.ComponentModel.DataAnnotations;
using Assay.Models;

namespace Assay.Value;

/// <summary>How a pool is compared with a target by optimal transport; options of methods that do so.</summary>
public record TransportOptions : ModelEmbeddingOptions
{
    /// <summary>The dataset whose distribution is wanted.</summary>
    [Required, DatasetName]
    public string Target { get; init; } = "";

    /// <summary>
    /// How smooth the plan is, above 0: in units of squared distance, which for vectors of length 1 lie in 0 to 4, or of the mean
    /// squared distance with <c>relative</c>. Paper: 0.1.
    /// </summary>
    [Range(1e-6, 1e6)]
    public double Epsilon { get; init; } = 0.1;

    /// <summary>Whether epsilon counts in mean squared distances, so that it means the same for vectors of any length.</summary>
    public bool Relative { get; init; }

    /// <summary>Over-relaxation of iterations, 1 for none: their number depends on it, and not the result. Paper: 1.3.</summary>
    [Range(1, 1.9)]
    public double Relaxation { get; init; } = 1.3;

    /// <summary>
    /// Iterations end when the mass that is out of place, of 1 in all, is below this. Paper: 0.1, at which rows that little mass
    /// has reached are not ranked yet.
    /// </summary>
    [Range(1e-9, 1)]
    public double Threshold { get; init; } = 0.001;

    /// <summary>Most iterations; that they are not enough is an error. Paper: 2000.</summary>
    [Range(1, 1_000_000)]
    public int MaxIterations { get; init; } = 2000;
}
