namespace Assay.Learning;

/// <summary>Weights that give every pair its own temperature, by a reward model's margin (MADPO).</summary>
/// <remarks>
/// Source: "Margin Adaptive DPO", arXiv 2510.05342. With weights w(h) on the losses of DPO the best margin of a pair whose
/// choice has log-odds h is c(|h|) h instead of h: more for pairs that are nearly equal, less for those that differ much. From |h| = tau
/// on the losing side keeps the weight 1, and the best margin lies above c(|h|) h (<see cref="BestMargin"/>).
/// <code>
/// MarginAdaptive weights = new();
/// double w = weights.Weight(margin);            // margin: reward of the chosen less that of the rejected answer
/// </code>
/// </remarks>
public sealed record MarginAdaptive
{
    /// <summary>The largest coefficient, above 1: that of pairs that are nearly equal. Paper: 2.</summary>
    public double Most { get; init; } = 2;

    /// <summary>The smallest coefficient, from 0 to below 1: that of pairs that differ much. Paper: 0.5.</summary>
    public double Least { get; init; } = 0.5;

    /// <summary>How fast it falls, above 0. Paper: 1.</summary>
    public double Steepness { get; init; } = 1;

    /// <summary>The margin at which the coefficient is 1, above 0. The release's class: 2; its notebooks: ln 999.</summary>
    public double Border { get; init; } = 2;

    /// <summary>Checks the constants.</summary>
    /// <exception cref="ArgumentException">One is out of its range.</exception>
    public MarginAdaptive Checked() =>
        !(Most > 1) || !double.IsFinite(Most)
            ? throw new ArgumentException($"The largest coefficient is {Most}; it must be above 1.")
        : Least is not (>= 0 and < 1)
            ? throw new ArgumentException($"The smallest coefficient is {Least}; it must be below 1, and 0 or more.")
        : !(Steepness > 0) || !double.IsFinite(Steepness)
            ? throw new ArgumentException($"The steepness is {Steepness}; it must be above 0.")
        : !(Border > 0) || !double.IsFinite(Border)
            ? throw new ArgumentException($"The border is {Border}; it must be above 0.")
        : this;

    /// <summary>c: what the margin of a pair is to be multiplied by.</summary>
    /// <param name="margin">h; its sign does not matter.</param>
    public double Coefficient(double margin)
    {
        // The logistic in a form that does not overflow: ln of the factor and of the exponential together.
        double odds = Math.Log((Most - 1) / (1 - Least)) + Steepness * (Math.Abs(margin) - Border);
        return Least + (Most - Least) * Logistic.Sigmoid(-odds);
    }

    /// <summary>w: the factor on a pair's loss.</summary>
    /// <param name="margin">h: reward of the chosen less that of the rejected answer, as log-odds of the choice; finite.</param>
    public double Weight(double margin) =>
        !double.IsFinite(margin) ? throw new ArgumentException($"A margin is {margin}.", nameof(margin))
        : margin > -Border ? Math.Exp(Logistic.LogSigmoid(Coefficient(margin) * margin) - Logistic.LogSigmoid(margin))
        : 1;

    /// <summary>The margin, times beta, that is best for a pair whose choice has log-odds <paramref name="margin"/>: where the weighted losses of both labels balance.</summary>
    public double BestMargin(double margin) =>
        Math.Log(Weight(margin))
        + Logistic.LogSigmoid(margin)
        - Math.Log(Weight(-margin))
        - Logistic.LogSigmoid(-margin);
}
