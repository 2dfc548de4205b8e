namespace Assay.Select;

/// <summary>The learning rate of MATES: it rises, stays while stages follow one another, and halves again and again before an evaluation.</summary>
/// <remarks>Source: the training script of arXiv 2406.06046, which counts in micro-batches: 8,000 to warm up, stable to 200,000, halved every 200.</remarks>
/// <param name="Rate">The stable rate.</param>
/// <param name="WarmUp">Where it is reached.</param>
/// <param name="StableEnd">Where it begins to fall.</param>
/// <param name="Halving">After how many more it is half.</param>
public sealed record WarmupStableDecay(double Rate, double WarmUp, double StableEnd, double Halving)
{
    /// <summary>The rate at a time, counted from 0 in whatever unit the others are.</summary>
    public double At(double time) =>
        time < WarmUp ? Rate * time / WarmUp
        : time <= StableEnd ? Rate
        : Rate * Math.Pow(0.5, (time - StableEnd) / Halving);
}
