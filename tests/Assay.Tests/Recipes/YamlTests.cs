using Assay.Data;
using Assay.Recipes;

namespace Assay.Tests.Recipes;

/// <summary>YAML that is broken or hostile.</summary>
public sealed class YamlTests
{
    private const string Beginning = "assay: 1\ndata: { pool: { path: a } }\n";

    [Theory]
    [InlineData("")]
    [InlineData("# only a comment\n")]
    [InlineData("---\n")]
    [InlineData("~")]
    public void AnEmptyRecipeIsRefused(string yaml) =>
        Assert.Equal(
            ["recipe.yaml: the recipe is empty; expected keys such as 'assay: 1', 'data:' and 'steps:'"],
            Fakes.Problems(yaml)
        );

    [Theory]
    [InlineData(
        "just text",
        "1:1: 'just text' is not a recipe; expected keys such as 'assay: 1', 'data:' and 'steps:'"
    )]
    [InlineData("- a", "1:1: a list is not a recipe; expected keys such as 'assay: 1', 'data:' and 'steps:'")]
    [InlineData("assay: 1\ndata:\n\tpool: x\n", "3:1: a tab in the indentation; expected spaces")]
    [InlineData("assay: 1\ndata:\n  pool:\n  \tpath: x\n", "4:3: a tab in the indentation; expected spaces")]
    [InlineData("assay: 1\nsteps:\n\t- describe/label\n", "3:1: a tab in the indentation; expected spaces")]
    [InlineData(
        "assay: 1\ndata: [\n",
        "3:1: this is not YAML: while parsing a node, did not find expected node content"
    )]
    [InlineData(
        "assay: 1\n b: 2\n",
        "2:3: this is not YAML: while scanning a plain scalar value, found invalid mapping"
    )]
    [InlineData("assay: 1\ndata: &d { pool: *d }", "2:18 (key 'data.pool'): '*d' refers to itself")]
    [InlineData(
        "assay: 1\ndata: { pool: &p { path: [ *p ] } }",
        "2:28 (key 'data.pool.path[0]'): '*p' refers to itself"
    )]
    [InlineData("a: &x { <<: *x }", "1:13 (key 'a.<<'): '*x' refers to itself")]
    [InlineData(
        "assay: 1\ndata: { pool: { path: *.jsonl } }",
        "2:23 (key 'data.pool.path'): there is no anchor '&.jsonl' above for '*.jsonl'; put text that begins with '*' in quotes"
    )]
    [InlineData(
        "a: &pool 1\nb: *pol",
        "2:4 (key 'b'): there is no anchor '&pol' above for '*pol'; did you mean 'pool'?"
    )]
    public void SaysWhereTheYamlBreaks(string yaml, string problem) =>
        Assert.Equal(["recipe.yaml:" + problem], Fakes.Problems(yaml));

    [Theory]
    [InlineData("seed: !dice 5", "3:7 (key 'seed'): the tag '!dice' means nothing here; expected a plain value")]
    [InlineData("seed: 1\nseed: 2", "4:1 (key 'seed'): the key 'seed' is there twice; it is already on line 3")]
    [InlineData("---\nassay: 1", "3:1: a second YAML document starts here; expected one document in a file")]
    [InlineData("...\n---\nassay: 1", "4:1: a second YAML document starts here; expected one document in a file")]
    [InlineData("? [a, b]\n: 5", "3:3: a list is used as a key; expected a word")]
    [InlineData("<<: 5", "3:5 (key '<<'): '5' cannot be merged; expected a map, or a list of maps")]
    [InlineData("steps: describe/label", "3:8 (key 'steps'): 'describe/label' does not fit; expected a list of steps")]
    [InlineData("steps:", "3:7 (key 'steps'): there is no value here; expected a list of steps")]
    [InlineData("seed: -1", "3:7 (key 'seed'): '-1' does not fit; expected a whole number from 0")]
    [InlineData("extends:\n  - x", "4:3 (key 'extends'): a list is not a file; expected the path of another recipe")]
    public void SaysWhatIsWrongOutsideOfOptions(string rest, string problem) =>
        Assert.Equal(["recipe.yaml:" + problem], Fakes.Problems(Beginning + rest));

    [Fact]
    public void AScannerThatLosesItsWayIsAProblemOfTheRecipe() =>
        Assert.Equal(
            [
                "recipe.yaml:2:7: this is not YAML: the text from here on cannot be read; is a quote, '[' or '{' left open?",
            ],
            Fakes.Problems("assay: 1\ndata: {\nsteps")
        );

    [Fact]
    public void NulCharactersAreRefused() =>
        Assert.Equal(
            [
                "recipe.yaml:2:23 (key 'data.pool.path'): a character that no text holds (NUL or half of a surrogate pair)",
            ],
            Fakes.Problems("assay: 1\ndata: { pool: { path: \"a\\0b\" } }")
        );

