using System.Security.Cryptography;
using System.Text;
using Assay.Data;
using Assay.Describe;

namespace Assay.Tests.Describe.Cards;

public sealed class CroissantCheckTests : IDisposable
{
    private const string Table = "id,word\n1,a\n2,b\n";
    private readonly string _folder = Directory.CreateTempSubdirectory("assay-test-").FullName;
    private readonly Pieces _pieces = Pieces.Temporary();

    private static readonly string Good = $$"""
        {
          "@context": { "@vocab": "https://schema.org/", "cr": "http://mlcommons.org/croissant/", "sc": "https://schema.org/",
            "dct": "http://purl.org/dc/terms/", "conformsTo": "dct:conformsTo", "column": "cr:column", "data": "cr:data", "dataType": "cr:dataType",
            "extract": "cr:extract", "field": "cr:field", "fileObject": "cr:fileObject", "fileProperty": "cr:fileProperty", "includes": "cr:includes",
            "jsonPath": "cr:jsonPath", "key": "cr:key", "recordSet": "cr:recordSet", "references": "cr:references", "regex": "cr:regex",
            "source": "cr:source", "transform": "cr:transform" },
          "@type": "sc:Dataset",
          "conformsTo": "http://mlcommons.org/croissant/1.1",
          "name": "words", "description": "Words.", "license": "https://spdx.org/licenses/MIT.html",
          "url": "https://example.org/words", "creator": { "@type": "Person", "name": "A" }, "datePublished": "2026-01-31",
          "version": "1.0.0", "keywords": "words",
          "distribution": [
            { "@type": "cr:FileObject", "@id": "table", "contentUrl": "t.csv", "encodingFormat": "text/csv", "contentSize": "{{Table.Length}} B",
              "sha256": "{{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Table)))}}" },
            { "@type": "cr:FileObject", "@id": "zip", "contentUrl": "https://example.org/a.zip", "encodingFormat": "application/zip", "md5": "x" },
            { "@type": "cr:FileSet", "@id": "pictures", "containedIn": { "@id": "zip" }, "encodingFormat": "image/jpeg", "includes": "*.jpg" }
          ],
          "recordSet": [
            { "@type": "cr:RecordSet", "@id": "kinds", "key": { "@id": "kinds/k" },
              "field": [ { "@type": "cr:Field", "@id": "kinds/k", "dataType": "sc:Text" } ],
              "data": [ { "kinds/k": "x" } ] },
            { "@type": "cr:RecordSet", "@id": "words", "field": [
              { "@type": "cr:Field", "@id": "words/id", "dataType": "sc:Integer",
                "source": { "fileObject": { "@id": "table" }, "extract": { "column": "id" } } },
              { "@type": "cr:Field", "@id": "words/kind", "dataType": "sc:Text", "references": { "@id": "kinds/k" },
                "source": { "fileObject": { "@id": "table" }, "extract": { "column": "word" }, "transform": { "regex": "^(.)" } } },
              { "@type": "cr:Field", "@id": "words/fixed", "dataType": "sc:Text", "value": "v" },
              { "@type": "cr:Field", "@id": "words/box", "dataType": "sc:Float", "isArray": true, "arrayShape": "4",
                "source": { "fileObject": { "@id": "table" }, "extract": { "column": "word" }, "transform": { "separator": " " } } }
            ] }
          ]
        }
        """;

