namespace Assay.Learning;

/// <summary>Rewards that depend on the length of completions: the usual ways to make a policy brief.</summary>
public static class LengthRewards
{
    /// <summary>DAPO's penalty of overlong completions: 0 up to <paramref name="most"/> - <paramref name="buffer"/> tokens, then falling evenly to minus the factor at the limit.</summary>
    /// <remarks>Source: arXiv 2503.14476, equation 13. Beyond the limit it falls on; completions are cut there.</remarks>
    /// <param name="tokens">Tokens of the completion.</param>
    /// <param name="most">The limit of tokens.</param>
    /// <param name="buffer">Tokens before the limit in which the penalty grows, at least 1.</param>
    /// <param name="factor">The penalty at the limit.</param>
    public static double Overlong(int tokens, int most, int buffer, double factor = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(buffer, 1);
        return Math.Min(0, -(tokens - (double)(most - buffer)) / buffer * factor);
    }

    /// <summary>Right completions get 1 - c sigmoid of their standardised length, among the right ones of their prompt; wrong ones 0.</summary>
    /// <remarks>"cmu1" of the published code of CANON; Arora and Zanette, arXiv 2502.04463.</remarks>
    /// <param name="rewards">Above 0 where the completion is right.</param>
    /// <param name="prompts">Which prompt it completes.</param>
    /// <param name="tokens">Tokens of each completion.</param>
    /// <param name="coefficient">c; 0.1 in the published code.</param>
    public static double[] RightAndShort(
        ReadOnlySpan<double> rewards,
        ReadOnlySpan<int> prompts,
        ReadOnlySpan<int> tokens,
        double coefficient = 0.1
    )
    {
        double[] shaped = new double[rewards.Length];
        foreach (int[] group in GroupAdvantages.Groups(rewards, prompts))
        {
            List<int> right = [];
            double mean = 0;
            foreach (int i in group)
                if (rewards[i] > 0)
                {
                    right.Add(i);
                    mean += tokens[i];
                }
            mean /= Math.Max(1, right.Count);
            double squares = 0;
            foreach (int i in right)
                squares += (tokens[i] - mean) * (tokens[i] - mean);
            double deviation = right.Count > 1 ? Math.Sqrt(squares / (right.Count - 1)) : 1;
            foreach (int i in right)
                shaped[i] = 1 - coefficient / (1 + Math.Exp(-(tokens[i] - mean) / (deviation + 1e-7)));
        }
        return shaped;
    }

    /// <summary>The reward plus c (mean length of the prompt's completions / own length - 1).</summary>
    /// <remarks>"o1" of the published code of CANON; O1-Pruner of Luo and others, arXiv 2501.12570.</remarks>
    /// <param name="rewards">Of each completion; finite.</param>
    /// <param name="prompts">Which prompt it completes.</param>
    /// <param name="tokens">Tokens of each completion, at least 1.</param>
    /// <param name="coefficient">c; 0.1 in the published code.</param>
    public static double[] ShorterThanOthers(
        ReadOnlySpan<double> rewards,
        ReadOnlySpan<int> prompts,
        ReadOnlySpan<int> tokens,
        double coefficient = 0.1
    )
    {
        double[] shaped = rewards.ToArray();
        foreach (int[] group in GroupAdvantages.Groups(rewards, prompts))
        {
            double mean = 0;
            foreach (int i in group)
                mean += tokens[i] / (double)group.Length;
            foreach (int i in group)
                shaped[i] += coefficient * (mean / Math.Max(1, tokens[i]) - 1);
        }
        return shaped;
    }
}
