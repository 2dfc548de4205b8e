using System.Text;
using Assay.Features;
using Assay.Numerics;

namespace Assay.Tests.Features;

public sealed class RowSpreadTests
{
    [Fact]
    public void EqualRowsHaveNoDistanceAndRowsWithoutACommonWordAllOfIt()
    {
        Assert.Equal(0, Of("the cat sat", "sat the cat", "the cat sat"), 1e-12);
        Assert.Equal(1, Of("one two", "three four", "five"), 1e-12);
        Assert.Equal(0, Of());
        Assert.Equal(0, Of("alone"));
        Assert.Equal(1, Of("one", "", "two", "..."), 1e-12); // rows without a word are left out
    }

    /// <summary>sqrt counts: (1, sqrt 2) / sqrt 3 and (1, 0): the cosine is 1 / sqrt 3.</summary>
    [Fact]
    public void AWordCountsWithItsSquareRoot() => Assert.Equal(1 - 1 / Math.Sqrt(3), Of("a b b", "a"), 1e-12);

    [Fact]
    public void OnePassAgreesWithAllPairs()
    {
        RandomStream random = new(3, "rows");
        string[] rows = [.. Enumerable.Range(0, 40).Select(_ => Words(random))];
        double sum = 0;
        int pairs = 0;
        for (int i = 0; i < rows.Length; i++)
        for (int j = 0; j < i; j++, pairs++)
            sum += 1 - Cosine(rows[i], rows[j]);
        Assert.Equal(sum / pairs, Of(rows), 1e-9);
    }

    private static string Words(RandomStream random) =>
        string.Join(' ', Enumerable.Range(0, 3 + random.NextInt32(20)).Select(_ => "w" + random.NextInt32(30)));

    private static double Cosine(string a, string b)
    {
        Dictionary<string, int> Bag(string text) => text.Split(' ').CountBy(word => word).ToDictionary();
        Dictionary<string, int> left = Bag(a),
            right = Bag(b);
        double dot = left.Sum(word => Math.Sqrt(word.Value) * Math.Sqrt(right.GetValueOrDefault(word.Key)));
        return dot / Math.Sqrt(left.Values.Sum()) / Math.Sqrt(right.Values.Sum());
    }

    private static double Of(params string[] rows)
    {
        RowSpread spread = new();
        foreach (string row in rows)
            spread.Add(Encoding.UTF8.GetBytes(row));
        return spread.MeanDistance;
    }
}
