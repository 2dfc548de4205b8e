using System.Text.Json;
using System.Text.Json.Serialization;
using Assay.Numerics;

namespace Assay.Learning;

/// <summary>Moves a policy towards what a reward likes, by samples of its own, and lets it pay for going away from a reference: PPO.</summary>
/// <remarks>
/// Sources: Schulman and others, arXiv 1707.06347; Stiennon and others, arXiv 2009.01325; the recipe of Ivison and others, arXiv 2406.09279, section
/// 2. An iteration samples completions, scores them, and rewards token t with -beta (ln p_t - ln p_ref,t), the last also with the score. Advantages
/// (<see cref="TokenAdvantages"/>) are whitened over the iteration; then each minibatch moves the policy by <see cref="PolicyLoss"/> and the value
/// network by <see cref="ValueLoss"/>. Without limits the policy would come to p_ref exp(score / beta), up to a factor.
/// <code>
/// PpoTraining ppo = new(new() { Iterations = 60, Kl = 0.05, MissingEnd = null });
/// IReadOnlyList&lt;PpoIteration&gt; history = ppo.Run(policy, reference, ValueModel.Of(reward), prompts,
///     rollouts => reward.Score([.. rollouts.Select(rollout => rollout.Tokens)]), random);
/// </code>
/// A run with checkpoints that was killed goes on from the newest to the same bits: an iteration depends on nothing but the networks, the
/// optimisers and its number.
/// </remarks>
/// <param name="options">How.</param>
public sealed class PpoTraining(PpoOptions options)
{
    private const string History = "history";

    /// <summary>Called after every iteration.</summary>
    public Action<PpoIteration>? Stepped { get; init; }

    /// <summary>Asked after every iteration; true ends the run there: when it has gone far enough.</summary>
    public Func<PpoIteration, bool>? Until { get; init; }

    /// <summary>Where checkpoints are kept, and looked for when the run starts; null: nowhere.</summary>
    public TrainingCheckpoints? Checkpoints { get; init; }

    /// <summary>Trains the policy and the value network in place.</summary>
    /// <param name="policy">What is trained.</param>
    /// <param name="reference">What it pays for leaving; as a rule a copy of the policy as it starts.</param>
    /// <param name="values">Its value network.</param>
    /// <param name="prompts">What to complete, gone through in shuffled order; at least one, none empty.</param>
    /// <param name="reward">What completions are worth: one finite number for each, that depends on the completion only.</param>
    /// <param name="random">Names the order of prompts, the samples and the minibatches.</param>
    /// <param name="cancellation">Heard between tokens and steps.</param>
    /// <returns>The iterations, those before an interruption included.</returns>
    /// <exception cref="TrainingException">A number is not finite, or the checkpoints are of another run.</exception>
    /// <exception cref="OperationCanceledException">It was asked to stop; the newest checkpoint is kept.</exception>
    public IReadOnlyList<PpoIteration> Run(
        Transformer policy,
        Transformer reference,
        ValueModel values,
        IReadOnlyList<int[]> prompts,
        Func<IReadOnlyList<Rollout>, IReadOnlyList<double>> reward,
        RandomStream random,
        CancellationToken cancellation = default
    )
    {
        Check(prompts);
        Networks networks = new(options, policy, values);
        List<PpoIteration> history = [];
        if (Checkpoints is not null)
            Load(Checkpoints, networks, history);
        Batches batches = new(prompts.Count, options.Rollouts, random.Child("prompts"));
        RandomStream samples = random.Child("samples"),
            shuffles = random.Child("minibatches");
        int end = options.StopAfter > 0 ? Math.Min(options.StopAfter, options.Iterations) : options.Iterations;
        bool isDone = history.Count > 0 && Until?.Invoke(history[^1]) == true;
        while (history.Count < end && !isDone)
        {
            int iteration = history.Count;
            int[] chosen = new int[options.Rollouts];
            batches.Fill(iteration, chosen);
            IReadOnlyList<Rollout> rollouts = Rollouts.Sample(
                policy,
                [.. chosen.Select(i => prompts[i])],
                options.Sampling,
                samples.Child(iteration),
                cancellation
            );
            PpoExperience experience = PpoExperience.Of(rollouts, reference, values, reward, options, cancellation);
            PpoLosses losses = Learn(experience, networks, shuffles.Child(iteration), cancellation);
            history.Add(experience.Summary(iteration + 1, losses));
            Stepped?.Invoke(history[^1]);
            isDone = Until?.Invoke(history[^1]) == true;
            if (
                Checkpoints is not null
                && (history.Count == end || isDone || history.Count % options.CheckpointEvery == 0)
            )
                Save(Checkpoints, networks, history);
        }
        return history;
    }

    private PpoLosses Learn(
        PpoExperience experience,
        Networks networks,
        RandomStream random,
        CancellationToken cancellation
    )
    {
        PpoLosses losses = new();
        int[] order = [.. Enumerable.Range(0, experience.Rollouts.Count)];
        for (int epoch = 0; epoch < options.Epochs; epoch++)
        {
            random.Shuffle<int>(order);
            foreach (int[] part in order.Chunk(options.Minibatch))
            {
                cancellation.ThrowIfCancellationRequested();
                Step(experience.Part(part), networks, losses);
            }
        }
        return losses;
    }

