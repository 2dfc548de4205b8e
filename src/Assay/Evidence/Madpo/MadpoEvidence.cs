using System.Globalization;
using Assay.Learning;
using Assay.Numerics;

namespace Assay.Evidence;

/// <summary>Is MADPO better than DPO, beta-DPO and IPO, or is it DPO at a lower temperature?</summary>
public sealed class MadpoEvidence : IExperiment
{
    private const string Ln999 = "madpo-ln999",
        Tau2 = "madpo-2",
        Wide = "madpo-wide",
        Crossed = "madpo-crossed",
        Official = "beta-dpo",
        Scaled = "beta-dpo-scaled",
        Ipo = "ipo",
        SameOptimum = "dpo-same-optimum",
        Dpo = "dpo-0.5";

    // Enough that pairs of unseen prompts are predicted; the same for all.
    private const double Ridge = 1e-3;
    private const int Folds = 5;

    private static readonly MarginAdaptive AtTwo = new(),
        AtLn999 = new() { Border = Math.Log(0.999 / 0.001) },
        Wider = new() { Most = 4, Least = 0.25 };

    /// <inheritdoc/>
    public string Slug => "madpo";

    /// <inheritdoc/>
    public string Title =>
        "Margin Adaptive DPO: Leveraging Reward Model for Granular Control in Preference Optimization (2025)";

    /// <inheritdoc/>
    public string Protocol =>
        "Answers of six models to the 805 prompts of AlpacaEval 2; a log-linear policy over the six answers of a prompt (512 hashed words, length, lines), reference uniform, gold reward the judge's standardised logit "
        + "(clipped at 2 deviations, times 1.5); 600 prompts with 8 pairs each, labels drawn by Bradley-Terry, as they are and with 30 % turned round; beta 0.5, Adam 0.05, 300 steps of 64; reward model: Bradley-Terry on the same "
        + "features and pairs; gain over the reference and KL exactly, on 205 other prompts; means of four deals a seed. DPO over 36 temperatures is the curve at equal KL. "
        + "Reviews: the language model of film reviews and 5,000 pairs of dpo-vs-ppo, beta 0.1, two epochs; margins of a reward model fitted to the same pairs; gold reward and divergence of four answers to each of 500 unseen prompts, "
        + "beside DPO over six temperatures.";

    /// <inheritdoc/>
    public IReadOnlyList<string> Data => [AnswerBandit.Folder, "rt-polarity"];

    /// <inheritdoc/>
    public int Seeds => 5;

    /// <inheritdoc/>
    public int Revision => 2;

    /// <inheritdoc/>
    public Figures Measure(Trial trial)
    {
        Figures figures = [];
        new BanditArms(trial, figures).Measure([
            new(Tau2, Dpoed(), deal => Weights(AtTwo, InSample(deal))),
            new(Ln999, Dpoed(), deal => Weights(AtLn999, InSample(deal))),
            new(Wide, Dpoed(), deal => Weights(Wider, InSample(deal))),
            new(Crossed, Dpoed(), deal => Weights(AtLn999, CrossFitted(deal))),
            new(Official, new() { Loss = PreferenceObjective.BetaDpo, Beta = BanditArms.Beta }),
            new(Scaled, new() { Loss = PreferenceObjective.BetaDpoScaled, Beta = BanditArms.Beta }),
            new(Ipo, new() { Loss = PreferenceObjective.Ipo, Beta = BanditArms.Beta }),
            new(SameOptimum, new() { Beta = BanditArms.Beta / AtLn999.Coefficient(0) }),
        ]);
        PreferenceLossOptions reviews = new() { Beta = ReviewPolicies.Beta };
        ReviewPolicies.Measure(
            trial,
            figures,
            [
                new(Tau2, reviews, AtTwo.Weight),
                new(Ln999, reviews, AtLn999.Weight),
                new(Official, reviews with { Loss = PreferenceObjective.BetaDpo }),
                new(Scaled, reviews with { Loss = PreferenceObjective.BetaDpoScaled }),
                new(Ipo, reviews with { Loss = PreferenceObjective.Ipo }),
            ]
        );
        return figures;

        static PreferenceLossOptions Dpoed() => new() { Beta = BanditArms.Beta };
    }

    private static double[] Weights(MarginAdaptive rule, double[] margins) => [.. margins.Select(rule.Weight)];

    // As in the release: margins of the pairs that the reward model was fitted on.
    private static double[] InSample(BanditArms.Deal deal)
    {
        double[] scores = deal.Bandit.Train.Scores(CandidatePolicy.BradleyTerry(deal.Bandit.Train, deal.Pairs, Ridge));
        return [.. deal.Pairs.Select(pair => scores[pair.Chosen] - scores[pair.Rejected])];
    }

    private static double[] CrossFitted(BanditArms.Deal deal)
    {
        double[] margins = new double[deal.Pairs.Length];
        int FoldOf(int pair) => pair / BanditArms.PairsPerPrompt % Folds;
        for (int fold = 0; fold < Folds; fold++)
        {
            double[] scores = deal.Bandit.Train.Scores(
                CandidatePolicy.BradleyTerry(
                    deal.Bandit.Train,
                    [.. deal.Pairs.Where((_, i) => FoldOf(i) != fold)],
                    Ridge
                )
            );
            for (int i = 0; i < margins.Length; i++)
                if (FoldOf(i) == fold)
                    margins[i] = scores[deal.Pairs[i].Chosen] - scores[deal.Pairs[i].Rejected];
        }
        return margins;
    }

