using Assay.Recipes;
using Assay.Tests.Recipes;

namespace Assay.Tests.Value;

/// <summary>Influence and Quad from recipes, with the model that the planner trains for both.</summary>
public sealed class InfluenceRecipeTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("assay-test-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void RowsLikeTheTargetAreChosenWithOneModelForAll()
    {
        File.WriteAllLines(
            Path.Combine(_folder, "pool.txt"),
            Enumerable
                .Range(0, 90)
                .Select(i => i % 3 == 0 ? $"qq{i}zz {i * 7} xj{i}kk vw" : $"the tide of day {i % 9} is high and wide")
        );
        File.WriteAllLines(
            Path.Combine(_folder, "target.txt"),
            Enumerable.Range(0, 6).Select(i => $"the tide of night {i} is high and wide")
        );
        string recipe = $$"""
            assay: 1
            data: { pool: { path: {{_folder}}/pool.txt }, target: { path: {{_folder}}/target.txt } }
            candidates:
              top: [value/influence: { target: target, method: cosine, model-epochs: 20 }, select/top: { by: influence, keep: 30 }]
              quad: [select/quad: { keep: 30, target: target, method: cosine, model-epochs: 20, clusters: 4, dimensions: 4 }]
              both: [value/influence: { target: target, method: cosine, model-epochs: 20 }, select/quad: { keep: 50%, by: influence, clusters: 4 }]
            """;
        RunReport report = new Runner(Recipe.Parse(recipe), Path.Combine(_folder, "store")).Run();
        Assert.Equal([30, 30, 45], report.Candidates.Select(candidate => candidate.Steps[^1].RowsOut));
        Assert.Equal(
            ["train/lm", "value/influence", "select/top"],
            report.Candidates[0].Steps.Select(step => step.Method)
        );
        Assert.True(report.Candidates[1].Steps[0].Cached); // the model of the first candidate
        Assert.Equal(
            ["train/lm", "value/influence", "select/quad"],
            report.Candidates[2].Steps.Select(step => step.Method)
        );
    }

    [Fact]
    public void LabelledRowsNeedNoLanguageModel()
    {
        string Csv(int rows) =>
            "a,b,label\n"
            + string.Concat(Enumerable.Range(0, rows).Select(i => $"{i % 7},{i % 5},{(i % 7 > i % 5) ^ (i == 8)}\n"));
        File.WriteAllText(Path.Combine(_folder, "train.csv"), Csv(60));
        File.WriteAllText(Path.Combine(_folder, "test.csv"), Csv(20)); // row 8 is wrong there, too
        string recipe = $$"""
            assay: 1
            data: { pool: { path: {{_folder}}/train.csv, text: label }, test: { path: {{_folder}}/test.csv, text: label } }
            steps: [value/influence: { target: test, label: label, method: cg }, select/where: { keep: influence > 0 }]
            """;
        RunReport report = new Runner(Recipe.Parse(recipe), Path.Combine(_folder, "store")).Run();
        Assert.Equal(["value/influence", "select/where"], report.Steps.Select(step => step.Method));
        Assert.InRange(report.Steps[1].RowsOut, 10, 59);
    }
}
