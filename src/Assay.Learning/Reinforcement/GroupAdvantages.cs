namespace Assay.Learning;

/// <summary>Advantages of completions without a value network: each is compared with the others of its prompt.</summary>
/// <remarks>
/// A reward is that of a whole completion, and so is an advantage: every token of the completion gets it. A prompt with a single completion is
/// compared with 0. Sources: GRPO, arXiv 2402.03300; Dr. GRPO, arXiv 2503.20783; leave-one-out, arXiv 2402.14740; REINFORCE++, arXiv 2501.03262;
/// ReMax, arXiv 2310.10505.
/// </remarks>
public static class GroupAdvantages
{
    /// <summary>GRPO: the reward minus its prompt's mean, over its prompt's standard deviation (n - 1).</summary>
    /// <param name="rewards">Of each completion; finite.</param>
    /// <param name="prompts">Which prompt it completes, any numbers.</param>
    /// <param name="epsilon">Added to the standard deviation, above 0. A prompt with one completion has a standard deviation of 1.</param>
    public static double[] Standardised(ReadOnlySpan<double> rewards, ReadOnlySpan<int> prompts, double epsilon = 1e-6)
    {
        if (!(epsilon > 0))
            throw new ArgumentOutOfRangeException(nameof(epsilon), epsilon, "Expected above 0.");
        double[] advantages = new double[rewards.Length];
        foreach (int[] group in Groups(rewards, prompts))
        {
            if (group.Length == 1)
            {
                advantages[group[0]] = rewards[group[0]] / (1 + epsilon);
                continue;
            }
            double mean = Mean(rewards, group),
                squares = 0;
            foreach (int i in group)
                squares += (rewards[i] - mean) * (rewards[i] - mean);
            double deviation = Math.Sqrt(squares / (group.Length - 1));
            foreach (int i in group)
                advantages[i] = (rewards[i] - mean) / (deviation + epsilon);
        }
        return advantages;
    }

    /// <summary>Dr. GRPO: the reward minus its prompt's mean.</summary>
    /// <inheritdoc cref="Standardised"/>
    public static double[] Centred(ReadOnlySpan<double> rewards, ReadOnlySpan<int> prompts)
    {
        double[] advantages = new double[rewards.Length];
        foreach (int[] group in Groups(rewards, prompts))
        {
            double mean = group.Length == 1 ? 0 : Mean(rewards, group);
            foreach (int i in group)
                advantages[i] = rewards[i] - mean;
        }
        return advantages;
    }

    /// <summary>RLOO: the reward minus the mean of its prompt's other completions.</summary>
    /// <inheritdoc cref="Standardised"/>
    public static double[] LeaveOneOut(ReadOnlySpan<double> rewards, ReadOnlySpan<int> prompts)
    {
        double[] advantages = Centred(rewards, prompts);
        foreach (int[] group in Groups(rewards, prompts))
            if (group.Length > 1)
                foreach (int i in group)
                    advantages[i] *= group.Length / (group.Length - 1.0);
        return advantages;
    }

    /// <summary>ReMax: the reward minus that of the prompt's most likely completion.</summary>
    /// <param name="rewards">Of each completion; finite.</param>
    /// <param name="greedy">For each completion, the reward of the greedy completion of its prompt.</param>
    public static double[] OverGreedy(ReadOnlySpan<double> rewards, ReadOnlySpan<double> greedy)
    {
        Check(rewards, greedy.Length);
        double[] advantages = new double[rewards.Length];
        for (int i = 0; i < advantages.Length; i++)
            advantages[i] = rewards[i] - greedy[i];
        return advantages;
    }

