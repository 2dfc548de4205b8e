using System.Globalization;
using System.Xml.Linq;
using Assay.Judge;
using Assay.Reports.Plots;
using Assay.Studies;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.Extensions.Logging.Abstractions;

namespace Assay.Reports.Tests.Plots;

/// <summary>The plots one by one: what is drawn where.</summary>
public sealed class PlotTests
{
    [Fact]
    public void A_funnel_bar_adds_up_to_what_went_in()
    {
        (string, long)[] drops = [("short", 200), ("long", 100)];
        XElement plot = Render<BarFunnel>(
            (nameof(BarFunnel.Rows), new FunnelRow[] { new("a", "", 1000, 700, drops), new("b", "", 700, 600, []) }),
            (nameof(BarFunnel.Colours), new ReasonColours(drops))
        );

        double[][] widths = [.. plot.Descendants("svg").Select(svg => Numbers(svg.Elements("rect"), "width"))];
        Assert.Equal([70, 20, 10], widths[0]);
        Assert.Equal([60, 10], widths[1]);
        Assert.Contains("short: 200 rows, 20.0\u202F% of this step", plot.ToString());
    }

    [Fact]
    public void A_funnel_shows_added_rows_and_never_draws_more_than_it_has()
    {
        (string, long)[] drops = [("impossible", 5000)];
        XElement plot = Render<BarFunnel>(
            (
                nameof(BarFunnel.Rows),
                new FunnelRow[] { new("make", "", 500, 1000, drops), new("cut", "", 1000, 900, drops) }
            ),
            (nameof(BarFunnel.Colours), new ReasonColours(drops))
        );

        double[][] widths = [.. plot.Descendants("svg").Select(svg => Numbers(svg.Elements("rect"), "width"))];
        Assert.Equal([50, 50], widths[0]);
        Assert.Equal([90, 10], widths[1]);
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public void The_front_runs_through_its_points_and_covers_the_dominated_ones(bool maximiseX, bool maximiseY)
    {
        double X(double value) => maximiseX ? -value : value;
        double Y(double value) => maximiseY ? -value : value;
        FrontierPoint Point(string name, double x, double y, Standing standing) =>
            new(name, Exact(X(x)), Exact(Y(y)), standing, name == "b");
        XElement plot = Render<FrontierPlot>(
            (nameof(FrontierPlot.X), new Axis("x", "", maximiseX)),
            (nameof(FrontierPlot.Y), new Axis("y", "", maximiseY)),
            (
                nameof(FrontierPlot.Points),
                new[]
                {
                    Point("a", 1, 9, Standing.NonDominated),
                    Point("b", 3, 4, Standing.NonDominated),
                    Point("c", 8, 2, Standing.NonDominated),
                    Point("d", 6, 7, Standing.Dominated),
                }
            )
        );

        XElement[] stairs = [.. plot.Descendants("line").Where(line => (string?)line.Attribute("class") == "front")];
        Assert.Equal(6, stairs.Length);
        for (int i = 1; i < stairs.Length; i++)
        {
            Assert.Equal((string?)stairs[i - 1].Attribute("x2"), (string?)stairs[i].Attribute("x1"));
            Assert.Equal((string?)stairs[i - 1].Attribute("y2"), (string?)stairs[i].Attribute("y1"));
        }
        XElement[] circles = [.. plot.Descendants("circle")];
        bool Covered(XElement circle)
        {
            double x = Number(circle, "cx"),
                y = Number(circle, "cy");
            return plot.Descendants("rect")
                .Any(rect =>
                    x > Number(rect, "x")
                    && x < Number(rect, "x") + Number(rect, "width")
                    && y > Number(rect, "y")
                    && y < Number(rect, "y") + Number(rect, "height")
                );
        }
        Assert.Equal(1, circles.Count(Covered));
        Assert.Equal("faded", (string?)Assert.Single(circles, Covered).Parent!.Attribute("class"));
    }

    [Fact]
    public void A_difference_whose_interval_covers_zero_is_hollow()
    {
        XElement plot = Render<IntervalPlot>(
            (nameof(IntervalPlot.Title), "difference"),
            (nameof(IntervalPlot.Zero), true),
            (
                nameof(IntervalPlot.Rows),
                new IntervalRow[]
                {
                    new("sure", new("m", "", [1, 3], new(2, 1, 3, 0.95)), false),
                    new("unsure", new("m", "", [-1, 3], new(1, -1, 3, 0.95)), false),
                }
            )
        );

        IEnumerable<string> styles = plot.Descendants("circle")
            .Where(dot => (string?)dot.Attribute("class") == "mean")
            .Select(dot => (string)dot.Parent!.Attribute("class")!);
        Assert.Equal(["plain", "plain hollow"], styles);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(0)]
    public void A_long_tail_of_whole_numbers_is_drawn_by_its_logarithm(int least)
    {
        double[] values = [.. Enumerable.Range(0, 2000).Select(i => Math.Floor(least + Math.Exp(i / 200.0) - 1))];
        Assay.Numerics.Histogram histogram = Assay.Numerics.Histogram.Of(values);
        XElement plot = Render<Histogram>(
            (nameof(Histogram.Title), "words"),
            (nameof(Histogram.Edges), histogram.Edges),
            (nameof(Histogram.Counts), histogram.Counts)
        );
        XElement[] bins = [.. plot.Descendants("rect")];
        double[] left = [.. bins.Select(bin => double.Parse(bin.Attribute("x")!.Value.TrimEnd('%')))];
        // On a linear axis nine tenths of the bins would stand in the first tenth.
        Assert.InRange(left.Count(x => x < 50), bins.Length / 4, 3 * bins.Length / 4);
    }

    [Fact]
    public void Unequal_bins_are_drawn_by_density()
    {
        XElement plot = Render<Histogram>(
            (nameof(Histogram.Title), "values"),
            (nameof(Histogram.Edges), new double[] { 0, 1, 10 }),
            (nameof(Histogram.Counts), new long[] { 9, 81 })
        );

        XElement[] bars = [.. plot.Descendants("rect")];
        Assert.Equal([10, 90], Numbers(bars, "width"));
        Assert.Equal((string?)bars[0].Attribute("height"), (string?)bars[1].Attribute("height"));
    }

    private static Interval Exact(double value) => new(value, value, value, 0.95);

    private static double[] Numbers(IEnumerable<XElement> elements, string attribute) =>
        [.. elements.Select(element => Number(element, attribute))];

    private static double Number(XElement element, string attribute) =>
        double.Parse(((string?)element.Attribute(attribute))!.TrimEnd('%'), CultureInfo.InvariantCulture);

    private static XElement Render<T>(params (string Name, object? Value)[] parameters)
        where T : IComponent
    {
        using HtmlRenderer renderer = new(new NoServices(), NullLoggerFactory.Instance);
        string html = renderer
            .Dispatcher.InvokeAsync(async () =>
            {
                var view = ParameterView.FromDictionary(parameters.ToDictionary(one => one.Name, one => one.Value));
                return (await renderer.RenderComponentAsync<T>(view)).ToHtmlString();
            })
            .GetAwaiter()
            .GetResult();
        return XElement.Parse($"<plot>{html}</plot>", LoadOptions.PreserveWhitespace);
    }

    private sealed class NoServices : IServiceProvider
    {
        public object? GetService(Type serviceType) => null;
    }
}
