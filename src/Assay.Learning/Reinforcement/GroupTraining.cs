using Assay.Numerics;

namespace Assay.Learning;

/// <summary>How <see cref="GroupTraining"/> trains. The defaults suit small models; the published ones are in the remarks.</summary>
/// <remarks>Published (CANON, arXiv 2509.23962): 512 prompts of 16 completions, 16 minibatches, rate 1e-6, 5 steps of warm-up, weight decay 0.1, clipping 0.2 and 0.28, dual clip 3.</remarks>
public sealed record GroupTrainingOptions
{
    /// <summary>Rounds of sampling and learning, at least 1.</summary>
    public int Iterations { get; init; } = 100;

    /// <summary>Prompts of an iteration, at least 1.</summary>
    public int Prompts { get; init; } = 16;

    /// <summary>Completions of a prompt, at least 1; even for CANON.</summary>
    public int Group { get; init; } = 16;

    /// <summary>Steps that an iteration's prompts are dealt to, at least 1; with more than one, the policy moves away from the one that sampled.</summary>
    public int Minibatches { get; init; } = 1;

    /// <summary>How often an iteration's completions are gone through, at least 1.</summary>
    public int Epochs { get; init; } = 1;

    /// <summary>The learning rate, above 0.</summary>
    public double LearningRate { get; init; } = 1e-3;

    /// <summary>Steps over which it rises; then it stays.</summary>
    public int WarmUp { get; init; } = 5;

    /// <summary>Weight decay of the layers' weights.</summary>
    public double WeightDecay { get; init; }

    /// <summary>The norm that gradients are clipped to; 0 for no clipping.</summary>
    public double ClipNorm { get; init; } = 1;

    /// <summary>How advantages are made of rewards.</summary>
    public AdvantageOptions Advantage { get; init; } = new();

    /// <summary>The surrogate's limits, and what the losses of tokens add up to.</summary>
    public PolicyLossOptions Loss { get; init; } = new();

    /// <summary>How completions are sampled.</summary>
    public RolloutOptions Sampling { get; init; } = new();

    /// <summary>Dynamic sampling: the most rounds of prompts that are sampled until enough of them have different rewards; 0 takes prompts as they come.</summary>
    public int SamplingRounds { get; init; }

    /// <summary>Iterations between checkpoints, where there is a folder for them; at least 1.</summary>
    public int CheckpointEvery { get; init; } = 10;

    /// <summary>Ends the run after so many iterations; 0: after all.</summary>
    public int StopAfter { get; init; }
}

/// <summary>One iteration of <see cref="GroupTraining"/>; means over its completions or tokens.</summary>
/// <param name="Reward">The mean reward, before lengths change it: the accuracy where rewards are 0 or 1.</param>
/// <param name="Length">Tokens of a completion.</param>
/// <param name="Entropy">Nats a token.</param>
/// <param name="Ended">The share of completions that ended by themselves.</param>
/// <param name="ClipFraction">The share of tokens whose loss a limit held.</param>
/// <param name="Teaching">The share of sampled prompts whose completions differ in reward.</param>
/// <param name="Mu">CANON: the weight of comparing across halves.</param>
public readonly record struct GroupIteration(
    double Reward,
    double Length,
    double Entropy,
    double Ended,
    double ClipFraction,
    double Teaching,
    double Mu
)
{
    internal const int Width = 7;

    internal void Write(Span<double> to) =>
        (to[0], to[1], to[2], to[3], to[4], to[5], to[6]) = (
            Reward,
            Length,
            Entropy,
            Ended,
            ClipFraction,
            Teaching,
            Mu
        );

    internal static GroupIteration Read(ReadOnlySpan<double> from) =>
        new(from[0], from[1], from[2], from[3], from[4], from[5], from[6]);
}

/// <summary>What a <see cref="GroupTraining"/> came to.</summary>
/// <param name="Result">The loss of every step.</param>
/// <param name="Iterations">What each iteration sampled.</param>
public sealed record GroupTrace(TrainingResult Result, IReadOnlyList<GroupIteration> Iterations);