    /// <inheritdoc/>
    public IReadOnlyList<Finding> Conclude(Trials trials)
    {
        string Points(string labels, params string[] arms) =>
            string.Join(
                "; ",
                arms.Select(arm =>
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{arm} {trials.Mean($"{labels}/{arm}/gain").Mean:0.000} at {trials.Mean($"{labels}/{arm}/kl").Mean:0.00} nats"
                    )
                )
            );
        return
        [
            With(
                Finding.Above(
                    "At the same beta MADPO earns more than DPO (bandit, labels as drawn).",
                    "mean gold reward 2.23 against 1.62 (High), one seed",
                    trials.Difference($"clean/{Ln999}/gain", $"clean/{Dpo}/gain")
                ),
                "gain over the reference, MADPO (border ln 999) minus DPO; "
                    + Points("clean", Dpo, Tau2, Ln999, Wide, Ipo)
            ),
            With(
                Finding.Above(
                    "And where labels are noisy (bandit, 30 % turned round).",
                    "2.23 against 1.71 (Medium), 1.95 against 1.48 (Low)",
                    trials.Difference($"noisy/{Ln999}/gain", $"noisy/{Dpo}/gain")
                ),
                Points("noisy", Dpo, Tau2, Ln999, Wide, Ipo)
            ),
            With(
                Finding.Above(
                    "At equal KL, MADPO is above the curve that DPO traces when beta is lowered (bandit, labels as drawn).",
                    "not compared in the paper",
                    trials.Mean($"clean/{Ln999}/at-kl")
                ),
                $"gain above DPO's curve; border 2 {trials.Text($"clean/{Tau2}/at-kl")}, wide {trials.Text($"clean/{Wide}/at-kl")}, cross-fitted {trials.Text($"clean/{Crossed}/at-kl")}"
            ),
            With(
                Finding.Above(
                    "And where labels are noisy (bandit).",
                    "not compared in the paper",
                    trials.Mean($"noisy/{Ln999}/at-kl")
                ),
                $"border 2 {trials.Text($"noisy/{Tau2}/at-kl")}, wide {trials.Text($"noisy/{Wide}/at-kl")}, cross-fitted {trials.Text($"noisy/{Crossed}/at-kl")}"
            ),
            With(
                Finding.Above(
                    "MADPO earns more than DPO at beta / c(0), which has the same optimum where all margins are small (bandit, labels as drawn).",
                    "not compared in the paper",
                    trials.Difference($"clean/{Ln999}/gain", $"clean/{SameOptimum}/gain")
                ),
                Points("clean", Ln999, SameOptimum)
            ),
            With(
                Finding.Above(
                    "MADPO earns more than beta-DPO at the same beta (bandit, labels as drawn, the form of its release).",
                    "2.23 against 1.67 (High)",
                    trials.Difference($"clean/{Ln999}/gain", $"clean/{Scaled}/gain")
                ),
                $"minus the official form {Trials.Text(trials.Difference($"clean/{Ln999}/gain", $"clean/{Official}/gain"))}; {Points("clean", Scaled, Official)}"
            ),
            With(
                Finding.Above(
                    "beta-DPO, in its official form, is above DPO's curve at equal KL where labels are noisy (bandit).",
                    "beta-DPO 1.84 against DPO 1.71 at one beta (Medium)",
                    trials.Mean($"noisy/{Official}/at-kl")
                ),
                $"labels as drawn {trials.Text($"clean/{Official}/at-kl")}; scaled form, noisy {trials.Text($"noisy/{Scaled}/at-kl")}"
            ),
            With(
                Finding.Above(
                    "Cross-fitted margins are better than those of the pairs that the reward model was trained on (bandit, noisy labels, at equal KL).",
                    "not tried in the paper; margins are of training pairs",
                    trials.Difference($"noisy/{Crossed}/at-kl", $"noisy/{Ln999}/at-kl")
                ),
                Points("noisy", Ln999, Crossed)
            ),
            With(
                Finding.Above(
                    "At the same beta MADPO earns more than DPO (language model of reviews, border ln 999).",
                    "mean gold reward 2.23 against 1.62 (High), one seed",
                    trials.Difference(
                        $"reviews/{Ln999}/gold",
                        $"reviews/{ReviewPolicies.Dpo(ReviewPolicies.Beta)}/gold"
                    )
                ),
                $"gold reward of {Reviews(ReviewPolicies.Dpo(ReviewPolicies.Beta), Tau2, Ln999, Scaled, Official, Ipo)}"
            ),
            With(
                Finding.Above(
                    "And at equal KL (language model of reviews).",
                    "not compared in the paper",
                    trials.Mean($"reviews/{Ln999}/at-kl"),
                    format: "0.00"
                ),
                $"above DPO's curve; border 2 {trials.Text($"reviews/{Tau2}/at-kl", "0.00")}, beta-DPO {trials.Text($"reviews/{Scaled}/at-kl", "0.00")}, IPO {trials.Text($"reviews/{Ipo}/at-kl", "0.00")}"
            ),
            With(
                Finding.Above(
                    "MADPO earns more than beta-DPO at the same beta (language model of reviews, the form of its release).",
                    "2.23 against 1.67 (High)",
                    trials.Difference($"reviews/{Ln999}/gold", $"reviews/{Scaled}/gold")
                ),
                $"minus the official form {Trials.Text(trials.Difference($"reviews/{Ln999}/gold", $"reviews/{Official}/gold"))}"
            ),
        ];

        string Reviews(params string[] arms) =>
            string.Join(
                "; ",
                arms.Select(arm =>
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{arm} {trials.Mean($"reviews/{arm}/gold").Mean:0.00} at {trials.Mean($"reviews/{arm}/kl").Mean:0.0} nats"
                    )
                )
            );
    }

    private static Finding With(Finding finding, string more) => finding with { Ours = $"{finding.Ours} ({more})" };
}
