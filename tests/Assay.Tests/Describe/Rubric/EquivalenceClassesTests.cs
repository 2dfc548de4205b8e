using Assay.Describe;
using Assay.Numerics;
using FsCheck;
using FsCheck.Fluent;

namespace Assay.Tests.Describe;

public sealed class EquivalenceClassesTests
{
    [Fact]
    public void BelowTheLimitAllIsExactHoweverThePartsAreMerged() =>
        Prop.ForAll<byte[]>(values =>
            {
                EquivalenceClasses whole = new(),
                    merged = new();
                foreach (byte value in values)
                    whole.Add(value);
                foreach (byte[] part in values.Chunk(3))
                {
                    EquivalenceClasses some = new();
                    foreach (byte value in part)
                        some.Add(value);
                    merged.Merge(Copy(some));
                }
                int[] sizes = [.. values.CountBy(value => value).Select(one => one.Value)];
                return whole.IsExact
                    && whole.Classes == sizes.Length
                    && whole.Smallest == sizes.DefaultIfEmpty().Min()
                    && whole.RowsBelow(3) == sizes.Where(size => size < 3).Sum()
                    && (merged.Classes, merged.Smallest, merged.RowsBelow(3))
                        == (whole.Classes, whole.Smallest, whole.RowsBelow(3));
            })
            .Holds();

    [Fact]
    public void BeyondItAWholeSampleOfClassesIsKept()
    {
        EquivalenceClasses classes = new(1000),
            turned = new(1000);
        RandomStream random = new(1, "classes");
        ulong[] hashes = [.. Enumerable.Range(0, 50_000).Select(_ => random.NextUInt64())];
        foreach (ulong hash in hashes.Concat(hashes[..10_000]))
            classes.Add(hash);
        foreach (ulong hash in hashes.Concat(hashes[..10_000]).Reverse())
            turned.Add(hash);
        Assert.False(classes.IsExact);
        Assert.InRange(classes.Classes, 45_000, 55_000);
        Assert.InRange(classes.RowsBelow(2), 35_000, 45_000);
        Assert.Equal(1, classes.Smallest);
        Assert.Equal((classes.Classes, classes.RowsBelow(2)), (turned.Classes, turned.RowsBelow(2)));
    }

    [Fact]
    public void DamageIsTold()
    {
        EquivalenceClasses classes = new();
        classes.Add(5, 3);
        MemoryStream bytes = new();
        classes.Write(new(bytes));
        bytes.Position = 0;
        bytes.WriteByte(200);
        bytes.Position = 0;
        Assert.Throws<InvalidDataException>(() => EquivalenceClasses.Read(new(bytes)));
    }

    private static EquivalenceClasses Copy(EquivalenceClasses classes)
    {
        MemoryStream bytes = new();
        classes.Write(new(bytes));
        bytes.Position = 0;
        return EquivalenceClasses.Read(new(bytes));
    }
}
