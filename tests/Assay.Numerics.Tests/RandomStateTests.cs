namespace Assay.Numerics.Tests;

public class RandomStateTests
{
    [Fact]
    public void AStreamMadeFromAStateGoesOnWithTheSameNumbersAndChildren()
    {
        RandomStream stream = new(7, "order");
        for (int i = 0; i < 100; i++)
            stream.NextUInt64();
        RandomState state = stream.State;
        RandomStream again = new(state);
        Assert.Equal(state, again.State);
        for (int i = 0; i < 100; i++)
            Assert.Equal(stream.NextGaussian(), again.NextGaussian());
        Assert.NotEqual(state, stream.State);
        Assert.Equal(stream.Child("a").NextUInt64(), again.Child("a").NextUInt64());
        Assert.Equal(stream.Child(3).NextUInt64(), again.Child(3).NextUInt64());
        Assert.Equal(stream.BitsOf(5), again.BitsOf(5));
    }

    [Fact]
    public void TheFirstNumberIsThatOfTheReferenceGenerator()
    {
        // xoshiro256** with the words 1, 2, 3, 4: rotl(2 * 5, 7) * 9 = 1280 * 9, then 0 (worked by hand from the source).
        RandomStream stream = new(new RandomState(0, 1, 2, 3, 4));
        Assert.Equal(11520UL, stream.NextUInt64());
        Assert.Equal(0UL, stream.NextUInt64());
        Assert.Equal(1509978240UL, stream.NextUInt64());
    }

    [Fact]
    public void AStateOfZeroesIsRefused() =>
        Assert.Throws<ArgumentException>(() => new RandomStream(new RandomState(9, 0, 0, 0, 0)));
}
