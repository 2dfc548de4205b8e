using Assay.Learning;
using Assay.Numerics;

namespace Assay.Train;

/// <summary>Trains a policy through a stage, whatever its loss, on a mix of pools.</summary>
/// <remarks>
/// AdamW with gradients clipped to 1. Supervised stages: 0.9 and 0.95, weight decay 0.1, a tenth of the steps to warm up, then a cosine to a tenth. The loss is the mean over the tokens that
/// count in a batch, so that a pool with longer answers weighs more than its share of rows. Preference stages: the pairs are drawn before, and the reference is the policy as the stage finds
/// it. GRPO: groups of eight completions of a prompt.
/// </remarks>
/// <param name="policy">Is trained in place.</param>
/// <param name="pools">The rows of each pool, by its name.</param>
public sealed class StageTraining(Transformer policy, IReadOnlyDictionary<string, IReadOnlyList<PooledRow>> pools)
{
    private const int Group = 8,
        MeasureBatch = 32;

    /// <summary>Whether weights are shares of tokens, and not of rows.</summary>
    public bool ByTokens { get; init; }

    /// <summary>For GRPO: what a completion of a row's prompt is worth, from 0 to 1.</summary>
    public Func<PooledRow, Rollout, double>? Reward { get; init; }

    /// <summary>For GRPO: how completions are sampled.</summary>
    public RolloutOptions Sampling { get; init; } = new();

    /// <summary>Called after every step, or null.</summary>
    public Action<TrainingStep>? Stepped { get; init; }

    /// <summary>The share of rows, and of tokens of completions, that a stage draws from each pool of its mix.</summary>
    public IReadOnlyList<(string Pool, double Rows, double Tokens)> SharesOf(Stage stage)
    {
        PoolSampler sampler = SamplerOf(stage, RowsOf(stage), new RandomStream(0, "shares"));
        double[] tokens = [.. stage.Mix.Select((pool, i) => sampler.Shares[i] * MeanTokens(pools[pool.Key]))];
        return [.. stage.Mix.Select((pool, i) => (pool.Key, sampler.Shares[i], tokens[i] / tokens.Sum()))];
    }

    /// <summary>Trains.</summary>
    /// <param name="stage">The stage.</param>
    /// <param name="random">Names everything that is drawn.</param>
    /// <param name="checkpoints">Where a killed run goes on from, or null.</param>
    /// <param name="cancellation">Heard between steps.</param>
    /// <exception cref="ArgumentException">A pool is not there, or has no rows that the loss can use.</exception>
    /// <exception cref="TrainingException">The loss is not finite, or the checkpoints are of another run.</exception>
    public TrainingResult Run(
        Stage stage,
        RandomStream random,
        TrainingCheckpoints? checkpoints = null,
        CancellationToken cancellation = default
    )
    {
        IReadOnlyList<PooledRow>[] rows = RowsOf(stage);
        PoolSampler sampler = SamplerOf(stage, rows, random.Child("mix"));
        return stage.Loss switch
        {
            StageLoss.Lm or StageLoss.Sft => Supervised(stage, rows, sampler, checkpoints, cancellation),
            StageLoss.Dpo or StageLoss.Wpo => Preferences(stage, rows, sampler, random, checkpoints, cancellation),
            _ => Rewards(stage, rows, sampler, random, checkpoints, cancellation),
        };
    }

    /// <summary>The mean cross-entropy of the tokens of completions, each token counting alike, in nats.</summary>
    /// <param name="model">The model.</param>
    /// <param name="rows">At least one row.</param>
    /// <param name="cancellation">Asks to stop.</param>
    public static double LossOf(
        Transformer model,
        IReadOnlyList<PooledRow> rows,
        CancellationToken cancellation = default
    )
    {
        using var noGrad = Tensor.NoGrad();
        double nats = 0,
            counted = 0;
        PooledRow[] sorted = [.. rows.OrderBy(row => row.Prompt.Length + row.Completion.Length)];
        foreach (PooledRow[] taken in sorted.Chunk(MeasureBatch))
        {
            cancellation.ThrowIfCancellationRequested();
            using TensorScope scope = new();
            TokenBatch batch = TokenBatch.OfCompletions([.. taken.Select(row => (row.Prompt, row.Completion))]);
            foreach (float loss in model.Losses(batch.Inputs, batch.Targets, batch.Batch).Data)
                nats += loss;
            counted += taken.Sum(row => row.Completion.Length);
        }
        return nats / counted;
    }

    private TrainingResult Supervised(
        Stage stage,
        IReadOnlyList<PooledRow>[] rows,
        PoolSampler sampler,
        TrainingCheckpoints? checkpoints,
        CancellationToken cancellation
    )
    {
        (int Pool, int Row)[] places = new (int, int)[stage.Batch];
        Trainer trainer = new(
            new()
            {
                Steps = stage.Steps,
                LearningRate = stage.Rate ?? 0.03 / Math.Sqrt(policy.Config.HiddenSize),
                WarmUp = stage.Steps / 10,
                CheckpointEvery = checkpoints is null ? 0 : Math.Max(20, stage.Steps / 20),
            }
        )
        {
            Checkpoints = checkpoints,
            Stepped = Stepped,
        };
        return trainer.Run(new(policy.TrainableParameters(), new AdamW(0.9, 0.95), 0.1), Loss, cancellation);

        Tensor Loss(long batch)
        {
            sampler.Fill(batch, places);
            TokenBatch tokens = TokenBatch.OfCompletions([
                .. places.Select(place =>
                {
                    PooledRow row = rows[place.Pool][place.Row];
                    return stage.Loss == StageLoss.Sft
                        ? (row.Prompt, row.Completion)
                        : (row.Prompt[..1], (int[])[.. row.Prompt[1..], .. row.Completion]);
                }),
            ]);
            return policy.Loss(tokens.Inputs, tokens.Targets, tokens.Batch);
        }
    }

