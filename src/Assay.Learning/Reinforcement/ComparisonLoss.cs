namespace Assay.Learning;

/// <summary>How badly scores explain which of two completions was preferred: -ln s(r_chosen - r_rejected - margin), the Bradley-Terry likelihood.</summary>
/// <remarks>
/// Sources: arXiv 2009.01325 (no margin), arXiv 2406.09279 (a margin if wanted). It is ln 2 where both score alike, and does not change when a
/// constant is added to both.
/// </remarks>
public static class ComparisonLoss
{
    /// <summary>The mean loss of pairs, with a gradient.</summary>
    /// <param name="chosen">[pairs]: scores of the preferred completions.</param>
    /// <param name="rejected">[pairs]: scores of the others.</param>
    /// <param name="margins">[pairs], constants: by how much the preferred ones are to be ahead; null for 0.</param>
    /// <returns>[], nats.</returns>
    public static Tensor Of(Tensor chosen, Tensor rejected, Tensor? margins = null)
    {
        Tensor behind = rejected - chosen;
        return (margins is null ? behind : behind + margins).Softplus().Mean();
    }
}
