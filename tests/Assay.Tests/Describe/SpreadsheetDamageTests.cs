using Assay.Describe;

namespace Assay.Tests.Describe;

public sealed class SpreadsheetDamageTests
{
    [Fact]
    public void RangesThatBecameDaysAreFoundAndRead() =>
        Assert.Equal(
            [new("9-Mar", "3-9"), new("19-Oct", "10-19"), new("Sep-2", "9-2")],
            SpreadsheetDamage.Of(["9-Mar", "20-29", "19-Oct", "more than 70", "", "Sep-2"])
        );

    [Theory]
    [InlineData("9-Mar", "19-Oct")] // a column of days
    [InlineData("3-9", "10-19")]
    [InlineData("9-Abc", "x")]
    [InlineData("109-Mar", "x")]
    [InlineData("9-March", "x")]
    [InlineData("9-Mar-2020", "x")]
    public void OtherColumnsAreLeft(params string[] values) => Assert.Empty(SpreadsheetDamage.Of(values));

    [Fact]
    public void NothingIsDamagedInNothing() => Assert.Empty(SpreadsheetDamage.Of([]));
}
