using Assay.Data;
using Assay.Recipes;

namespace Assay.Tests.Recipes;

public sealed class BindingTests
{
    private const string Step = "recipe.yaml:4:";

    [Fact]
    public void BindsEveryKindOfValue()
    {
        Fakes.DedupOptions dedup = Fakes.Options<Fakes.DedupOptions>(
            "select/dedup: { method: suffix-array, threshold: 1e-1, bands: 3, keep-first: false, buffer: 2M, column: body }"
        );
        Assert.Equal(
            new()
            {
                Method = Fakes.DedupMethod.SuffixArray,
                Threshold = 0.1,
                Bands = 3,
                KeepFirst = false,
                Buffer = new(2 << 20),
                Column = "body",
            },
            dedup
        );
        Fakes.HeuristicsOptions heuristics = Fakes.Options<Fakes.HeuristicsOptions>(
            "select/heuristics: { preset: c4, rules: one, sizes: [4, 5], limits: { least: -3 }, extra: { most: 9 }, "
                + "weights: { b: 2, a: 1.5 }, methods: [exact, minhash] }"
        );
        Assert.Equal("c4", heuristics.Preset);
        Assert.Equal(["one"], heuristics.Rules);
        Assert.Equal([4, 5], heuristics.Sizes);
        Assert.Equal(new() { Least = -3 }, heuristics.Limits);
        Assert.Equal(new() { Most = 9 }, heuristics.Extra);
        Assert.Equal(["b", "a"], heuristics.Weights.Keys);
        Assert.Equal(1.5, heuristics.Weights["a"]);
        Assert.Equal([Fakes.DedupMethod.Exact, Fakes.DedupMethod.MinHash], heuristics.Methods);
        Assert.Equal(Amount.Share(0.3), Fakes.Options<Fakes.RandomOptions>("select/random: { keep: 30% }").Keep);
        Assert.Equal(Amount.Count(5_000_000), Fakes.Options<Fakes.RandomOptions>("select/random: { keep: 5M }").Keep);
    }

    [Theory]
    [InlineData("select/dedup")]
    [InlineData("select/dedup:")]
    [InlineData("select/dedup: {}")]
    [InlineData("select/dedup: ~")]
    [InlineData("select/dedup: { column: null }")]
    public void WithoutOptionsTheDefaultsHold(string step) =>
        Assert.Equal(new Fakes.DedupOptions(), Fakes.Options<Fakes.DedupOptions>(step));

    [Fact]
    public void TextMayLookLikeAnything()
    {
        foreach (string text in (string[])["5", "true", "1e3", "'null'", "\"\""])
            Assert.Equal(
                text.Trim('\'', '"'),
                Fakes.Options<Fakes.DedupOptions>($"select/dedup: {{ column: {text} }}").Column
            );
    }

    [Fact]
    public void AStepKnowsItsMethodItsPlaceAndHowItWasWritten()
    {
        Recipe recipe = Fakes.Read(
            Fakes.Head
                + "  - describe/label\n"
                + "  - select/heuristics:\n"
                + "      rules: [ a, 'b,c' ]   # a comment\n"
                + "      limits:\n"
                + "        least: 3\n"
        );
        StepSpec step = recipe.Steps[1];
        Assert.Equal("select/heuristics", step.Name);
        Assert.Equal("rules: [a, 'b,c'], limits: { least: 3 }", step.Written);
        Assert.Equal("recipe.yaml:5:5 (key 'steps[1].select/heuristics')", step.Where!.ToString());
        Assert.Equal("", recipe.Steps[0].Written);
        Assert.IsType<Fakes.Heuristics>(Fakes.Catalogue.Create(step));
        Assert.IsType<Fakes.Label>(Fakes.Catalogue.Create(recipe.Steps[0]));
    }

