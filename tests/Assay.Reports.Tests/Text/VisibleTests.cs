using Assay.Reports.Text;

namespace Assay.Reports.Tests.Text;

public sealed class VisibleTests
{
    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("a\nb\tc", "a\u21B5b\u21E5c")]
    [InlineData("\0\u001b\u007f\u0085", "\u2400\u241B\u2421\uFFFD")]
    [InlineData("a\u202Eb", "a\u27E6RLO\u27E7b")]
    [InlineData("\ud83d\ude00", "\ud83d\ude00")]
    [InlineData(null, "")]
    public void A_line_shows_what_cannot_be_seen(string? text, string expected) =>
        Assert.Equal(expected, Visible.Line(text));

    [Fact]
    public void Half_a_pair_is_replaced() => Assert.Equal("a\uFFFDb\uFFFD", Visible.Line("a\ud83db\ude00"));

    [Fact]
    public void An_excerpt_keeps_its_lines() => Assert.Equal("a\nb\tc", Visible.Excerpt("a\r\nb\tc"));

    [Fact]
    public void An_excerpt_is_cut_by_length_and_by_lines()
    {
        Assert.Equal("abc\u2026", Visible.Excerpt("abcdef", 3));
        Assert.Equal(12, Visible.Excerpt(string.Concat(Enumerable.Repeat("x\n", 100))).Split('\n').Length);
    }

    [Fact]
    public void A_cut_never_halves_a_pair() => Assert.Equal("ab\u2026", Visible.Line("ab\ud83d\ude00cd", 3));
}
