using Assay.Data;
using Assay.Learning;
using Assay.Numerics;

namespace Assay.Judge;

/// <summary>Win rates as they would be between answers of equal length.</summary>
/// <remarks>
/// "Learning to summarize from human feedback", arXiv 2009.01325, appendix F: a logistic regression of the preference on who answers and on the log ratio of the lengths; the preference of one over another
/// at ratio 1 is sigmoid(w - w of the baseline). Where the judge's order is known it is a second slope: the preference then also is that of no order. It is not the fit of
/// AlpacaEval's published length-controlled rates, which has a slope for each model and knows the difficulty of prompts.
/// </remarks>
public sealed class LengthControl
{
    private readonly PolicyComparison[] _comparisons;
    private readonly PairedComparison[] _pairs;
    private readonly double[][] _differences;
    private readonly int[] _prompts;
    private readonly int _promptCount,
        _baseline;

    private LengthControl(
        string[] policies,
        string baseline,
        PolicyComparison[] comparisons,
        IReadOnlyDictionary<string, int> places
    )
    {
        (Policies, Baseline, _comparisons) = (policies, baseline, comparisons);
        _baseline = places[baseline];
        _pairs = [.. comparisons.Select(one => new PairedComparison(places[one.A], places[one.B], one.Preference))];
        _differences =
        [
            [.. comparisons.Select(one => one.LogLengthRatio)],
            [
                .. comparisons.Select(one =>
                    one.AFirst switch
                    {
                        true => 1.0,
                        false => -1,
                        null => 0,
                    }
                ),
            ],
        ];
        Dictionary<string, int> prompts = [];
        foreach (PolicyComparison one in comparisons)
            prompts.TryAdd(one.Prompt, prompts.Count);
        _prompts = [.. comparisons.Select(one => prompts[one.Prompt])];
        _promptCount = prompts.Count;
        Fitted = Fit(null);
    }

    /// <summary>The policies, in the order of their strengths.</summary>
    public IReadOnlyList<string> Policies { get; }

    /// <summary>The one whose strength is 0.</summary>
    public string Baseline { get; }

    /// <summary>The regression.</summary>
    public BradleyTerry Fitted { get; }

    /// <summary>The slope of the log ratio of lengths: above 0 where longer answers are preferred for their length.</summary>
    public double Slope => Fitted.Slopes[0];

    /// <summary>The slope of being shown first, in logits; 0 where no order is known.</summary>
    public double OrderSlope => Fitted.Slopes[1];

    /// <summary>The cross-entropy summed over the policies and averaged over the prompts, in nats.</summary>
    public double LossPerPrompt => Fitted.Loss / _promptCount;

    /// <summary>Fits the regression.</summary>
    /// <param name="comparisons">Judgements with lengths; each policy is compared with the baseline, directly or through others.</param>
    /// <param name="baseline">The policy that is the measure.</param>
    /// <exception cref="ArgumentException">A length is missing or below 0, a policy hangs loose, or length cannot be told from who answers.</exception>
    public static LengthControl Fit(IEnumerable<PolicyComparison> comparisons, string baseline)
    {
        PolicyComparison[] all = [.. comparisons];
        if (Array.Find(all, one => !(one.LengthA >= 0 && one.LengthB >= 0)) is { } without)
            throw new ArgumentException($"A judgement of {without.A} and {without.B} has no length.");
        Dictionary<string, int> places = [];
        foreach (PolicyComparison one in all)
        {
            places.TryAdd(one.A, places.Count);
            places.TryAdd(one.B, places.Count);
        }
        if (!places.ContainsKey(baseline))
            throw new ArgumentException($"There is no judgement of {baseline}.", nameof(baseline));
        return new([.. places.Keys], baseline, all, places);
    }

    /// <summary>The win rate of a policy against the baseline at equal lengths.</summary>
    public double Rate(string policy) => Fitted.Preference(Array.IndexOf([.. Policies], policy), _baseline);

    /// <summary>The rates of all policies with percentile intervals over prompts drawn anew.</summary>
    /// <param name="resamples">How many, at least 20.</param>
    /// <param name="confidence">In (0, 1).</param>
    /// <param name="work">Its random numbers and threads.</param>
    /// <returns>An interval for each of <see cref="Policies"/>, and for the slope.</returns>
    public (IReadOnlyList<MeanInterval> Rates, MeanInterval Slope) Intervals(
        int resamples,
        double confidence,
        Work work
    )
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(resamples, 20);
        BradleyTerry?[] fits = new BradleyTerry?[resamples];
        work.Each(
            resamples,
            i =>
            {
                RandomStream random = work.Random.Child("resamples").Child(i);
                double[] counts = new double[_promptCount];
                for (int draw = 0; draw < _promptCount; draw++)
                    counts[random.NextInt32(_promptCount)]++;
                try
                {
                    fits[i] = Fit([.. _prompts.Select(prompt => counts[prompt])]);
                }
                catch (ArgumentException)
                {
                    // Not every draw of few prompts still links all policies.
                    fits[i] = null;
                }
            }
        );
        BradleyTerry[] found = [.. fits.Where(fit => fit is not null).Select(fit => fit!)];
        return (
            [
                .. Policies.Select(
                    (_, p) =>
                        Interval(Fitted.Preference(p, _baseline), found.Select(fit => fit.Preference(p, _baseline)))
                ),
            ],
            Interval(Slope, found.Select(fit => fit.Slopes[0]))
        );

        MeanInterval Interval(double value, IEnumerable<double> drawn)
        {
            double[] ends = Quantiles.Of([.. drawn], [(1 - confidence) / 2, (1 + confidence) / 2]);
            return ends.Length == 0
                ? MeanInterval.Exact(value)
                : new(value, Math.Min(value, ends[0]), Math.Max(value, ends[1]), confidence);
        }
    }

    /// <summary>
    /// Policies whose answers are so long or short that their rate is extrapolated: the mean log ratio to the baseline lies outside those of all others and the baseline, by more than their
    /// standard deviation; or, where there is no other, no answers of about equal length were seen.
    /// </summary>
    public IReadOnlyList<string> Extrapolated()
    {
        (string Policy, double[] Ratios)[] ratios =
        [
            .. Policies
                .Where(policy => policy != Baseline)
                .Select(policy =>
                    (
                        policy,
                        _comparisons
                            .Where(one => one.A == policy || one.B == policy)
                            .Select(one => one.A == policy ? one.LogLengthRatio : -one.LogLengthRatio)
                            .ToArray()
                    )
                ),
        ];
        if (ratios.Length == 1)
            return ratios[0].Ratios.Min() > 0 || ratios[0].Ratios.Max() < 0 ? [ratios[0].Policy] : [];
        return
        [
            .. ratios
                .Where(one =>
                {
                    double mean = one.Ratios.Average();
                    double[] others =
                    [
                        0,
                        .. ratios.Where(other => other != one).Select(other => other.Ratios.Average()),
                    ];
                    double middle = others.Average(),
                        deviation = Math.Sqrt(
                            others.Sum(other => (other - middle) * (other - middle)) / (others.Length - 1)
                        );
                    return mean < others.Min() - deviation || mean > others.Max() + deviation;
                })
                .Select(one => one.Policy),
        ];
    }

    private BradleyTerry Fit(double[]? weights) =>
        BradleyTerry.Fit(_pairs, _differences, Policies.Count, _baseline, weights, Fitted);
}
