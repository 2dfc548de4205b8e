namespace Assay.Learning;

/// <summary>How well a reward model orders pairs.</summary>
/// <param name="Pairs">Number of pairs.</param>
/// <param name="Accuracy">The share whose chosen completion scores higher; equal scores count half.</param>
/// <param name="Loss">The mean <see cref="ComparisonLoss"/> without margins, nats; ln 2 = 0.693 is that of knowing nothing.</param>
/// <param name="Margin">The mean of chosen minus rejected score.</param>
public sealed record RewardScores(int Pairs, double Accuracy, double Loss, double Margin)
{
    /// <summary>Of scores.</summary>
    /// <param name="chosen">Scores of the preferred completions, at least one.</param>
    /// <param name="rejected">As many of the others.</param>
    public static RewardScores Of(IReadOnlyList<double> chosen, IReadOnlyList<double> rejected)
    {
        if (chosen.Count == 0 || chosen.Count != rejected.Count)
            throw new ArgumentException(
                $"{chosen.Count} scores of preferred completions and {rejected.Count} of others."
            );
        double right = 0,
            loss = 0,
            margin = 0;
        for (int i = 0; i < chosen.Count; i++)
        {
            double ahead = chosen[i] - rejected[i];
            if (!double.IsFinite(ahead))
                throw new ArgumentException($"Pair {i} has the scores {chosen[i]} and {rejected[i]}.");
            right +=
                ahead > 0 ? 1
                : ahead == 0 ? 0.5
                : 0;
            loss += Math.Max(0, -ahead) + Math.Log(1 + Math.Exp(-Math.Abs(ahead)));
            margin += ahead;
        }
        return new(chosen.Count, right / chosen.Count, loss / chosen.Count, margin / chosen.Count);
    }

    /// <summary>Of a model on pairs with two completions.</summary>
    /// <param name="model">The model.</param>
    /// <param name="pairs">At least one.</param>
    /// <param name="batchSize">Sequences that are read together.</param>
    /// <param name="cancellation">Heard between batches.</param>
    public static RewardScores Of(
        RewardModel model,
        IReadOnlyList<TokenPair> pairs,
        int batchSize = 64,
        CancellationToken cancellation = default
    ) =>
        Of(
            model.Score([.. pairs.Select(pair => (int[])[.. pair.Prompt, .. pair.Chosen])], batchSize, cancellation),
            model.Score([.. pairs.Select(pair => (int[])[.. pair.Prompt, .. pair.Rejected])], batchSize, cancellation)
        );
}
