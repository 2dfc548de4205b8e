using System.Text;
using Assay.Models;
using Assay.Numerics;

namespace Assay.Tests.Models;

public class TextScorerTests
{
    [Fact]
    public void ScoresAreStandardisedAsTheOfficialCodeDoes()
    {
        // Golden 3 of the method's file; printed with eight digits.
        double[] expected =
        [
            -0.33600106,
            -0.26147217,
            -0.29873662,
            -0.32109528,
            -0.27637795,
            -0.32854817,
            -0.29128373,
            -0.30618951,
            -0.31364239,
            -0.28383084,
            -0.29873662,
            3.0,
        ];
        double[] found = TextScorer.Standardise([.1, .2, .15, .12, .18, .11, .16, .14, .13, .17, .15, 5]);
        for (int i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], found[i], 5.1e-9);
        Assert.Equal([0, 0], TextScorer.Standardise([4, 4]));
        Assert.Throws<ArgumentException>(() => TextScorer.Standardise([1, double.NaN]));
    }

    [Theory]
    [InlineData(ScorerKind.Ridge, 0.9)]
    [InlineData(ScorerKind.Encoder, 0.6)]
    public void WhatTextsSayIsFoundAndCarriedToOthers(ScorerKind kind, double least)
    {
        // The score is how much of a text is vowels, with some noise.
        (byte[][] texts, double[] scores) = Texts(600, new(1, "texts"));
        TextScorer scorer = TextScorer.Fit(kind, texts[..400], scores[..400], new(7, "scorer"));
        Assert.Equal(40, TextScorer.ValidationRows(400));
        Assert.True(scorer.Spearman > least, $"{scorer.Spearman}");
        double[] predicted = scorer.Predict(texts[400..]);
        double rho = RankCorrelation.Spearman(predicted, scores[400..]);
        Assert.True(rho > least, $"{rho}");
        // One by one or all at once, on one thread or two.
        using (Workers.Limit(1))
            for (int i = 0; i < 5; i++)
                Assert.Equal(predicted[i], scorer.Predict([texts[400 + i]])[0], 1e-5);
        using (Workers.Limit(1))
            Assert.Equal(
                predicted,
                TextScorer.Fit(kind, texts[..400], scores[..400], new(7, "scorer")).Predict(texts[400..])
            );
    }

    [Fact]
    public void ScoresThatDoNotVaryPredictNothing()
    {
        (byte[][] texts, _) = Texts(40, new(1, "texts"));
        TextScorer scorer = TextScorer.Fit(ScorerKind.Ridge, [.. texts, []], new double[41], new(7, "scorer"));
        Assert.Equal(0, scorer.Spearman);
        Assert.All(
            scorer.Predict([
                [],
                .. texts,
            ]),
            score => Assert.Equal(0, score)
        );
        Assert.Throws<ArgumentException>(() =>
            TextScorer.Fit(ScorerKind.Ridge, texts[..19], new double[19], new(7, "scorer"))
        );
    }

    private static (byte[][], double[]) Texts(int count, RandomStream random)
    {
        byte[][] texts = new byte[count][];
        double[] scores = new double[count];
        for (int i = 0; i < count; i++)
        {
            double share = random.NextDouble();
            StringBuilder text = new();
            for (int at = 0; at < 40; at++)
                text.Append(random.NextDouble() < share ? "aeiou"[random.NextInt32(5)] : "bcdfg"[random.NextInt32(5)]);
            texts[i] = Encoding.UTF8.GetBytes(text.ToString());
            scores[i] = 3 * share + 0.1 * random.NextGaussian() + 100;
        }
        return (texts, scores);
    }
}
