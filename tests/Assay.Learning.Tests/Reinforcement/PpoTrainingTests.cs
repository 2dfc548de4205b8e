using Assay.Numerics;

namespace Assay.Learning.Tests;

public sealed class PpoTrainingTests : IDisposable
{
    private const int Arms = 5;
    private static readonly double[] Worth = [0, 0.5, 1, -1, 2];
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>One prompt, one token: a bandit, whose best policy is known.</summary>
    private static PpoOptions Bandit { get; } =
        new()
        {
            Iterations = 120,
            Rollouts = 128,
            Minibatch = 64,
            Epochs = 2,
            LearningRate = 5e-3,
            ValueLearningRate = 1e-2,
            Schedule = ScheduleShape.Linear,
            Kl = 1,
            MissingEnd = null,
            Sampling = new() { MaxTokens = 1, Tokens = Arms },
        };

    private static Transformer Policy(int vocabulary = Arms) =>
        new(
            TinyModels.Config(TransformerFamily.Llama) with
            {
                VocabularySize = vocabulary,
                Layers = 1,
                InitialDeviation = 0.2,
            },
            new RandomStream(1, "policy")
        );

    private static double[] Chances(Transformer policy)
    {
        using var noGrad = Tensor.NoGrad();
        using TensorScope scope = new();
        return [.. policy.Forward(new[] { 1 }, 1).Softmax().ToArray().Select(chance => (double)chance)];
    }

    private static IReadOnlyList<double> Score(IReadOnlyList<Rollout> rollouts) =>
        [.. rollouts.Select(rollout => Worth[rollout.Completion[0]])];

    [Fact]
    public void ABanditComesToTheReferenceTimesTheExponentOfTheReward()
    {
        Transformer policy = Policy(),
            reference = policy.Copy();
        double[] start = Chances(policy);
        double[] best = [.. start.Select((chance, arm) => chance * Math.Exp(Worth[arm] / Bandit.Kl))];
        double sum = best.Sum();
        IReadOnlyList<PpoIteration> history = new PpoTraining(Bandit).Run(
            policy,
            reference,
            ValueModel.Of(policy),
            [
                [1],
            ],
            Score,
            new RandomStream(2, "ppo")
        );
        double[] end = Chances(policy);
        double Distance(double[] from) => from.Zip(best, (p, q) => Math.Abs(p - q / sum)).Sum() / 2;
        Assert.True(Distance(start) > 0.25, $"{Distance(start)}");
        Assert.True(
            Distance(end) < 0.06,
            $"{Distance(end)}: {string.Join(" ", end)} for {string.Join(" ", best.Select(b => b / sum))}"
        );
        double kl = best.Select((q, arm) => q / sum * Math.Log(q / sum / start[arm])).Sum();
        Assert.Equal(kl, history.TakeLast(10).Average(iteration => iteration.Kl), 0.15);
    }

    [Fact]
    public void APenaltyWithoutEndKeepsThePolicyWhereItIs()
    {
        Transformer policy = Policy(),
            reference = policy.Copy();
        double[] start = Chances(policy);
        PpoOptions options = Bandit with { Kl = 300, Iterations = 40 };
        new PpoTraining(options).Run(
            policy,
            reference,
            ValueModel.Of(policy),
            [
                [1],
            ],
            Score,
            new RandomStream(2, "ppo")
        );
        Assert.True(Chances(policy).Zip(start, (a, b) => Math.Abs(a - b)).Sum() / 2 < 0.05);
    }

    private static PpoOptions Long { get; } =
        new()
        {
            Iterations = 5,
            Rollouts = 10,
            Minibatch = 4,
            Epochs = 2,
            WarmUp = 3,
            CheckpointEvery = 1,
            MissingEnd = -1,
            Sampling = new()
            {
                MaxTokens = 5,
                Ends = [0],
                Temperature = 0.7,
                BatchSize = 4,
            },
        };

