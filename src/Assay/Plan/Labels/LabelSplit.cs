namespace Assay.Plan.Labels;

/// <summary>How a budget is spent: so many cheap labels, so many dear ones.</summary>
/// <param name="Weak">Cheap, error-prone labels.</param>
/// <param name="Gold">Dear, correct labels.</param>
/// <param name="Budget">The budget that this spends, as far as whole labels do.</param>
/// <param name="Share">The share of the budget that was meant for dear labels.</param>
/// <remarks>Source: arXiv 2410.13215, the grid of the official <c>cost_sweep.py</c>.</remarks>
public sealed record LabelSplit(int Weak, int Gold, double Budget, double Share)
{
    /// <summary>What it costs, where a dear label costs 1.</summary>
    /// <param name="weakPrice">Price of a cheap label.</param>
    public double Cost(double weakPrice) => Gold + weakPrice * Weak;

    /// <summary>The split of a budget: the dear labels are rounded down, and what is left buys cheap ones.</summary>
    /// <param name="budget">In prices of a dear label, positive.</param>
    /// <param name="share">Share for dear labels, 0 to 1.</param>
    /// <param name="weakPrice">Price of a cheap label, positive.</param>
    public static LabelSplit Of(double budget, double share, double weakPrice)
    {
        int gold = (int)(share * budget);
        // A hair more, so that 14 / 0.1 is 140 and not 139. What is left of a broken budget buys nothing where only dear labels are wanted.
        double weak = share == 1 ? 0 : Math.Floor((budget - gold) / weakPrice + 1e-9);
        return new((int)Math.Min(weak, int.MaxValue), gold, budget, share);
    }
}
