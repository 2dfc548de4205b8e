using Assay.Data;
using Assay.Learning;
using Assay.Numerics;

namespace Assay.Value;

/// <summary>
/// What answers are worth by several rewards together: signals <c>combined</c>, <c>all-good</c> (the probability of being better than the
/// reference in every property), and for each reward its share of the sum and whether it is saturated.
/// </summary>
/// <remarks>
/// Source: "Transforming and Combining Rewards for Aligning Large Language Models", arXiv 2402.00742; see <see cref="RewardTransform"/>. For the log-sigmoid <c>combined</c> is ln of <c>all-good</c>.
/// </remarks>
[Method("value/reward-transform", Paper = "reward-transform")]
public sealed class TransformedRewards(RewardTransformOptions options) : IValuer
{
    /// <summary>An answer that is more likely not good in all properties than good is not good.</summary>
    private const double Even = 0.5;

    /// <inheritdoc/>
    /// <exception cref="AssayException">A column or a number is missing, or a prompt has no answers of the base policy.</exception>
    public IReadOnlyList<Signal> Value(View view, Work work)
    {
        RewardColumns columns = RewardColumns.Read("value/reward-transform", options, view, work);
        int answers = columns.Rows.Length,
            properties = options.Rewards.Count;
        TransformedReward[] found = [.. Enumerable.Range(0, answers).Select(columns.Of)];
        double[] combined = [.. found.Select(own => own.Combined)];

        double[] best = new double[columns.PromptNames.Length];
        for (int i = 0; i < answers; i++)
            best[columns.Prompts[i]] = Math.Max(best[columns.Prompts[i]], found[i].AllGood);
        string underfitted = FormattableString.Invariant(
            $"prompts whose best answer is not probably good in all: {best.Count(p => p < Even) / (double)best.Length:P0}"
        );
        List<Signal> signals =
        [
            Of("combined", combined, string.Join(" ", columns.Notes)),
            Of("all-good", [.. found.Select(own => own.AllGood)], underfitted),
        ];
        for (int property = 0; property < properties; property++)
        {
            string name = options.Rewards[property];
            double[] rewards = [.. Enumerable.Range(0, answers).Select(i => columns.RewardsOf(i)[property])];
            signals.Add(
                Of(
                    name + "-utility",
                    [.. found.Select(own => own.Shaped[property])],
                    FormattableString.Invariant(
                        $"rank correlation of combined with {name}: {RankCorrelation.Spearman(combined, rewards):0.00}"
                    )
                )
            );
            double[] saturated = [.. found.Select(own => own.Centred[property] > RewardTransform.Saturation ? 1.0 : 0)];
            signals.Add(
                Of(
                    name + "-saturated",
                    saturated,
                    FormattableString.Invariant($"{saturated.Average():P0} of the answers are far above the reference")
                )
            );
        }
        return signals;

        Signal Of(string name, double[] values, string note)
        {
            double[] all = new double[view.Dataset.RowCount];
            Array.Fill(all, double.NaN);
            for (int i = 0; i < answers; i++)
                all[columns.Rows[i]] = values[i];
            return new(name, all) { Note = note };
        }
    }
}
