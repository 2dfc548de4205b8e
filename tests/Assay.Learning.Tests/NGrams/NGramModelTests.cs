using System.Text;
using Assay.Numerics;
using FsCheck;
using FsCheck.Fluent;
using Prop = FsCheck.Fluent.Prop;

namespace Assay.Learning.Tests;

public class NGramModelTests
{
    internal static NGramModel Train(int order, params IEnumerable<string> rows)
    {
        NGramTrainer trainer = new(order, NGramUnit.Words);
        foreach (string row in rows)
        {
            foreach (string word in row.Split(' ', StringSplitOptions.RemoveEmptyEntries))
                trainer.Add(Encoding.UTF8.GetBytes(word));
            trainer.EndRow();
        }
        return trainer.Build();
    }

    internal static double Probability(NGramModel model, string context, string word)
    {
        int state = model.Start;
        foreach (string before in context.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            model.LogProbability(ref state, model.TokenOf(Encoding.UTF8.GetBytes(before)));
        int token = word == "</s>" ? model.End : model.TokenOf(Encoding.UTF8.GetBytes(word));
        return Math.Exp(model.LogProbability(ref state, token));
    }

    [Fact]
    public void ATinyBigramModelIsWorkedOutByHand()
    {
        // Bigrams: <s>a 3, <s>b 1, ab 2, b</s> 2, ac 1, c</s> 1, ba 1, a</s> 1, so n1 = 5, n2 = 2, n3 = 1, n4 = 0:
        // Y = 5/9, D1 = 1 - 2(5/9)(2/5) = 5/9, D2 = 2 - 3(5/9)(1/2) = 7/6, D3+ = 3.
        // Left extensions: a 2, b 2, c 1, </s> 3, so n1 = 1, n2 = 2, n3 = 1, n4 = 0:
        // Y = 1/5, D1 = 1 - 2(1/5)2 = 1/5, D2 = 2 - 3(1/5)(1/2) = 17/10, D3+ = 3.
        NGramModel model = Train(2, "a b", "a b", "a c", "b a");
        Assert.Equal(5.0 / 9, model.Discounts[1].One, 12);
        Assert.Equal(7.0 / 6, model.Discounts[1].Two, 12);
        Assert.Equal(3, model.Discounts[1].ThreeOrMore, 12);
        Assert.Equal(0.2, model.Discounts[0].One, 12);
        Assert.Equal(1.7, model.Discounts[0].Two, 12);
        Assert.Equal(3, model.Discounts[0].ThreeOrMore, 12);

        // Single words: S = 8, the discounts take 1.7 + 1.7 + 0.2 + 3 = 6.6, of which each of 5 words gets 0.165:
        // p(a) = p(b) = 0.3/8 + 0.165 = 0.2025, p(c) = 0.8/8 + 0.165 = 0.265, p(</s>) = p(<unk>) = 0.165.
        // After a: S = 4, taken 7/6 + 5/9 + 5/9 = 41/18. After <s>: S = 4, taken 3 + 5/9. After b: S = 3, taken 31/18.
        Assert.Equal(5.0 / 24 + 41.0 / 72 * 0.2025, Probability(model, "a", "b"), 12);
        Assert.Equal(1.0 / 9 + 41.0 / 72 * 0.265, Probability(model, "a", "c"), 12);
        Assert.Equal(41.0 / 72 * 0.2025, Probability(model, "a", "a"), 12);
        Assert.Equal(41.0 / 72 * 0.165, Probability(model, "a", "unseen"), 12);
        Assert.Equal(8.0 / 9 * 0.2025, Probability(model, "", "a"), 12);
        Assert.Equal(31.0 / 54 * 0.265, Probability(model, "b", "c"), 12);
        Assert.Equal(0.265, Probability(model, "unseen", "c"), 12);

        NGramScorer scorer = new(model);
        scorer.Add("a"u8);
        scorer.Add("x"u8);
        NGramScore score = scorer.EndRow();
        Assert.Equal((3, 1), (score.Tokens, score.Unknown));
        double expected = 8.0 / 9 * 0.2025 * (41.0 / 72 * 0.165) * 0.165;
        Assert.Equal(Math.Log(expected), score.LogProbability, 12);
        Assert.Equal(Math.Pow(expected, -1.0 / 3), score.Perplexity, 10);
    }

    [Fact]
    public void DiscountsFallBackWhereCountsOfCountsAreDegenerate()
    {
        Assert.Equal(new Discounts(0.5, 1, 1.5), Discounts.Of(0, 3, 2, 1));
        Assert.Equal(new Discounts(0.5, 1, 1.5), Discounts.Of(5, 0, 2, 1));
        Assert.Equal(new Discounts(0.5, 1, 1.5), Discounts.Of(5, 3, 0, 1));
        Assert.Equal(new Discounts(0.5, 1, 1.5), Discounts.Of(5, 1, 100, 1)); // D2 < 0
        Assert.Equal(3, Discounts.Of(5, 3, 2, 0).ThreeOrMore);
    }

    [Fact]
    public void ProbabilitiesEqualABruteForceModelAndSumToOne() =>
        Prop.ForAll(
                ArbMap.Default.ArbFor<int>(),
                seed =>
                {
                    RandomStream random = new((ulong)seed, "corpus");
                    int order = 1 + random.NextInt32(5);
                    int words = 1 + random.NextInt32(6);
                    string[][] rows =
                    [
                        .. Enumerable
                            .Range(0, random.NextInt32(30))
                            .Select(_ => RandomRow(random, words, random.NextInt32(12))),
                    ];
                    NGramModel model = Train(order, rows.Select(row => string.Join(' ', row)));
                    BruteForceKneserNey expected = new(order, rows);
                    for (int trial = 0; trial < 20; trial++)
                    {
                        string[] context = RandomRow(random, words + 1, random.NextInt32(6)); // has an unseen word
                        double sum = 0;
                        foreach (string word in expected.Vocabulary)
                        {
                            double probability = Probability(model, string.Join(' ', context), word);
                            Assert.Equal(expected.Probability(context, word), probability, 1e-9);
                            sum += probability;
                        }
                        Assert.Equal(1, sum, 1e-9);
                    }
                }
            )
            .Holds();

    private static string[] RandomRow(RandomStream random, int words, int length) =>
        [.. Enumerable.Range(0, length).Select(_ => "w" + Math.Min(random.NextInt32(words), random.NextInt32(words)))];

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(8)]
    public void BytesSumToOneOverEveryByteSeenOrNot(int order)
    {
        NGramTrainer trainer = new(order, NGramUnit.Bytes);
        foreach (string row in (string[])["the cat sat on the mat", "the dog sat on the log", "übermäßig"])
        {
            trainer.AddBytes(Encoding.UTF8.GetBytes(row));
            trainer.EndRow();
        }
        NGramModel model = trainer.Build();
        foreach (string context in (string[])["", "the ", "the c", "zzz", "on the ma"])
        {
            int state = model.Start;
            foreach (byte value in Encoding.UTF8.GetBytes(context))
                model.LogProbability(ref state, model.TokenOf(value));
            double sum = 0;
            foreach (
                int token in (int[])
                    [model.Unknown, model.End, .. Enumerable.Range(0, 256).Select(b => model.TokenOf((byte)b))]
            )
            {
                int at = state;
                sum += Math.Exp(model.LogProbability(ref at, token));
            }
            Assert.Equal(1, sum, 1e-9);
        }
    }

