using Assay.Data;

namespace Assay.Tests.Recipes;

/// <summary>That the parts of a recipe fit together.</summary>
public sealed class RecipeChecksTests
{
    private const string Head = "assay: 1\ndata: { pool: { path: a }, target: { path: b } }\n";
    private const string Two = Head + "candidates: { a: [describe/label], b: [describe/label] }\n";

    [Theory]
    [InlineData("assay: 2\ndata: { pool: { path: a } }", "1:8 (key 'assay'): '2' is not allowed; expected 1")]
    [InlineData("data: { pool: { path: a } }", "1:1: 'assay' is missing; expected assay: 1")]
    [InlineData("assay: 1", "1:1: 'data' is missing; expected data: <a map from names to maps>")]
    [InlineData(
        "assay: 1\ndata: {}",
        "2:1 (key 'data'): there is no dataset; expected at least one, such as pool: { path: corpus/*.jsonl }"
    )]
    [InlineData(
        "assay: 1\ndata: { a.b: { path: a } }",
        "2:9 (key 'data.a.b'): 'a.b' cannot be a name; expected letters, digits, '-' and '_', beginning with a letter or a digit"
    )]
    public void VersionAndData(string yaml, string problem) =>
        Assert.Equal(["recipe.yaml:" + problem], Fakes.Problems(yaml));

    [Fact]
    public void DatasetsMustExistWhereTheyAreNamed() =>
        Assert.Equal(
            [
                "recipe.yaml:4:32 (key 'steps[0].value/influence.target'): there is no dataset 'held' at this point; expected one of pool, target; add it under 'data:', or make it with select/holdout above",
                "recipe.yaml:6:53 (key 'steps[2].value/influence.others[1]'): there is no dataset 'hold' at this point; expected one of pool, target, held; did you mean 'held'?",
                "recipe.yaml:7:27 (key 'steps[3].select/holdout.as'): there is already a dataset 'pool'; expected a new name",
                "recipe.yaml:8:27 (key 'steps[4].select/holdout.as'): 'a@b' cannot be a name; expected letters, digits, '-' and '_', beginning with a letter or a digit",
                "recipe.yaml:10:35 (key 'candidates.a[0].value/influence.target'): there is no dataset 'targt' at this point; expected one of pool, target, held; did you mean 'target'?",
            ],
            Fakes.Problems(
                Head
                    + """
                    steps:
                      - value/influence: { target: held }
                      - select/holdout: { as: held }
                      - value/influence: { target: held, others: [pool, hold] }
                      - select/holdout: { as: pool }
                      - select/holdout: { as: a@b }
                    candidates:
                      a: [ value/influence: { target: targt } ]
                      b: [ value/influence: { target: held } ]
                    """
            )
        );

    [Fact]
    public void ADefaultThatNamesADatasetCountsToo() =>
        Assert.Equal(
            [
                "recipe.yaml:4:5 (key 'steps[0].value/influence.target'): there is no dataset 'target' at this point; expected pool; add it under 'data:', or make it with select/holdout above",
            ],
            Fakes.Problems(Fakes.Head + "  - value/influence")
        );

    [Fact]
    public void WhatDependsOnABrokenPartIsNotHeldAgainstTheRecipe()
    {
        Assert.Equal(
            ["recipe.yaml:2:31 (key 'data.x'): '5' does not fit; expected a map with keys such as "],
            Fakes
                .Problems("assay: 1\ndata: { pool: { path: b }, x: 5 }\nsteps: [ value/influence ]\n")
                .Select(problem => problem[..(problem.IndexOf("such as") + 8)])
        );
        Assert.Equal(
            [
                "recipe.yaml:4:39 (key 'steps[0].select/holdout.keep'): 'x' does not fit; expected a share such as 30% or a count such as 5000, 20k or 5M",
            ],
            Fakes.Problems(
                Fakes.Head + "  - select/holdout: { as: held, keep: x }\n  - value/influence: { target: held }\n"
            )
        );
        Assert.StartsWith(
            "recipe.yaml:4:19 (key 'judge.metrics'): a map does not fit; expected a list of texts",
            Assert.Single(Fakes.Problems(Two + "judge: { metrics: {} }\nfrontier: { minimise: bits }"))
        );
    }

    [Theory]
    [InlineData(
        "candidates:\n  best: [ describe/label ]",
        "4:3 (key 'candidates.best'): 'best' cannot be the name of a candidate; 'export: { candidate: best }' means the one that the frontier chooses"
    )]
    [InlineData(
        "candidates:\n  a b: [ describe/label ]",
        "4:3 (key 'candidates.a b'): 'a b' cannot be a name; expected letters, digits, '-' and '_', beginning with a letter or a digit"
    )]
    [InlineData(
        "candidates:\n  none: []",
        "4:3 (key 'candidates.none'): the candidate 'none' has no steps; expected at least one, such as select/random: { keep: 30% }"
    )]
    [InlineData(
        "candidates:\n  none:",
        "4:8 (key 'candidates.none'): there is no value here; expected a list of steps"
    )]
    [InlineData(
        "candidates:\n  h: [ select/holdout: { as: x } ]",
        "4:8 (key 'candidates.h[0].select/holdout'): a candidate cannot set rows aside; all candidates are judged on the same rows: put it under 'steps:'"
    )]
    [InlineData(
        "candidates:\n  h: [ judge/proxies ]",
        "4:8 (key 'candidates.h[0]'): 'judge/proxies' is not a step; candidates are judged together, after all steps: write it under 'judge:'"
    )]
    [InlineData("judge: {}", "3:1 (key 'judge'): there are no candidates to judge; expected a 'candidates:' section")]
    [InlineData(
        "frontier: { minimise: rows }",
        "3:1 (key 'frontier'): there are no candidates to compare; expected a 'candidates:' section"
    )]
    [InlineData(
        "export: { to: x, candidate: z }",
        "3:29 (key 'export.candidate'): there is no candidate 'z'; expected best"
    )]
    [InlineData("export: { to: '' }", "3:15 (key 'export.to'): the text is empty; expected text")]
    [InlineData("export: {}", "3:9 (key 'export'): 'to' is missing; expected to: <text>")]
    [InlineData(
        "exports: { to: x }",
        "3:1 (key 'exports'): there is no key 'exports' here; expected one of assay, extends, seed, data, steps, candidates, judge, frontier, tiers, export; did you mean 'export'?"
    )]
    public void CandidatesAndSections(string rest, string problem) =>
        Assert.Equal(["recipe.yaml:" + problem], Fakes.Problems(Head + rest));

