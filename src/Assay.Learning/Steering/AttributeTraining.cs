using Assay.Numerics;

namespace Assay.Learning;

/// <summary>A text as a network of attributes learns from it.</summary>
/// <param name="States">[tokens x width]: the state that predicted each token of the text.</param>
/// <param name="Scores">The final scores, one for each attribute.</param>
public sealed record ScoredStates(float[] States, double[] Scores);

/// <summary>How an <see cref="AttributeNetwork"/> is trained.</summary>
/// <remarks>Published: rate 1e-4, weight decay 0.01, a cosine to 5 %, batches of 32, up to 100 epochs, patience of 10 epochs, lambda 0.9.</remarks>
public sealed record AttributeTrainingOptions
{
    /// <summary>How often the texts are gone through at most, above 0.</summary>
    public double Epochs { get; init; } = 20;

    /// <summary>Texts of a step, at least 1.</summary>
    public int Batch { get; init; } = 32;

    /// <summary>The highest learning rate, above 0.</summary>
    public double LearningRate { get; init; } = 1e-3;

    /// <summary>Weight decay of the layers' weights.</summary>
    public double WeightDecay { get; init; } = 0.01;

    /// <summary>lambda of <see cref="TemporalDifference"/>, from 0 to 1.</summary>
    public double Lambda { get; init; } = 0.9;

    /// <summary>Whether targets are constants; false as published.</summary>
    public bool Detach { get; init; } = true;

    /// <summary>Ends after so many epochs without a better loss on the held-out texts, and goes back to the best; 0: never.</summary>
    public int Patience { get; init; }
}

/// <summary>Trains a network of attributes by temporal differences on the states of a model's texts.</summary>
public static class AttributeTraining
{
    /// <summary>Trains in place.</summary>
    /// <param name="network">The network.</param>
    /// <param name="texts">At least one, each of at least one token.</param>
    /// <param name="heldOut">Texts to measure on after every epoch; there may be none.</param>
    /// <param name="options">How.</param>
    /// <param name="random">Names the order of the texts.</param>
    /// <param name="stepped">Called after every step, or null.</param>
    /// <param name="checkpoints">Where a killed run goes on from, or null.</param>
    /// <param name="cancellation">Heard between steps.</param>
    /// <exception cref="ArgumentException">A text has no state, or states and scores are not those of the network, or not finite.</exception>
    /// <exception cref="TrainingException">The loss is not finite, or the checkpoints are of another run.</exception>
    public static TrainingResult Run(
        AttributeNetwork network,
        IReadOnlyList<ScoredStates> texts,
        IReadOnlyList<ScoredStates> heldOut,
        AttributeTrainingOptions options,
        RandomStream random,
        Action<TrainingStep>? stepped = null,
        TrainingCheckpoints? checkpoints = null,
        CancellationToken cancellation = default
    )
    {
        if (texts.Count == 0)
            throw new ArgumentException("There is no text to learn from.", nameof(texts));
        foreach (ScoredStates text in texts.Concat(heldOut))
            Check(network, text);
        Batches batches = new(texts.Count, Math.Min(options.Batch, texts.Count), random.Child("order"));
        int[] rows = new int[batches.Size];
        long steps = Math.Max(1, (long)Math.Round(options.Epochs * texts.Count / batches.Size));
        Trainer trainer = new(
            new()
            {
                Steps = steps,
                LearningRate = options.LearningRate,
                Floor = 0.05,
                EvaluateEvery = heldOut.Count > 0 ? batches.PerEpoch : 0,
                Patience = heldOut.Count > 0 ? options.Patience : 0,
                CheckpointEvery = checkpoints is null ? 0 : Math.Max(20, steps / 20),
            }
        )
        {
            Stepped = stepped,
            Checkpoints = checkpoints,
            Evaluate = heldOut.Count > 0 ? _ => Measure() : null,
        };
        return trainer.Run(
            new(network.TrainableParameters(), new AdamW(0.9, 0.999), options.WeightDecay),
            batch =>
            {
                batches.Fill(batch, rows);
                return Loss([.. rows.Select(row => texts[row])]);
            },
            cancellation
        );

        Tensor Loss(ScoredStates[] part)
        {
            (Tensor values, Tensor scores, int[] lengths) = ValuesOf(network, part);
            return TemporalDifference.Loss(values, scores, lengths, options.Lambda, options.Detach);
        }

        double Measure()
        {
            using var noGrad = Tensor.NoGrad();
            double sum = 0;
            for (int first = 0; first < heldOut.Count; first += options.Batch)
            {
                using TensorScope scope = new();
                ScoredStates[] part = [.. heldOut.Skip(first).Take(options.Batch)];
                sum += Loss(part).Item() * (double)part.Length;
            }
            return sum / heldOut.Count;
        }
    }