    [Fact]
    public void TextCannotNameTheMarksOfARow()
    {
        NGramModel model = Train(3, "a <s> b </s> c", "a b");
        Assert.Equal(model.Unknown, model.TokenOf("<s>"u8));
        Assert.Equal(model.Unknown, model.TokenOf("</s>"u8));
        Assert.Equal(6, model.VocabularySize); // a b c and the three marks
    }

    [Fact]
    public void ScoringAllocatesNothing()
    {
        NGramModel model = Train(3, "a b c d", "a b d c", "d c b a");
        NGramScorer scorer = new(model);
        Score(ref scorer);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int row = 0; row < 100; row++)
            Score(ref scorer);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());

        static void Score(ref NGramScorer scorer)
        {
            scorer.Add("a"u8);
            scorer.Add("b"u8);
            scorer.Add("zebra"u8);
            scorer.EndRow();
        }
    }

    [Fact]
    public void ScoringIsSafeFromManyThreads()
    {
        NGramModel model = Train(4, Enumerable.Range(0, 200).Select(i => $"a{i % 7} b{i % 5} c{i % 3} a{i % 2}"));
        double Once()
        {
            NGramScorer scorer = new(model);
            for (int i = 0; i < 500; i++)
                scorer.Add(Encoding.UTF8.GetBytes($"a{i % 9}"));
            return scorer.EndRow().LogProbability;
        }
        double expected = Once();
        double[] found = new double[16];
        Parallel.For(0, found.Length, i => found[i] = Once());
        Assert.All(found, value => Assert.Equal(expected, value));
    }

    [Fact]
    public void ATrainerThatOutgrowsItsMemorySaysSo()
    {
        NGramTrainer trainer = new(5, NGramUnit.Words, memoryBytes: 200_000);
        Assert.Throws<InsufficientMemoryException>(() =>
        {
            for (int i = 0; i < 100_000; i++)
                trainer.Add(Encoding.UTF8.GetBytes("w" + i));
        });
        Assert.InRange(trainer.NGrams, 1_000, 10_000);
    }

    [Fact]
    public void MisuseIsRefused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new NGramTrainer(0, NGramUnit.Words));
        Assert.Throws<ArgumentOutOfRangeException>(() => new NGramTrainer(9, NGramUnit.Bytes));
        Assert.Throws<InvalidOperationException>(() => new NGramTrainer(2, NGramUnit.Words).AddBytes("a"u8));
        Assert.Throws<InvalidOperationException>(() => new NGramTrainer(2, NGramUnit.Bytes).Add("a"u8));
        Assert.Throws<ArgumentException>(() => new NGramTrainer(2, NGramUnit.Words).Add(""u8));
        NGramTrainer used = new(2, NGramUnit.Words);
        NGramModel model = used.Build();
        Assert.Throws<ObjectDisposedException>(() => used.Add("a"u8));
        Assert.Throws<InvalidOperationException>(() => model.TokenOf((byte)65));
        Assert.Throws<ArgumentOutOfRangeException>(() =>
        {
            int state = model.Start;
            model.LogProbability(ref state, 99);
        });
        Assert.Throws<OperationCanceledException>(() =>
            new NGramTrainer(2, NGramUnit.Words).Build(new(canceled: true))
        );
    }

    [Fact]
    public void NothingSeenIsUniform()
    {
        NGramModel model = Train(3);
        Assert.Equal(0.5, Probability(model, "a b", "</s>"), 12);
        Assert.Equal(0.5, Probability(model, "", "a"), 12);
    }
}
