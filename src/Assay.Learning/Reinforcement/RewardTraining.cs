using Assay.Numerics;

namespace Assay.Learning;

/// <summary>How <see cref="RewardTraining"/> trains. Published for large models: rate 1e-5 to 1.5e-5, batches of 64, one epoch.</summary>
public sealed record RewardTrainingOptions
{
    /// <summary>How often the pairs are gone through, at least 1; the best epoch on validation pairs is kept.</summary>
    public int Epochs { get; init; } = 3;

    /// <summary>Pairs of a step, at least 1.</summary>
    public int Batch { get; init; } = 64;

    /// <summary>The highest learning rate, above 0.</summary>
    public double LearningRate { get; init; } = 3e-4;

    /// <summary>How the rate goes on after the warm-up.</summary>
    public ScheduleShape Schedule { get; init; } = ScheduleShape.Cosine;

    /// <summary>The share of steps over which it rises, from 0 to 1.</summary>
    public double WarmUp { get; init; } = 0.03;

    /// <summary>The norm that the gradient is clipped to; 0 for no clipping.</summary>
    public double ClipNorm { get; init; } = 1;

    /// <summary>Weight decay of the layers' weights.</summary>
    public double WeightDecay { get; init; }

    /// <summary>Models that are trained from different heads and orders, at least 1; the best on validation pairs is kept. Published: 3 to 10.</summary>
    public int Seeds { get; init; } = 1;

    /// <summary>What the head reads.</summary>
    public RewardPooling Pooling { get; init; }
}

/// <summary>Fits reward models to comparisons, and keeps the one that explains others best.</summary>
/// <remarks>
/// Source: Stiennon and others, arXiv 2009.01325, appendix B and C: it starts as the supervised policy, and of several seeds (and here epochs) the
/// best on validation pairs is kept, by <see cref="ComparisonLoss"/>.
/// <code>
/// RewardFit fit = new RewardTraining(new() { Seeds = 3 }).Run(policy, pairs, validation, random);
/// fit.Model.NormaliseTo(references);
/// </code>
/// </remarks>
/// <param name="options">How.</param>
public sealed class RewardTraining(RewardTrainingOptions options)
{
    /// <summary>Called after every step, with the number of the seed.</summary>
    public Action<int, TrainingStep>? Stepped { get; init; }

    /// <summary>Where the checkpoints of a seed are kept, or null: nowhere.</summary>
    public Func<int, TrainingCheckpoints>? Checkpoints { get; init; }

    /// <summary>Trains.</summary>
    /// <param name="policy">What the models start as; it is not changed.</param>
    /// <param name="pairs">With two completions each.</param>
    /// <param name="validation">Chooses epoch and seed; empty: the last epoch of the first seed.</param>
    /// <param name="random">Names heads and orders.</param>
    /// <param name="margins">By how much the preferred completion of each pair is to be ahead, or null for 0.</param>
    /// <param name="cancellation">Heard between batches.</param>
    /// <exception cref="ArgumentException">There is no pair, one lacks a completion, or is longer than the context.</exception>
    /// <exception cref="TrainingException">The loss is not finite, or the checkpoints are of another run.</exception>
    public RewardFit Run(
        Transformer policy,
        IReadOnlyList<TokenPair> pairs,
        IReadOnlyList<TokenPair> validation,
        RandomStream random,
        IReadOnlyList<double>? margins = null,
        CancellationToken cancellation = default
    )
    {
        Check(policy, pairs, validation, margins);
        RewardFit? best = null;
        List<double> losses = [];
        for (int seed = 0; seed < options.Seeds; seed++)
        {
            RewardFit fit = Fit(policy, pairs, validation, margins, seed, random.Child(seed), cancellation);
            double loss = fit.Result.Best?.Value ?? double.NaN;
            losses.Add(loss);
            if (best is null || loss < best.SeedLosses[0])
                best = fit with { SeedLosses = [loss] };
        }
        return best! with { SeedLosses = losses };
    }

