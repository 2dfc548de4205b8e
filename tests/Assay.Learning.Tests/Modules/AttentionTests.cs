using Assay.Numerics;

namespace Assay.Learning.Tests;

public sealed class AttentionTests : IDisposable
{
    private readonly TensorScope _scope = new();
    private readonly RandomStream _stream = new(2, "attention");

    public void Dispose() => _scope.Dispose();

    private Attention Create(int heads, int keyHeads, bool causal, RopeTables? rotary = null) =>
        new(
            Linear.Normal(_stream, 0.5f, 8, 4 * (heads + 2 * keyHeads), bias: true),
            Linear.Normal(_stream, 0.5f, 4 * heads, 8, bias: true),
            heads,
            keyHeads,
            causal,
            rotary
        );

    [Theory]
    [InlineData(2, true, true)]
    [InlineData(1, true, true)]
    [InlineData(2, false, false)]
    public void GradientsAreThoseOfDifferences(int keyHeads, bool causal, bool rotary)
    {
        Attention attention = Create(2, keyHeads, causal, rotary ? new(5, 4, 100) : null);
        // The bias of keys shifts all scores of a query alike: no gradient by itself, so it is part of a whole here.
        GradientCheck.Check(attention, Tensor.Normal(_stream, 1, 2, 5, 8), x => attention.Forward(x, residual: x));
    }

    [Fact]
    public void SharedKeysAreTheSameAsRepeatedOnes()
    {
        Attention grouped = Create(4, 2, causal: true),
            full = Create(4, 4, causal: true);
        // Rows: four query heads, then keys, then values; heads 0 and 1 read the first key head, 2 and 3 the second.
        int[] heads = [0, 1, 2, 3, 4, 4, 5, 5, 6, 6, 7, 7];
        for (int head = 0; head < heads.Length; head++)
        {
            Copy(grouped.QueryKeyValue.Weight.Data, full.QueryKeyValue.Weight.Data, heads[head], head, 4 * 8);
            Copy(grouped.QueryKeyValue.Bias!.Data, full.QueryKeyValue.Bias!.Data, heads[head], head, 4);
        }
        grouped.Output.Weight.Data.CopyTo(full.Output.Weight.Data);
        grouped.Output.Bias!.Data.CopyTo(full.Output.Bias!.Data);
        Tensor x = Tensor.Normal(_stream, 1, 2, 6, 8);
        Assert.InRange(TinyModels.MaxDifference(grouped.Forward(x).Data, full.Forward(x).Data), 0, 1e-6);

        static void Copy(Span<float> from, Span<float> to, int source, int target, int size) =>
            from.Slice(source * size, size).CopyTo(to[(target * size)..]);
    }

    [Fact]
    public void RotaryPositionsMakeProductsDependOnDistances()
    {
        RopeTables rotary = new(20, 4, 50);
        Tensor q = Tensor.Normal(_stream, 1, 6),
            k = Tensor.Normal(_stream, 1, 6);
        // The same two vectors at every position.
        Tensor turnedQ = Functional.Rope(q.Reshape(1, 1, 1, 6).BroadcastTo(1, 20, 1, 6), rotary),
            turnedK = Functional.Rope(k.Reshape(1, 1, 1, 6).BroadcastTo(1, 20, 1, 6), rotary);
        double Product(int i, int j) =>
            Enumerable.Range(0, 6).Sum(d => turnedQ.Data[i * 6 + d] * (double)turnedK.Data[j * 6 + d]);
        for (int distance = 0; distance < 5; distance++)
        for (int i = distance; i < 20; i++)
            Assert.Equal(Product(distance, 0), Product(i, i - distance), 1e-4);
        Assert.NotEqual(Product(0, 0), Product(1, 0), 1e-2);
        // Dimensions beyond the rotary ones stay.
        Assert.Equal(q.Data[4..].ToArray(), turnedQ.Data.Slice(19 * 6 + 4, 2).ToArray());
        Assert.Throws<ArgumentException>(() => Functional.Rope(Tensor.Zeros(1, 21, 1, 6), rotary));
    }

    [Fact]
    public void PaddingIsNotSeenByFullAttention()
    {
        Attention attention = Create(2, 2, causal: false);
        Tensor x = Tensor.Normal(_stream, 1, 2, 5, 8);
        Tensor before = attention.Forward(x, lengths: new[] { 3, 5 });
        Tensor changed = x.Copy();
        changed.Data.Slice(3 * 8, 2 * 8).Fill(9);
        Tensor after = attention.Forward(changed, lengths: new[] { 3, 5 });
        Assert.Equal(before.Data[..(3 * 8)].ToArray(), after.Data[..(3 * 8)].ToArray());
        // And it is what the sequence gives alone.
        Tensor alone = attention.Forward(x.Slice(0, 0, 1).Slice(1, 0, 3));
        Assert.InRange(TinyModels.MaxDifference(before.Data[..(3 * 8)], alone.Data), 0, 1e-5);
    }

    [Fact]
    public void SizesThatDoNotFitAreErrors()
    {
        Linear all = new(_stream, 8, 24),
            output = new(_stream, 8, 8);
        Assert.Throws<ArgumentException>(() => new Attention(all, output, 3, 3, true));
        Assert.Throws<ArgumentException>(() => new Attention(all, output, 2, 1, true));
        Assert.Throws<ArgumentException>(() => new Attention(all, output, 2, 2, true, new(4, 6, 10)));
    }
}