    /// <summary>The states of texts that a model writes or has written, each that which predicts one of its tokens.</summary>
    /// <param name="model">The model.</param>
    /// <param name="completions">Prompts of at least one token, completions of at least one.</param>
    /// <param name="batchSize">Texts that are read together, at least 1.</param>
    /// <param name="cancellation">Heard between batches.</param>
    /// <returns>[tokens x width] of each.</returns>
    public static IReadOnlyList<float[]> States(
        Transformer model,
        IReadOnlyList<(int[] Prompt, int[] Completion)> completions,
        int batchSize = 64,
        CancellationToken cancellation = default
    )
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        int width = model.Config.HiddenSize;
        List<float[]> states = [];
        using var noGrad = Tensor.NoGrad();
        for (int first = 0; first < completions.Count; first += batchSize)
        {
            cancellation.ThrowIfCancellationRequested();
            using TensorScope scope = new();
            (int[] Prompt, int[] Completion)[] part = [.. completions.Skip(first).Take(batchSize)];
            TokenBatch batch = TokenBatch.OfCompletions(part);
            ReadOnlySpan<float> hidden = model.Hidden(batch.Inputs, batch.Batch).Data;
            for (int i = 0; i < part.Length; i++)
                states.Add(
                    hidden
                        .Slice((i * batch.Time + part[i].Prompt.Length - 1) * width, part[i].Completion.Length * width)
                        .ToArray()
                );
        }
        return states;
    }

    /// <summary>What a network says at every state of texts.</summary>
    /// <returns>Values [texts, time, attributes], scores [texts, attributes], and the states of each text.</returns>
    internal static (Tensor Values, Tensor Scores, int[] Lengths) ValuesOf(
        AttributeNetwork network,
        IReadOnlyList<ScoredStates> texts
    )
    {
        int width = network.Widths[0],
            count = network.Attributes.Count;
        int[] lengths = [.. texts.Select(text => text.States.Length / width)];
        int time = lengths.Max();
        Tensor states = Tensor.Zeros(texts.Count, time, width),
            scores = Tensor.Zeros(texts.Count, count);
        for (int i = 0; i < texts.Count; i++)
        {
            texts[i].States.CopyTo(states.Data[(i * time * width)..]);
            for (int j = 0; j < count; j++)
                scores.Data[i * count + j] = (float)texts[i].Scores[j];
        }
        return (network.Values(states), scores, lengths);
    }

    private static void Check(AttributeNetwork network, ScoredStates text)
    {
        if (text.States.Length == 0 || text.States.Length % network.Widths[0] != 0)
            throw new ArgumentException(
                $"A text has {text.States.Length} numbers of states, and a state has {network.Widths[0]}."
            );
        if (text.Scores.Length != network.Attributes.Count)
            throw new ArgumentException(
                $"A text has {text.Scores.Length} scores for {network.Attributes.Count} attributes."
            );
        if (text.Scores.Any(score => !double.IsFinite(score)))
            throw new ArgumentException("A score is not finite.");
    }
}