    [Theory]
    [InlineData(
        "{ treshold: 0.7 }",
        "21 (key 'steps[0].select/dedup.treshold'): there is no key 'treshold' here; expected one of method, threshold, bands, keep-first, buffer, column; did you mean 'threshold'?"
    )]
    [InlineData(
        "{ threshold: 1.5 }",
        "32 (key 'steps[0].select/dedup.threshold'): '1.5' is out of range; expected a number from 0 to 1"
    )]
    [InlineData(
        "{ threshold: abc }",
        "32 (key 'steps[0].select/dedup.threshold'): 'abc' does not fit; expected a number from 0 to 1"
    )]
    [InlineData(
        "{ threshold: .nan }",
        "32 (key 'steps[0].select/dedup.threshold'): '.nan' is not a finite number; expected a number from 0 to 1"
    )]
    [InlineData(
        "{ threshold: NaN }",
        "32 (key 'steps[0].select/dedup.threshold'): 'NaN' is not a finite number; expected a number from 0 to 1"
    )]
    [InlineData(
        "{ threshold: -.inf }",
        "32 (key 'steps[0].select/dedup.threshold'): '-.inf' is not a finite number; expected a number from 0 to 1"
    )]
    [InlineData(
        "{ threshold: 1e999 }",
        "32 (key 'steps[0].select/dedup.threshold'): '1e999' is not a finite number; expected a number from 0 to 1"
    )]
    [InlineData(
        "{ threshold: }",
        "32 (key 'steps[0].select/dedup.threshold'): there is no value here; expected a number from 0 to 1"
    )]
    [InlineData(
        "{ threshold: '0.5' }",
        "32 (key 'steps[0].select/dedup.threshold'): the text '0.5' does not fit; expected a number from 0 to 1; take the quotes away"
    )]
    [InlineData(
        "{ threshold: [1] }",
        "32 (key 'steps[0].select/dedup.threshold'): a list does not fit; expected a number from 0 to 1"
    )]
    [InlineData(
        "{ threshold: { a: 1 } }",
        "32 (key 'steps[0].select/dedup.threshold'): a map does not fit; expected a number from 0 to 1"
    )]
    [InlineData(
        "{ bands: 0 }",
        "28 (key 'steps[0].select/dedup.bands'): '0' is out of range; expected a whole number, at least 1"
    )]
    [InlineData(
        "{ bands: 1.5 }",
        "28 (key 'steps[0].select/dedup.bands'): '1.5' does not fit; expected a whole number, at least 1"
    )]
    [InlineData(
        "{ bands: 5k }",
        "28 (key 'steps[0].select/dedup.bands'): '5k' does not fit; expected a whole number, at least 1; did you mean 5000?"
    )]
    [InlineData(
        "{ bands: 99999999999 }",
        "28 (key 'steps[0].select/dedup.bands'): '99999999999' does not fit; expected a whole number, at least 1"
    )]
    [InlineData(
        "{ keep-first: yes }",
        "33 (key 'steps[0].select/dedup.keep-first'): 'yes' does not fit; expected true or false; did you mean true, without quotes?"
    )]
    [InlineData(
        "{ keep-first: 'false' }",
        "33 (key 'steps[0].select/dedup.keep-first'): the text 'false' does not fit; expected true or false; did you mean false, without quotes?"
    )]
    [InlineData(
        "{ buffer: 2X }",
        "29 (key 'steps[0].select/dedup.buffer'): '2X' does not fit; expected a size in bytes such as 512K, 256M or 2G"
    )]
    [InlineData(
        "{ method: min-hash }",
        "29 (key 'steps[0].select/dedup.method'): 'min-hash' does not fit; expected one of exact, minhash, suffix-array; did you mean 'minhash'?"
    )]
    [InlineData(
        "{ method: 1 }",
        "29 (key 'steps[0].select/dedup.method'): '1' does not fit; expected one of exact, minhash, suffix-array"
    )]
    [InlineData(
        "{ bands: 1, bands: 2 }",
        "31 (key 'steps[0].select/dedup.bands'): the key 'bands' is there twice; it is already on line 4"
    )]
    [InlineData(
        "5",
        "19 (key 'steps[0].select/dedup'): '5' does not fit; expected a map with options, such as { method: ... }"
    )]
    [InlineData(
        "[5]",
        "19 (key 'steps[0].select/dedup'): a list does not fit; expected a map with options, such as { method: ... }"
    )]
    public void SaysWhatIsWrongWithAnOption(string options, string problem) =>
        Assert.Equal([Step + problem], Fakes.Problems($"{Fakes.Head}  - select/dedup: {options}"));

