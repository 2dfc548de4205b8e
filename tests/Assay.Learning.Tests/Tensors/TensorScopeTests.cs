namespace Assay.Learning.Tests;

[Collection(nameof(TensorPool))]
public sealed class TensorScopeTests
{
    [Fact]
    public void WhatWasMadeWithinIsReturned()
    {
        Tensor outside = Tensor.Ones(3),
            made;
        long before = TensorPool.BytesInUse;
        using (new TensorScope())
        {
            made = outside + 1;
            Assert.True(TensorPool.BytesInUse > before);
        }
        Assert.Equal(before, TensorPool.BytesInUse);
        Assert.True(made.IsReturned);
        Assert.False(outside.IsReturned);
    }

    [Fact]
    public void UsingAReturnedTensorIsAnErrorThatNamesItsShape()
    {
        Tensor made;
        using (new TensorScope())
            made = Tensor.Ones(2, 5);
        ObjectDisposedException error = Assert.Throws<ObjectDisposedException>(() => made + 1);
        Assert.Contains("[2, 5]", error.Message);
    }

    [Fact]
    public void KeptTensorsBelongToTheScopeAround()
    {
        Tensor kept;
        using (new TensorScope())
        {
            using (TensorScope inner = new())
                kept = inner.Keep(Tensor.Ones(2));
            Assert.Equal([1f, 1f], kept.ToArray());
        }
        Assert.True(kept.IsReturned);
        using (TensorScope scope = new())
            kept = scope.Keep(Tensor.Ones(2));
        Assert.False(kept.IsReturned);
    }

    [Fact]
    public void StorageIsReturnedWhenTheLastViewIs()
    {
        long before = TensorPool.BytesInUse;
        Tensor whole = Tensor.Ones(4, 2);
        Tensor part = whole.Slice(0, 1, 2);
        whole.Dispose();
        Assert.Equal([1f, 1f, 1f, 1f], part.ToArray());
        part.Dispose();
        Assert.Equal(before, TensorPool.BytesInUse);
    }

    [Fact]
    public void GradientsOfParametersOutliveTheScope()
    {
        Tensor w = Tensor.Ones(3);
        w.RequiresGrad = true;
        using (new TensorScope())
            (w * 2).Sum().Backward();
        Assert.Equal([2f, 2f, 2f], w.Grad!.ToArray());
    }

    [Fact]
    public void DisposeWaitsForTheBackwardPass()
    {
        Tensor w = Tensor.Of([1, 2], 2);
        w.RequiresGrad = true;
        Tensor needed = w.Exp(),
            notNeeded = needed + 1;
        Tensor loss = notNeeded.Sum();
        needed.Dispose();
        notNeeded.Dispose();
        Assert.False(needed.IsReturned);
        Assert.True(notNeeded.IsReturned);
        loss.Backward();
        Assert.Equal(MathF.Exp(2), w.Grad!.Data[1], 1e-5f);
    }

    [Fact]
    public void RunningBackwardsThroughAnEndedScopeIsAnError()
    {
        Tensor w = Tensor.Ones(2),
            loss;
        w.RequiresGrad = true;
        using (TensorScope scope = new())
            loss = scope.Keep(w.Exp().Sum());
        Assert.Equal(2 * MathF.E, loss.Item(), 1e-4f);
        Assert.Contains("[2]", Assert.Throws<InvalidOperationException>(() => loss.Backward()).Message);
    }

    [Fact]
    public void ScopesEndInTheOrderOfTheirNesting()
    {
        TensorScope outer = new(),
            inner = new();
        Assert.Throws<InvalidOperationException>(outer.Dispose);
        inner.Dispose();
        outer.Dispose();
    }

    [Fact]
    public void SizesAreRoundedUpByAtMostAnEighth()
    {
        int lastClass = -1;
        for (int length = 129; length < 100_000; length++)
        {
            (int sizeClass, int capacity) = TensorPool.SizeClass(length);
            Assert.InRange(capacity, length, length * 1.125);
            Assert.True(sizeClass >= lastClass);
            lastClass = sizeClass;
        }
        Assert.True(TensorPool.SizeClass(Array.MaxLength - 64).Capacity >= Array.MaxLength - 64);
    }
}