/// <summary>Trains a policy on rewards that a program gives, by comparing several completions of each prompt: GRPO and its relatives, without a value network.</summary>
/// <remarks>
/// An iteration samples a group of completions of each of its prompts, rewards them, makes advantages of the rewards
/// (<see cref="AdvantageEstimator"/>) and moves the policy by <see cref="PolicyLoss"/>. There is no reference and no penalty for leaving it. Everything
/// random is named by the number of the iteration, and checkpoints stand between iterations: a run that was killed goes on to the same bits.
/// <code>
/// GroupTraining training = new(policy, prompts, (prompt, rollout) => reward, new() { Iterations = 100 }, random);
/// GroupTrace trace = training.Run();
/// </code>
/// </remarks>
/// <param name="policy">Is trained in place.</param>
/// <param name="prompts">At least one; of at least one token each, and fewer than the context.</param>
/// <param name="reward">From 0 to 1: of the place of a prompt, and a completion of it.</param>
/// <param name="options">How.</param>
/// <param name="random">Names the order of the prompts and what is sampled.</param>
public sealed class GroupTraining(
    Transformer policy,
    IReadOnlyList<int[]> prompts,
    Func<int, Rollout, double> reward,
    GroupTrainingOptions options,
    RandomStream random
)
{
    /// <summary>Called after every iteration with its number, from 1.</summary>
    public Action<int, GroupIteration>? Stepped { get; init; }

    /// <summary>Where checkpoints are kept, and looked for when the run starts; null for none.</summary>
    public TrainingCheckpoints? Checkpoints { get; init; }

    /// <summary>Trains.</summary>
    /// <exception cref="ArgumentException">There is no prompt, or an option is out of its range.</exception>
    /// <exception cref="TrainingException">The loss or a reward is not finite, or the checkpoints are of another run.</exception>
    /// <exception cref="OperationCanceledException">It was asked to stop; the newest checkpoint is kept.</exception>
    public GroupTrace Run(CancellationToken cancellation = default)
    {
        Check();
        int dealt = Math.Min(options.Minibatches, PromptsTaken),
            perIteration = dealt * options.Epochs;
        Memory<double> carried = new double[options.Iterations * GroupIteration.Width];
        Batches order = new(prompts.Count, PromptsTaken, random.Child("order"));
        Experience? experience = null;
        Trainer trainer = new(
            new()
            {
                Steps = (long)options.Iterations * perIteration,
                StopAfter = (long)options.StopAfter * perIteration,
                LearningRate = options.LearningRate,
                Schedule = ScheduleShape.Constant,
                WarmUp = options.WarmUp,
                ClipNorm = options.ClipNorm,
                CheckpointEvery = Checkpoints is null ? 0 : (long)options.CheckpointEvery * perIteration,
            }
        )
        {
            Carried = carried,
            Checkpoints = Checkpoints,
            Stepped = step =>
            {
                if (step.Step % perIteration == 0)
                    Stepped?.Invoke((int)(step.Step / perIteration), IterationOf(step.Step / perIteration - 1));
            },
        };
        Optimiser optimiser = new(policy.TrainableParameters(), new AdamW(0.9, 0.999), options.WeightDecay);
        TrainingResult result = trainer.Run(optimiser, Loss, cancellation);
        return new(result, [.. Enumerable.Range(0, (int)(result.Steps / perIteration)).Select(i => IterationOf(i))]);

        Tensor Loss(long step)
        {
            (long iteration, long part) = Math.DivRem(step, perIteration);
            Span<double> row = carried.Span.Slice((int)iteration * GroupIteration.Width, GroupIteration.Width);
            if (part == 0)
            {
                experience = Sample(iteration, order, cancellation);
                experience.Seen.Write(row);
            }
            (Tensor loss, double clipped) = Surrogate(experience!, (int)(part % dealt), dealt);
            GroupIteration seen = GroupIteration.Read(row);
            (seen with { ClipFraction = seen.ClipFraction + clipped / perIteration }).Write(row);
            return loss;
        }

        GroupIteration IterationOf(long iteration) =>
            GroupIteration.Read(carried.Span.Slice((int)iteration * GroupIteration.Width, GroupIteration.Width));
    }

    private int PromptsTaken => Math.Min(options.Prompts, prompts.Count);

    /// <summary>What an iteration sampled: whole groups, one after the other.</summary>
    private sealed record Experience(
        IReadOnlyList<Rollout> Rollouts,
        int[] Prompts,
        double[] Rewards,
        double[] Advantages,
        GroupIteration Seen
    );

    private Experience Sample(long iteration, Batches order, CancellationToken cancellation)
    {
        List<Rollout> rollouts = [];
        List<int> of = [];
        List<double> rewards = [];
        RandomStream stream = random.Child("samples").Child(iteration);
        int[] places = new int[PromptsTaken];
        int rounds = Math.Max(1, options.SamplingRounds),
            sampled = 0,
            teaching = 0;
        for (int round = 0; round < rounds && of.Count < PromptsTaken * options.Group; round++)
        {
            order.Fill(iteration * rounds + round, places);
            int[] repeated = [.. places.SelectMany(place => Enumerable.Repeat(place, options.Group))];
            IReadOnlyList<Rollout> made = Rollouts.Sample(
                policy,
                [.. repeated.Select(place => prompts[place])],
                options.Sampling,
                stream.Child(round),
                cancellation
            );
            double[] found = [.. made.Select((rollout, i) => Checked(reward(repeated[i], rollout)))];
            for (int at = 0; at < places.Length; at++)
            {
                Range group = (at * options.Group)..((at + 1) * options.Group);
                bool teaches = found[group].Distinct().Skip(1).Any();
                sampled++;
                teaching += teaches ? 1 : 0;
                // Dynamic sampling drops what teaches nothing, but the last round fills up where too little was found.
                bool wanted = options.SamplingRounds == 0 || teaches || (round == rounds - 1 && of.Count == 0);
                if (!wanted || of.Count >= PromptsTaken * options.Group)
                    continue;
                int number = of.Count / options.Group;
                rollouts.AddRange(made.Take(group));
                rewards.AddRange(found[group]);
                of.AddRange(Enumerable.Repeat(number, options.Group));
            }
        }
        ScoredGroup scored = new(
            [.. rewards],
            [.. of],
            [.. rollouts.Select(rollout => rollout.Completion.Length)],
            options.Sampling.MaxTokens
        )
        {
            Entropies = [.. rollouts.Select(rollout => rollout.MeanEntropy)],
            Greedy = options.Advantage.Rule == AdvantageRule.Remax ? Greedy(rollouts, places, cancellation) : null,
        };
        (double[] advantages, double mu) = AdvantageEstimator.Of(
            scored,
            options.Advantage,
            iteration,
            stream.Child("advantages")
        );
        GroupIteration seen = new(
            rewards.Average(),
            rollouts.Average(rollout => rollout.Completion.Length),
            rollouts.SelectMany(rollout => rollout.Entropies).Average(value => (double)value),
            rollouts.Average(rollout => rollout.Ended ? 1.0 : 0),
            0,
            (double)teaching / sampled,
            mu
        );
        return new(rollouts, [.. of], [.. rewards], advantages, seen);
    }

    // Dynamic sampling and greedy baselines do not go together (see Check), so that groups stand in the order of the places.
    private double[] Greedy(IReadOnlyList<Rollout> rollouts, int[] places, CancellationToken cancellation)
    {
        IReadOnlyList<Rollout> made = Rollouts.Sample(
            policy,
            [.. places.Select(place => prompts[place])],
            options.Sampling with
            {
                Temperature = 0,
            },
            random.Child("greedy"),
            cancellation
        );
        double[] found = [.. made.Select((rollout, i) => Checked(reward(places[i], rollout)))];
        return [.. rollouts.Select((_, i) => found[i / options.Group])];
    }

    private (Tensor Loss, double Clipped) Surrogate(Experience experience, int part, int parts)
    {
        // Whole prompts are dealt out: part p of n takes the prompts p, p + n, ...
        int[] rows =
        [
            .. Enumerable.Range(0, experience.Rollouts.Count).Where(i => experience.Prompts[i] % parts == part),
        ];
        if (rows.Length == 0)
            rows = [.. Enumerable.Range(0, experience.Rollouts.Count)];
        TokenBatch batch = TokenBatch.OfCompletions([
            .. rows.Select(row => (experience.Rollouts[row].Prompt, experience.Rollouts[row].Completion)),
        ]);
        Tensor old = Tensor.Zeros(batch.Batch, batch.Time),
            advantages = Tensor.Zeros(batch.Batch, 1);
        for (int i = 0; i < rows.Length; i++)
        {
            Rollout rollout = experience.Rollouts[rows[i]];
            rollout.LogProbabilities.CopyTo(old.Data[(i * batch.Time + rollout.Prompt.Length - 1)..]);
            advantages.Data[i] = (float)experience.Advantages[rows[i]];
        }
        Tensor weights = PolicyLoss.Weights(batch, options.Loss.Aggregation),
            now = policy.TokenLogProbabilities(batch);
        return (
            PolicyLoss.Of(now, old, advantages, weights, options.Loss),
            PolicyLoss.ClipFraction(now, old, advantages, weights, options.Loss)
        );
    }

    private static double Checked(double reward) =>
        double.IsFinite(reward)
            ? reward
            : throw new TrainingException($"the reward of a completion is {reward}; it has to be finite");

    private void Check()
    {
        if (prompts.Count == 0)
            throw new ArgumentException("There is no prompt.", nameof(prompts));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Iterations, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Prompts, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Group, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Minibatches, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Epochs, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.CheckpointEvery, 1);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.LearningRate);
        if (options.Advantage.Rule == AdvantageRule.Remax && options.SamplingRounds > 0)
            throw new ArgumentException(
                "Dynamic sampling compares completions with each other, and ReMax with the greedy one."
            );
    }
}
