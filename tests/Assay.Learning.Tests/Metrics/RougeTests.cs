using Assay.Numerics;

namespace Assay.Learning.Tests;

public class RougeTests
{
    [Fact]
    public void TheExampleOfThePaper()
    {
        // Lin (2004), section 3: against S1, S2 has a subsequence of 3 of 4 words, S3 of 2; both have one pair of 3.
        const string S1 = "police killed the gunman",
            S2 = "police kill the gunman",
            S3 = "the gunman kill police";
        Assert.Equal(0.75, Rouge.L(S2, S1).F1, 12);
        Assert.Equal(0.5, Rouge.L(S3, S1).F1, 12);
        Assert.Equal(1 / 3.0, Rouge.N(S2, S1, 2).F1, 12);
        Assert.Equal(1 / 3.0, Rouge.N(S3, S1, 2).F1, 12);
    }

    [Fact]
    public void WorkedByHand()
    {
        RougeScore score = Rouge.N("The cat, the CAT!", "the cat sat", 1);
        Assert.Equal((0.5, 2 / 3.0), (score.Precision, score.Recall));
        Assert.Equal(4 / 7.0, score.F1, 12);
        Assert.Equal(default, Rouge.N("one", "one", 2));
        Assert.Equal(default, Rouge.L("...", "one"));
        Assert.Equal(0, Rouge.L("", "").F1);
    }

    [Fact]
    public void PropertiesOfTheSubsequence()
    {
        RandomStream random = new(1, "rouge");
        string Text() =>
            string.Join(
                ' ',
                Enumerable.Range(0, 1 + random.NextInt32(12)).Select(_ => (char)('a' + random.NextInt32(4)))
            );
        for (int trial = 0; trial < 300; trial++)
        {
            string a = Text(),
                b = Text();
            RougeScore ab = Rouge.L(a, b),
                ba = Rouge.L(b, a);
            Assert.Equal((ab.Precision, ab.Recall), (ba.Recall, ba.Precision));
            Assert.True(ab.Recall <= Rouge.N(a, b, 1).Recall + 1e-12); // a subsequence is a set of common words
            Assert.Equal(1, Rouge.L(a, a).F1);
        }
    }
}
