using Assay.Numerics;

namespace Assay.Judge;

/// <summary>How far judgements depend on which answer stands first.</summary>
/// <param name="First">How often the answer that was shown first is preferred; without a bias one half where each policy stands first as often as not.</param>
/// <param name="Judgements">How many have a known order.</param>
/// <param name="Both">Pairs that were judged in both orders.</param>
/// <param name="Consistent">Those of them where the same answer was preferred both times, or neither.</param>
public sealed record OrderBias(MeanInterval First, int Judgements, int Both, int Consistent)
{
    /// <summary>The bias of judgements; null where no order is known.</summary>
    /// <param name="comparisons">Judgements.</param>
    /// <param name="confidence">Of the interval, in (0, 1).</param>
    public static OrderBias? Of(IEnumerable<PolicyComparison> comparisons, double confidence = 0.95)
    {
        PolicyComparison[] known = [.. comparisons.Where(one => one.AFirst is not null)];
        if (known.Length == 0)
            return null;
        // A prompt is one observation: what it is judged in both orders belongs together.
        double[] prompts =
        [
            .. known
                .GroupBy(one => one.Prompt)
                .Select(group => group.Average(one => one.AFirst!.Value ? one.Preference : 1 - one.Preference)),
        ];
        double[][] both =
        [
            .. known
                .Select(one => string.CompareOrdinal(one.A, one.B) <= 0 ? one : one.Swapped())
                .GroupBy(one => (one.Prompt, one.A, one.B))
                .Where(group => group.Any(one => one.AFirst!.Value) && group.Any(one => !one.AFirst!.Value))
                .Select(group =>
                    (double[])
                        [
                            group.Where(one => one.AFirst!.Value).Average(one => one.Preference),
                            group.Where(one => !one.AFirst!.Value).Average(one => one.Preference),
                        ]
                ),
        ];
        return new(
            prompts.Length > 1 ? MeanInterval.Of(prompts, confidence) : MeanInterval.Exact(prompts[0]),
            known.Length,
            both.Length,
            both.Count(pair => Math.Sign(pair[0] - 0.5) == Math.Sign(pair[1] - 0.5))
        );
    }
}
