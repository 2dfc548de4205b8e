using System.Globalization;
using Assay.Learning;

namespace Assay.Evidence;

/// <summary>What becomes of answers that are chosen, best of N, by a proxy of what is wanted: the paper's figure 7 in small, with real judgements.</summary>
/// <remarks>
/// 49 models' answers to a prompt are the samples; the best of N by the proxy is judged by the published judge. The mean over all subsets of N is computed exactly: the answer of rank k (from below, of n) is the
/// best of C(k - 1, N - 1) of the C(n, N) subsets. As the pool is finite, N says nothing of KL here.
/// </remarks>
internal static class ProxyPeaks
{
    /// <summary>The N.</summary>
    public static readonly int[] Sizes = [1, 2, 4, 8, 16, 32, 49];

    /// <summary>The proxies: how long an answer is, how close to 500 characters, what the judge thought of its writer on other prompts.</summary>
    public static readonly string[] Proxies = ["length", "close to 500", "learned"];

    private const int Folds = 5;
    private const double LeastProbability = 1e-6,
        GoodLength = 500;

    /// <summary>Measures one seed: the proxy is learned on four fifths of the prompts, and every fifth from the seed on is judged.</summary>
    public static void Measure(AlpacaJudgements all, int seed, Figures figures)
    {
        AlpacaJudgements samples = all.Samples();
        int[] judged = [.. Enumerable.Range(0, all.Prompts).Where(prompt => prompt % Folds == seed % Folds)],
            learned = [.. Enumerable.Range(0, all.Prompts).Except(judged)];
        foreach (string proxy in Proxies)
        {
            (double[] logits, double[] wins) = Curve(samples, proxy, learned, judged);
            for (int i = 0; i < Sizes.Length; i++)
            {
                figures.Add(Name("logit", proxy, Sizes[i]), logits[i]);
                figures.Add(Name("win", proxy, Sizes[i]), wins[i]);
            }
        }
    }

    /// <summary>What the seeds say.</summary>
    public static IEnumerable<Finding> Conclude(Trials trials)
    {
        string last = Name("logit", "learned", 49);
        yield return Finding.Above(
            "Choosing harder by a cheap proxy first improves what is wanted (length: best of 32 against one)",
            "ROUGE and length rise at first",
            trials.Difference(Name("logit", "length", 32), Name("logit", "length", 1)),
            format: "0.00"
        );
        yield return Finding.Above(
            "and then makes it worse (length: what is lost from best of 32 to best of 49)",
            "true preference falls below its peak",
            trials.Difference(Name("logit", "length", 32), Name("logit", "length", 49)),
            format: "0.00"
        );
        yield return Finding.Below(
            "A proxy that has nothing to do with it hurts (closeness to 500 characters: best of 49 against one)",
            "no gain",
            trials.Difference(Name("logit", "close to 500", 49), Name("logit", "close to 500", 1)),
            format: "0.00"
        );
        yield return Finding.Above(
            "A proxy learned from the judgements keeps improving where length has turned over (best of 49 against best of 32)",
            "the reward model peaks later and higher than ROUGE",
            trials.Difference(last, Name("logit", "learned", 32)),
            format: "0.00"
        );
        yield return Finding.Above(
            "and ends higher (learned against length, best of 49)",
            "the reward model peaks later and higher than ROUGE",
            trials.Difference(last, Name("logit", "length", 49)),
            format: "0.00"
        );
    }

    /// <summary>Mean logit and mean preference of the best of N, for each of <see cref="Sizes"/>.</summary>
    /// <param name="samples">The answers.</param>
    /// <param name="proxy">One of <see cref="Proxies"/>.</param>
    /// <param name="learned">Prompts that the learned proxy knows.</param>
    /// <param name="judged">Prompts that are judged.</param>
    public static (double[] Logits, double[] Wins) Curve(
        AlpacaJudgements samples,
        string proxy,
        int[] learned,
        int[] judged
    )
    {
        int models = samples.Models.Count;
        double[] reputation = [.. samples.Preferences.Select(of => learned.Average(prompt => LogitOf(of[prompt])))];
        double[] logits = new double[Sizes.Length],
            wins = new double[Sizes.Length];
        foreach (int prompt in judged)
        {
            double[] scores =
            [
                .. Enumerable
                    .Range(0, models)
                    .Select(m =>
                        proxy switch
                        {
                            "length" => samples.Lengths[m][prompt],
                            "close to 500" => -Math.Abs(samples.Lengths[m][prompt] - GoodLength),
                            _ => reputation[m],
                        }
                    ),
            ];
            double[] preferences = [.. samples.Preferences.Select(of => of[prompt])];
            double[] ranked = Ranked(scores, [.. preferences.Select(LogitOf)]),
                rankedWins = Ranked(scores, preferences);
            for (int i = 0; i < Sizes.Length; i++)
            {
                logits[i] += BestOf(ranked, Sizes[i]) / judged.Length;
                wins[i] += BestOf(rankedWins, Sizes[i]) / judged.Length;
            }
        }
        return (logits, wins);
    }

    /// <summary>The mean worth of the best of N over all subsets of N.</summary>
    /// <param name="ranked">Worths of all, the worst by the proxy first.</param>
    /// <param name="size">N, from 1 to their number.</param>
    public static double BestOf(double[] ranked, int size) =>
        BestOfN.Expected([.. ranked.Select((_, rank) => (double)rank)], ranked, size);

    // Equal scores are equally likely to be taken: each gets the mean worth of all of them.
    private static double[] Ranked(double[] scores, double[] worth) =>
        [
            .. scores
                .Zip(worth)
                .GroupBy(one => one.First)
                .OrderBy(group => group.Key)
                .SelectMany(group => Enumerable.Repeat(group.Average(one => one.Second), group.Count())),
        ];

    private static double LogitOf(double preference) =>
        Logistic.Logit(Math.Clamp(preference, LeastProbability, 1 - LeastProbability));

    private static string Name(string what, string proxy, int size) =>
        string.Create(CultureInfo.InvariantCulture, $"{what}/{proxy}/{size}");
}
