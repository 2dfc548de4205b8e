using System.Text;
using Assay.Data;
using Assay.Recipes;

namespace Assay.Tests.Recipes;

public sealed class RecipeFileTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("assay-recipe").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void RemembersWhatItWasReadFrom()
    {
        string path = Write("a.yaml", Fakes.Head + "  - describe/label\n");
        Recipe recipe = Recipe.Load(path, ["seed=3"], "other.jsonl", Fakes.Catalogue);
        Assert.Equal(path, recipe.Path);
        Assert.Equal(File.ReadAllText(path), recipe.Text);
        Assert.Equal(["--data other.jsonl", "seed=3"], recipe.Overrides);
        Assert.Equal(3ul, recipe.Seed);
        Assert.Equal("pool", recipe.Pool);
        Assert.Equal(["other.jsonl"], recipe.Data["pool"].Path);
    }

    [Fact]
    public void AByteOrderMarkIsNoPartOfTheRecipe()
    {
        string path = Write("a.yaml", [.. Encoding.UTF8.Preamble, .. "assay: 1\ndata: { pool: { path: é } }"u8]);
        Assert.Equal(["é"], Recipe.Load(path).Data["pool"].Path);
    }

    [Fact]
    public void AMissingFileIsNamedWithItsNeighbour()
    {
        Write("fineweb.yaml", "assay: 1");
        string path = Path.Combine(folder, "finweb.yaml");
        Assert.Equal($"{path}: there is no such file; did you mean 'fineweb.yaml'?", Failure(path));
        path = Path.Combine(folder, "no", "such.yaml");
        Assert.Equal($"{path}: there is no such file", Failure(path));
    }

    [Fact]
    public void AFolderIsNotARecipe() =>
        Assert.Equal($"{folder}: this is a folder; expected a recipe, which is a YAML file", Failure(folder));

    [Fact]
    public void AnEmptyPathIsNotARecipe() => Assert.Equal(": this is not a path", Failure(""));

    [Fact]
    public void AnEmptyFileIsNotARecipe()
    {
        string path = Write("a.yaml", "");
        Assert.Equal(
            $"{path}: the recipe is empty; expected keys such as 'assay: 1', 'data:' and 'steps:'",
            Failure(path)
        );
    }

    [Fact]
    public void MoreThanAMegabyteIsNotARecipe()
    {
        string path = Write("a.yaml", "# " + new string('x', 1 << 20));
        Assert.Equal($"{path}: the file is larger than 1 MB; expected a recipe", Failure(path));
        Write("a.yaml", Fakes.Head + "  - describe/label\n#".PadRight((1 << 20) - Fakes.Head.Length, 'x'));
        Assert.Single(Recipe.Load(path, catalogue: Fakes.Catalogue).Steps);
    }

    [Fact]
    public void BytesThatAreNotUtf8AreLocated()
    {
        string path = Write("a.yaml", [.. "assay: 1\nseed: "u8, 0xE9, 0x20]);
        Assert.Equal($"{path}:2 (byte 15): the byte 0xE9 is not UTF-8; expected text in UTF-8", Failure(path));
        Write("a.yaml", [.. Encoding.UTF8.Preamble, 0x61, 0xFF]);
        Assert.Equal($"{path}:1 (byte 4): the byte 0xFF is not UTF-8; expected text in UTF-8", Failure(path));
        Write("a.yaml", Encoding.Unicode.GetPreamble().Concat(Encoding.Unicode.GetBytes("assay: 1")).ToArray());
        Assert.Equal($"{path} (byte 0): the file is in UTF-16; expected text in UTF-8", Failure(path));
    }

    [Fact]
    public void ARecipeBuildsOnAnother()
    {
        Write(
            "base/base.yaml",
            """
            assay: 1
            seed: 7
            data: { pool: { path: a, text: body }, target: { path: b } }
            steps: [ describe/label, select/dedup ]
            candidates: { one: [ describe/label ], two: [ describe/label ] }
            judge: { seeds: 5, metrics: [ x ] }
            export: { to: out, candidate: one }
            """
        );
        string path = Write(
            "mine.yaml",
            """
            extends: base/base.yaml
            seed: 8
            data: { pool: { path: [ c, d ] }, more: { path: e } }
            steps: [ select/dedup: { bands: 2 } ]
            candidates: { two: ~, three: [ describe/label ] }
            judge: { seeds: 6 }
            export: ~
            """
        );
        Recipe recipe = Recipe.Load(path, catalogue: Fakes.Catalogue);
        Assert.Equal(8ul, recipe.Seed);
        Assert.Equal(["pool", "target", "more"], recipe.Data.Keys);
        Assert.Equal(["c", "d"], recipe.Data["pool"].Path);
        Assert.Equal("body", recipe.Data["pool"].Text);
        Assert.Equal("bands: 2", Assert.Single(recipe.Steps).Written);
        Assert.Equal(["one", "three"], recipe.Candidates.Keys);
        Assert.Equal(6, recipe.Judge!.Seeds);
        Assert.Equal(["x"], recipe.Judge.Metrics);
        Assert.Null(recipe.Export);
        Assert.Equal(Path.Combine(folder, "base/base.yaml"), Assert.Single(recipe.Bases).Path);
        Assert.Equal("base/base.yaml", recipe.Extends);
    }

    [Fact]
    public void AProblemInTheOtherRecipeIsShownThere()
    {
        string under = Write("base.yaml", Fakes.Head + "  - select/dedup: { bands: 0 }");
        string path = Write("mine.yaml", "extends: base.yaml\nseed: x");
        Assert.Equal(
            [
                $"{under}:4:28 (key 'steps[0].select/dedup.bands'): '0' is out of range; expected a whole number, at least 1",
                $"{path}:2:7 (key 'seed'): 'x' does not fit; expected a whole number from 0",
            ],
            Failures(path)
        );
    }

    [Fact]
    public void ARecipeCannotReferToItself()
    {
        string a = Write("a.yaml", "assay: 1\nextends: b.yaml");
        string b = Write("b.yaml", "extends: sub/../a.yaml");
        string again = Path.Combine(folder, "sub/../a.yaml");
        Assert.Equal($"{b}:1:10 (key 'extends'): a recipe that refers to itself: {a} -> {b} -> {again}", Failure(a));
        Write("a.yaml", "assay: 1\nextends: a.yaml");
        Assert.Equal($"{a}:2:10 (key 'extends'): a recipe that refers to itself: {a} -> {a}", Failure(a));
    }

    [Fact]
    public void TheOtherRecipeMustBeThere()
    {
        string a = Write("a.yaml", "extends: bse.yaml");
        Write("base.yaml", "assay: 1");
        string missing = Path.Combine(folder, "bse.yaml");
        Assert.Equal(
            $"{a}:1:10 (key 'extends'): {missing}: there is no such file; did you mean 'base.yaml'?",
            Failure(a)
        );
    }

    [Fact]
    public void AChainOfRecipesHasAnEnd()
    {
        for (int i = 0; i < 40; i++)
            Write($"r{i}.yaml", $"extends: r{i + 1}.yaml");
        Assert.EndsWith(
            "r15.yaml:1:10 (key 'extends'): more than 16 recipes, each extending the next",
            Failure(Path.Combine(folder, "r0.yaml"))
        );
    }

    private string Write(string name, string text) => Write(name, Encoding.UTF8.GetBytes(text));

    private string Write(string name, byte[] bytes)
    {
        string path = Path.Combine(folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, bytes);
        return path;
    }

    private static string Failure(string path) => Assert.Single(Failures(path));

    private static string[] Failures(string path) =>
        [
            .. Assert
                .Throws<DocumentException>(() => Recipe.Load(path, catalogue: Fakes.Catalogue))
                .Problems.Select(problem => problem.ToString()),
        ];
}
