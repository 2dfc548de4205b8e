namespace Assay.Learning;

/// <summary>The loss of a value network: half the squared error, or that of a value which moved no further than a limit, whichever is larger.</summary>
/// <remarks>Source: arXiv 2406.09279 and the code of OpenAI's baselines: 0.5 mean max((V - R)^2, (V_old + clip(V - V_old, -c, c) - R)^2).</remarks>
public static class ValueLoss
{
    /// <summary>The loss of some completions.</summary>
    /// <param name="values">[batch, time], with a gradient.</param>
    /// <param name="old">[batch, time], constant: the values when the completions were sampled.</param>
    /// <param name="returns">[batch, time], constant.</param>
    /// <param name="weights">[batch, time], constant: what each token counts, 0 where there is none.</param>
    /// <param name="clip">How far a value may move, above 0; infinite for no limit.</param>
    /// <returns>[].</returns>
    public static Tensor Of(Tensor values, Tensor old, Tensor returns, Tensor weights, double clip = 0.2)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(clip);
        Tensor error = (values - returns).Square();
        if (double.IsFinite(clip))
        {
            Tensor moved = old + (values - old).Clamp(-(float)clip, (float)clip);
            error = error.Maximum((moved - returns).Square());
        }
        return 0.5f * (error.MaskedBy(weights) * weights).Sum();
    }
}
