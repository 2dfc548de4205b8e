namespace Assay.Learning;

/// <summary>What the losses of single tokens add up to.</summary>
public enum PolicyAggregation
{
    /// <summary>The mean over all tokens of all completions: long completions count more (DAPO; GRPO in most programs).</summary>
    TokenMean,

    /// <summary>The mean over completions of the sums over their tokens (Dr. GRPO, CANON).</summary>
    SequenceMeanTokenSum,

    /// <summary>The mean over completions of the means over their tokens: a token of a long completion counts less (GRPO as published).</summary>
    SequenceMeanTokenMean,
}

/// <summary>Limits of a <see cref="PolicyLoss"/>.</summary>
public sealed record PolicyLossOptions
{
    /// <summary>How far below 1 a ratio still counts where the advantage is negative, from 0 to 1. Usual: 0.2.</summary>
    public double ClipLow { get; init; } = 0.2;

    /// <summary>How far above 1 a ratio still counts where the advantage is positive, not negative. PPO: 0.2; DAPO and CANON: 0.28.</summary>
    public double ClipHigh { get; init; } = 0.2;

    /// <summary>Where the advantage is negative, the loss is at most this many times its size; above 1, or infinite for no such limit. CANON: 3.</summary>
    public double DualClip { get; init; } = double.PositiveInfinity;

    /// <summary>What the losses of tokens add up to.</summary>
    public PolicyAggregation Aggregation { get; init; } = PolicyAggregation.TokenMean;
}

/// <summary>The clipped surrogate of PPO, shared by all that follow it: what a policy that has moved still learns from samples of an older one.</summary>
/// <remarks>
/// With r = exp(ln p - ln p_old), a token's loss is max(-A r, -A clip(r, 1 - low, 1 + high)); where A is negative, it is at most -c A (dual
/// clip). Source: Schulman and others, arXiv 1707.06347; dual clip: Ye and others, arXiv 1912.09729; asymmetric limits: DAPO, arXiv 2503.14476.
/// <code>
/// Tensor weights = PolicyLoss.Weights(batch, PolicyAggregation.TokenMean);
/// Tensor loss = PolicyLoss.Of(policy.TokenLogProbabilities(batch), old, advantages, weights, new());
/// </code>
/// </remarks>
public static class PolicyLoss
{
    /// <summary>The loss of some completions: a weighted sum of the losses of their tokens.</summary>
    /// <param name="logProbabilities">[batch, time]: ln p of each token, with a gradient.</param>
    /// <param name="old">[batch, time], constant: ln p of each token under the policy that sampled it.</param>
    /// <param name="advantages">[batch, time] or [batch, 1], constant, finite.</param>
    /// <param name="weights">[batch, time], constant: what each token counts, 0 where there is none (see <see cref="Weights(TokenBatch, PolicyAggregation)"/>).</param>
    /// <param name="options">The limits.</param>
    /// <returns>[], finite: tokens of no weight are left out, whatever their numbers are.</returns>
    public static Tensor Of(
        Tensor logProbabilities,
        Tensor old,
        Tensor advantages,
        Tensor weights,
        PolicyLossOptions options
    )
    {
        Check(options);
        Tensor ratio = (logProbabilities - old).MaskedBy(weights).Exp();
        Tensor loss = (-(advantages * ratio)).Maximum(
            -(advantages * ratio.Clamp((float)(1 - options.ClipLow), (float)(1 + options.ClipHigh)))
        );
        if (double.IsFinite(options.DualClip))
        {
            Tensor limited = loss.Minimum(advantages * (float)-options.DualClip);
            loss = Tensor.Where(advantages.Less(Tensor.Scalar(0)), limited, loss);
        }
        return (loss.MaskedBy(weights) * weights).Sum();
    }

