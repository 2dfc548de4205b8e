using Assay.Numerics;

namespace Assay.Learning;

/// <summary>How completions of one prompt are compared.</summary>
public enum AdvantageRule
{
    /// <summary>GRPO: minus the mean, over the standard deviation.</summary>
    Grpo,

    /// <summary>Dr. GRPO: minus the mean.</summary>
    DrGrpo,

    /// <summary>RLOO: minus the mean of the others.</summary>
    Rloo,

    /// <summary>REINFORCE++: rewards whitened over all tokens of the batch.</summary>
    ReinforcePlusPlus,

    /// <summary>REINFORCE++ with a baseline: minus the prompt's mean, then whitened.</summary>
    ReinforcePlusPlusBaseline,

    /// <summary>ReMax: minus the reward of the greedy completion.</summary>
    Remax,

    /// <summary>CANON: across and within the halves of a split by a measure.</summary>
    Canon,
}

/// <summary>What CANON splits completions by.</summary>
public enum SplitMeasure
{
    /// <summary>Tokens of the completion.</summary>
    Length,

    /// <summary>The mean entropy of its tokens when they were sampled.</summary>
    Entropy,

    /// <summary>Chance: a control.</summary>
    Random,

    /// <summary>Numbers that come with the completions.</summary>
    Given,
}

/// <summary>What a reward becomes before completions are compared.</summary>
public enum LengthShaping
{
    /// <summary>It stays.</summary>
    None,

    /// <summary>Right and short among the right ones of the prompt (<see cref="LengthRewards.RightAndShort"/>).</summary>
    RightAndShort,

    /// <summary>Shorter than the prompt's others (<see cref="LengthRewards.ShorterThanOthers"/>).</summary>
    ShorterThanOthers,

    /// <summary>Minus the coefficient times the share of the limit that was used: the plainest rival.</summary>
    Penalty,
}

/// <summary>How advantages are made of rewards.</summary>
public sealed record AdvantageOptions
{
    /// <summary>The rule.</summary>
    public AdvantageRule Rule { get; init; } = AdvantageRule.Grpo;

    /// <summary>CANON: what completions are split by.</summary>
    public SplitMeasure Measure { get; init; } = SplitMeasure.Length;

    /// <summary>CANON: the weight of comparing across halves.</summary>
    public MuSchedule Mu { get; init; } = new(MuShape.Constant);

    /// <summary>CANON: scales the rewards of one half, not negative.</summary>
    public double Alpha { get; init; } = 1;

    /// <summary>CANON: which half.</summary>
    public WeightedHalf Weighted { get; init; } = WeightedHalf.High;

    /// <summary>CANON: whether completions of equal measures are put in random order before the split; the published code keeps their order.</summary>
    public bool ShuffleTies { get; init; } = true;

    /// <summary>What lengths do to rewards.</summary>
    public LengthShaping Shaping { get; init; }

    /// <summary>How much they do.</summary>
    public double Coefficient { get; init; } = 0.1;

    /// <summary>Tokens before the limit in which DAPO's penalty of overlong completions grows; 0: no such penalty.</summary>
    public int OverlongBuffer { get; init; }

    /// <summary>Divides all advantages, above 0: Lmax of the published code, 8192 there. With AdamW nearly harmless, with plain steps a rate.</summary>
    public double Scale { get; init; } = 1;
}

/// <summary>Completions to compare; all lists are of one length.</summary>
/// <param name="Rewards">From 0 to 1.</param>
/// <param name="Prompts">Which prompt each completes.</param>
/// <param name="Tokens">Tokens of each, at least 1.</param>
/// <param name="MostTokens">The limit of tokens.</param>
public sealed record ScoredGroup(double[] Rewards, int[] Prompts, int[] Tokens, int MostTokens)
{
    /// <summary>Mean entropies of each, where they are split by them.</summary>
    public double[]? Entropies { get; init; }

    /// <summary>Measures of the user's own, where they are split by them.</summary>
    public double[]? Measures { get; init; }

    /// <summary>Rewards of the greedy completion of each one's prompt, where they are compared with it.</summary>
    public double[]? Greedy { get; init; }
}

