using Assay.Numerics;

namespace Assay.Learning;

/// <summary>Which half of a prompt's completions has its rewards scaled by alpha.</summary>
public enum WeightedHalf
{
    /// <summary>The half with the higher measures: long completions, by length.</summary>
    High,

    /// <summary>The half with the lower measures: sure completions, by entropy.</summary>
    Low,
}

/// <summary>Options of <see cref="ConditionalAdvantages"/>.</summary>
public sealed record ConditionalOptions
{
    /// <summary>The weight of comparing with the other half, from 0 to 1; the rest compares within the own half. 0.5 is Dr. GRPO.</summary>
    public double Mu { get; init; } = 1;

    /// <summary>Scales the rewards of one half where halves are compared, not negative; below 1 turns completions away from it, also where all are right.</summary>
    public double Alpha { get; init; } = 1;

    /// <summary>Which half <see cref="Alpha"/> scales.</summary>
    public WeightedHalf Weighted { get; init; } = WeightedHalf.High;

    /// <summary>Added to the high half and taken from the low one where halves are compared; 0 in all published runs.</summary>
    public double Offset { get; init; }
}

/// <summary>CANON: a prompt's completions are split by a measure (length, entropy), and compared across the halves and within them.</summary>
/// <remarks>
/// Source: "Conditional Advantage Estimation for Reinforcement Learning in Large Reasoning Models", arXiv 2509.23962. With m the mean rewards of
/// the halves, A = mu (R - m of the other half) + (1 - mu) (R - m of the own half). The lower half has floor(G / 2) completions: keep G even, for
/// otherwise mu = 0.5 is not Dr. GRPO. With alpha, rewards are from 0 (wrong) to 1: shifting them changes the method. The measure comes from the policy
/// that sampled, and should not be a function of the reward.
/// <code>
/// double[] advantages = ConditionalAdvantages.Of(rewards, prompts, lengths, new() { Mu = 1 }, ties: random.Child(step));
/// </code>
/// </remarks>
public static class ConditionalAdvantages
{
    /// <summary>The advantage of each completion.</summary>
    /// <param name="rewards">Of each completion; finite.</param>
    /// <param name="prompts">Which prompt it completes.</param>
    /// <param name="measures">What each prompt's completions are split by: lengths, mean entropies, anything finite.</param>
    /// <param name="options">How halves are compared.</param>
    /// <param name="ties">
    /// Puts completions of equal measures in random order before they are split; null keeps their order, as published, which lets the order of
    /// sampling decide.
    /// </param>
    /// <exception cref="ArgumentException">Numbers differ in count, or are not finite, or an option is out of its range.</exception>
    public static double[] Of(
        ReadOnlySpan<double> rewards,
        ReadOnlySpan<int> prompts,
        ReadOnlySpan<double> measures,
        ConditionalOptions options,
        RandomStream? ties = null
    )
    {
        Check(measures, rewards.Length, options);
        double[] advantages = new double[rewards.Length];
        foreach (int[] group in GroupAdvantages.Groups(rewards, prompts))
        {
            if (group.Length == 1)
            {
                advantages[group[0]] = Single(rewards[group[0]], options);
                continue;
            }
            (int[] low, int[] high) = Split(group, measures, ties);
            double lowMean = GroupAdvantages.Mean(rewards, low),
                highMean = GroupAdvantages.Mean(rewards, high);
            foreach (int i in low)
                advantages[i] = One(rewards[i], lowMean, highMean, isHigh: false, options);
            foreach (int i in high)
                advantages[i] = One(rewards[i], highMean, lowMean, isHigh: true, options);
        }
        return advantages;
    }

    /// <summary>The halves of a prompt's completions, ascending by their measures.</summary>
    internal static (int[] Low, int[] High) Split(int[] group, ReadOnlySpan<double> measures, RandomStream? ties)
    {
        int[] order = [.. group];
        ties?.Shuffle(order.AsSpan());
        double[] keys = new double[order.Length];
        for (int i = 0; i < order.Length; i++)
            keys[i] = measures[order[i]];
        // OrderBy is stable: equal measures keep the order in which they stand.
        int[] sorted = [.. Enumerable.Range(0, order.Length).OrderBy(i => keys[i]).Select(i => order[i])];
        return (sorted[..(sorted.Length / 2)], sorted[(sorted.Length / 2)..]);
    }

    private static double One(double reward, double own, double other, bool isHigh, ConditionalOptions options)
    {
        bool weighted = isHigh == (options.Weighted == WeightedHalf.High);
        double across =
            (weighted ? options.Alpha * reward - other : reward - options.Alpha * other)
            + (isHigh ? options.Offset : -options.Offset);
        return options.Mu * across + (1 - options.Mu) * (reward - own);
    }

    // One completion alone is the high half, and every mean is 0.
    private static double Single(double reward, ConditionalOptions options) => One(reward, 0, 0, isHigh: true, options);

    private static void Check(ReadOnlySpan<double> measures, int count, ConditionalOptions options)
    {
        if (measures.Length != count)
            throw new ArgumentException(
                $"There are {count} rewards, and {measures.Length} measures.",
                nameof(measures)
            );
        foreach (double measure in measures)
            if (!double.IsFinite(measure))
                throw new ArgumentException($"A measure is {measure}: measures are finite.", nameof(measures));
        if (!(options.Mu is >= 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(options), options.Mu, "Mu is from 0 to 1.");
        if (!(options.Alpha >= 0) || double.IsInfinity(options.Alpha))
            throw new ArgumentOutOfRangeException(nameof(options), options.Alpha, "Alpha is not negative, and finite.");
        if (!double.IsFinite(options.Offset))
            throw new ArgumentOutOfRangeException(nameof(options), options.Offset, "Offset is finite.");
    }
}
