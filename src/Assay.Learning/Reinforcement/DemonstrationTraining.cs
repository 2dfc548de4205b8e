using Assay.Numerics;

namespace Assay.Learning;

/// <summary>How a policy is taught by demonstrations before it learns from rewards.</summary>
public sealed record DemonstrationOptions
{
    /// <summary>How often the prompts are gone through; a fraction stops within them. Above 0.</summary>
    public double Epochs { get; init; } = 4;

    /// <summary>Demonstrations of a step, at least 1.</summary>
    public int Batch { get; init; } = 32;

    /// <summary>The highest learning rate, above 0; a tenth of the steps to warm up, then a cosine to a tenth.</summary>
    public double LearningRate { get; init; } = 3e-3;

    /// <summary>Weight decay of the layers' weights.</summary>
    public double WeightDecay { get; init; } = 0.1;
}

/// <summary>Supervised training on completions of prompts: only their tokens count.</summary>
/// <remarks>AdamW with 0.9, 0.95; gradients clipped to 1. A batch depends on its number alone: a killed run goes on to the same bits.</remarks>
public static class DemonstrationTraining
{
    /// <summary>Trains a policy in place.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="count">Prompts, at least 1.</param>
    /// <param name="demonstration">Tokens of a prompt and of a completion of it with its end: of the place of a prompt, and a stream of its own in every epoch.</param>
    /// <param name="options">How long and how fast.</param>
    /// <param name="random">Names the order of the prompts and how they are demonstrated.</param>
    /// <param name="stepped">Called after every step, or null.</param>
    /// <param name="checkpoints">Where a killed run goes on from, or null.</param>
    /// <param name="cancellation">Heard between steps.</param>
    /// <exception cref="TrainingException">The loss is not finite, or the checkpoints are of another run.</exception>
    public static TrainingResult Run(
        Transformer policy,
        int count,
        Func<int, RandomStream, (int[] Prompt, int[] Completion)> demonstration,
        DemonstrationOptions options,
        RandomStream random,
        Action<TrainingStep>? stepped = null,
        TrainingCheckpoints? checkpoints = null,
        CancellationToken cancellation = default
    )
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Batch, 1);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.Epochs);
        Batches batches = new(count, Math.Min(options.Batch, count), random.Child("order"));
        RandomStream written = random.Child("written");
        int[] places = new int[batches.Size];
        long steps = Math.Max(1, (long)Math.Round(options.Epochs * count / batches.Size));
        Trainer trainer = new(
            new()
            {
                Steps = steps,
                LearningRate = options.LearningRate,
                WarmUp = steps / 10,
                CheckpointEvery = checkpoints is null ? 0 : Math.Max(20, steps / 20),
            }
        )
        {
            Checkpoints = checkpoints,
            Stepped = stepped,
        };
        return trainer.Run(
            new(policy.TrainableParameters(), new AdamW(0.9, 0.95), options.WeightDecay),
            Loss,
            cancellation
        );

        Tensor Loss(long batch)
        {
            batches.Fill(batch, places);
            RandomStream streams = written.Child(batch);
            TokenBatch tokens = TokenBatch.OfCompletions([
                .. places.Select((place, i) => demonstration(place, streams.Child(i))),
            ]);
            return policy.Loss(tokens.Inputs, tokens.Targets, tokens.Batch);
        }
    }
}