    /// <summary>REINFORCE++: the discounted rewards to come at each token, whitened over all tokens of the batch.</summary>
    /// <param name="rewards">Of each completion, given at its last token; finite.</param>
    /// <param name="tokens">Tokens of each completion, at least 1.</param>
    /// <param name="discount">What a reward is worth a token earlier, from 0 to 1.</param>
    /// <returns>For each completion the advantage of each token.</returns>
    public static double[][] Whitened(ReadOnlySpan<double> rewards, ReadOnlySpan<int> tokens, double discount = 1)
    {
        Check(rewards, tokens.Length);
        if (!(discount is >= 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(discount), discount, "Expected from 0 to 1.");
        double[][] returns = new double[rewards.Length][];
        for (int i = 0; i < returns.Length; i++)
        {
            returns[i] = new double[Positive(tokens[i])];
            double value = rewards[i];
            for (int t = tokens[i] - 1; t >= 0; t--, value *= discount)
                returns[i][t] = value;
        }
        return Whiten(returns);
    }

    /// <summary>REINFORCE++ with a baseline: the reward minus its prompt's mean, whitened over all tokens of the batch.</summary>
    /// <param name="rewards">Of each completion; finite.</param>
    /// <param name="prompts">Which prompt it completes.</param>
    /// <param name="tokens">Tokens of each completion, at least 1: how often it counts.</param>
    public static double[] WhitenedCentred(
        ReadOnlySpan<double> rewards,
        ReadOnlySpan<int> prompts,
        ReadOnlySpan<int> tokens
    )
    {
        Check(rewards, tokens.Length);
        double[] centred = Centred(rewards, prompts);
        double[][] returns = new double[centred.Length][];
        for (int i = 0; i < returns.Length; i++)
        {
            returns[i] = new double[Positive(tokens[i])];
            returns[i].AsSpan().Fill(centred[i]);
        }
        return [.. Whiten(returns).Select(row => row[0])];
    }

    /// <summary>Dynamic sampling of DAPO: which completions teach something, because their prompt's rewards are not all equal.</summary>
    /// <inheritdoc cref="Standardised"/>
    /// <returns>True for each completion that is kept.</returns>
    public static bool[] Teaches(ReadOnlySpan<double> rewards, ReadOnlySpan<int> prompts)
    {
        bool[] kept = new bool[rewards.Length];
        foreach (int[] group in Groups(rewards, prompts))
        {
            double first = rewards[group[0]];
            bool spread = false;
            foreach (int i in group)
                spread |= rewards[i] != first;
            foreach (int i in group)
                kept[i] = spread;
        }
        return kept;
    }

    /// <summary>The completions of each prompt, in the order in which they stand; prompts in the order of their first.</summary>
    /// <exception cref="ArgumentException">The numbers of rewards and prompts differ, or a reward is not finite.</exception>
    internal static IReadOnlyList<int[]> Groups(ReadOnlySpan<double> rewards, ReadOnlySpan<int> prompts)
    {
        Check(rewards, prompts.Length);
        Dictionary<int, List<int>> groups = [];
        List<List<int>> ordered = [];
        for (int i = 0; i < prompts.Length; i++)
        {
            if (!groups.TryGetValue(prompts[i], out List<int>? group))
                ordered.Add(groups[prompts[i]] = group = []);
            group.Add(i);
        }
        return [.. ordered.Select(group => group.ToArray())];
    }

    internal static double Mean(ReadOnlySpan<double> rewards, ReadOnlySpan<int> group)
    {
        double sum = 0;
        foreach (int i in group)
            sum += rewards[i];
        return group.IsEmpty ? 0 : sum / group.Length;
    }

    private static void Check(ReadOnlySpan<double> rewards, int others)
    {
        if (rewards.Length != others)
            throw new ArgumentException($"There are {rewards.Length} rewards, and {others} numbers beside them.");
        foreach (double reward in rewards)
            if (!double.IsFinite(reward))
                throw new ArgumentException($"A reward is {reward}: rewards are finite.", nameof(rewards));
    }

    private static int Positive(int tokens) =>
        tokens >= 1
            ? tokens
            : throw new ArgumentOutOfRangeException(nameof(tokens), tokens, "A completion has at least one token.");

    // The variance is that of a sample (n - 1), as published; one token alone becomes 0.
    private static double[][] Whiten(double[][] returns)
    {
        long count = returns.Sum(row => (long)row.Length);
        double mean = returns.Sum(row => row.Sum()) / Math.Max(1, count),
            squares = returns.Sum(row => row.Sum(value => (value - mean) * (value - mean))),
            scale = count > 1 ? 1 / Math.Sqrt(squares / (count - 1) + 1e-8) : 0;
        return [.. returns.Select(row => (double[])[.. row.Select(value => (value - mean) * scale)])];
    }
}
