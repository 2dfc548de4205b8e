using Assay.Numerics;

namespace Assay.Learning.Tests;

public sealed class RolloutsTests
{
    private static readonly int[][] Prompts =
    [
        [1, 2, 3],
        [4],
        [5, 6, 7, 8, 9],
        [1, 2],
        [3, 3, 3, 3],
    ];
    private static readonly RandomStream Stream = new(5, "rollouts");
    private readonly Transformer _model = TinyModels.Model(TransformerFamily.Llama);

    [Theory]
    [InlineData(1)]
    [InlineData(0.7)]
    public void ProbabilitiesAreThoseAtTemperatureOne(double temperature)
    {
        RolloutOptions options = new()
        {
            Temperature = temperature,
            MaxTokens = 6,
            Ends = [0, 11],
        };
        IReadOnlyList<Rollout> rollouts = Rollouts.Sample(_model, Prompts, options, Stream);
        IReadOnlyList<float[]> read = Rollouts.LogProbabilities(_model, rollouts, batchSize: 2);
        for (int i = 0; i < Prompts.Length; i++)
        {
            Rollout rollout = rollouts[i];
            Assert.Equal(Prompts[i], rollout.Prompt);
            Assert.InRange(rollout.Completion.Length, 1, 6);
            Assert.Equal(rollout.Ended, rollout.Completion[^1] is 0 or 11);
            Assert.DoesNotContain(rollout.Completion[..^1], token => token is 0 or 11);
            Assert.True(rollout.Ended || rollout.Completion.Length == 6);
            Assert.True(TinyModels.MaxDifference(read[i], rollout.LogProbabilities) < 1e-4);
            Assert.Equal(read[i].Sum(), rollout.LogProbability, 1e-3);
        }
    }

    [Fact]
    public void EntropiesAreThoseOfTheDistributions()
    {
        Rollout rollout = Rollouts.Sample(_model, [Prompts[0]], new() { MaxTokens = 4 }, Stream)[0];
        using var noGrad = Tensor.NoGrad();
        using TensorScope scope = new();
        Tensor logs = _model.Forward(rollout.Tokens, 1).LogSoftmax();
        for (int t = 0; t < rollout.Completion.Length; t++)
        {
            double entropy = 0;
            foreach (float log in logs.Data.Slice((2 + t) * 13, 13))
                entropy -= Math.Exp(log) * log;
            Assert.Equal(entropy, rollout.Entropies[t], 1e-4);
        }
        Assert.Equal(rollout.Entropies.Average(), rollout.MeanEntropy, 1e-6);
    }

    [Fact]
    public void CompletionsDoNotDependOnTheBatchTheyAreMadeIn()
    {
        RolloutOptions options = new() { MaxTokens = 7, Ends = [0] };
        IReadOnlyList<Rollout> together = Rollouts.Sample(_model, Prompts, options, Stream),
            alone = Rollouts.Sample(_model, Prompts, options with { BatchSize = 1 }, Stream);
        for (int i = 0; i < Prompts.Length; i++)
        {
            Assert.Equal(together[i].Completion, alone[i].Completion);
            Assert.True(TinyModels.MaxDifference(together[i].LogProbabilities, alone[i].LogProbabilities) < 1e-5);
        }
        Assert.NotEqual(
            together.SelectMany(rollout => rollout.Completion),
            Rollouts.Sample(_model, Prompts, options, Stream.Child(1)).SelectMany(rollout => rollout.Completion)
        );
    }

    [Fact]
    public void SharesOfSampledTokensAreTheirProbabilities()
    {
        int[][] prompts = [.. Enumerable.Repeat(Prompts[0], 4000)];
        int[] counts = new int[13];
        foreach (Rollout rollout in Rollouts.Sample(_model, prompts, new() { MaxTokens = 1 }, Stream))
            counts[rollout.Completion[0]]++;
        using var noGrad = Tensor.NoGrad();
        using TensorScope scope = new();
        Tensor chances = _model.Forward(Prompts[0], 1).Softmax();
        for (int token = 0; token < 13; token++)
            Assert.Equal(chances.Data[2 * 13 + token], counts[token] / 4000.0, 0.035);
    }

    [Fact]
    public void OnlyKnownTokensAreSampledAndTheContextEndsACompletion()
    {
        RolloutOptions options = new() { MaxTokens = 100, Tokens = 5 };
        foreach (Rollout rollout in Rollouts.Sample(_model, Prompts, options, Stream))
        {
            Assert.All(rollout.Completion, token => Assert.InRange(token, 0, 4));
            Assert.Equal(12, rollout.Tokens.Length);
            Assert.False(rollout.Ended);
        }
    }

    [Fact]
    public void WrongPromptsAndOptionsAreRefused()
    {
        Assert.Throws<ArgumentException>(() =>
            Rollouts.Sample(
                _model,
                [
                    [],
                ],
                new(),
                Stream
            )
        );
        Assert.Throws<ArgumentException>(() => Rollouts.Sample(_model, [new int[12]], new(), Stream));
        Assert.Throws<ArgumentOutOfRangeException>(() =>
            Rollouts.Sample(_model, Prompts, new() { MaxTokens = 0 }, Stream)
        );
        Assert.Throws<ArgumentOutOfRangeException>(() =>
            Rollouts.Sample(_model, Prompts, new() { Tokens = 14 }, Stream)
        );
        using CancellationTokenSource stop = new();
        stop.Cancel();
        Assert.Throws<OperationCanceledException>(() => Rollouts.Sample(_model, Prompts, new(), Stream, stop.Token));
    }
}
