using Assay.Learning;
using Assay.Numerics;

namespace Assay.Evidence;

/// <summary>"Preference Learning Algorithms Do Not Learn Preference Rankings", arXiv 2405.19534.</summary>
internal sealed class PreferenceRankingEvidence : IExperiment
{
    private static readonly (string Name, PreferenceLossOptions Loss)[] Arms =
    [
        ("dpo-0.5", new() { Beta = 0.5 }),
        ("dpo-0.1", new() { Beta = 0.1 }),
        ("dpo-0.02", new() { Beta = 0.02 }),
        ("ipo", new() { Loss = PreferenceObjective.Ipo, Beta = 0.1 }),
        (
            "gamma-0",
            new()
            {
                Loss = PreferenceObjective.DpoGamma,
                Gamma = 0,
                Beta = 0.1,
            }
        ),
    ];

    /// <inheritdoc/>
    public string Slug => "preference-ranking-accuracy";

    /// <inheritdoc/>
    public string Title => "Preference Learning Algorithms Do Not Learn Preference Rankings (2024)";

    /// <inheritdoc/>
    public string Protocol =>
        "A language model of film reviews (about 340,000 parameters) writes two answers to each of 5,000 prompts; a classifier of all labels prefers one, "
        + "with the noise of Bradley and Terry. DPO at three temperatures, IPO, and DPO without the reference's margin each go through the pairs twice "
        + "(AdamW 3e-4, cosine, 64 pairs a step). Ranking accuracy (the chosen answer is at least as likely) and reward accuracy are of the training "
        + "pairs; divergence from the start is of sampled answers. Every pair is also held to theorem 4.1.";

    /// <inheritdoc/>
    public IReadOnlyList<string> Data => ["rt-polarity"];

    /// <inheritdoc/>
    public int Seeds => 5;

    /// <inheritdoc/>
    public Figures Measure(Trial trial)
    {
        SentimentTask task = SentimentTask.Prepare(trial);
        RandomStream random = trial.Random.Child("pairs");
        SampledPairs sampled = task.Pairs(trial.Size(5000, 128), random);
        TokenPair[] pairs = sampled.Pairs;
        PairProbabilities reference = PairProbabilities.Of(task.Start, pairs);
        Figures figures = new()
        {
            { "perplexity", task.Perplexity },
            { "ranking/start", RankingAccuracy.Of(reference.Chosen, reference.Rejected) },
        };
        int[] chosenTokens = [.. pairs.Select(pair => pair.Chosen.Length)],
            rejectedTokens = [.. pairs.Select(pair => pair.Rejected.Length)];
        figures["rankingMean/start"] = RankingAccuracy.OfMeans(
            reference.Chosen,
            reference.Rejected,
            chosenTokens,
            rejectedTokens
        );
        double[] margins = [.. reference.Chosen.Zip(reference.Rejected, (chosen, rejected) => chosen - rejected)];
        // The label's own noise is known here: the judge prefers the chosen one with this probability.
        double[] agreements = [.. sampled.Margins.Select(Logistic.Sigmoid)];
        figures["ideal/dpo-0.1"] = RankingAccuracy.Ideal(margins, agreements, 0.1);
        foreach ((string name, PreferenceLossOptions loss) in Arms)
        {
            Transformer policy = task.Start.Copy();
            new PreferenceTraining(
                policy,
                pairs,
                reference,
                loss,
                new()
                {
                    Batch = 64,
                    Epochs = trial.Size(2, 1),
                    Schedule = ScheduleShape.Cosine,
                },
                random.Child("training")
            )
            {
                Stepped = (step, _) => trial.Report(name, step.Step, step.Steps),
            }.Run(trial.Cancellation);
            PairProbabilities after = PairProbabilities.Of(policy, pairs);
            RankingFlips flips = RankingFlips.Of(reference, after);
            int rewardRight = 0,
                violations = 0;
            double gamma = loss.Loss == PreferenceObjective.DpoGamma ? loss.Gamma : 1;
            List<double> gained = [],
                stayed = [];
            for (int i = 0; i < pairs.Length; i++)
            {
                double margin = after.Chosen[i] - after.Rejected[i];
                rewardRight += margin > margins[i] ? 1 : 0;
                double beta = loss.Beta!.Value,
                    logit = beta * (margin - gamma * margins[i]);
                bool within = -Logistic.LogSigmoid(logit) <= RankingAccuracy.Threshold(-gamma * margins[i], beta);
                violations += Math.Abs(margin) > 1e-6 && within != margin >= 0 ? 1 : 0;
                if (margins[i] < 0 && margin >= 0)
                    gained.Add(-margins[i]);
                else if (margins[i] < 0)
                    stayed.Add(-margins[i]);
            }
            PolicyScore score = task.Score(policy, trial.Random.Child("answers"));
            figures[$"reward/{name}"] = rewardRight / (double)pairs.Length;
            figures[$"ranking/{name}"] = RankingAccuracy.Of(after.Chosen, after.Rejected);
            figures[$"rankingMean/{name}"] = RankingAccuracy.OfMeans(
                after.Chosen,
                after.Rejected,
                chosenTokens,
                rejectedTokens
            );
            figures[$"gained/{name}"] = flips.GainedShare;
            figures[$"lost/{name}"] = flips.LostShare;
            figures[$"violations/{name}"] = violations;
            figures[$"difficulty gained/{name}"] = gained.Count == 0 ? 0 : gained.Average();
            figures[$"difficulty stayed/{name}"] = stayed.Count == 0 ? 0 : stayed.Average();
            figures[$"gold/{name}"] = score.Gold;
            figures[$"divergence/{name}"] = score.Divergence;
        }
        return figures;
    }

