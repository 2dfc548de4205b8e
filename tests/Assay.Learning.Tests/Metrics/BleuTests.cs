namespace Assay.Learning.Tests;

public class BleuTests
{
    [Fact]
    public void WordsAreThoseOf13a()
    {
        Assert.Equal(["Hello", ",", "world", "!"], Bleu.Tokenize13a("Hello, world!"));
        Assert.Equal(["It's", "3.5", "or", "1,000", "(", "ok", ")", "."], Bleu.Tokenize13a("It's 3.5 or 1,000 (ok)."));
        Assert.Equal(["1990", "-", "95", "a-b"], Bleu.Tokenize13a("1990-95 a-b"));
        Assert.Equal(["\"", "A", "&", "B", "\""], Bleu.Tokenize13a("&quot;A &amp; B&quot;"));
        Assert.Equal(["hyphenated", "line"], Bleu.Tokenize13a("hyphen-\nated\nline"));
        Assert.Equal(["e", ".", "g", "."], Bleu.Tokenize13a("e.g."));
        Assert.Empty(Bleu.Tokenize13a(" \n"));
    }

    [Fact]
    public void TheExampleOfThePaper()
    {
        // Papineni et al., section 2.1: unigrams of this are clipped to 2 of 7.
        BleuScore score = Bleu.Corpus(
            ["the the the the the the the"],
            [
                ["The cat is on the mat", "There is a cat on the mat"],
            ],
            BleuSmoothing.None
        );
        Assert.Equal(100 * 1 / 7.0, score.Precisions[0], 10); // case matters here: "the" is there once
        Assert.Equal(0, score.Score);
        Assert.Equal((7, 7), (score.HypothesisLength, score.ReferenceLength));
    }

    [Fact]
    public void WorkedByHand()
    {
        // the cat sat on mat: 5/5 words, 3/4 pairs, 2/3 triples, 1/2 of four; one word short of 6.
        BleuScore score = Bleu.Corpus(
            ["the cat sat on mat"],
            [
                ["the cat sat on the mat"],
            ]
        );
        Assert.Equal(
            [100, 75, 200 / 3.0, 50],
            score.Precisions.Select(p => Math.Round(p, 10)),
            (a, b) => Math.Abs(a - b) < 1e-9
        );
        Assert.Equal(Math.Exp(1 - 6 / 5.0), score.BrevityPenalty, 12);
        Assert.Equal(100 * Math.Exp(-0.2) * Math.Pow(0.75 * 2 / 3 * 0.5, 0.25), score.Score, 10);
    }

    [Fact]
    public void OrdersWithoutAMatchAreSmoothed()
    {
        // a b c d against a c b d: 4/4 words, no pair, no triple, no four.
        string[] hypothesis = ["a b c d"];
        string[][] references =
        [
            ["a c b d"],
        ];
        Assert.Equal(0, Bleu.Corpus(hypothesis, references, BleuSmoothing.None).Score);
        Assert.Equal(
            100 * Math.Pow(1.0 * (1 / 6.0) * (1 / 8.0) * (1 / 8.0), 0.25),
            Bleu.Corpus(hypothesis, references).Score,
            10
        );
        Assert.Equal(
            100 * Math.Pow((0.1 / 3) * (0.1 / 2) * 0.1, 0.25),
            Bleu.Corpus(hypothesis, references, BleuSmoothing.Floor).Score,
            10
        );
        Assert.Equal(
            100 * Math.Pow((1 / 4.0) * (1 / 3.0) * (1 / 2.0), 0.25),
            Bleu.Corpus(hypothesis, references, BleuSmoothing.AddOne).Score,
            10
        );
    }

    [Fact]
    public void CorporaSumCountsAndSentencesLeaveOutImpossibleOrders()
    {
        Assert.Equal(100, Bleu.Sentence("one two", ["one two"]).Score, 10);
        Assert.Equal(
            0,
            Bleu.Corpus(
                ["one two"],
                [
                    ["one two"],
                ]
            ).Score
        ); // no four words in all
        Assert.Equal(
            100,
            Bleu.Corpus(
                ["one two", "a b c d"],
                [
                    ["one two"],
                    ["a b c d"],
                ]
            ).Score,
            10
        );
        Assert.Equal(0, Bleu.Sentence("x", ["y"]).Score);
        Assert.Equal(0, Bleu.Sentence("", ["y"]).Score);
        Assert.Equal(3, Bleu.Sentence("a b c d", ["a b c", "a b c d e"]).ReferenceLength); // as close, shorter
    }

    [Fact]
    public void BadInputIsRefused()
    {
        Assert.Throws<ArgumentException>(() => Bleu.Corpus(["a"], []));
        Assert.Throws<ArgumentException>(() =>
            Bleu.Corpus(
                ["a"],
                [
                    [],
                ]
            )
        );
    }
}