    private RewardFit Fit(
        Transformer policy,
        IReadOnlyList<TokenPair> pairs,
        IReadOnlyList<TokenPair> validation,
        IReadOnlyList<double>? margins,
        int seed,
        RandomStream random,
        CancellationToken cancellation
    )
    {
        RewardModel model = RewardModel.Of(policy, random.Child("head"), options.Pooling);
        int size = Math.Min(options.Batch, pairs.Count);
        Batches batches = new(pairs.Count, size, random.Child("order"));
        int[] rows = new int[size];
        long steps = options.Epochs * batches.PerEpoch;
        Trainer trainer = new(
            new()
            {
                Steps = steps,
                LearningRate = options.LearningRate,
                Schedule = options.Schedule,
                WarmUp = (long)(options.WarmUp * steps),
                ClipNorm = options.ClipNorm,
                EvaluateEvery = batches.PerEpoch,
                // It never stops early, but goes back to its best epoch at the end.
                Patience = validation.Count > 0 ? options.Epochs + 1 : 0,
                CheckpointEvery = Checkpoints is null ? 0 : Math.Max(10, steps / 20),
            }
        )
        {
            Stepped = step => Stepped?.Invoke(seed, step),
            Evaluate =
                validation.Count == 0 ? null : _ => RewardScores.Of(model, validation, cancellation: cancellation).Loss,
            Checkpoints = Checkpoints?.Invoke(seed),
        };
        TrainingResult result = trainer.Run(
            new(model.TrainableParameters(), new AdamW(), options.WeightDecay),
            batch =>
            {
                batches.Fill(batch, rows);
                return LossOf(
                    model,
                    [.. rows.Select(row => pairs[row])],
                    margins is null ? null : [.. rows.Select(row => (float)margins[row])]
                );
            },
            cancellation
        );
        return new(model, seed, result, []);
    }

    private static Tensor LossOf(RewardModel model, TokenPair[] pairs, float[]? margins)
    {
        Tensor scores = model.Scores([
            .. pairs.Select(pair => (int[])[.. pair.Prompt, .. pair.Chosen]),
            .. pairs.Select(pair => (int[])[.. pair.Prompt, .. pair.Rejected]),
        ]);
        return ComparisonLoss.Of(
            scores.Slice(0, 0, pairs.Length),
            scores.Slice(0, pairs.Length, pairs.Length),
            margins is null ? null : Tensor.Of(margins, pairs.Length)
        );
    }

    private void Check(
        Transformer policy,
        IReadOnlyList<TokenPair> pairs,
        IReadOnlyList<TokenPair> validation,
        IReadOnlyList<double>? margins
    )
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Epochs, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Batch, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Seeds, 1);
        if (pairs.Count == 0)
            throw new ArgumentException("There is no pair.", nameof(pairs));
        if (margins is not null && margins.Count != pairs.Count)
            throw new ArgumentException($"{margins.Count} margins for {pairs.Count} pairs.", nameof(margins));
        foreach (TokenPair pair in pairs.Concat(validation))
            if (
                pair.Chosen.Length == 0
                || pair.Rejected.Length == 0
                || pair.Prompt.Length + Math.Max(pair.Chosen.Length, pair.Rejected.Length) > policy.Config.ContextLength
            )
                throw new ArgumentException(
                    $"A pair has a prompt of {pair.Prompt.Length} tokens with completions of {pair.Chosen.Length} and {pair.Rejected.Length}; "
                        + $"both are needed, within {policy.Config.ContextLength} tokens.",
                    nameof(pairs)
                );
    }
}

/// <summary>A reward model, and how it was found.</summary>
/// <param name="Model">The model, at its best epoch.</param>
/// <param name="Seed">Which of the seeds it is, from 0.</param>
/// <param name="Result">Losses of its steps, and its validation loss after every epoch.</param>
/// <param name="SeedLosses">The best validation loss of each seed; NaN without validation pairs.</param>
public sealed record RewardFit(RewardModel Model, int Seed, TrainingResult Result, IReadOnlyList<double> SeedLosses);