    [Fact]
    public void AnchorsAreCopies()
    {
        Recipe recipe = Fakes.Read(
            """
            assay: 1
            data: { pool: { path: a } }
            steps:
              - select/dedup: &d { threshold: 0.5, bands: 3 }
              - select/dedup: *d
              - select/dedup: { bands: 9, <<: *d }
              - select/dedup: { <<: [ { bands: 1 }, *d ] }
            """
        );
        Assert.Equal(recipe.Steps[0].Options, recipe.Steps[1].Options);
        Assert.Equal(new Fakes.DedupOptions { Threshold = 0.5, Bands = 9 }, recipe.Steps[2].Options);
        Assert.Equal(new Fakes.DedupOptions { Threshold = 0.5, Bands = 1 }, recipe.Steps[3].Options);
        Assert.Equal("threshold: 0.5, bands: 3", recipe.Steps[1].Written);
    }

    [Fact]
    public void ABillionLaughsAreCutShort()
    {
        string yaml = "a: &a [x,x,x,x,x,x,x,x,x]\n";
        foreach (char name in "bcdefghi")
        {
            string inside = string.Join(", ", Enumerable.Repeat("*" + (char)(name - 1), 9));
            yaml += $"{name}: &{name} [{inside}]\n";
        }
        Assert.Equal(
            ["recipe.yaml:6:8 (key 'f[0]'): more than 100000 values up to here, with aliases written out"],
            Fakes.Problems(yaml)
        );
    }

    [Fact]
    public void AliasesCannotNestPastTheLimit()
    {
        string yaml =
            "a0: &a0 [x]\n" + string.Concat(Enumerable.Range(1, 40).Select(i => $"a{i}: &a{i} [ *a{i - 1} ]\n"));
        Assert.Equal(["recipe.yaml:31:13 (key 'a30[0]'): more than 32 levels of nesting"], Fakes.Problems(yaml));
    }

    [Theory]
    [InlineData("[", 33)]
    [InlineData("- ", 65)]
    [InlineData("? ", 65)]
    [InlineData("{a: ", 126)]
    public void DeepNestingIsRefusedNotFollowed(string open, int column)
    {
        string problem = Assert.Single(Fakes.Problems(string.Concat(Enumerable.Repeat(open, 200_000))));
        Assert.StartsWith($"recipe.yaml:1:{column}", problem);
        Assert.EndsWith("more than 32 levels of nesting", problem);
    }

    [Fact]
    public void WhateverTheBytesOnlyADocumentExceptionComesOut()
    {
        string good = """
            assay: 1
            seed: 7
            data:
              pool: &p { path: "corpus/*.jsonl", text: 'body' }
              target: { <<: *p, path: [ heldout.jsonl ] }
            steps:
              - describe/label
              - select/dedup: { method: minhash, threshold: 0.8 }
              - select/holdout:
                  as: held
                  keep: 1%
              - value/influence: { target: held, others: [ target ] }
            candidates:
              random: [ select/random: { keep: 30% } ]
              again: [ select/random: { keep: 5M }, select/heuristics: { weights: { a: 1.5 } } ]
            judge:    { metrics: [ bits@target ] }
            frontier: { minimise: [ bits@target, rows ] }
            export:   { candidate: best, to: out/ }
            """;
        Assert.Equal(4, Fakes.Read(good).Steps.Count);
        Random random = new(20240607);
        const string noise = "\t\n :-?[]{},#&*!|>'\"%@`~<\\\0\u0085\u2028\uFEFFa1.é";
        for (int i = 0; i < 3000; i++)
        {
            List<char> text = [.. good];
            for (int changes = random.Next(1, 6); changes > 0; changes--)
            {
                int at = random.Next(text.Count);
                switch (random.Next(4))
                {
                    case 0:
                        text[at] = noise[random.Next(noise.Length)];
                        break;
                    case 1:
                        text.Insert(at, noise[random.Next(noise.Length)]);
                        break;
                    case 2:
                        text.RemoveRange(at, Math.Min(random.Next(1, 30), text.Count - at - 1));
                        break;
                    default:
                        text.InsertRange(at, text.GetRange(at, Math.Min(random.Next(1, 60), text.Count - at)));
                        break;
                }
            }
            string broken = string.Concat(text);
            try
            {
                Fakes.Read(broken);
            }
            catch (DocumentException failure)
            {
                Assert.NotEmpty(failure.ToString());
                Assert.All(
                    failure.Problems,
                    problem => Assert.True(problem.Where.Line >= 0 && problem.Where.Column >= 0)
                );
            }
            catch (Exception failure)
            {
                Assert.Fail($"{failure}\nfrom\n{broken}");
            }
        }
    }
}
