using Assay.Data;

namespace Assay.Tests;

public sealed class TextAndXmlTests : IDisposable
{
    private readonly SourceFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Lines_paragraphs_and_files()
    {
        _folder.Write("a.txt", "one\r\ntwo\r\n \t\r\n\r\nthree\nfour");
        _folder.Write("b.md", "\n\n");
        Assert.Equal(["one", "two", "three", "four"], _folder.Texts());
        Assert.Equal(["one\r\ntwo", "three\nfour"], _folder.Texts(new() { Path = ["*"], Rows = TextRows.Paragraph }));
        Assert.Equal(
            ["one\r\ntwo\r\n \t\r\n\r\nthree\nfour", "\n\n"],
            _folder.Texts(new() { Path = ["*"], Rows = TextRows.File })
        );
        Assert.Contains(
            " 16 body=three",
            _folder.Rows(
                new()
                {
                    Path = ["*"],
                    Rows = TextRows.Paragraph,
                    Text = "body",
                }
            )[1]
        );
    }

    private const string Documentation = """
        <?xml version="1.0" encoding="utf-8"?>
        <doc>
          <assembly><name>Shapes</name></assembly>
          <members>
            <member name="T:Geometry.Circle">
              <summary>A <see cref="T:Geometry.Shape">shape</see> that is
                 round; see <see cref="T:System.Collections.Generic.List`1" /> and <see langword="null" />.</summary>
              <remarks><para>First.</para><para>Second &amp; last.</para></remarks>
            </member>
            <member name="M:Geometry.Circle.#ctor(System.Double)"><summary>Makes one.</summary></member>
            <member name="M:Geometry.Circle.Map``1(System.Func{System.Double,``0}[],System.Int32@)">
              <summary>Maps.</summary>
              <typeparam name="T">What to.</typeparam>
              <param name="by">How, with <paramref name="count" />.</param>
              <returns>The <c>image</c>.</returns>
              <exception cref="T:System.ArgumentException">It is bad.</exception>
            </member>
            <member name="T:Geometry.Circle.Arc"><summary>A part.</summary></member>
            <member name="P:Geometry.Circle.Arc.Angle"><value>Degrees.</value></member>
            <member name="F:Geometry.Shape.None" />
          </members>
        </doc>
        """;

    [Fact]
    public void Documentation_becomes_a_row_of_prose_per_type()
    {
        _folder.Write("Shapes.xml", Documentation);
        Assert.Equal(
            [
                "Circle\nA shape that is round; see List and null.\nRemarks: First.\nSecond & last.\n\n"
                    + "Circle constructor(Double)\nMakes one.\n\n"
                    + "Map(Func<Double, T0>[], Int32)\nMaps.\nType parameter T: What to.\nParameter by: How, with count.\n"
                    + "Returns: The image.\nThrows ArgumentException: It is bad.",
                "Arc\nA part.\n\nAngle\nValue: Degrees.",
                "Shape\n\nNone",
            ],
            _folder.Texts()
        );
        List<string> rows = _folder.Rows();
        Assert.EndsWith("type=Geometry.Circle,namespace=Geometry,assembly=Shapes,members=2", rows[0]);
        Assert.EndsWith("type=Geometry.Circle.Arc,namespace=Geometry,assembly=Shapes,members=1", rows[1]);
        Assert.Contains(" Shapes.xml 2 ", rows[2]);
    }

    [Fact]
    public void Broken_documentation_is_one_bad_row_with_line_and_column()
    {
        _folder.Write("a.xml", "<doc>\n  <members>\n    <member name='T:A'><summary>x</sumary></member>\n");
        _folder.Write("b.xml", Documentation);
        AssayException failure = _folder.Fails();
        Assert.Equal((3, 36), (failure.Where!.Line, failure.Where.Column));
        Assert.Equal(3, _folder.Texts(policy: BadRowPolicy.Quarantine).Count);
        Assert.Contains("\"line\":3", Assert.Single(_folder.Bad()));
    }

    [Theory]
    [InlineData("<project/>", "not <doc>")]
    [InlineData("<!DOCTYPE doc [<!ENTITY a 'x'>]><doc>&a;</doc>", "DTD")]
    [InlineData("<doc><members><member/></members></doc>", "no name")]
    public void Other_xml_is_refused(string xml, string reason)
    {
        _folder.Write("a.xml", xml);
        Assert.Contains(reason, _folder.Fails().Message);
    }

    [Fact]
    public void The_documentation_of_the_running_dotnet_is_readable()
    {
        SourceOptions options = new() { Path = ["{dotnet}/packs/Microsoft.NETCore.App.Ref/*/ref/*/System.R*.xml"] };
        SourcePlan plan;
        try
        {
            plan = SourcePlan.Find("docs", options, _folder.Path);
        }
        catch (AssayException none)
        {
            Assert.Contains("--data PATH", none.Hint);
            Assert.Skip("this .NET SDK ships without documentation");
            return;
        }
        using Pieces pieces = Pieces.Temporary();
        IngestResult result = Ingest.Run(plan, BadRowPolicy.Fail, new(pieces));
        Assert.StartsWith("packs/", plan.Files[0].Name);
        Assert.True(result.Rows > 100);
        Assert.True(result.Tables.Count < plan.Files.Count);
    }
}
