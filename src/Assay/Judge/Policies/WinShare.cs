using Assay.Numerics;

namespace Assay.Judge;

/// <summary>How often one policy's answers are preferred to another's.</summary>
/// <param name="Policy">The policy.</param>
/// <param name="Baseline">The other.</param>
/// <param name="Rate">Mean preference over prompts, a tie being half a win, with its interval.</param>
/// <param name="StandardError">Sample standard deviation over the root of the number of prompts; 0 for one prompt.</param>
/// <param name="Wins">Prompts with a preference above one half.</param>
/// <param name="Ties">Prompts with exactly one half.</param>
/// <param name="Losses">The others.</param>
/// <param name="MeanLength">Mean length of the policy's answers; NaN where none is known.</param>
/// <param name="MeanLogRatio">Mean log ratio of lengths to the baseline's; NaN where none is known.</param>
public sealed record WinShare(
    string Policy,
    string Baseline,
    MeanInterval Rate,
    double StandardError,
    int Wins,
    int Ties,
    int Losses,
    double MeanLength,
    double MeanLogRatio
)
{
    /// <summary>Number of prompts.</summary>
    public int Prompts => Wins + Ties + Losses;

    /// <summary>The share of a policy against a baseline; judgements that stand the other way round are turned.</summary>
    /// <remarks>
    /// Judgements of a prompt are averaged first (two orders, several raters). Where all prompts are won, lost or tied the interval is the exact one of a share
    /// (<see cref="BinomialInterval"/>); where they are graded, Student's over prompts, within 0 and 1.
    /// </remarks>
    /// <param name="policy">The policy.</param>
    /// <param name="baseline">The other.</param>
    /// <param name="comparisons">Judgements; those of other policies are passed over.</param>
    /// <param name="confidence">Of the interval, in (0, 1).</param>
    /// <returns>Null if the two were never compared.</returns>
    public static WinShare? Of(
        string policy,
        string baseline,
        IEnumerable<PolicyComparison> comparisons,
        double confidence = 0.95
    )
    {
        PolicyComparison[] turned =
        [
            .. comparisons
                .Where(one => (one.A == policy && one.B == baseline) || (one.A == baseline && one.B == policy))
                .Select(one => one.A == policy ? one : one.Swapped()),
        ];
        if (turned.Length == 0)
            return null;
        double[] prompts = [.. turned.GroupBy(one => one.Prompt).Select(group => group.Average(one => one.Preference))];
        double mean = prompts.Average(),
            error = prompts.Length < 2
                ? 0
                : Math.Sqrt(prompts.Sum(one => (one - mean) * (one - mean)) / (prompts.Length - 1) / prompts.Length);
        PolicyComparison[] measured = [.. turned.Where(one => one.HasLengths)];
        return new(
            policy,
            baseline,
            Interval(prompts, confidence),
            error,
            prompts.Count(one => one > 0.5),
            prompts.Count(one => one == 0.5),
            prompts.Count(one => one < 0.5),
            measured.Length > 0 ? measured.Average(one => one.LengthA) : double.NaN,
            measured.Length > 0 ? measured.Average(one => one.LogLengthRatio) : double.NaN
        );
    }

    private static MeanInterval Interval(double[] prompts, double confidence)
    {
        if (prompts.All(one => one is 0 or 0.5 or 1))
            return BinomialInterval.Of(prompts.Sum(), prompts.Length, confidence);
        if (prompts.Length < 2)
            return new(prompts[0], 0, 1, confidence);
        MeanInterval found = MeanInterval.Of(prompts, confidence);
        return found with { Low = Math.Max(0, found.Low), High = Math.Min(1, found.High) };
    }
}
