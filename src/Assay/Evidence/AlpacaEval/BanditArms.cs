using Assay.Judge;
using Assay.Learning;
using Assay.Numerics;

namespace Assay.Evidence;

/// <summary>Ways to learn from the same pairs of an <see cref="AnswerBandit"/>, and DPO over its temperatures beside them: means over several deals of prompts.</summary>
/// <param name="trial">The seed.</param>
/// <param name="figures">Where figures go: <c>LABELS/ARM/gain</c>, <c>/kl</c> and <c>/at-kl</c>, the gain above DPO's curve at the same divergence.</param>
internal sealed class BanditArms(Trial trial, Figures figures)
{
    /// <summary>The temperature at which arms are compared.</summary>
    public const double Beta = 0.5;

    /// <summary>Pairs of a prompt.</summary>
    public const int PairsPerPrompt = 8;

    private const int Deals = 4;
    private const int CurvePoints = 36;
    private const double Coldest = 2,
        Hottest = 0.02;
    private static readonly double[] Betas = [1, 0.7, 0.5, 0.35, 0.25, 0.18, 0.125, 0.09];

    /// <summary>Which labels: as drawn, and three in ten turned round.</summary>
    public static IReadOnlyList<(string Name, double Flips)> Labels { get; } = [("clean", 0), ("noisy", 0.3)];

    /// <summary>One way to train.</summary>
    /// <param name="Name">Its name.</param>
    /// <param name="Loss">The loss.</param>
    /// <param name="Weights">Factors on the pairs of a deal, or null.</param>
    public sealed record Arm(string Name, PreferenceLossOptions Loss, Func<Deal, double[]>? Weights = null);

    /// <summary>A deal of prompts with its pairs.</summary>
    public sealed record Deal(AnswerBandit Bandit, CandidatePair[] Pairs, RandomStream Random);

    /// <summary>Trains all arms and DPO's temperatures on each deal.</summary>
    public void Measure(IReadOnlyList<Arm> arms)
    {
        Arm[] named =
        [
            .. Betas.Select(beta => new Arm(FormattableString.Invariant($"dpo-{beta}"), new() { Beta = beta })),
        ];
        Dictionary<string, double> sums = [];
        int deals = trial.Size(Deals, 1);
        for (int deal = 0; deal < deals; deal++)
        {
            RandomStream random = trial.Random.Child("deal").Child(deal);
            AnswerBandit bandit = AnswerBandit.Of(trial, random.Child("prompts"));
            double reference = bandit.Score(new(new double[bandit.Test.Count])).Gold;
            foreach ((string labels, double flips) in Labels)
            {
                trial.Report("bandit, " + labels, deal, deals);
                Deal dealt = new(bandit, bandit.Pairs(random.Child("pairs"), PairsPerPrompt, flips), random);
                (double Gain, double Kl)[] dpo =
                [
                    .. CurveBetas(trial.Size(CurvePoints, 6))
                        .Select(beta => Of(new("dpo", new() { Beta = beta }), dealt, reference)),
                ];
                PolicyCurve ofKl = PolicyCurve.Of(
                    [0, .. dpo.Select(point => point.Kl)],
                    [0, .. dpo.Select(point => point.Gain)]
                );
                foreach (Arm arm in named.Concat(arms))
                {
                    (double gain, double kl) = Of(arm, dealt, reference);
                    double at = ofKl.At(Math.Min(kl, ofKl.High));
                    Add(labels, arm.Name, gain, kl, gain - at);
                }
            }
        }
        foreach ((string name, double sum) in sums)
            figures[name] = sum / deals;

        void Add(string labels, string arm, double gain, double kl, double above)
        {
            foreach (
                (string what, double value) in (ReadOnlySpan<(string, double)>)
                    [("gain", gain), ("kl", kl), ("at-kl", above)]
            )
            {
                string name = $"{labels}/{arm}/{what}";
                sums[name] = sums.GetValueOrDefault(name) + value;
            }
        }
    }

    // So dense that straight lines between them are as good as the curve.
    private static IEnumerable<double> CurveBetas(int count) =>
        Enumerable.Range(0, count).Select(i => Coldest * Math.Pow(Hottest / Coldest, i / (count - 1.0)));

    private (double Gain, double Kl) Of(Arm arm, Deal deal, double reference)
    {
        CandidatePolicy policy = CandidatePolicy.Train(
            deal.Bandit.Train,
            deal.Pairs,
            new(arm.Loss),
            new() { Steps = trial.Size(300, 20) },
            deal.Random.Child("training"),
            arm.Weights?.Invoke(deal)
        );
        (double gold, double kl) = deal.Bandit.Score(policy);
        return (gold - reference, kl);
    }
}
