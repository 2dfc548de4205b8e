using Assay.Learning;

namespace Assay.Tests;

public class TargetCountAverageTests
{
    [Fact]
    public void Losses_of_batches_are_those_of_the_release()
    {
        TargetCountAverage average = new();
        double[] losses = [250 / average.Next(100), 20 / average.Next(10), 110 / average.Next(50)];
        Assert.Equal(2.5, losses[0], 12);
        Assert.Equal(0.38, losses[1], 12);
        Assert.Equal(2.12928571, losses[2], 1e-8);
    }

    [Fact]
    public void Batches_of_one_size_and_no_memory_give_the_mean_over_tokens()
    {
        TargetCountAverage average = new();
        for (int i = 0; i < 20; i++)
            Assert.Equal(37, average.Next(37), 1e-9);
        TargetCountAverage forgetful = new(0);
        foreach (int targets in (int[])[100, 10, 50])
            Assert.Equal(targets, forgetful.Next(targets));
    }

    [Fact]
    public void It_goes_on_from_its_state()
    {
        TargetCountAverage first = new(),
            second = new();
        first.Next(100);
        first.State.CopyTo(second.State);
        Assert.Equal(first.Next(7), second.Next(7));
        Assert.Throws<ArgumentOutOfRangeException>(() => first.Next(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new TargetCountAverage(1));
    }
}
