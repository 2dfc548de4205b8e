using Assay.Learning;
using Assay.Numerics;
using Assay.Preferences;

namespace Assay.Train;

/// <summary>Measures a policy on pairs and prompts while it is trained: the same ones each time, with the same random numbers.</summary>
internal sealed class PolicyProbe(
    LanguageModel start,
    PreferenceTokens tokens,
    PairProbabilities reference,
    PreferenceLossOptions loss,
    int samples,
    int sampleTokens,
    RandomStream random
)
{
    /// <summary>Numbers of a measurement.</summary>
    public const int Width = 8;

    private readonly int[][] _prompts =
    [
        .. tokens
            .Pairs.Where(pair => pair.Prompt.Length < start.ContextLength)
            .Take(samples)
            .Select(pair =>
                pair.Prompt[^Math.Min(pair.Prompt.Length, Math.Max(1, start.ContextLength - sampleTokens))..]
            ),
    ];

    /// <summary>How many pairs.</summary>
    public int Count => tokens.Pairs.Count;

    /// <summary>Answers of a policy to the prompts, at temperature 1.</summary>
    public IReadOnlyList<Rollout> Answers(Transformer policy, CancellationToken cancellation) =>
        _prompts.Length == 0
            ? []
            : Rollouts.Sample(
                policy,
                _prompts,
                new RolloutOptions { MaxTokens = sampleTokens }.For(start),
                random,
                cancellation
            );

    /// <summary>Measures.</summary>
    public double[] Of(Transformer policy, CancellationToken cancellation)
    {
        PairProbabilities now = PairProbabilities.Of(policy, tokens.Pairs, loss.Tail, cancellation: cancellation);
        PairBatch batch = new()
        {
            Chosen = now.Chosen,
            Rejected = now.Rejected,
            ReferenceChosen = reference.Chosen,
            ReferenceRejected = reference.Rejected,
            ChosenTokens = [.. tokens.Pairs.Select(pair => pair.Chosen.Length)],
            RejectedTokens = [.. tokens.Pairs.Select(pair => pair.Rejected.Length)],
        };
        PreferenceLoss table = new(loss);
        PreferenceStep step = PreferenceStep.Of(batch, table.Beta);
        int[] both =
        [
            .. Enumerable.Range(0, batch.Count).Where(i => batch.ChosenTokens[i] > 0 && batch.RejectedTokens[i] > 0),
        ];
        double rankingOfMeans = RankingAccuracy.OfMeans(
            [.. both.Select(i => now.Chosen[i])],
            [.. both.Select(i => now.Rejected[i])],
            [.. both.Select(i => batch.ChosenTokens[i])],
            [.. both.Select(i => batch.RejectedTokens[i])]
        );
        IReadOnlyList<Rollout> answers = Answers(policy, cancellation);
        double divergence =
            answers.Count == 0
                ? 0
                : PolicyDivergence
                    .OfAnswers(
                        policy,
                        start.Transformer,
                        [.. answers.Select(answer => (answer.Prompt, answer.Completion))],
                        cancellation
                    )
                    .Average();
        return
        [
            table.Of(batch).Mean,
            step.Accuracy,
            step.Margin,
            step.RankingAccuracy,
            rankingOfMeans,
            divergence,
            step.ChosenDrift,
            step.RejectedDrift,
        ];
    }
}

/// <summary>The numbers of <see cref="PolicyProbe.Of"/>, by name.</summary>
internal readonly record struct ProbeReading(double[] Numbers)
{
    public double Loss => Numbers[0];
    public double Accuracy => Numbers[1];
    public double Margin => Numbers[2];
    public double Ranking => Numbers[3];
    public double RankingOfMeans => Numbers[4];
    public double Divergence => Numbers[5];
    public double ChosenDrift => Numbers[6];
    public double RejectedDrift => Numbers[7];
}