    [Theory]
    [InlineData(
        "preset: finweb",
        "33 (key 'steps[0].select/heuristics.preset'): 'finweb' is not allowed; expected one of fineweb, gopher, c4; did you mean 'fineweb'?"
    )]
    [InlineData(
        "rules: []",
        "32 (key 'steps[0].select/heuristics.rules'): 0 values do not fit; expected a list of texts, 1 to 3 long"
    )]
    [InlineData(
        "rules: [a, b, c, d]",
        "32 (key 'steps[0].select/heuristics.rules'): 4 values do not fit; expected a list of texts, 1 to 3 long"
    )]
    [InlineData(
        "rules: { a: b }",
        "32 (key 'steps[0].select/heuristics.rules'): a map does not fit; expected a list of texts, 1 to 3 long"
    )]
    [InlineData(
        "sizes: [1, 10]",
        "36 (key 'steps[0].select/heuristics.sizes[1]'): '10' is out of range; expected a whole number from 1 to 9"
    )]
    [InlineData(
        "sizes: 10",
        "32 (key 'steps[0].select/heuristics.sizes'): '10' is out of range; expected a whole number from 1 to 9"
    )]
    [InlineData(
        "sizes: [~]",
        "33 (key 'steps[0].select/heuristics.sizes[0]'): there is no value here; expected a whole number from 1 to 9"
    )]
    [InlineData(
        "limits: { leest: 3 }",
        "35 (key 'steps[0].select/heuristics.limits.leest'): there is no key 'leest' here; expected one of least, most; did you mean 'least'?"
    )]
    [InlineData(
        "limits: ~",
        "33 (key 'steps[0].select/heuristics.limits'): there is no value here; expected a map with keys such as least, most; write {} for the defaults, or take the key away"
    )]
    [InlineData(
        "extra: ~",
        "32 (key 'steps[0].select/heuristics.extra'): there is no value here; expected a map with keys such as least, most; write {} for the defaults, or take the key away"
    )]
    [InlineData(
        "limits: 5",
        "33 (key 'steps[0].select/heuristics.limits'): '5' does not fit; expected a map with keys such as least, most"
    )]
    [InlineData(
        "weights: { a: x }",
        "39 (key 'steps[0].select/heuristics.weights.a'): 'x' does not fit; expected a number"
    )]
    [InlineData(
        "weights: [1]",
        "34 (key 'steps[0].select/heuristics.weights'): a list does not fit; expected a map from names to numbers"
    )]
    [InlineData("tag: A1", "30 (key 'steps[0].select/heuristics.tag'): 'A1' does not match the pattern [a-z]+")]
    [InlineData(
        "share: 0",
        "32 (key 'steps[0].select/heuristics.share'): '0' is out of range; expected a number, above 0 and at most 1"
    )]
    [InlineData(
        "methods: [exact, suffixarray]",
        "42 (key 'steps[0].select/heuristics.methods[1]'): 'suffixarray' does not fit; expected one of exact, minhash, suffix-array; did you mean 'suffix-array'?"
    )]
    public void SaysWhatIsWrongWithListsMapsAndNestedOptions(string option, string problem) =>
        Assert.Equal([Step + problem], Fakes.Problems($"{Fakes.Head}  - select/heuristics: {{{option}}}"));

    [Theory]
    [InlineData(
        "select/dedpu",
        "5 (key 'steps[0]'): there is no method 'select/dedpu'; expected one of select/band, select/dedup, select/heuristics, select/holdout, select/random; did you mean 'select/dedup'?"
    )]
    [InlineData(
        "dedup: {}",
        "5 (key 'steps[0]'): there is no method 'dedup'; expected one of describe/label, select/band, select/dedup, select/heuristics, select/holdout, select/random, value/influence; did you mean 'select/dedup'?"
    )]
    [InlineData("value/wobble", "5 (key 'steps[0]'): there is no method 'value/wobble'; expected value/influence")]
    [InlineData(
        "judge/proxies",
        "5 (key 'steps[0]'): 'judge/proxies' is not a step; candidates are judged together, after all steps: write it under 'judge:'"
    )]
    [InlineData(
        "plan/frontier: {}",
        "5 (key 'steps[0]'): 'plan/frontier' is not a step; planning compares finished candidates: write it under 'frontier:'"
    )]
    [InlineData(
        "train/dpo",
        "5 (key 'steps[0]'): 'train/dpo' is not a step; the proxies of a recipe are trained by the 'judge:' section"
    )]
    [InlineData(
        "[]",
        "5 (key 'steps[0]'): a list is not a step; expected a method's name, such as 'select/dedup', or its name and options: 'select/dedup: { ... }'"
    )]
    [InlineData(
        "{}",
        "5 (key 'steps[0]'): an empty map is not a step; expected a method's name, such as 'select/dedup', or its name and options: 'select/dedup: { ... }'"
    )]
    [InlineData(
        "",
        "4 (key 'steps[0]'): an empty value is not a step; expected a method's name, such as 'select/dedup', or its name and options: 'select/dedup: { ... }'"
    )]
    [InlineData(
        "describe/label: 5",
        "21 (key 'steps[0].describe/label'): '5' does not fit; expected nothing, for it has no options"
    )]
    [InlineData(
        "describe/label: { a: 1 }",
        "23 (key 'steps[0].describe/label.a'): there is no key 'a' here; expected no keys"
    )]
    [InlineData(
        "select/random",
        "5 (key 'steps[0].select/random'): 'keep' is missing; expected keep: <a share such as 30% or a count such as 5000, 20k or 5M>"
    )]
    [InlineData(
        "select/random: {}",
        "20 (key 'steps[0].select/random'): 'keep' is missing; expected keep: <a share such as 30% or a count such as 5000, 20k or 5M>"
    )]
    [InlineData(
        "select/random: { keep: 130% }",
        "28 (key 'steps[0].select/random.keep'): '130%' does not fit; expected a share such as 30% or a count such as 5000, 20k or 5M"
    )]
    [InlineData(
        "select/holdout: { as: '' }",
        "27 (key 'steps[0].select/holdout.as'): the text is empty; expected text"
    )]
    [InlineData("select/band: { low: 2 }", "5 (key 'steps[0].select/band'): low is above high; swap them")]
    public void SaysWhatIsWrongWithAStep(string step, string problem) =>
        Assert.Equal([Step + problem], Fakes.Problems($"{Fakes.Head}  - {step}"));

