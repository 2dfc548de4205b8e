using Assay.Data;

namespace Assay.Tests.Recipes;

public sealed class NearestTests
{
    [Theory]
    [InlineData("", "", 0)]
    [InlineData("a", "", 1)]
    [InlineData("kitten", "sitting", 3)]
    [InlineData("dedpu", "dedup", 1)]
    [InlineData("ca", "abc", 3)]
    public void CountsEditsAndSwaps(string a, string b, int distance)
    {
        Assert.Equal(distance, Nearest.Distance(a, b));
        Assert.Equal(distance, Nearest.Distance(b, a));
    }

    [Theory]
    [InlineData("treshold", "threshold")]
    [InlineData("keepFirst", "keep-first")]
    [InlineData("keep_first", "keep-first")]
    [InlineData("thresh", "threshold")]
    [InlineData("dedup", "select/dedup")]
    [InlineData("select/dedpu", "select/dedup")]
    public void FindsWhatWasMeant(string word, string meant) =>
        Assert.Equal(meant, Nearest.Of(word, ["threshold", "keep-first", "select/dedup", "bands"]));

    [Theory]
    [InlineData("k")]
    [InlineData("")]
    [InlineData("banana-split")]
    [InlineData("zz")]
    public void GuessesNothingWhenNothingIsNear(string word) =>
        Assert.Null(Nearest.Of(word, ["threshold", "q", "bands", "select/dedup"]));

    [Fact]
    public void AVeryLongWordCostsNothing() => Assert.Null(Nearest.Of(new string('x', 1_000_000), ["x"]));
}
