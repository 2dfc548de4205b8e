using Assay.Data;
using Assay.Plan.Prescribe;

namespace Assay.Tests.Plan.Prescribe;

public sealed class ChangeRuleTests
{
    [Fact]
    public void Rules_are_read()
    {
        ChangeRule numbers = ChangeRule.Parse("stress", "-1 -2 -3 resistance 2 cost 0.5");
        Assert.Equal([-1, -2, -3], numbers.Moves);
        Assert.Equal((2, .5, 0, 0), (numbers.Resistance, numbers.Cost, numbers.Fixed, numbers.Steps));
        ChangeRule order = ChangeRule.Parse("bmi", "Obese > Overweight > Normal/Normal Weight steps 1 fixed 3");
        Assert.True(order.IsOrdered);
        Assert.Equal(
            ["Obese", "Overweight", "Normal|Normal Weight"],
            order.Rungs.Select(rung => string.Join('|', rung))
        );
        Assert.Equal((1, 3), (order.Steps, order.Fixed));
        ChangeRule choice = ChangeRule.Parse("shift", "day | night");
        Assert.False(choice.IsOrdered);
        Assert.Equal(2, choice.Rungs.Count);
    }

    [Theory]
    [InlineData("")]
    [InlineData("up")]
    [InlineData("1 2")]
    [InlineData("+0")]
    [InlineData("+1 +1")]
    [InlineData("+nan")]
    [InlineData("+1 resistance -2")]
    [InlineData("+1 resistance much")]
    [InlineData("+1 steps 1.5")]
    [InlineData("a > a")]
    [InlineData("a > ")]
    [InlineData("resistance 2")]
    public void A_wrong_rule_is_named(string text)
    {
        AssayException wrong = Assert.Throws<AssayException>(() => ChangeRule.Parse("stress", text));
        Assert.Contains("'stress'", wrong.Message);
        Assert.Contains("resistance", wrong.Hint);
    }
}