    private static (float[] Weights, IReadOnlyList<PpoIteration> History) Run(
        PpoOptions options,
        TrainingCheckpoints? checkpoints = null
    )
    {
        Transformer policy = Policy(13);
        RewardModel reward = RewardModel.Of(policy, new RandomStream(5, "reward"));
        ValueModel values = ValueModel.Of(reward);
        IReadOnlyList<PpoIteration> history = new PpoTraining(options) { Checkpoints = checkpoints }.Run(
            policy,
            policy.Copy(),
            values,
            [
                [1],
                [2, 3],
                [4, 5, 6],
            ],
            rollouts => reward.Score([.. rollouts.Select(rollout => rollout.Tokens)]),
            new RandomStream(2, "ppo")
        );
        return ([.. policy.Snapshot(), .. values.Snapshot()], history);
    }

    [Fact]
    public void AKilledRunGoesOnToTheSameBits()
    {
        (float[] whole, IReadOnlyList<PpoIteration> history) = Run(Long);
        TrainingCheckpoints checkpoints = new(_folder.Path);
        Run(Long with { StopAfter = 2 }, checkpoints);
        (float[] resumed, IReadOnlyList<PpoIteration> all) = Run(Long, new(_folder.Path));
        Assert.Equal(whole, resumed);
        Assert.Equal(history, all);
        // Once it is done it is only read.
        Assert.Equal(whole, Run(Long, new(_folder.Path)).Weights);
        Assert.Throws<TrainingException>(() => Run(Long with { Kl = 0.1 }, new(_folder.Path)));
    }

    [Fact]
    public void AKillInTheMiddleOfAnIterationLosesThatIterationOnly()
    {
        (float[] whole, _) = Run(Long);
        Transformer policy = Policy(13);
        RewardModel reward = RewardModel.Of(policy, new RandomStream(5, "reward"));
        int calls = 0;
        Assert.Throws<InvalidOperationException>(() =>
            new PpoTraining(Long) { Checkpoints = new(_folder.Path) }.Run(
                policy,
                policy.Copy(),
                ValueModel.Of(reward),
                [
                    [1],
                    [2, 3],
                    [4, 5, 6],
                ],
                rollouts =>
                    ++calls == 4
                        ? throw new InvalidOperationException("killed")
                        : reward.Score([.. rollouts.Select(rollout => rollout.Tokens)]),
                new RandomStream(2, "ppo")
            )
        );
        Assert.Equal(3, new TrainingCheckpoints(_folder.Path).Steps[^1]);
        Assert.Equal(whole, Run(Long, new(_folder.Path)).Weights);
    }

    [Fact]
    public void ThreadsChangeNothing()
    {
        float[] Weights(int threads)
        {
            using var limit = Workers.Limit(threads);
            return Run(Long with { Iterations = 2 }).Weights;
        }
        Assert.Equal(Weights(1), Weights(2));
    }

    [Fact]
    public void AMissingEndReplacesTheScoreBeforeGainAndBias()
    {
        PpoOptions options = Long with { Iterations = 1, Kl = 0, Gain = 2, Bias = 0.5, MissingEnd = -10 };
        PpoIteration one = Run(options).History[0],
            none = Run(options with { MissingEnd = null }).History[0];
        Assert.InRange(one.Ended, 0.01, 0.99);
        Assert.Equal(2 * none.Score + 0.5, none.Return, 1e-6);
        Assert.True(one.Return < none.Return);
        Assert.Equal(none.Score, one.Score);
    }