    public void Dispose()
    {
        _pieces.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void A_description_that_is_in_order_has_no_findings() => Assert.Empty(Check(Good));

    [Theory]
    [InlineData("\"@context\": {", "\"context\": {", true, "there is no @context")]
    [InlineData("\"cr\": \"http://mlcommons.org/croissant/\"", "\"x\": \"y\"", true, "prefix 'cr' is not bound")]
    [InlineData("\"@vocab\": \"https://schema.org/\"", "\"@language\": \"en\"", false, "@vocab")]
    [InlineData("\"dataType\": \"cr:dataType\",", "", true, "does not say what 'dataType' is")]
    [InlineData("\"@id\": \"zip\", \"contentUrl\"", "\"@id\": \"a zip\", \"contentUrl\"", true, "white space")]
    [InlineData("\"name\": \"words\"", "\"name\": 5", true, "'name' is '5'; expected text")]
    [InlineData("sc:Dataset", "sc:Thing", true, "expected sc:Dataset")]
    [InlineData("\"conformsTo\": \"http://mlcommons.org/croissant/1.1\",", "", true, "conforms to is not said")]
    [InlineData("croissant/1.1", "croissant/9.0", true, "no known version")]
    [InlineData("\"name\": \"words\",", "", true, "'name' is missing")]
    [InlineData("\"description\": \"Words.\",", "", true, "'description' is missing")]
    [InlineData("\"license\": \"https://spdx.org/licenses/MIT.html\",", "", true, "'license' is missing")]
    [InlineData("\"url\": \"https://example.org/words\",", "", true, "'url' is missing")]
    [InlineData("\"url\": \"https://example.org/words\",", "\"url\": \"words\",", true, "is no address")]
    [InlineData("\"creator\": { \"@type\": \"Person\", \"name\": \"A\" },", "", true, "'creator' is missing")]
    [InlineData("\"@type\": \"Person\", \"name\": \"A\"", "\"@type\": \"Person\"", true, "a creator has no name")]
    [InlineData("\"datePublished\": \"2026-01-31\"", "\"datePublished\": \"yesterday\"", true, "is no date")]
    [InlineData("\"version\": \"1.0.0\"", "\"version\": \"one\"", false, "MAJOR.MINOR.PATCH")]
    [InlineData("\"version\": \"1.0.0\",", "", false, "'version' is missing")]
    [InlineData("\"@id\": \"zip\"", "\"@id\": \"table\"", true, "is there twice")]
    [InlineData(
        "\"@type\": \"cr:FileObject\", \"@id\": \"zip\"",
        "\"@type\": \"cr:FileObject\"",
        true,
        "neither @id nor name"
    )]
    [InlineData(
        "\"@type\": \"cr:FileObject\", \"@id\": \"zip\"",
        "\"@type\": \"cr:File\", \"@id\": \"zip\"",
        true,
        "cr:FileObject or cr:FileSet"
    )]
    [InlineData(", \"encodingFormat\": \"application/zip\"", "", true, "'encodingFormat' is missing")]
    [InlineData("\"contentUrl\": \"https://example.org/a.zip\", ", "", true, "'contentUrl' is missing")]
    [InlineData(", \"md5\": \"x\"", "", true, "a file has no checksum")]
    [InlineData("\"md5\": \"x\"", "\"sha256\": \"x\"", false, "no SHA-256")]
    [InlineData("\"contentUrl\": \"t.csv\"", "\"contentUrl\": \"u.csv\"", true, "is not here")]
    [InlineData("\"contentUrl\": \"t.csv\"", "\"contentUrl\": \"../t.csv\"", true, "leads out of the folder")]
    [InlineData("\"contentSize\": \"16 B\"", "\"contentSize\": \"17 B\"", true, "has 16 bytes, not 17")]
    [InlineData("\"contentSize\": \"16 B\"", "\"contentSize\": \"big\"", false, "is no size")]
    [InlineData(
        "\"containedIn\": { \"@id\": \"zip\" }",
        "\"containedIn\": { \"@id\": \"zpi\" }",
        true,
        "did you mean 'zip'"
    )]
    [InlineData(
        "\"containedIn\": { \"@id\": \"zip\" }",
        "\"containedIn\": { \"@id\": \"words\" }",
        true,
        "which is a RecordSet"
    )]
    [InlineData(
        "\"containedIn\": { \"@id\": \"zip\" }",
        "\"containedIn\": { \"@id\": \"pictures\" }",
        true,
        "in itself"
    )]
    [InlineData(", \"includes\": \"*.jpg\"", "", true, "'includes' is missing")]
    [InlineData(
        "{ \"@type\": \"cr:RecordSet\", \"@id\": \"words\"",
        "{ \"@id\": \"words\"",
        true,
        "expected cr:RecordSet"
    )]
    [InlineData("\"key\": { \"@id\": \"kinds/k\" }", "\"key\": { \"@id\": \"kinds/q\" }", true, "refers to 'kinds/q'")]
    [InlineData("{ \"kinds/k\": \"x\" }", "{ \"kinds/q\": \"x\" }", true, "there is no field 'kinds/q'")]
    [InlineData("{ \"kinds/k\": \"x\" }", "\"x\"", true, "stands among the data")]
    [InlineData(
        "{ \"@type\": \"cr:Field\", \"@id\": \"words/id\"",
        "{ \"@type\": \"cr:Filed\", \"@id\": \"words/id\"",
        true,
        "expected cr:Field"
    )]
    [InlineData(
        "\"@id\": \"words/id\", \"dataType\": \"sc:Integer\",",
        "\"@id\": \"words/id\",",
        true,
        "its type is not said"
    )]
    [InlineData(
        "\"@id\": \"words/id\", \"dataType\"",
        "\"@id\": \"words/id\", \"dataTypo\"",
        false,
        "did you mean 'dataType'"
    )]
    [InlineData("\"value\": \"v\"", "\"description\": \"v\"", true, "where its values come from is not said")]
    [InlineData("\"@id\": \"words/id\",", "\"@id\": \"words/id\", \"value\": 1,", true, "a source and a value")]
    [InlineData(
        "\"source\": { \"fileObject\": { \"@id\": \"table\" }, \"extract\": { \"column\": \"id\" } }",
        "\"source\": { \"extract\": { \"column\": \"id\" } }",
        true,
        "says not of what"
    )]
    [InlineData(
        "\"extract\": { \"column\": \"id\" }",
        "\"extract\": { }",
        true,
        "how values are extracted is not said"
    )]
    [InlineData(
        "\"extract\": { \"column\": \"id\" }",
        "\"extract\": { \"column\": \"id\", \"jsonPath\": \"$\" }",
        true,
        "by column and jsonPath"
    )]
    [InlineData(
        "\"extract\": { \"column\": \"id\" }",
        "\"extract\": { \"fileProperty\": \"filenam\" }",
        true,
        "did you mean 'filename'"
    )]
    [InlineData("\"regex\": \"^(.)\"", "\"regex\": \"^(.\"", true, "no regular expression")]
    [InlineData("\"regex\": \"^(.)\"", "\"regx\": \"^(.)\"", true, "did you mean 'regex'")]
    [InlineData(
        "\"references\": { \"@id\": \"kinds/k\" }",
        "\"references\": { \"@id\": \"kinds\" }",
        true,
        "which is a RecordSet"
    )]
    [InlineData("\"isArray\": true, ", "", true, "has the shape of an array")]
    [InlineData("\"arrayShape\": \"4\"", "\"arrayShape\": \"a,b\"", true, "is no shape")]
    public void Each_rule_is_told(string from, string to, bool isError, string what)
    {
        Assert.Contains(from, Good);
        Assert.Contains(
            Check(Good.Replace(from, to)),
            finding =>
                finding.IsError == isError
                && finding.Problem.ToString().Contains(what)
                && finding.Problem.Where.Line > 0
        );
    }

    [Fact]
    public void Sources_that_nothing_joins_are_told()
    {
        string two = Good.Replace("\"references\": { \"@id\": \"kinds/k\" },", "")
            .Replace(
                "\"source\": { \"fileObject\": { \"@id\": \"table\" }, \"extract\": { \"column\": \"id\" } }",
                "\"source\": { \"fileObject\": { \"@id\": \"zip\" }, \"extract\": { \"column\": \"id\" } }"
            );
        Assert.Contains(Check(two), finding => finding.IsError && finding.Problem.What.Contains("table and zip"));
    }

    [Theory]
    [InlineData(
        "\"@id\": \"words/fixed\", \"dataType\": \"sc:Text\", \"value\": \"v\"",
        "\"@id\": \"words/fixed\", \"source\": { \"field\": { \"@id\": \"kinds/k\" } }"
    )]
    [InlineData(
        "\"references\": { \"@id\": \"kinds/k\" }",
        "\"references\": { \"fileObject\": { \"@id\": \"table\" }, \"extract\": { \"column\": \"word\" } }"
    )]
    [InlineData("\"key\": { \"@id\": \"kinds/k\" }", "\"key\": \"k\"")]
    [InlineData("\"name\": \"words\"", "\"name\": { \"en\": \"words\", \"de\": \"Woerter\" }")]
    [InlineData("\"@type\": \"sc:Dataset\"", "\"@type\": \"Dataset\"")]
    [InlineData("\"encodingFormat\": \"text/csv\"", "\"sc:encodingFormat\": \"text/csv\"")]
    public void Other_ways_of_saying_the_same_are_in_order(string from, string to)
    {
        Assert.Contains(from, Good);
        Assert.Empty(Check(Good.Replace(from, to)));
    }

    [Fact]
    public void A_file_that_is_another_is_told_with_the_hash_that_it_has()
    {
        List<CardFinding> found = Check(Good, table: Table.Replace('a', 'c'));
        Assert.Contains("not the one that is described", Assert.Single(found).Problem.What);
        Assert.Empty(Check(Good, table: Table.Replace('a', 'c'), withData: false));
    }

    [Theory]
    [InlineData("{ \"a\": 1, \"a\": 2 }", "is there twice")]
    [InlineData("{ \"a\": \n tru }", "not JSON")]
    [InlineData("[1]", "expected an object")]
    public void What_is_no_object_of_JSON_is_told(string text, string what) =>
        Assert.Contains(Check(text), finding => finding.IsError && finding.Problem.ToString().Contains(what));

    private List<CardFinding> Check(string text, string table = Table, bool withData = true)
    {
        File.WriteAllText(Path.Combine(_folder, "t.csv"), table);
        string path = Path.Combine(_folder, "croissant.json");
        File.WriteAllText(path, text);
        return [.. CardCheck.Run(path, withData ? new Work(_pieces) : null).Findings];
    }
}
