using FsCheck;
using FsCheck.Fluent;

namespace Assay.Numerics.Tests;

public class MomentsTests
{
    [Fact]
    public void MergedPartsEqualTheWhole() =>
        Prop.ForAll<int[], int[]>(
                (left, right) =>
                {
                    Moments a = Of(left),
                        b = Of(right);
                    a.Merge(b);
                    double[] all = [.. left.Concat(right).Select(value => 1e6 + value)];
                    if (all.Length == 0)
                        return a.Count == 0 && a.StandardDeviation is null;
                    double mean = all.Average(),
                        deviation = Math.Sqrt(all.Average(value => (value - mean) * (value - mean)));
                    return a.Count == all.Length
                        && Math.Abs(a.Mean - mean) < 1e-6
                        && Math.Abs(a.StandardDeviation!.Value - deviation) < 1e-6;
                }
            )
            .Holds();

    [Fact]
    public void HugeNumbersHaveAMeanAndNoDeviation()
    {
        Moments moments = new();
        moments.Add(1e308);
        moments.Add(-1e308);
        moments.Add(1e308);
        Assert.Equal(1e308 / 3, moments.Mean, 1e300);
        Assert.Null(moments.StandardDeviation);
        using MemoryStream bytes = new();
        moments.Write(bytes);
        bytes.Position = 0;
        Moments read = Moments.Read(bytes);
        Assert.Equal((3, moments.Mean, null), (read.Count, read.Mean, read.StandardDeviation));
    }

    private static Moments Of(int[] values)
    {
        Moments moments = new();
        foreach (int value in values)
            moments.Add(1e6 + value);
        return moments;
    }
}
