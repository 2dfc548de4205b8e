using System.Globalization;
using System.Text.Json.Nodes;
using Assay.Data;
using Assay.Recipes;

namespace Assay.Tests.Recipes;

public sealed class RecipeSchemaTests
{
    private static JsonObject Schema { get; } = JsonNode.Parse(RecipeSchema.ToJson(Fakes.Catalogue))!.AsObject();

    [Fact]
    public void SaysWhatItIs()
    {
        Assert.Equal("https://json-schema.org/draft/2020-12/schema", (string)Schema["$schema"]!);
        Assert.Equal(
            ["assay", "extends", "seed", "data", "steps", "candidates", "judge", "frontier", "tiers", "export"],
            Schema["properties"]!.AsObject().Select(property => property.Key)
        );
        JsonObject dedup = Schema["$defs"]!["select/dedup"]!["properties"]!.AsObject();
        Assert.Equal(0.8, (double)dedup["threshold"]!["default"]!);
        Assert.Equal(1, (int)dedup["threshold"]!["maximum"]!);
        Assert.Equal("1M", (string)dedup["buffer"]!["default"]!);
        Assert.Equal(
            ["exact", "minhash", "suffix-array"],
            dedup["method"]!["enum"]!.AsArray().Select(word => (string)word!)
        );
    }

    [Fact]
    public void DescriptionsAreTheDocComments()
    {
        JsonObject properties = Schema["properties"]!.AsObject();
        Assert.Equal("Seed of every random choice.", (string)properties["seed"]!["description"]!);
        Assert.Equal(
            "Whether the dropped rows are written too, each with the reason why.",
            (string)properties["export"]!["properties"]!["dropped"]!["description"]!
        );
        Assert.All(properties, property => Assert.NotEmpty((string)property.Value!["description"]!));
    }

    [Theory]
    [InlineData("assay: 1\ndata: { pool: { path: a } }")]
    [InlineData("assay: 1\nseed: 3\ndata: { pool: { path: [a, b], max-row: 5M, text: body } }")]
    [InlineData(
        "assay: 1\ndata: { pool: { path: a, max-row: 500 } }\nsteps:\n  - describe/label\n  - describe/label:\n  - select/dedup: {}"
    )]
    [InlineData(
        "assay: 1\ndata: { pool: { path: a } }\nsteps: [ select/dedup: { threshold: 1, bands: 1, buffer: 1.5G, method: exact, keep-first: false } ]"
    )]
    [InlineData(
        "assay: 1\ndata: { pool: { path: a } }\nsteps: [ select/heuristics: { preset: c4, rules: a, sizes: [1, 9], limits: { least: 1 }, weights: { x: 0.5 }, share: 1 } ]"
    )]
    [InlineData(
        "assay: 1\ndata: { pool: { path: a } }\ncandidates: { a: [ select/random: { keep: 30% } ] }\njudge: { metrics: [ x ], tokens: 5M }\nfrontier: { minimise: x }\nexport: { to: out, format: jsonl.gz }"
    )]
    public void AcceptsWhatBinds(string yaml)
    {
        Fakes.Read(yaml);
        Assert.True(SchemaCheck.Accepts(Schema, Json(yaml)));
    }