    [Fact]
    public void SeesThatOptionsAreNotIndented()
    {
        Assert.Equal(
            [
                "recipe.yaml:5:5 (key 'steps[0]'): a step names one method, and this one has 2 keys: 'select/dedup', 'bands'; indent the options further than 'select/dedup:'",
            ],
            Fakes.Problems(Fakes.Head + "  - select/dedup:\n    bands: 5")
        );
        Assert.Equal(
            [
                "recipe.yaml:5:5 (key 'steps[0]'): a step names one method, and this one has 2 keys: 'select/dedup', 'describe/label'; begin every step with '- '",
            ],
            Fakes.Problems(Fakes.Head + "  - select/dedup:\n    describe/label:")
        );
    }

    [Fact]
    public void ReportsEverythingAtOnceInTheOrderOfTheFile()
    {
        DocumentException failure = Assert.Throws<DocumentException>(() =>
            Fakes.Read(
                """
                assay: 2
                sead: 7
                data: { pool: { pth: a } }
                steps:
                  - select/dedup:
                      threshold: 2
                      bands: x
                  - select/nothing
                """
            )
        );
        Assert.Equal(
            [(1, 8), (2, 1), (3, 15), (3, 17), (6, 18), (7, 14), (8, 5)],
            failure.Problems.Select(problem => ((int)problem.Where.Line, problem.Where.Column))
        );
        Assert.StartsWith("there are 7 problems, first: '2' is not allowed", failure.Message);
        string shown = failure.ToString().ReplaceLineEndings("\n");
        Assert.Contains("    6 |       threshold: 2\n      |                  ^\nrecipe.yaml:7:14", shown);
    }

    [Fact]
    public void ShowsTheNeighbourhoodOfThePlaceInALongLine()
    {
        string steps = string.Concat(Enumerable.Repeat("describe/label, ", 100));
        DocumentException failure = Assert.Throws<DocumentException>(() =>
            Fakes.Read($"assay: 1\ndata: {{ pool: {{ path: a }} }}\nsteps: [ {steps}oops ]")
        );
        string[] lines = failure.ToString().Split('\n', '\r');
        Assert.True(lines.All(line => line.Length < 300));
        string excerpt = Assert.Single(lines, line => line.StartsWith("    3 |"));
        string caret = Assert.Single(lines, line => line.EndsWith('^'));
        Assert.Equal("oops ]", excerpt[caret.IndexOf('^')..]);
    }

    [Fact]
    public void NeverPrintsControlCharactersOfTheRecipe()
    {
        DocumentException failure = Assert.Throws<DocumentException>(() =>
            Fakes.Read("assay: 1\n\"\\e[31mred\\n\": 5\ndata: { pool: { path: a } } # \u0007")
        );
        Assert.DoesNotContain(failure.ToString(), c => char.IsControl(c) && c is not '\n' and not '\r');
    }

    [Fact]
    public void KeepsAHundredProblemsAndCountsTheRest()
    {
        string steps = string.Concat(Enumerable.Repeat("  - nonsense\n", 250));
        DocumentException failure = Assert.Throws<DocumentException>(() => Fakes.Read(Fakes.Head + steps));
        Assert.Equal(100, failure.Problems.Count);
        Assert.EndsWith("... and 150 more problems", failure.ToString());
    }
}