    /// <summary>What each token counts, so that the weighted sum is the aggregate.</summary>
    /// <param name="mask">[batch, time]: 1 where there is a token of a completion, 0 elsewhere.</param>
    /// <param name="aggregation">Which.</param>
    /// <returns>[batch, time], a constant. A completion without tokens counts 0, but is one of the completions that are averaged.</returns>
    /// <exception cref="ArgumentException">There is no token at all.</exception>
    public static Tensor Weights(Tensor mask, PolicyAggregation aggregation)
    {
        int batch = mask.Shape[0],
            time = mask.Shape[1];
        long all = mask.Length - mask.Data.Count(0f);
        if (all == 0)
            throw new ArgumentException("There is no token to learn from.", nameof(mask));
        Tensor weights = Tensor.Zeros(batch, time);
        for (int i = 0; i < batch; i++)
        {
            ReadOnlySpan<float> row = mask.Data.Slice(i * time, time);
            int tokens = time - row.Count(0f);
            double weight = Weight(aggregation, tokens, all, batch);
            for (int t = 0; t < time; t++)
                if (row[t] != 0)
                    weights.Data[i * time + t] = (float)weight;
        }
        return weights;
    }

    /// <summary>The same of a batch of completions, all of whose counted tokens are learned from.</summary>
    /// <inheritdoc cref="Weights(Tensor, PolicyAggregation)"/>
    /// <param name="batch">The completions.</param>
    /// <param name="aggregation">Which.</param>
    public static Tensor Weights(TokenBatch batch, PolicyAggregation aggregation)
    {
        Tensor mask = Tensor.Zeros(batch.Batch, batch.Time);
        for (int place = 0; place < batch.Targets.Length; place++)
            mask.Data[place] = batch.Targets[place] == TokenBatch.NotCounted ? 0 : 1;
        return Weights(mask, aggregation);
    }

    /// <summary>What one token counts.</summary>
    /// <param name="aggregation">Which.</param>
    /// <param name="tokens">Tokens of its completion, at least 1.</param>
    /// <param name="allTokens">Tokens of all completions that are averaged over, also where they are learned from in parts.</param>
    /// <param name="completions">Completions that are averaged over.</param>
    public static double Weight(PolicyAggregation aggregation, int tokens, long allTokens, int completions) =>
        aggregation switch
        {
            PolicyAggregation.TokenMean => 1.0 / allTokens,
            PolicyAggregation.SequenceMeanTokenSum => 1.0 / completions,
            PolicyAggregation.SequenceMeanTokenMean => 1.0 / ((double)completions * Math.Max(1, tokens)),
            _ => throw new ArgumentOutOfRangeException(nameof(aggregation), aggregation, "No such aggregation."),
        };

    /// <summary>The share of tokens whose loss a limit holds, so that they move nothing.</summary>
    /// <param name="logProbabilities">[batch, time]: ln p now.</param>
    /// <param name="old">[batch, time]: ln p when they were sampled.</param>
    /// <param name="advantages">[batch, time] or [batch, 1].</param>
    /// <param name="weights">[batch, time]: 0 where there is no token.</param>
    /// <param name="options">The limits.</param>
    public static double ClipFraction(
        Tensor logProbabilities,
        Tensor old,
        Tensor advantages,
        Tensor weights,
        PolicyLossOptions options
    )
    {
        int time = weights.Shape[1],
            columns = advantages.Shape[1];
        long tokens = 0,
            held = 0;
        for (int place = 0; place < weights.Length; place++)
        {
            if (weights.Data[place] == 0)
                continue;
            tokens++;
            double ratio = Math.Exp((double)logProbabilities.Data[place] - old.Data[place]),
                advantage = advantages.Data[place / time * columns + (columns == 1 ? 0 : place % time)];
            if (
                advantage > 0 && ratio > 1 + options.ClipHigh
                || advantage < 0 && (ratio < 1 - options.ClipLow || ratio > options.DualClip)
            )
                held++;
        }
        return tokens == 0 ? 0 : (double)held / tokens;
    }

    private static void Check(PolicyLossOptions options)
    {
        if (!(options.ClipLow is >= 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(options), options.ClipLow, "ClipLow is from 0 to 1.");
        if (!(options.ClipHigh >= 0) || double.IsInfinity(options.ClipHigh))
            throw new ArgumentOutOfRangeException(
                nameof(options),
                options.ClipHigh,
                "ClipHigh is not negative, and finite."
            );
        if (!(options.DualClip > 1))
            throw new ArgumentOutOfRangeException(nameof(options), options.DualClip, "DualClip is above 1.");
    }
}
