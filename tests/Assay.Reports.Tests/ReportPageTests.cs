using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Assay.Judge;
using Assay.Recipes;

namespace Assay.Reports.Tests;

/// <summary>The page as a whole: well-formed, safe, complete in itself, the same every time, in every shape of run.</summary>
public sealed partial class ReportPageTests
{
    private static readonly (string Name, RunReport Report)[] s_shapes =
    [
        ("full", Sample.Full),
        ("three-objectives", Sample.ThreeObjectives),
        ("one-objective", Sample.OneObjective),
        ("single-candidate", Sample.SingleCandidate),
        ("no-frontier", Sample.NoFrontier),
        ("no-candidates", Sample.NoCandidates),
        ("quiet", Sample.Quiet),
        ("empty", Sample.Empty),
    ];

    public static TheoryData<string> Shapes => [.. s_shapes.Select(shape => shape.Name)];

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Every_shape_of_run_gives_a_page_to_look_at(string shape)
    {
        string html = Render(Array.Find(s_shapes, one => one.Name == shape).Report);
        string folder = Path.Combine(AppContext.BaseDirectory, "reports");
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, shape + ".html"), html);

        Assert.StartsWith("<!DOCTYPE html>", html);
        AssertBalanced(html);
        Assert.DoesNotContain("NaN", html);
        Assert.DoesNotContain("Infinity", html);
        Assert.DoesNotContain("\u221E", html);
        foreach (Match link in Links().Matches(html))
            Assert.Contains($"id=\"{link.Groups[1].Value}\"", html);
    }

    [Fact]
    public void The_page_loads_and_runs_nothing()
    {
        string html = Render(Sample.Full);

        Assert.DoesNotContain("<script", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("<link", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("<img", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("http://", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("https://", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("url(", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotMatch(new Regex("<[^>]*\\son[a-z]+=", RegexOptions.IgnoreCase), WithoutQuoted(html));
    }

    [Fact]
    public void Texts_of_rows_stay_texts()
    {
        string html = Render(Sample.Full);

        Assert.Contains("&lt;script&gt;alert(&#x27;row&#x27;)", html);
        Assert.DoesNotContain("<b id=x>", html);
        Assert.Contains("&lt;b&gt;not bold&lt;/b&gt;", html);
        // None but tab and line ends: no control character, no half of a pair, no mark that turns the direction.
        Assert.DoesNotContain(
            html,
            c =>
                (c < ' ' && c is not '\n' and not '\r' and not '\t') || char.IsSurrogate(c) || c is '\u202E' or '\u2066'
        );
        Assert.DoesNotContain("&#x202E;", html);
        Assert.DoesNotContain("&#x0;", html);
        Assert.DoesNotContain("&#x1B;", html);
    }

    [Fact]
    public void Every_string_of_the_contract_is_escaped()
    {
        const string evil = "\"'><i>\u202E\0\ud800";
        string html = Render(
            Sample.Full with
            {
                RunId = evil,
                RecipePath = "x/" + evil,
                RecipeText = evil,
                Overrides = [evil],
                Versions = new Dictionary<string, string> { [evil] = evil },
                Datasets = [new(evil, evil, 1, 1, 1, 1, 1)],
                Candidates =
                [
                    .. Sample.Full.Candidates.Select(candidate =>
                        candidate with
                        {
                            Name = evil,
                            Measurements = [Sample.Measured(evil, evil, 1, 2), Sample.Measured("b", evil, 3, 4)],
                            DifferenceToBest = [Sample.Measured(evil, evil, 1, 2)],
                        }
                    ),
                ],
                Frontier = Sample.Full.Frontier! with
                {
                    Objectives = [new(evil, true), new("b", false)],
                    NonDominated = [evil],
                    Undecided = [evil],
                    Best = evil,
                    Why = evil,
                },
                Steps =
                [
                    .. Sample.Full.Steps.Select(step =>
                        step with
                        {
                            Method = evil,
                            Options = evil,
                            Reasons = [new(evil, 10, [new(evil, evil, evil, 1)])],
                            Signals = [.. step.Signals.Select(signal => signal with { Name = evil })],
                        }
                    ),
                ],
                Export = new(evil, [evil], 1, 1),
            }
        );

        Assert.DoesNotContain("<i>", html);
        Assert.DoesNotContain("&#x202E;", html);
        Assert.DoesNotContain("&#x0;", html);
        AssertBalanced(html);
    }

    [Fact]
    public void The_same_report_gives_the_same_bytes() => Assert.Equal(Render(Sample.Full), Render(Sample.Full));

    [Fact]
    public void Huge_texts_do_not_make_a_huge_page()
    {
        string huge = new('\u4e00', 1_000_000);
        RunReport report = Sample.Full with
        {
            Steps =
            [
                Sample.Full.Steps[1] with
                {
                    Options = huge,
                    Reasons =
                    [
                        .. Enumerable
                            .Range(0, 500)
                            .Select(i => new ReasonReport(
                                $"reason-{i}",
                                1,
                                [.. Enumerable.Repeat(Sample.Row(i, huge), 9)]
                            )),
                    ],
                    Clusters =
                    [
                        .. Enumerable.Repeat(
                            new ClusterReport(99, Sample.Row(1, huge), [.. Enumerable.Repeat(Sample.Row(2, huge), 50)]),
                            300
                        ),
                    ],
                },
            ],
        };

        Assert.InRange(Render(report).Length, 1, 3_000_000);
    }

    [Fact]
    public void Numbers_that_are_none_do_not_break_the_page()
    {
        Measurement[] odd =
        [
            new("bits-per-byte@target", "bits/byte", [double.NaN], new(double.NaN, double.NaN, double.NaN, 0.95)),
            new("diversity", "", [], new(1, double.NegativeInfinity, double.PositiveInfinity, 0.95)),
            new("text", "bytes", [-1], new(-1e300, -1e308, 1e308, 0.95)),
        ];
        string html = Render(
            Sample.Full with
            {
                Seconds = double.NaN,
                Candidates =
                [
                    .. Sample.Full.Candidates.Select(candidate =>
                        candidate with
                        {
                            Measurements = odd,
                            DifferenceToBest = odd,
                        }
                    ),
                ],
                Steps =
                [
                    Sample.Full.Steps[3] with
                    {
                        RowsIn = 0,
                        RowsOut = 0,
                        Reasons = [new("none", 0, [])],
                        Clusters = [new(2, Sample.Row(1, ""), [])],
                        Signals =
                        [
                            new("empty", 0, [], [], []),
                            new("constant", 5, [.. Enumerable.Repeat(3.0, 9)], [3, 3], [5]),
                            new("holes", 0, [.. Enumerable.Repeat(double.NaN, 9)], [0, 1, 2], [0, 0]),
                        ],
                        Label = new(0, [new("nothing", Data.ColumnType.Null)]),
                    },
                ],
            }
        );

        AssertBalanced(html);
        Assert.DoesNotContain("NaN", html);
        Assert.DoesNotContain("%%", html);
        Assert.DoesNotMatch(
            new Regex(" (x|y|cx|cy|x1|x2|y1|y2|width|height)=\"[^\"]*[^-0-9.%\"=][^\"]*\""),
            Plots(html)
        );
    }

    [Fact]
    public void The_headline_says_what_went_in_what_stayed_and_what_was_chosen()
    {
        string html = System.Net.WebUtility.HtmlDecode(Render(Sample.Full));

        Assert.Contains("793\u202F402 of 1\u202F204\u202F331 rows stayed (65.9\u202F%)", html);
        Assert.Contains("<strong class=\"accent\">target-like</strong>", html);
        Assert.Contains("31\u202Fmin 14\u202Fs", html);
        Assert.Contains("out/train-00000.parquet", html);
    }

    private static string Render(RunReport report)
    {
        using StringWriter output = new();
        ReportPage.Render(report, output);
        return output.ToString();
    }

    /// <summary>Every element is closed, and in the right order: the page reads as XML once its void elements and its style are seen to.</summary>
    private static void AssertBalanced(string html)
    {
        string xml = VoidElements()
            .Replace(
                html["<!DOCTYPE html>".Length..],
                match => match.Value.EndsWith("/>", StringComparison.Ordinal) ? match.Value : match.Value[..^1] + "/>"
            );
        xml = BareAttributes().Replace(xml, match => $" {match.Groups[1].Value}=\"\"");
        xml = xml.Replace("&nbsp;", " ", StringComparison.Ordinal);
        XDocument document = XDocument.Parse(xml);
        // A plot without a title says nothing to those who do not see it.
        foreach (XElement svg in document.Descendants("svg"))
            Assert.False(string.IsNullOrWhiteSpace(svg.Element("title")?.Value));
        foreach (XElement table in document.Descendants("table"))
            Assert.NotNull(table.Element("caption"));
    }

    private static string Plots(string html) => string.Concat(SvgElements().Matches(html).Select(match => match.Value));

    private static string WithoutQuoted(string html) => Quoted().Replace(html, "\"\"");

    [GeneratedRegex("<svg.*?</svg>", RegexOptions.Singleline)]
    private static partial Regex SvgElements();

    [GeneratedRegex("href=\"#([^\"]+)\"")]
    private static partial Regex Links();

    [GeneratedRegex("<(meta|br|hr|img|input)\\b[^>]*>")]
    private static partial Regex VoidElements();

    [GeneratedRegex(" (open)(?=[ >])")]
    private static partial Regex BareAttributes();

    [GeneratedRegex("\"[^\"]*\"")]
    private static partial Regex Quoted();
}
