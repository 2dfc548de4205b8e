using System.Globalization;
using Assay.Data;
using Assay.Recipes;
using FsCheck;
using FsCheck.Fluent;

namespace Assay.Tests.Recipes;

public sealed class CanonicalJsonTests
{
    [Fact]
    public void HasSortedKeysDefaultsAndExactNumbers() =>
        Assert.Equal(
            """{"bands":14,"buffer":{"bytes":1048576},"column":null,"keep-first":true,"method":"minhash","threshold":0.1}""",
            Recipe.CanonicalJson(new Fakes.DedupOptions { Threshold = 0.1 })
        );

    [Theory]
    [InlineData("{ threshold: 0.5, bands: 3 }", "{ bands: 3, threshold: 5e-1 }")]
    [InlineData("{ threshold: 0.8 }", "")]
    [InlineData("{ buffer: 1M }", "{ buffer: 1024K }")]
    [InlineData("{ buffer: 1048576 }", "{ buffer: '1MiB' }")]
    [InlineData("{ column: abc }", "{ column: \"abc\" }")]
    [InlineData("{ threshold: -0.0 }", "{ threshold: 0 }")]
    [InlineData("{ keep-first: True, bands: +14 }", "{ column: ~ }")]
    public void DoesNotDependOnTheSpelling(string one, string other) =>
        Assert.Equal(
            Recipe.CanonicalJson(Fakes.Options<Fakes.DedupOptions>($"select/dedup: {one}")),
            Recipe.CanonicalJson(Fakes.Options<Fakes.DedupOptions>($"select/dedup: {other}"))
        );

    [Fact]
    public void MapsAreSortedAndListsAreNot()
    {
        string a = "select/heuristics: { weights: { b: 1, a: 2 }, sizes: [1, 2] }";
        string b = "select/heuristics: { sizes: [1, 2], weights: { a: 2.0, b: 1 } }";
        string c = "select/heuristics: { sizes: [2, 1], weights: { a: 2.0, b: 1 } }";
        Assert.Equal(Json(a), Json(b));
        Assert.NotEqual(Json(b), Json(c));
        Assert.Contains("\"weights\":{\"a\":2,\"b\":1}", Json(a));
        Assert.Contains("\"limits\":{\"least\":50,\"most\":null}", Json(a));

        static string Json(string step) => Recipe.CanonicalJson(Fakes.Options<Fakes.HeuristicsOptions>(step));
    }

    [Fact]
    public void DifferentNumbersNeverGiveTheSameText() =>
        Prop.ForAll<double, double>(
                (a, b) =>
                    !double.IsFinite(a)
                    || !double.IsFinite(b)
                    || (a == b)
                        == (
                            Recipe.CanonicalJson(new Fakes.BandOptions { Low = a })
                            == Recipe.CanonicalJson(new Fakes.BandOptions { Low = b })
                        )
            )
            .Holds();

    [Fact]
    public void EverySpellingOfANumberGivesTheSameText() =>
        Prop.ForAll<double>(value =>
            {
                if (!double.IsFinite(value))
                    return true;
                string[] spellings = ["R", "G17", "E16"];
                return spellings
                        .Select(spelling => value.ToString(spelling, CultureInfo.InvariantCulture))
                        .Select(text =>
                            Fakes.Options<Fakes.HeuristicsOptions>($"select/heuristics: {{ weights: {{ a: {text} }} }}")
                        )
                        .Select(Recipe.CanonicalJson)
                        .Distinct()
                        .Count() == 1;
            })
            .Holds();

    [Fact]
    public void AmountsThatPrintAlikeStayApart()
    {
        Fakes.RandomOptions a = new() { Keep = Amount.Share(0.3) };
        Fakes.RandomOptions b = new() { Keep = Amount.Share(0.3 + 1e-12) };
        Assert.Equal(a.Keep.ToString(), b.Keep.ToString());
        Assert.NotEqual(Recipe.CanonicalJson(a), Recipe.CanonicalJson(b));
        Assert.NotEqual(
            Recipe.CanonicalJson(new Fakes.RandomOptions { Keep = Amount.Share(1) }),
            Recipe.CanonicalJson(new Fakes.RandomOptions { Keep = Amount.Count(1) })
        );
        Assert.Equal("""{"keep":{"is-share":true,"value":0.3}}""", Recipe.CanonicalJson(a));
    }

    [Fact]
    public void AWholeRecipeHasOneToo()
    {
        string one = Recipe.CanonicalJson(
            Fakes.Read(Fakes.Head + "  - select/dedup: { bands: 14 }\n  - describe/label:\n")
        );
        string other = Recipe.CanonicalJson(
            Fakes.Read(
                "steps: [ select/dedup, describe/label ]\ndata:\n  pool:\n    path: [ a.jsonl ]\nassay: 1\nseed: 0\n"
            )
        );
        Assert.Equal(one, other);
        Assert.Contains("""{"describe/label":{}}""", one);
    }
}