    private void Step(PpoExperience part, Networks networks, PpoLosses losses)
    {
        using TensorScope scope = new();
        TokenBatch batch = Rollouts.BatchOf(part.Rollouts);
        Tensor weights = PolicyLoss.Weights(batch, PolicyAggregation.TokenMean),
            old = part.At(batch, rollout => rollout.LogProbabilities),
            advantages = Rollouts.AtPlaces(part.Advantages, batch, part.Rollouts);
        PolicyLossOptions limits = new() { ClipLow = Math.Min(1, options.Clip), ClipHigh = options.Clip };

        Tensor now = networks.Policy.TokenLogProbabilities(batch);
        Tensor loss = PolicyLoss.Of(now, old, advantages, weights, limits);
        networks.Move(networks.PolicyOptimiser, loss, options.LearningRate);

        Tensor valueLoss = ValueLoss.Of(
            networks.Values.Values(batch),
            Rollouts.AtPlaces(part.Values, batch, part.Rollouts),
            Rollouts.AtPlaces(part.Returns, batch, part.Rollouts),
            weights,
            options.ValueClip
        );
        networks.Move(networks.ValueOptimiser, valueLoss * (float)options.ValueWeight, options.ValueLearningRate);
        losses.Add(loss.Item(), valueLoss.Item(), PolicyLoss.ClipFraction(now, old, advantages, weights, limits));
    }

    private void Save(TrainingCheckpoints checkpoints, Networks networks, List<PpoIteration> history)
    {
        double[] rows = [.. history.SelectMany(iteration => iteration.Row)];
        checkpoints.Save(
            history.Count,
            JsonSerializer.Serialize(options, PpoJson.Default.PpoOptions),
            writer =>
            {
                networks.Save(writer);
                writer.AddState<double>(History, [history.Count, PpoIteration.Fields], () => rows);
            }
        );
    }

    private void Load(TrainingCheckpoints checkpoints, Networks networks, List<PpoIteration> history)
    {
        using TrainingCheckpoint? checkpoint = checkpoints.OpenNewest(_ => { });
        if (checkpoint is null)
            return;
        if (Resumable(checkpoint.Options) != Resumable(JsonSerializer.Serialize(options, PpoJson.Default.PpoOptions)))
            throw new TrainingException(
                $"{checkpoints.Folder} holds a run with other options: go on with those ({checkpoint.Options}), or train in another folder"
            );
        networks.Load(checkpoint);
        double[] rows = new double[checkpoint.Step * PpoIteration.Fields];
        checkpoint.ReadState<double>(History, [checkpoint.Step, PpoIteration.Fields], rows);
        for (int i = 0; i < checkpoint.Step; i++)
            history.Add(PpoIteration.Of(i + 1, rows.AsSpan(i * PpoIteration.Fields, PpoIteration.Fields)));
    }

    // Where a run stops, and when it saves, is no part of what it computes.
    private static PpoOptions Same(PpoOptions any) => any with { StopAfter = 0, CheckpointEvery = 1 };

    private static string Resumable(string json) =>
        JsonSerializer.Serialize(
            Same(JsonSerializer.Deserialize(json, PpoJson.Default.PpoOptions)!),
            PpoJson.Default.PpoOptions
        );

    private void Check(IReadOnlyList<int[]> prompts)
    {
        if (prompts.Count == 0)
            throw new ArgumentException("There is no prompt.", nameof(prompts));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Iterations, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Rollouts, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Epochs, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Minibatch, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.CheckpointEvery, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(options.Kl);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.Clip);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.LearningRate);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.ValueLearningRate);
    }

    /// <summary>What is trained, and how it moves.</summary>
    private sealed class Networks
    {
        private readonly PpoOptions _options;
        private readonly Schedule _schedule;

        public Networks(PpoOptions options, Transformer policy, ValueModel values)
        {
            (_options, Policy, Values) = (options, policy, values);
            PolicyOptimiser = new(policy.TrainableParameters(), new AdamW());
            ValueOptimiser = new(values.TrainableParameters(), new AdamW());
            long perEpoch = (options.Rollouts + (long)options.Minibatch - 1) / options.Minibatch;
            _schedule = new(options.Schedule, options.Iterations * options.Epochs * perEpoch, options.WarmUp);
        }

        public Transformer Policy { get; }

        public ValueModel Values { get; }

        public Optimiser PolicyOptimiser { get; }

        public Optimiser ValueOptimiser { get; }

        public void Move(Optimiser optimiser, Tensor loss, double rate)
        {
            if (!float.IsFinite(loss.Item()))
                throw new TrainingException(
                    $"a loss became {loss.Item()} at step {optimiser.Steps + 1}: lower the learning rate (now {rate:G3}), or clip harder (now {_options.ClipNorm:G3})"
                );
            optimiser.ZeroGrad();
            loss.Backward();
            double scale = _options.ClipNorm > 0 ? optimiser.ClipTo(_options.ClipNorm) : 1;
            optimiser.Step(rate * _schedule.At(optimiser.Steps), scale);
            optimiser.ZeroGrad();
        }

        public void Save(TrainingCheckpointWriter writer)
        {
            foreach ((string name, Optimiser optimiser) in Parts)
            {
                foreach (Parameter parameter in optimiser.Parameters)
                    writer.AddParameter(name + parameter.Name, [parameter.Tensor.Length], () => parameter.Tensor.Data);
                optimiser.Save(writer, name);
            }
        }

        public void Load(TrainingCheckpoint checkpoint)
        {
            foreach ((string name, Optimiser optimiser) in Parts)
            {
                foreach (Parameter parameter in optimiser.Parameters)
                    checkpoint.ReadParameter(name + parameter.Name, [parameter.Tensor.Length], parameter.Tensor.Data);
                optimiser.Load(checkpoint, name);
            }
        }

        private (string Name, Optimiser Optimiser)[] Parts =>
            [("policy.", PolicyOptimiser), ("values.", ValueOptimiser)];
    }
}

[JsonSourceGenerationOptions(NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(PpoOptions))]
internal sealed partial class PpoJson : JsonSerializerContext;
