using System.Globalization;
using Assay.Learning;

namespace Assay.Evidence;

/// <summary>MADPO, both forms of beta-DPO and IPO on the language model of film reviews.</summary>
internal sealed class MadpoOnReviews(Trial trial, Figures figures)
{
    private const string Tau2 = "madpo-2",
        Ln999 = "madpo-ln999",
        Official = "beta-dpo",
        Scaled = "beta-dpo-scaled",
        Ipo = "ipo",
        Dpo = "dpo-0.1";
    private const int ValidationPairs = 500;

    public void Measure() =>
        new ReviewArms(trial, figures).Measure(
            (task, pairs) =>
            {
                double[] margins = Margins(task, pairs.Pairs);
                figures["reviews/reward-accuracy"] = margins.Count(h => h > 0) / (double)margins.Length;
                double[] Weights(double border) => [.. margins.Select(new MarginAdaptive { Border = border }.Weight)];
                PreferenceLossOptions dpo = new() { Beta = ReviewArms.Beta };
                return
                [
                    new(Tau2, dpo, Weights(2)),
                    new(Ln999, dpo, Weights(Math.Log(0.999 / 0.001))),
                    new(Official, dpo with { Loss = PreferenceObjective.BetaDpo }),
                    new(Scaled, dpo with { Loss = PreferenceObjective.BetaDpoScaled }),
                    new(Ipo, dpo with { Loss = PreferenceObjective.Ipo }),
                ];
            }
        );

    // A tenth of the pairs chooses the epoch; all are weighed, as in the release.
    private double[] Margins(SentimentTask task, TokenPair[] pairs)
    {
        int held = Math.Min(ValidationPairs, pairs.Length / 10);
        RewardModel reward = new RewardTraining(new() { Epochs = 3, Pooling = RewardPooling.Mean })
        {
            Stepped = (_, step) => trial.Report("reviews, reward model", step.Step, step.Steps),
        }
            .Run(
                task.Start,
                pairs[held..],
                pairs[..held],
                trial.Random.Child("reward"),
                cancellation: trial.Cancellation
            )
            .Model;
        double[] Scores(Func<TokenPair, int[]> completion) =>
            reward.Score([.. pairs.Select(pair => (int[])[.. pair.Prompt, .. completion(pair)])]);
        return [.. Scores(pair => pair.Chosen).Zip(Scores(pair => pair.Rejected), (a, b) => a - b)];
    }

    public static IEnumerable<Finding> Conclude(Trials trials)
    {
        string Points(params string[] arms) =>
            string.Join(
                "; ",
                arms.Select(arm =>
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{arm} {trials.Mean($"reviews/{arm}/gold").Mean:0.00} at {trials.Mean($"reviews/{arm}/kl").Mean:0.00} nats"
                    )
                )
            );
        yield return MadpoEvidence.With(
            Finding.Above(
                "At the same beta MADPO earns more than DPO (language model).",
                "2.23 against 1.62",
                trials.Difference($"reviews/{Ln999}/gold", $"reviews/{Dpo}/gold")
            ),
            $"border ln 999; {Points(Dpo, "dpo-0.05", "dpo-0.02", Tau2, Ln999)}; the reward model orders {trials.Mean("reviews/reward-accuracy").Mean:P0} of the pairs as labelled"
        );
        yield return MadpoEvidence.With(
            Finding.Above(
                "At equal KL it is above DPO's curve (language model).",
                "not compared in the paper",
                trials.Mean($"reviews/{Ln999}/at-kl")
            ),
            $"border 2 {trials.Text($"reviews/{Tau2}/at-kl")}"
        );
        yield return MadpoEvidence.With(
            Finding.Below(
                "DPO at half the beta earns as much at no more divergence: what MADPO gains is temperature (language model).",
                "not compared in the paper",
                trials.Difference($"reviews/{Ln999}/gold", "reviews/dpo-0.05/gold"),
                0.1
            ),
            $"MADPO minus DPO at 0.05 in gold reward, less than a tenth; in divergence {Trials.Text(trials.Difference($"reviews/{Ln999}/kl", "reviews/dpo-0.05/kl"))}"
        );
        yield return MadpoEvidence.With(
            Finding.Above(
                "MADPO earns more than beta-DPO at the same beta (language model, the form of its release).",
                "2.23 against 1.67 (High)",
                trials.Difference($"reviews/{Ln999}/gold", $"reviews/{Scaled}/gold")
            ),
            $"minus the official form {Trials.Text(trials.Difference($"reviews/{Ln999}/gold", $"reviews/{Official}/gold"))}; {Points(Scaled, Official)}"
        );
        yield return MadpoEvidence.With(
            Finding.Above(
                "DPO earns more than IPO at the same beta (language model).",
                "1.62 against 0.35 (High)",
                trials.Difference($"reviews/{Dpo}/gold", $"reviews/{Ipo}/gold")
            ),
            Points(Ipo)
        );
    }
}
