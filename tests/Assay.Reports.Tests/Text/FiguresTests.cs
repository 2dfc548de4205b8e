using Assay.Judge;
using Assay.Reports.Text;

namespace Assay.Reports.Tests.Text;

public sealed class FiguresTests
{
    [Theory]
    [InlineData(0, "0")]
    [InlineData(999, "999")]
    [InlineData(1_204_331, "1_204_331")]
    [InlineData(-12_000, "\u221212_000")]
    public void Counts_have_thin_spaces(long value, string expected) =>
        Assert.Equal(expected.Replace("_", Figures.Thin, StringComparison.Ordinal), Figures.Count(value));

    [Theory]
    [InlineData(0.0, "0")]
    [InlineData(3.14159, "3.14")]
    [InlineData(1234.6, "1235")]
    [InlineData(0.00012345, "0.000123")]
    [InlineData(1e-9, "1.00e\u22129")]
    [InlineData(-2.5, "\u22122.5")]
    [InlineData(double.NaN, "\u2013")]
    public void Numbers_have_three_digits(double value, string expected) =>
        Assert.Equal(expected.Replace("_", Figures.Thin, StringComparison.Ordinal), Figures.Number(value));

    [Theory]
    [InlineData(0.0001, "<_1_ms")]
    [InlineData(0.018, "18_ms")]
    [InlineData(4.21, "4.2_s")]
    [InlineData(59.97, "1_min 00_s")]
    [InlineData(184, "3_min 04_s")]
    [InlineData(7512, "2_h 05_min")]
    [InlineData(double.NaN, "\u2013")]
    public void Durations_have_two_parts_at_most(double seconds, string expected) =>
        Assert.Equal(expected.Replace("_", Figures.Thin, StringComparison.Ordinal), Figures.Duration(seconds));

    [Theory]
    [InlineData(0, 10, "0_%")]
    [InlineData(1, 3, "33.3_%")]
    [InlineData(1, 100_000, "<_0.1_%")]
    [InlineData(99_999, 100_000, ">_99.9_%")]
    [InlineData(3, 3, "100.0_%")]
    [InlineData(5, 0, "0_%")]
    public void Shares_never_round_something_to_nothing(double part, double whole, string expected) =>
        Assert.Equal(expected.Replace("_", Figures.Thin, StringComparison.Ordinal), Figures.Share(part, whole));

    [Fact]
    public void A_mean_has_the_digits_that_its_interval_leaves()
    {
        Measurement measured = new("m", "bits/byte", [1, 2], new(1.0522341, 1.0511, 1.0533, 0.95));
        Assert.Equal("1.0522", Figures.Mean(measured));
        Assert.Equal("[1.0511, 1.0533]", Figures.Ends(measured));
        Assert.Equal("", Figures.Ends(new("m", "", [1], new(1, 1, 1, 0.95))));
    }

    [Fact]
    public void Bytes_are_in_powers_of_1024() => Assert.Equal("1.5" + Figures.Thin + "KiB", Figures.Bytes(1536));
}
