using Assay.Numerics;

namespace Assay.Learning.Tests;

public sealed class RewardModelTests : IDisposable
{
    private static readonly int[][] Sequences =
    [
        [1, 2, 3],
        [4],
        [5, 6, 7, 8, 9],
    ];
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private static RewardModel Model(RewardPooling pooling, int vocabulary = 13) =>
        RewardModel.Of(
            new(
                TinyModels.Config(TransformerFamily.Llama) with
                {
                    VocabularySize = vocabulary,
                },
                new RandomStream(1, "model")
            ),
            new RandomStream(2, "head"),
            pooling
        );

    [Theory]
    [InlineData(RewardPooling.LastToken)]
    [InlineData(RewardPooling.Mean)]
    public void ScoresAreReadFromTheTokensOfTheSequenceAndNotFromPadding(RewardPooling pooling)
    {
        RewardModel model = Model(pooling);
        double[] together = model.Score(Sequences);
        for (int i = 0; i < Sequences.Length; i++)
        {
            Assert.Equal(model.Score([Sequences[i]])[0], together[i], 1e-5);
            using TensorScope scope = new();
            Tensor values = model.Head.PerToken(model.Body.Hidden(Sequences[i], 1));
            double expected =
                pooling == RewardPooling.LastToken ? values.Data[^1] : values.ToArray().Average(value => (double)value);
            Assert.Equal(expected, together[i], 1e-5);
        }
        Assert.Equal(together, model.Score(Sequences, batchSize: 1), (a, b) => Math.Abs(a - b) < 1e-5);
    }

    [Fact]
    public void NormalisationMakesReferencesZeroAndLeavesComparisons()
    {
        RewardModel model = Model(RewardPooling.LastToken);
        double[] before = model.Score(Sequences);
        model.NormaliseTo([Sequences[0], Sequences[2]]);
        double[] after = model.Score(Sequences);
        Assert.Equal(0, (after[0] + after[2]) / 2, 1e-6);
        Assert.Equal(before[1] - before[0], after[1] - after[0], 1e-5);
        model.NormaliseTo([Sequences[1]]);
        Assert.Equal(0, model.Score(Sequences)[1], 1e-6);
    }

    [Theory]
    [InlineData(RewardPooling.LastToken)]
    [InlineData(RewardPooling.Mean)]
    public void WhatIsSavedIsReadBackToTheSameScores(RewardPooling pooling)
    {
        RewardModel model = Model(pooling, vocabulary: 259);
        model.NormaliseTo(Sequences);
        model.Save(_folder.Path, new ByteTokenizer());
        Assert.True(RewardModel.IsIn(_folder.Path));
        (RewardModel read, ITokenizer tokenizer) = RewardModel.Load(_folder.Path);
        Assert.Equal(pooling, read.Pooling);
        Assert.Equal(model.Score(Sequences), read.Score(Sequences));
        Assert.Equal(259, tokenizer.VocabularySize);
        RewardModel copy = model.Copy();
        copy.Head.Layer.Weight.Data.Clear();
        Assert.NotEqual(copy.Score(Sequences), model.Score(Sequences));
    }

    [Fact]
    public void EveryParameterButTheHeadForTokensHasAGradient()
    {
        RewardModel model = Model(RewardPooling.LastToken);
        using TensorScope scope = new();
        model.Scores(Sequences).Sum().Backward();
        Assert.All(model.Parameters(), parameter => Assert.NotNull(parameter.Tensor.Grad));
        Assert.DoesNotContain(model.Parameters(), parameter => parameter.Tensor == model.Body.Head!.Weight);
    }

    [Fact]
    public void EmptySequencesAndFoldersWithoutAHeadAreRefused()
    {
        RewardModel model = Model(RewardPooling.LastToken, vocabulary: 259);
        Assert.Throws<ArgumentException>(() =>
            model.Score([
                [1],
                [],
            ])
        );
        new LanguageModel(model.Body, new ByteTokenizer()).Save(_folder.Path);
        Assert.False(RewardModel.IsIn(_folder.Path));
        Assert.ThrowsAny<IOException>(() => RewardModel.Load(_folder.Path));
    }
}