    [Fact]
    public void RewardsOfTokensAddUpToTheScoreMinusThePenalty()
    {
        Transformer policy = Policy(13),
            reference = Policy(13);
        reference.Embedding.Weight.Data[7] += 0.3f;
        reference.Layers[0].Attention.Output.Weight.Data[3] += 1;
        foreach (
            Rollout rollout in Rollouts.Sample(
                policy,
                [
                    [1],
                    [2, 3],
                ],
                Long.Sampling,
                new RandomStream(3, "s")
            )
        )
        {
            float[] likely = Rollouts.LogProbabilities(reference, [rollout])[0];
            double[] ratios = TokenRewards.LogRatios(rollout.LogProbabilities, likely);
            using var noGrad = Tensor.NoGrad();
            using TensorScope scope = new();
            TokenBatch batch = Rollouts.BatchOf([rollout]);
            double ratio = policy.LogProbabilities(batch).Item() - reference.LogProbabilities(batch).Item();
            Assert.Equal(ratio, ratios.Sum(), 1e-5);
            double[] rewards = TokenRewards.Of(ratios, 1.5, 0.2);
            Assert.Equal(1.5 - 0.2 * ratio, rewards.Sum(), 1e-5);
            Assert.Equal(-0.2 * ratios[0], rewards.Length > 1 ? rewards[0] : rewards[0] - 1.5, 1e-12);
        }
    }

    [Fact]
    public void ValuesAreThoseBeforeEachToken()
    {
        Transformer policy = Policy(13);
        ValueModel values = ValueModel.Of(RewardModel.Of(policy, new RandomStream(5, "reward")));
        Rollout rollout = new([1, 2], [3, 4, 5], [0, 0, 0], [0, 0, 0], false);
        float[] found = values.Values([rollout, rollout])[1];
        for (int t = 0; t < 3; t++)
        {
            using TensorScope scope = new();
            Tensor all = values.Head.PerToken(values.Body.Hidden(rollout.Tokens.AsMemory(0, 2 + t), 1));
            Assert.Equal(all.Data[^1], found[t], 1e-5);
        }
        Assert.All(ValueModel.Of(policy).Values([rollout])[0], value => Assert.Equal(0, value));
    }

    [Fact]
    public void TheLossOfValuesIsHalfTheLargerSquaredErrorAndHasItsGradient()
    {
        float[] old = [0, 0, 1, 1],
            now = [0.1f, 0.6f, 0.9f, 5],
            returns = [1, 1, 0, 0];
        using TensorScope scope = new();
        Tensor values = Tensor.Of(now, 1, 4);
        values.RequiresGrad = true;
        Tensor weights = Tensor.Of([0.5f, 0.25f, 0.25f, 0], 1, 4);
        Tensor loss = ValueLoss.Of(values, Tensor.Of(old, 1, 4), Tensor.Of(returns, 1, 4), weights);
        // The second value moved by 0.6: it counts as one that moved by 0.2, which is farther off; the last has no weight.
        Assert.Equal(0.5 * (0.5 * 0.81 + 0.25 * 0.64 + 0.25 * 0.81), loss.Item(), 1e-6);
        loss.Backward();
        float[] gradient = values.Grad!.ToArray();
        Assert.Equal(0.5 * -0.9, gradient[0], 1e-6);
        Assert.Equal(0, gradient[1]);
        Assert.Equal(0.25 * 0.9, gradient[2], 1e-6);
        Assert.Equal(0, gradient[3]);
    }

    [Fact]
    public void RewardsThatAreNotFiniteAndRunsWithoutPromptsAreRefused()
    {
        Transformer policy = Policy();
        void Train(int[][] prompts, double worth) =>
            new PpoTraining(Bandit).Run(
                policy,
                policy.Copy(),
                ValueModel.Of(policy),
                prompts,
                rollouts => [.. rollouts.Select(_ => worth)],
                new RandomStream(2, "ppo")
            );
        Assert.Throws<TrainingException>(() =>
            Train(
                [
                    [1],
                ],
                double.NaN
            )
        );
        Assert.Throws<ArgumentException>(() => Train([], 1));
        Assert.Throws<ArgumentException>(() =>
            Train(
                [
                    [],
                ],
                1
            )
        );
    }
}
