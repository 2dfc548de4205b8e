using System.Diagnostics;
using System.Text;
using Assay.Data;

namespace Assay.Tests;

public sealed class HtmlPageTests
{
    private const string Sentence = "This is a sentence of the text, and it is long enough to be known as one.";

    [Fact]
    public void The_text_stays_and_what_surrounds_it_goes()
    {
        string page = $"""
            <!doctype html><html lang="en"><head><title>Of bees</title><style>p {"{"} color: red {"}"}</style></head>
            <body><div id="cookieBanner"><p>We use cookies, as everybody does. Do you accept all of them, please?</p></div>
            <header><a href="/">Home</a> <a href="/shop">Shop</a></header>
            <nav><ul><li><a href="/a">All about animals</a></li><li><a href="/b">Birds</a></li></ul></nav>
            <div class="layout has-sidebar"><h1>Of bees</h1><p>{Sentence}<p>Second paragraph, {Sentence}
            <h2>What they eat</h2><ul><li>nectar<li>pollen, which they
               carry home<li>water</ul>
            <pre>while (true)
              fly();</pre>
            <table><tr><th>kind<th>legs</tr><tr><td>bee<td>6</tr><tr><td>spider<td>8</tr></table>
            <p>After it.<br>A line. {Sentence}</p><script>var x = "no";</script><noscript>Enable it</noscript>
            <div class="share-buttons"><a href="#">Tweet</a></div></div>
            <div class="related"><h3>Related</h3><ul><li><a href="/w">Of wasps and what they do all day</a></ul></div>
            <footer><p>Copyright 2026 by the beekeepers of the world. All rights are reserved.</p></footer></body></html>
            """;
        HtmlPage read = HtmlPage.Read(page, HtmlText.Main);
        Assert.Equal("Of bees", read.Title);
        Assert.Equal("en", read.Language);
        Assert.Equal(
            $"""
            Of bees

            {Sentence}

            Second paragraph, {Sentence}

            What they eat

            - nectar
            - pollen, which they carry home
            - water

            while (true)
              fly();

            kind | legs
            bee | 6
            spider | 8

            After it.
            A line. {Sentence}
            """,
            read.Text
        );
        string all = HtmlPage.Read(page, HtmlText.All).Text;
        Assert.Contains("Birds", all);
        Assert.Contains("Copyright", all);
        Assert.DoesNotContain("Enable", all);
        Assert.DoesNotContain("red", all);
    }

    [Theory]
    [InlineData("plain words", "plain words")]
    [InlineData("", "")]
    [InlineData("<p>a</p><p hidden>b</p><p style='display: none'>c</p>", "a")]
    [InlineData("<p>&lt;b&gt; &amp; &eacute;&#xD800;&#0;</p>", "<b> & é\uFFFD\uFFFD")]
    [InlineData("<p>one<br><br>two</p>", "one\n\ntwo")]
    [InlineData("<p>soft\u00ADhyphen \u200B x</p>", "soft\u00ADhyphen x")]
    [InlineData("<nav><p>All there is.</p></nav>", "All there is.")]
    public void Short_pages_keep_what_they_have(string html, string text) =>
        Assert.Equal(text, HtmlPage.Read(html, HtmlText.Main).Text);

    [Fact]
    public void Named_parts_that_are_most_of_the_page_are_its_text()
    {
        string text = $"<p>{Sentence}</p><p>{Sentence}</p>";
        Assert.Contains(Sentence, HtmlPage.Read($"<div class=sidebar>{text}</div>", HtmlText.Main).Text);
        Assert.Contains(Sentence, HtmlPage.Read($"<form id=menu>{text}{text}</form><p>x</p>", HtmlText.Main).Text);
    }

    [Theory]
    [InlineData("<div>", 50_000)]
    [InlineData("<b>", 50_000)]
    [InlineData("<table><tr><td>", 50_000)]
    [InlineData("<a href=x><p>", 50_000)]
    [InlineData("<ul><li>", 50_000)]
    [InlineData("<p>x</p>", 50_000)]
    [InlineData("<i></p>", 50_000)]
    [InlineData("<svg><math><template>", 60_000)]
    [InlineData("<div class='a b c d e f' id=q>", 50_000)]
    [InlineData("<select><option>", 50_000)]
    [InlineData("&lt", 100_000)]
    [InlineData("<!--", 100_000)]
    [InlineData("<x y=", 50_000)]
    public void Hostile_pages_take_bounded_time(string piece, int times)
    {
        StringBuilder page = new();
        for (int i = 0; i < times; i++)
            page.Append(piece);
        page.Append("<p>The end.");
        Stopwatch watch = Stopwatch.StartNew();
        HtmlPage.Read(page.ToString(), HtmlText.Main);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(60), $"{piece} took {watch.ElapsedMilliseconds} ms");
    }

    [Fact]
    public void A_page_that_is_too_long_is_refused() =>
        Assert.Throws<DamagedFileException>(() => HtmlPage.Read(new string('x', HtmlPage.Longest + 1), HtmlText.Main));
}
