using Assay.Data;
using Assay.Recipes;

namespace Assay.Tests.Recipes;

public sealed class MethodCatalogueTests
{
    [Fact]
    public void KnowsEveryMarkedClass()
    {
        Assert.Equal(
            [
                "describe/label",
                "judge/proxies",
                "select/band",
                "select/dedup",
                "select/heuristics",
                "select/holdout",
                "select/random",
                "value/influence",
            ],
            Fakes.Catalogue.Methods.Select(method => method.Name)
        );
        MethodEntry dedup = Fakes.Catalogue.Get("select/dedup");
        Assert.Equal(("select", "dedup", 3), (dedup.Verb, dedup.Paper, dedup.Revision));
        Assert.Equal(typeof(Fakes.DedupOptions), dedup.OptionsType);
        Assert.Equal(typeof(NoOptions), Fakes.Catalogue.Get("describe/label").OptionsType);
    }

    [Fact]
    public void DescribesOptionsInWords()
    {
        Dictionary<string, OptionEntry> dedup = Options("select/dedup");
        Assert.Equal(("number", "0.8", "0 to 1"), Words(dedup["threshold"]));
        Assert.Equal(("whole number", "14", "at least 1"), Words(dedup["bands"]));
        Assert.Equal(("true or false", "true", ""), Words(dedup["keep-first"]));
        Assert.Equal((ByteSize.Expected, "1M", ""), Words(dedup["buffer"]));
        Assert.Equal(("text", "", ""), Words(dedup["column"]));
        Assert.Equal(("word", "minhash", ""), Words(dedup["method"]));
        Assert.Equal(["exact", "minhash", "suffix-array"], dedup["method"].Allowed);

        Dictionary<string, OptionEntry> heuristics = Options("select/heuristics");
        Assert.Equal(("list of whole numbers", "[2, 3]", "1 to 9"), Words(heuristics["sizes"]));
        Assert.Equal(("list of texts", "[a]", "1 to 3 long"), Words(heuristics["rules"]));
        Assert.Equal(("number", "0.5", "above 0 and at most 1"), Words(heuristics["share"]));
        Assert.Equal(["fineweb", "gopher", "c4"], heuristics["preset"].Allowed);
        Assert.Equal(["exact", "minhash", "suffix-array"], heuristics["methods"].Allowed);
        Assert.True(Options("select/random")["keep"].IsRequired);
        Assert.True(Options("select/holdout")["as"].IsRequired);
        Assert.False(dedup["threshold"].IsRequired);

        static (string, string, string) Words(OptionEntry option) => (option.Type, option.Default, option.Range);
        static Dictionary<string, OptionEntry> Options(string name) =>
            Fakes.Catalogue.Get(name).Options.ToDictionary(option => option.Name);
    }

    [Fact]
    public void ReadsDocCommentsAsPlainText()
    {
        XmlDocs docs = XmlDocs.Of(typeof(Recipe).Assembly);
        Assert.Equal("What is written at the end of a run, and where.", docs.Summary(typeof(ExportOptions)));
        Assert.Equal(
            "The candidate to write: its name, or best for the one that the frontier chooses.",
            docs.Summary(typeof(ExportOptions).GetProperty(nameof(ExportOptions.Candidate))!)
        );
        Assert.Equal(
            "The recipe's text as it stands in its file, before overrides.",
            docs.Summary(typeof(Recipe).GetProperty(nameof(Recipe.Text))!)
        );
        Assert.Equal("", XmlDocs.Of(typeof(MethodCatalogueTests).Assembly).Summary(typeof(Fakes)));
    }

    [Theory]
    [InlineData("One. Two.", "One.")]
    [InlineData("Of 1.5 M rows, e.g. these. Then more.", "Of 1.5 M rows, e.g. these.")]
    [InlineData("No stop", "No stop")]
    [InlineData("", "")]
    public void TakesTheFirstSentence(string text, string sentence) =>
        Assert.Equal(sentence, XmlDocs.FirstSentence(text));

    [Fact]
    public void AnUnknownMethodIsAnErrorWithAGuess()
    {
        AssayException failure = Assert.Throws<AssayException>(() => Fakes.Catalogue.Get("select/dedpu"));
        Assert.Equal("did you mean 'select/dedup'?", failure.Hint);
        Assert.Null(Fakes.Catalogue.Find("select/dedpu"));
    }

    [Fact]
    public void AMethodsOwnRefusalComesOutAsItIs()
    {
        AssayException failure = Assert.Throws<AssayException>(() =>
            Fakes.Catalogue.Get("select/band").Create(new Fakes.BandOptions { Low = 2 })
        );
        Assert.Equal("low is above high", failure.Message);
    }

    [Fact]
    public void AMarkedClassThatIsNoMethodIsADefect()
    {
        Assert.Throws<InvalidOperationException>(() => new MethodCatalogue([typeof(Wrong.Name)]));
        Assert.Throws<InvalidOperationException>(() => new MethodCatalogue([typeof(Wrong.Constructor)]));
        Assert.Throws<InvalidOperationException>(() => new MethodCatalogue([typeof(Wrong.Type)]));
        Assert.Throws<InvalidOperationException>(() => new MethodCatalogue([typeof(Fakes.Label), typeof(Fakes.Label)]));
    }

    private static class Wrong
    {
        [Method("noslash")]
        public sealed class Name;

        [Method("select/two")]
        public sealed class Constructor(NoOptions one, NoOptions two)
        {
            public NoOptions One { get; } = one;
            public NoOptions Two { get; } = two;
        }

        [Method("select/type")]
        public sealed class Type(TypeOptions options)
        {
            public TypeOptions Options { get; } = options;
        }

        public sealed record TypeOptions
        {
            public Action? Callback { get; init; }
        }
    }
}