    [Theory]
    [InlineData("assay: 2\ndata: { pool: { path: a } }")]
    [InlineData("data: { pool: { path: a } }")]
    [InlineData("assay: 1")]
    [InlineData("assay: 1\ndata: { pool: {} }")]
    [InlineData("assay: 1\ndata: { pool: { path: a, max-row: 5Q } }")]
    [InlineData("assay: 1\ndata: { pool: { path: a } }\nsead: 1")]
    [InlineData("assay: 1\nseed: -1\ndata: { pool: { path: a } }")]
    [InlineData("assay: 1\ndata: { pool: { path: a } }\nsteps: [ select/dedpu ]")]
    [InlineData("assay: 1\ndata: { pool: { path: a } }\nsteps: [ judge/proxies ]")]
    [InlineData("assay: 1\ndata: { pool: { path: a } }\nsteps: [ judge/proxies: {} ]")]
    [InlineData("assay: 1\ndata: { pool: { path: a } }\nsteps: [ {} ]")]
    [InlineData("assay: 1\ndata: { pool: { path: a } }\nsteps: [ { select/dedup: , describe/label: } ]")]
    [InlineData("assay: 1\ndata: { pool: { path: a } }\nsteps: [ select/random ]")]
    [InlineData("assay: 1\ndata: { pool: { path: a } }\nsteps: [ select/random: ~ ]")]
    [InlineData("assay: 1\ndata: { pool: { path: a } }\nsteps: [ select/random: { keep: 130% } ]")]
    [InlineData("assay: 1\ndata: { pool: { path: a } }\nsteps: [ select/dedup: { threshold: 1.5 } ]")]
    [InlineData("assay: 1\ndata: { pool: { path: a } }\nsteps: [ select/dedup: { bands: 0 } ]")]
    [InlineData("assay: 1\ndata: { pool: { path: a } }\nsteps: [ select/dedup: { bands: 1.5 } ]")]
    [InlineData("assay: 1\ndata: { pool: { path: a } }\nsteps: [ select/dedup: { method: min-hash } ]")]
    [InlineData("assay: 1\ndata: { pool: { path: a } }\nsteps: [ select/dedup: { keep-first: yes } ]")]
    [InlineData("assay: 1\ndata: { pool: { path: a } }\nsteps: [ select/heuristics: { rules: [] } ]")]
    [InlineData("assay: 1\ndata: { pool: { path: a } }\nsteps: [ select/heuristics: { share: 0 } ]")]
    [InlineData("assay: 1\ndata: { pool: { path: a } }\nsteps: [ select/heuristics: { tag: A1 } ]")]
    [InlineData("assay: 1\ndata: { pool: { path: a } }\nsteps: [ select/heuristics: { limits: { leest: 1 } } ]")]
    [InlineData("assay: 1\ndata: { pool: { path: a } }\nsteps: [ select/heuristics: { sizes: [10] } ]")]
    [InlineData("assay: 1\ndata: { pool: { path: a } }\nexport: { to: '' }")]
    public void RefusesWhatDoesNotBind(string yaml)
    {
        Assert.Throws<DocumentException>(() => Fakes.Read(yaml));
        Assert.False(SchemaCheck.Accepts(Schema, Json(yaml)));
    }

    [Fact]
    public void ARecipeThatExtendsAnotherNeedsNothingElse() =>
        Assert.True(SchemaCheck.Accepts(Schema, Json("extends: base.yaml\nseed: 3")));

    [Theory]
    [InlineData(
        "30%",
        "100%",
        "100.0%",
        "0%",
        "0.5%",
        "5000",
        "20k",
        "5M",
        "1.5k",
        ".5%",
        "5.%",
        "101%",
        "100.1%",
        "5X",
        "",
        "%",
        "k",
        "-5",
        "1e3",
        " 5 ",
        "1.5"
    )]
    public void ThePatternOfAnAmountIsWhatItParses(params string[] texts) =>
        Assert.All(
            texts,
            text =>
                Assert.Equal(
                    Amount.TryParse(text, CultureInfo.InvariantCulture, out _),
                    Fits("select/random", "keep", text)
                )
        );

    [Theory]
    [InlineData("512", "512K", "2G", "1.5g", "3T", "64KB", "64KiB", "64B", "5Q", "", "K", "-1", "1 K", "1e3", "10%")]
    public void ThePatternOfASizeIsWhatItParses(params string[] texts) =>
        Assert.All(
            texts,
            text =>
                Assert.Equal(
                    ByteSize.TryParse(text, CultureInfo.InvariantCulture, out _),
                    Fits("select/dedup", "buffer", text)
                )
        );

    [Fact]
    public void TheSchemaOfTheRealMethodsIsMade()
    {
        JsonObject schema = JsonNode.Parse(RecipeSchema.ToJson())!.AsObject();
        Assert.True(SchemaCheck.Accepts(schema, Json("assay: 1\ndata: { pool: { path: a } }")));
        Assert.All(MethodCatalogue.Default.Methods, method => Assert.NotNull(schema["$defs"]![method.Name]));
    }

    private static bool Fits(string method, string option, string text)
    {
        JsonObject schema = new() { ["$defs"] = Schema["$defs"]!.DeepClone() };
        foreach ((string key, JsonNode? value) in Schema["$defs"]![method]!["properties"]![option]!.AsObject())
            schema[key] = value?.DeepClone();
        return SchemaCheck.Accepts(schema, JsonValue.Create(text));
    }

    /// <summary>YAML as an editor sees it: the core schema's scalars.</summary>
    private static JsonNode? Json(string yaml) => Json(YamlReader.Read(new("x", yaml), new())!);

    private static JsonNode? Json(YamlNode node) =>
        node switch
        {
            MapNode map => new JsonObject(
                map.Entries.Select(entry => KeyValuePair.Create(entry.Key.Text, Json(entry.Value)))
            ),
            ListNode list => new JsonArray([.. list.Items.Select(Json)]),
            _ when node.IsNull => null,
            ScalarNode { Plain: true, Text: "true" or "false" } flag => JsonValue.Create(flag.Text == "true"),
            ScalarNode { Plain: true } number
                when double.TryParse(number.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) =>
                JsonValue.Create(value),
            ScalarNode text => JsonValue.Create(text.Text),
            _ => throw new InvalidOperationException(),
        };
}