/// <summary>Advantages by any of the rules, with the schedule and the length rewards before it: from options to numbers.</summary>
public static class AdvantageEstimator
{
    /// <summary>The advantage of each completion.</summary>
    /// <param name="group">The completions of a step.</param>
    /// <param name="options">How.</param>
    /// <param name="step">Steps done, for the schedule.</param>
    /// <param name="random">Orders ties, and is the random measure.</param>
    /// <returns>The advantages, and the weight of comparing across halves that was used (CANON; 0 otherwise).</returns>
    /// <exception cref="ArgumentException">Something that the rule needs was not given, or is not finite.</exception>
    public static (double[] Advantages, double Mu) Of(
        ScoredGroup group,
        AdvantageOptions options,
        long step,
        RandomStream random
    )
    {
        if (!(options.Scale > 0))
            throw new ArgumentOutOfRangeException(nameof(options), options.Scale, "Scale is above 0.");
        double mu = options.Rule == AdvantageRule.Canon ? options.Mu.At(step, group.Rewards.Average()) : 0;
        double[] rewards = Shaped(group, options);
        double[] advantages = options.Rule switch
        {
            AdvantageRule.Grpo => GroupAdvantages.Standardised(rewards, group.Prompts),
            AdvantageRule.DrGrpo => GroupAdvantages.Centred(rewards, group.Prompts),
            AdvantageRule.Rloo => GroupAdvantages.LeaveOneOut(rewards, group.Prompts),
            AdvantageRule.ReinforcePlusPlus =>
            [
                .. GroupAdvantages.Whitened(rewards, group.Tokens).Select(tokens => tokens[^1]),
            ],
            AdvantageRule.ReinforcePlusPlusBaseline => GroupAdvantages.WhitenedCentred(
                rewards,
                group.Prompts,
                group.Tokens
            ),
            AdvantageRule.Remax => GroupAdvantages.OverGreedy(rewards, Given(group.Greedy, "greedy rewards")),
            AdvantageRule.Canon => ConditionalAdvantages.Of(
                rewards,
                group.Prompts,
                Measures(group, options, random),
                new()
                {
                    Mu = mu,
                    Alpha = options.Alpha,
                    Weighted = options.Weighted,
                },
                options.ShuffleTies ? random.Child("ties") : null
            ),
            _ => throw new ArgumentOutOfRangeException(nameof(options), options.Rule, "No such rule."),
        };
        for (int i = 0; i < advantages.Length; i++)
            advantages[i] /= options.Scale;
        return (advantages, mu);
    }

    private static double[] Shaped(ScoredGroup group, AdvantageOptions options)
    {
        double[] rewards = options.Shaping switch
        {
            LengthShaping.None => [.. group.Rewards],
            LengthShaping.RightAndShort => LengthRewards.RightAndShort(
                group.Rewards,
                group.Prompts,
                group.Tokens,
                options.Coefficient
            ),
            LengthShaping.ShorterThanOthers => LengthRewards.ShorterThanOthers(
                group.Rewards,
                group.Prompts,
                group.Tokens,
                options.Coefficient
            ),
            LengthShaping.Penalty =>
            [
                .. group.Rewards.Select(
                    (reward, i) => reward - options.Coefficient * group.Tokens[i] / group.MostTokens
                ),
            ],
            _ => throw new ArgumentOutOfRangeException(nameof(options), options.Shaping, "No such shaping."),
        };
        if (options.OverlongBuffer > 0)
            for (int i = 0; i < rewards.Length; i++)
                rewards[i] += LengthRewards.Overlong(group.Tokens[i], group.MostTokens, options.OverlongBuffer);
        return rewards;
    }

    private static double[] Measures(ScoredGroup group, AdvantageOptions options, RandomStream random)
    {
        switch (options.Measure)
        {
            case SplitMeasure.Length:
                return [.. group.Tokens.Select(tokens => (double)tokens)];
            case SplitMeasure.Entropy:
                return Given(group.Entropies, "entropies");
            case SplitMeasure.Given:
                return Given(group.Measures, "measures");
            case SplitMeasure.Random:
                RandomStream chance = random.Child("measure");
                return [.. group.Rewards.Select(_ => chance.NextDouble())];
            default:
                throw new ArgumentOutOfRangeException(nameof(options), options.Measure, "No such measure.");
        }
    }

    private static double[] Given(double[]? numbers, string what) =>
        numbers ?? throw new ArgumentException($"The completions have no {what}, and the rule needs them.");
}