    /// <inheritdoc/>
    public IReadOnlyList<Finding> Conclude(Trials trials)
    {
        string Row(string figure) =>
            string.Join(", ", Arms.Select(arm => $"{arm.Name} {trials.Text($"{figure}/{arm.Name}", "0.000")}"));
        bool exact = Arms.All(arm => trials[$"violations/{arm.Name}"].All(count => count == 0));
        return
        [
            new(
                "A pair is ranked right exactly where its DPO loss is at or below -ln s(beta c) (theorem 4.1).",
                "a theorem",
                exact ? "no exception in any arm" : Row("violations"),
                exact ? Verdict.Replicated : Verdict.NotReplicated,
                "no pair of any arm and seed contradicts it"
            ),
            Finding.Above(
                "Training teaches rewards: reward accuracy of DPO (beta 0.1) on its pairs is above 70 %.",
                "rises well above one half while rankings hardly move",
                trials.Mean("reward/dpo-0.1"),
                0.7
            ),
            Finding.Below(
                "It does not teach rankings: ranking accuracy moves by less than 10 points (beta 0.1).",
                "HH-RLHF: 45 to 47 % before and after",
                trials.Difference("ranking/dpo-0.1", "ranking/start"),
                0.1
            ),
            Finding.Below(
                "Few wrongly ranked pairs are turned (beta 0.1): under 15 %.",
                "under 10 % at the lowest validation loss",
                trials.Mean("gained/dpo-0.1"),
                0.15
            ),
            Finding.Above(
                "The pairs that are turned were the easy ones: those that stay wrong are harder by the reference's log-ratio (nats, beta 0.1).",
                "flips happen at small c",
                trials.Difference("difficulty stayed/dpo-0.1", "difficulty gained/dpo-0.1"),
                format: "0.0"
            ),
            Finding.Above(
                "Without the reference (gamma 0) more wrong pairs are turned than with it, beta 0.1.",
                "removing the reference's pull turns more pairs",
                trials.Difference("gained/gamma-0", "gained/dpo-0.1")
            ),
            Finding.Above(
                "and more right ones are lost.",
                "win rate falls away from the reference",
                trials.Difference("lost/gamma-0", "lost/dpo-0.1")
            ),
            Finding.Above(
                "The alignment gap: perfect training would rank right more pairs than DPO does (beta 0.1, true agreement of each pair).",
                "19 to 59 points",
                trials.Difference("ideal/dpo-0.1", "ranking/dpo-0.1")
            ),
        ];
    }
}
