using Assay.Learning;
using Assay.Numerics;

namespace Assay.Evidence;

/// <summary>A small decoder over words that writes sentences from nothing, and its trainings.</summary>
internal sealed class SmallWriter(Trial trial, CommaSentences all, RandomStream random)
{
    /// <summary>The highest learning rate of a tuning.</summary>
    public const double TuningRate = 3e-4;

    private const double StartRate = 3e-3;
    private const int Longest = 48,
        Batch = 64,
        Sampled = 1000,
        PreferenceEpochs = 1;

    /// <summary>Learns to write from sentences.</summary>
    public Transformer Begin(int[][] sentences)
    {
        Transformer model = new(
            ModelSizes.Of("gpt-250k", all.Words) with
            {
                HiddenSize = 64,
                Layers = 2,
                Heads = 4,
                KeyValueHeads = 4,
                HeadSize = 16,
                IntermediateSize = 170,
                ContextLength = Longest + 1,
                TieEmbeddings = true,
                EndTokens = [CommaSentences.End],
            },
            random.Child("weights")
        );
        Imitate(model, sentences, trial.Size(8, 1), StartRate, "start");
        return model;
    }

    /// <summary>Trains in place on sentences as they are.</summary>
    public void Imitate(Transformer model, int[][] sentences, int epochs, double rate, string name)
    {
        Batches batches = new(sentences.Length, Math.Min(Batch, sentences.Length), random.Child("order"));
        int[] taken = new int[batches.Size];
        long steps = batches.PerEpoch * epochs;
        new Trainer(
            new()
            {
                Steps = steps,
                LearningRate = rate,
                WarmUp = steps / 20,
            }
        )
        {
            Stepped = step => trial.Report($"commas, {name}", step.Step, steps),
        }.Run(
            new(model.TrainableParameters(), new AdamW(), 0.01),
            step =>
            {
                batches.Fill(step, taken);
                TokenBatch tokens = TokenBatch.Of([
                    .. taken.Select(row => (int[])[CommaSentences.End, .. sentences[row]]),
                ]);
                return model.Loss(tokens.Inputs, tokens.Targets, tokens.Batch);
            },
            trial.Cancellation
        );
    }

    /// <summary>Trains in place on pairs.</summary>
    public void Prefer(
        Transformer policy,
        (int[] Chosen, int[] Rejected)[] pairs,
        PreferenceLossOptions loss,
        string name
    )
    {
        TokenPair[] tokens = [.. pairs.Select(pair => new TokenPair([CommaSentences.End], pair.Chosen, pair.Rejected))];
        new PreferenceTraining(
            policy,
            tokens,
            PairProbabilities.Of(policy, tokens),
            loss,
            new()
            {
                Batch = 32,
                Epochs = PreferenceEpochs,
                LearningRate = TuningRate,
            },
            random.Child("preferences")
        )
        {
            Stepped = (step, _) => trial.Report($"commas, {name}", step.Step, step.Steps),
        }.Run(trial.Cancellation);
    }

    /// <summary>Commas and words of a sentence that the policy writes, in the mean, and how far it is from where it began, in nats a sentence.</summary>
    public (double Commas, double Words, double Divergence) Score(Transformer policy, Transformer start)
    {
        int count = trial.Size(Sampled, 64);
        IReadOnlyList<Rollout> written = Rollouts.Sample(
            policy,
            [.. Enumerable.Repeat((int[])[CommaSentences.End], count)],
            new() { MaxTokens = Longest, Ends = [CommaSentences.End] },
            random.Child("samples")
        );
        return (
            written.Average(rollout => (double)all.Count(rollout.Completion)),
            written.Average(rollout => (double)rollout.Completion.Count(word => word != CommaSentences.End)),
            PolicyDivergence
                .OfAnswers(policy, start, [.. written.Select(rollout => (rollout.Prompt, rollout.Completion))])
                .Average()
        );
    }
}
