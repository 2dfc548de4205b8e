namespace Assay.Plan.Asymptote;

/// <summary>How many times more data a standard recipe would need to reach a loss.</summary>
/// <param name="Standard">The standard recipe's best loss by data.</param>
/// <remarks>Source: arXiv 2509.14786, section 5. It extrapolates the law to the right, and explodes near its asymptote.</remarks>
public sealed record DataEfficiency(PowerLaw Standard)
{
    /// <summary>The data with which the standard recipe has that loss, or null where it never has.</summary>
    public double? EffectiveData(double loss) => Standard.Inverse(loss);

    /// <summary>The factor by which one loss is worth more data than another; null where the standard recipe reaches one of them never.</summary>
    /// <param name="loss">What a recipe reached, or its asymptote.</param>
    /// <param name="standardLoss">What the standard recipe reached on the same data.</param>
    public double? Factor(double loss, double standardLoss) => EffectiveData(loss) / EffectiveData(standardLoss);
}
