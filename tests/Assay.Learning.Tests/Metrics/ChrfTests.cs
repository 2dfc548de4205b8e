namespace Assay.Learning.Tests;

public class ChrfTests
{
    [Fact]
    public void WorkedByHand()
    {
        // abc against abd: 2/3 characters, 1/2 pairs, 0/1 triples; no longer n-grams. Precision = recall.
        Assert.Equal(100 * (2 / 3.0 + 1 / 2.0 + 0) / 3, Chrf.Sentence("abc", ["abd"]), 10);
        // ab against abab: precision 1, 1; recall 2/4, 1/3.
        double recall = (0.5 + 1 / 3.0) / 2;
        Assert.Equal(100 * 5 * recall / (4 + recall), Chrf.Sentence("a b", ["ab ab"]), 10);
        // Words too: "ab." is ab and a full stop. Characters: 2/3 1/2 0/1 against "ab!"; words: 1/2 0/1.
        Assert.Equal(100 * (2 / 3.0 + 1 / 2.0 + 0 + 1 / 2.0 + 0) / 5, Chrf.Sentence("ab.", ["ab!"], wordOrders: 2), 10);
    }

    [Fact]
    public void Bounds()
    {
        Assert.Equal(100, Chrf.Sentence("the same 日本😀", ["the same 日本😀"]), 10);
        Assert.Equal(100, Chrf.Sentence("the same", ["other", "thesame"]), 10); // the best reference; white space is left out
        Assert.Equal(0, Chrf.Sentence("abc", ["xyz"]));
        Assert.Equal(0, Chrf.Sentence("", ["xyz"]));
        Assert.Equal(0, Chrf.Sentence("", [""]));
        Assert.True(Chrf.Sentence("the same", ["thesame"], wordOrders: 2) < 100);
    }

    [Fact]
    public void ACorpusSumsCounts()
    {
        // Characters of both: 1 + 0 of 2; with one order only.
        Assert.Equal(
            50,
            Chrf.Corpus(
                ["a", "b"],
                [
                    ["a"],
                    ["c"],
                ]
            ),
            10
        );
        Assert.Equal(
            Chrf.Sentence("some words", ["other words"], 2),
            Chrf.Corpus(
                ["some words"],
                [
                    ["other words"],
                ],
                2
            ),
            10
        );
        Assert.Throws<ArgumentException>(() => Chrf.Corpus(["a"], []));
        Assert.Throws<ArgumentException>(() => Chrf.Sentence("a", []));
    }
}
