namespace Assay.Evidence;

/// <summary>Do cheap proxies of what is wanted turn over, is length taken out of judgements, and what do reward models and the policies that please them come to?</summary>
public sealed class SummarizeFeedbackEvidence : IExperiment
{
    /// <inheritdoc/>
    public string Slug => "summarize-feedback";

    /// <inheritdoc/>
    public string Title => "Learning to summarize from human feedback (2020)";

    /// <inheritdoc/>
    public string Protocol =>
        "A: answers of 49 models to the 805 prompts of AlpacaEval 2 with a judge's published preferences; per prompt the best of N by a cheap proxy (length, closeness to 500 characters) or a learned one (the writer's mean on other prompts), "
        + "the mean over all subsets of N; every fifth prompt is judged, the proxy learned on the others. B: on the same prompts the regression that takes length out of win rates, against the published length-controlled rates. "
        + "C: a language model of film reviews (two layers, width 64, 342,000 parameters) completes four words with up to 14; the gold reward is 6 (p - 0.5) of a classifier of all labels; "
        + "pairs of samples are labelled by Bradley and Terry's model of the gold reward. Reward models (the language model, mean-pooled head, three epochs, the best kept on 500 other pairs) of 500 to 4,500 comparisons, "
        + "judged on 2,000 other pairs with noisy labels. Best of N: 64 samples of each of 150 unseen prompts, the mean over all choices of N, divergence ln N - (N - 1) / N. PPO: 64 completions an iteration, two epochs, minibatches of 32, rate 3e-4, "
        + "40 iterations at beta 0.2, 60 at 0.05 and 0.01; judged five times on the way by two answers to each of the same prompts, divergence exact at each token.";

    /// <inheritdoc/>
    public IReadOnlyList<string> Data => ["alpaca-eval-2", "rt-polarity"];

    /// <inheritdoc/>
    public int Seeds => 5;

    /// <inheritdoc/>
    public Figures Measure(Trial trial)
    {
        Figures figures = [];
        AlpacaJudgements judgements = AlpacaJudgements.Read(file => trial.Path("alpaca-eval-2", file));
        ProxyPeaks.Measure(judgements, trial.Seed, figures);
        LengthCredit.Measure(judgements, trial.Seed, figures);
        RewardOptimisation.Measure(trial, figures);
        return figures;
    }

    /// <inheritdoc/>
    public IReadOnlyList<Finding> Conclude(Trials trials) =>
        [.. ProxyPeaks.Conclude(trials), .. LengthCredit.Conclude(trials), .. RewardOptimisation.Conclude(trials)];
}