    private TrainingResult Preferences(
        Stage stage,
        IReadOnlyList<PooledRow>[] rows,
        PoolSampler sampler,
        RandomStream random,
        TrainingCheckpoints? checkpoints,
        CancellationToken cancellation
    )
    {
        (int Pool, int Row)[] drawn = Drawn(sampler, stage.Steps, stage.Batch);
        (int Pool, int Row)[] distinct = [.. drawn.Distinct()];
        Dictionary<(int, int), int> places = distinct.Index().ToDictionary(one => one.Item, one => one.Index);
        TokenPair[] pairs =
        [
            .. distinct
                .Select(place => rows[place.Pool][place.Row])
                .Select(row => new TokenPair(row.Prompt, row.Completion, row.Rejected)),
        ];
        PairProbabilities once = PairProbabilities.Of(policy, pairs, cancellation: cancellation);
        int[] order = [.. drawn.Select(place => places[place])];
        PreferenceTraining training = new(
            policy,
            [.. order.Select(place => pairs[place])],
            new([.. order.Select(place => once.Chosen[place])], [.. order.Select(place => once.Rejected[place])]),
            new() { Beta = stage.Beta },
            new()
            {
                Batch = stage.Batch,
                LearningRate = stage.Rate ?? 3e-4,
                Weighting = stage.Loss == StageLoss.Wpo ? PairWeighting.Wpo : PairWeighting.None,
            },
            random.Child("pairs")
        )
        {
            Checkpoints = checkpoints,
            Stepped = (step, _) => Stepped?.Invoke(step),
        };
        return training.Run(cancellation).Result;
    }

    private TrainingResult Rewards(
        Stage stage,
        IReadOnlyList<PooledRow>[] rows,
        PoolSampler sampler,
        RandomStream random,
        TrainingCheckpoints? checkpoints,
        CancellationToken cancellation
    )
    {
        Func<PooledRow, Rollout, double> reward =
            Reward ?? throw new ArgumentException("A stage of GRPO needs a reward.", nameof(stage));
        int prompts = Math.Max(1, stage.Batch / Group);
        PooledRow[] drawn = [.. Drawn(sampler, stage.Steps, prompts).Select(place => rows[place.Pool][place.Row])];
        double rate = stage.Rate ?? 3e-4;
        GroupTraining training = new(
            policy,
            [.. drawn.Select(row => row.Prompt)],
            (place, rollout) => reward(drawn[place], rollout),
            new()
            {
                Iterations = stage.Steps,
                Prompts = prompts,
                Group = Group,
                LearningRate = rate,
                Sampling = Sampling,
            },
            random.Child("groups")
        )
        {
            Checkpoints = checkpoints,
            Stepped = (iteration, seen) => Stepped?.Invoke(new(iteration, stage.Steps, -seen.Reward, rate, double.NaN)),
        };
        return training.Run(cancellation).Result;
    }

    private static (int Pool, int Row)[] Drawn(PoolSampler sampler, int steps, int size)
    {
        (int Pool, int Row)[] drawn = new (int, int)[checked(steps * size)];
        for (int step = 0; step < steps; step++)
            sampler.Fill(step, drawn.AsSpan(step * size, size));
        return drawn;
    }

    private IReadOnlyList<PooledRow>[] RowsOf(Stage stage)
    {
        bool needsPairs = stage.Loss is StageLoss.Dpo or StageLoss.Wpo;
        return
        [
            .. stage.Mix.Select(pool =>
            {
                if (!pools.TryGetValue(pool.Key, out IReadOnlyList<PooledRow>? rows))
                    throw new ArgumentException(
                        $"There is no pool '{pool.Key}'; there are: {string.Join(", ", pools.Keys)}."
                    );
                PooledRow[] usable = needsPairs ? [.. rows.Where(row => row.Rejected.Length > 0)] : [.. rows];
                return usable.Length > 0 || pool.Value == 0
                    ? (IReadOnlyList<PooledRow>)usable
                    : throw new ArgumentException(
                        $"The pool '{pool.Key}' has no row with a rejected completion, which {stage.Loss} learns from."
                    );
            }),
        ];
    }

    private PoolSampler SamplerOf(Stage stage, IReadOnlyList<PooledRow>[] rows, RandomStream random) =>
        new(
            [.. rows.Select(pool => pool.Count)],
            [.. stage.Mix.Select(pool => pool.Value)],
            random,
            ByTokens ? [.. rows.Select(MeanTokens)] : null
        );

    private static double MeanTokens(IReadOnlyList<PooledRow> rows) =>
        rows.Count == 0 ? 1 : rows.Average(row => row.Completion.Length);
}
