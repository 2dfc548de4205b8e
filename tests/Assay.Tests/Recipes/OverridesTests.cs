using Assay.Data;
using Assay.Recipes;

namespace Assay.Tests.Recipes;

public sealed class OverridesTests
{
    private const string Yaml = """
        assay: 1
        seed: 7
        data:
          pool: { path: a, format: csv, exclude: b, text: body }
          target: { path: b }
        steps:
          - describe/label
          - select/dedup: { threshold: 0.5 }
          - select/dedup
          - select/random: { keep: 5k }
        candidates:
          r: [ select/random: { keep: 5% } ]
        """;

    [Theory]
    [InlineData("steps[1].threshold=0.7", 1, "threshold: 0.7")]
    [InlineData("steps[1].select/dedup.threshold=0.7", 1, "threshold: 0.7")]
    [InlineData("steps[1].bands=3", 1, "threshold: 0.5, bands: 3")]
    [InlineData("steps[2].bands=3", 2, "bands: 3")]
    [InlineData("steps.select/random.keep=10%", 3, "keep: 10%")]
    [InlineData(" steps[3].keep = 10% ", 3, "keep: 10%")]
    [InlineData("steps[0]=select/dedup", 0, "")]
    [InlineData("steps[0]={ select/dedup: { bands: 4 } }", 0, "bands: 4")]
    [InlineData("steps[2].column=*.jsonl", 2, "column: *.jsonl")]
    [InlineData("steps[2].column=a=b", 2, "column: a=b")]
    [InlineData("steps[2].column='null'", 2, "column: 'null'")]
    public void ChangesASteps(string set, int step, string written) =>
        Assert.Equal(written, Fakes.Read(Yaml, [set]).Steps[step].Written);

    [Fact]
    public void ChangesEverythingElse()
    {
        Recipe recipe = Fakes.Read(
            Yaml,
            [
                "seed=9",
                "data.pool.path=[x, y]",
                "data.target.path=*.jsonl",
                "judge={ seeds: 5 }",
                "judge.seeds=6",
                "candidates.r[0].keep=2%",
                "candidates.s=[describe/label]",
            ]
        );
        Assert.Equal(9ul, recipe.Seed);
        Assert.Equal(["x", "y"], recipe.Data["pool"].Path);
        Assert.Equal(["*.jsonl"], recipe.Data["target"].Path);
        Assert.Equal(6, recipe.Judge!.Seeds);
        Assert.Equal("keep: 2%", recipe.Candidates["r"][0].Written);
        Assert.Equal(["r", "s"], recipe.Candidates.Keys);
    }

    [Theory]
    [InlineData("judge.seeds=5", ": the recipe has no 'judge'; expected one of assay, seed, data, steps, candidates")]
    [InlineData(
        "data.pol.path=x",
        " (key 'data'): 'data' has no 'pol'; expected one of pool, target; did you mean 'pool'?"
    )]
    [InlineData("data.pool.pat=x", " (key 'data.pool.pat'): there is no key 'pat' here; expected one of ")]
    [InlineData("steps[9].bands=1", " (key 'steps'): 'steps' has no entry [9]; expected an index from 0 to 3")]
    [InlineData(
        "steps[1].treshold=1",
        " (key 'steps[1].select/dedup.treshold'): there is no key 'treshold' here; expected one of method, threshold, bands, keep-first, buffer, column; did you mean 'threshold'?"
    )]
    [InlineData(
        "steps[1].threshold=3",
        " (key 'steps[1].select/dedup.threshold'): '3' is out of range; expected a number from 0 to 1"
    )]
    [InlineData(
        "steps.select/dedup.bands=1",
        " (key 'steps'): 'steps' has 2 steps 'select/dedup'; expected steps[1] or steps[2]"
    )]
    [InlineData(
        "steps.select/randm.keep=1",
        " (key 'steps'): 'steps' has no step 'select/randm'; expected one of describe/label, select/dedup, select/random; did you mean 'select/random'?"
    )]
    [InlineData("candidates.q[0].keep=1", " (key 'candidates'): 'candidates' has no 'q'; expected r")]
    [InlineData(
        "candidates.r[0].keep=2x",
        " (key 'candidates.r[0].select/random.keep'): '2x' does not fit; expected a share such as 30% or a count such as 5000, 20k or 5M"
    )]
    [InlineData("seed.x=1", " (key 'seed'): 'seed' is the single value '7', which has nothing inside")]
    [InlineData("data[0]=1", " (key 'data'): 'data' is a map, so '[0]' leads nowhere; expected one of its keys")]
    [InlineData("seed=", " (key 'seed'): there is no value here; expected a whole number from 0")]
    [InlineData(
        "seed=[1",
        " (key 'seed'): this is not YAML: while parsing a flow sequence, did not find expected ',' or ']'"
    )]
    [InlineData("seed", ": 'seed' is not a change; expected key=value, such as judge.seeds=5")]
    [InlineData("=3", ": '' is not a change; expected key=value, such as judge.seeds=5")]
    [InlineData("a..b=3", ": 'a..b' is not a change; expected key=value, such as judge.seeds=5")]
    [InlineData("steps[x]=3", ": 'steps[x]' is not a change; expected key=value, such as judge.seeds=5")]
    [InlineData("extends=x", " (key 'extends'): 'extends' cannot be set; write it in a recipe of your own")]
    public void SaysWhatIsWrongWithAChange(string set, string problem) =>
        Assert.StartsWith($"--set {set}{problem}", Assert.Single(Fakes.Problems(Yaml, set)));

    [Fact]
    public void DataReplacesTheFirstDatasetAndWhatDescribesItsFiles()
    {
        Recipe recipe = Fakes.Read(Yaml, data: "z/*.jsonl");
        Assert.Equal(["z/*.jsonl"], recipe.Data["pool"].Path);
        Assert.Empty(recipe.Data["pool"].Exclude);
        Assert.Equal("body", recipe.Data["pool"].Text);
        Assert.Equal(["b"], recipe.Data["target"].Path);
        Assert.Equal(["null"], Fakes.Read(Yaml, data: "null").Data["pool"].Path);
        Assert.Equal(["[a]"], Fakes.Read(Yaml, data: "[a]").Data["pool"].Path);
    }

    [Fact]
    public void DataNeedsADatasetToReplace()
    {
        DocumentException failure = Assert.Throws<DocumentException>(() => Fakes.Read("assay: 1", data: "z"));
        Assert.Equal(
            "--data z (key 'data'): the recipe has no dataset that this could replace; expected a recipe with a 'data:' section",
            failure.Problems[0].ToString()
        );
    }
}