    [Theory]
    [InlineData(
        "judge: { metrics: bits@targt }",
        "4:19 (key 'judge.metrics'): there is no dataset 'targt' at this point; expected one of pool, target; did you mean 'target'?"
    )]
    [InlineData(
        "judge: { metrics: [ a, bits@targt ] }",
        "4:24 (key 'judge.metrics[1]'): there is no dataset 'targt' at this point; expected one of pool, target; did you mean 'target'?"
    )]
    [InlineData("judge: { seeds: 0 }", "4:17 (key 'judge.seeds'): '0' is out of range; expected a whole number from ")]
    [InlineData("judge:", "4:7 (key 'judge'): there is no value here; expected a map with keys such as ")]
    [InlineData(
        "frontier: {}",
        "4:1 (key 'frontier'): there are no objectives; expected minimise: or maximise: with metrics"
    )]
    [InlineData(
        "frontier: { minimise: [ row ] }",
        "4:25 (key 'frontier.minimise[0]'): 'row' is not measured; expected one of rows, bytes, tokens; did you mean 'rows'?"
    )]
    [InlineData(
        "frontier: { minimise: perplexity }",
        "4:23 (key 'frontier.minimise'): 'perplexity' is not measured; expected one of rows, bytes, tokens; add it to 'judge: { metrics: [...] }'"
    )]
    [InlineData(
        "frontier: { minimise: rows, maximise: rows }",
        "4:39 (key 'frontier.maximise'): 'rows' is an objective already"
    )]
    [InlineData(
        "export: { to: x }",
        "4:1 (key 'export.candidate'): without a frontier no candidate is the best; expected one of a, b; or add a 'frontier:' section"
    )]
    [InlineData(
        "export: { to: x, candidate: c }",
        "4:29 (key 'export.candidate'): there is no candidate 'c'; expected one of a, b, best"
    )]
    [InlineData(
        "export: { to: x, candidate: a, format: gz }",
        "4:40 (key 'export.format'): 'gz' does not fit; expected one of jsonl, jsonl.gz, parquet, arrow"
    )]
    public void JudgeFrontierAndExport(string rest, string problem) =>
        Assert.StartsWith("recipe.yaml:" + problem, Assert.Single(Fakes.Problems(Two + rest)));

    [Fact]
    public void TheMethodOfASectionMayRefuseItsOptions()
    {
        Assay.Recipes.MethodCatalogue catalogue = new([typeof(PickyJudge), typeof(Fakes.Label)]);
        DocumentException failure = Assert.Throws<DocumentException>(() =>
            Assay.Recipes.Recipe.Parse(Two + "judge: { metrics: [ nonsense ] }", catalogue: catalogue)
        );
        Assert.Equal(
            "recipe.yaml:4:1 (key 'judge'): there is no metric 'nonsense'; try another",
            Assert.Single(failure.Problems).ToString()
        );
    }

    [Method("judge/picky")]
    private sealed class PickyJudge
    {
        public PickyJudge(Assay.Judge.JudgeOptions options) =>
            throw new Assay.Data.AssayException($"there is no metric '{options.Metrics[0]}'", hint: "try another");
    }

    [Fact]
    public void TheExampleOfTheGuideBinds()
    {
        string guide = File.ReadAllText(Path.Combine(ArchitectureTests.Root, "docs", "recipes.md"));
        string example = guide.Split("```yaml\n")[1].Split("```")[0];
        Assert.Equal(["random", "half"], Fakes.Read(example).Candidates.Keys);
    }

    [Fact]
    public void AWholeRecipeFits()
    {
        Assay.Recipes.Recipe recipe = Fakes.Read(
            """
            assay: 1
            seed: 18446744073709551615
            data:
              pool:   { path: corpus/*.jsonl.gz, text: body }
              target: { path: heldout.jsonl }
            steps:
              - describe/label
              - select/dedup:      { method: minhash, threshold: 0.8 }
              - select/holdout:    { as: held, keep: 1% }
            candidates:
              random:   [ select/random: { keep: 30% } ]
              quad:     [ value/influence: { target: held }, select/random: { keep: 30% } ]
            judge:    { seeds: 3, metrics: [ bits-per-byte@target, bits-per-byte@held, diversity ] }
            frontier: { minimise: [ bits-per-byte@target, bytes ], maximise: [ diversity ] }
            export:   { candidate: best, to: out/, format: jsonl.gz, card: true }
            """
        );
        Assert.Equal(ulong.MaxValue, recipe.Seed);
        Assert.Equal(["pool", "target"], recipe.Data.Keys);
        Assert.Equal(3, recipe.Steps.Count);
        Assert.Equal(["random", "quad"], recipe.Candidates.Keys);
        Assert.Equal("candidates.quad[1].select/random", recipe.Candidates["quad"][1].Where!.Key);
        Assert.Equal(Assay.Recipes.ExportFormat.JsonlGz, recipe.Export!.Format);
    }
}
