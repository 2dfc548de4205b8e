namespace Assay.Plan.Filter;

/// <summary>What the rows of one quality pool are worth.</summary>
/// <param name="Utility">
/// Exponent of the error in samples seen, negative: the more negative, the more a first look at a row teaches.
/// </param>
/// <param name="HalfLife">Epochs after which a repeated row teaches half as much; infinity where repetition does no harm.</param>
/// <remarks>Source: arXiv 2404.07177, section 4.1. The paper's symbols are b and tau.</remarks>
public sealed record Pool(double Utility, double HalfLife);

/// <summary>What all pools of a task share.</summary>
/// <param name="Scale">Size of the error above its floor, positive. In the paper's form the part that falls, at one unit of samples.</param>
/// <param name="Floor">The error that no number of samples gets below, at least 0.</param>
/// <param name="Unit">
/// Samples that count as one, positive. In the paper's form the curves of all pools meet at one unit, since they share the scale: it is one sample
/// there. In the official code's form, where the scale is within the power, it changes nothing but the scale; its unit is 100,000.
/// </param>
/// <remarks>The paper's symbols are a and d.</remarks>
public sealed record SharedConstants(double Scale, double Floor, double Unit = 1)
{
    /// <summary>The unit of the official code.</summary>
    public const double OfficialUnit = 100_000;
}
