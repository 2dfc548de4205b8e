using System.Text;
using Assay.Data;
using Assay.Select;

namespace Assay.Tests;

public class UrlFilterTests
{
    [Theory]
    [InlineData("https://bad.org/page", "url.domain")]
    [InlineData("HTTP://user:pw@Bad.ORG:8080", "url.domain")]
    [InlineData("https://www.shop.bad.org./x", "url.subdomain")]
    [InlineData("https://notbad.org/", null)]
    [InlineData("https://fine.org/bad.org", null)]
    [InlineData("https://fine.org/one/page/", "url.address")]
    [InlineData("https://fine.org/one/page#part", "url.address")]
    [InlineData("https://fine.org/one/page2", null)]
    [InlineData("https://fine.org/great-casino_night", "url.word")]
    [InlineData("https://fine.org/casinos", null)]
    [InlineData("https://fine.org/free-stuff", null)]
    [InlineData("https://fine.org/free/free", null)]
    [InlineData("https://fine.org/free/WIN?x=1", "url.soft_words")]
    [InlineData("https://fine.org/superxspamxer", "url.substring")]
    [InlineData("https://fine.org/sp-am", "url.substring")]
    [InlineData("", null)]
    [InlineData(null, null)]
    public void Each_rule_has_its_reason(string? url, string? reason)
    {
        // The second row has an address that nobody minds.
        Dataset dataset = Rows.Of(
            2,
            2,
            (table, row) =>
            {
                table.Column("text").Set("x"u8);
                if (row == 1 || url is not null)
                    table.Column("url").Set(Encoding.UTF8.GetBytes(row == 1 ? "https://fine.org" : url!));
                else
                    table.Column("url").SetMissing();
            }
        );
        View view = new(dataset);
        UrlFilterOptions options = new()
        {
            Blocked = "list",
            Words = ["Casino"],
            SoftWords = ["free", "win"],
            Substrings = ["spam"],
        };
        Selected selected = Select(options, view);
        Assert.True(selected.Complements(view));
        Assert.Equal(reason is null ? [] : [reason], selected.Drops.Reasons);
        Assert.Equal(reason is null ? [0, 1] : [1], selected.Kept.Rows);
    }

    [Fact]
    public void What_cannot_work_is_refused()
    {
        Assert.Throws<AssayException>(() => new UrlFilter(new()));
        Assert.Throws<AssayException>(() => new UrlFilter(new() { Words = ["two words"] }));
        View view = new(Dataset.OfTexts(["x"]));
        Assert.Contains(
            "There are: text",
            Assert.Throws<AssayException>(() => Select(new() { Words = ["x"] }, view)).Hint
        );
    }

    private static Selected Select(UrlFilterOptions options, View view)
    {
        using Pieces pieces = Pieces.Temporary();
        View list = new(Dataset.OfTexts(["Bad.org", "http://fine.org/one/page", "", "  "]));
        Work work = new(pieces) { Datasets = new Dictionary<string, View> { ["list"] = list } };
        return new UrlFilter(options).Select(view, work);
    }
}
