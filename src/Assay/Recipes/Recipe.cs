using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using Assay.Data;
using Assay.Judge;
using Assay.Plan;

namespace Assay.Recipes;

/// <summary>A recipe, read, checked and bound: what to do with which data.</summary>
/// <remarks>See docs/recipes.md for the language.</remarks>
public sealed record Recipe
{
    /// <summary>The version of the recipe language: 1.</summary>
    [JsonPropertyName("assay")]
    [Required]
    [AllowedValues(1)]
    public int Version { get; init; }

    /// <summary>Another recipe that this one builds on; a path from this file's folder.</summary>
    public string? Extends { get; init; }

    /// <summary>Seed of every random choice.</summary>
    public ulong Seed { get; init; }

    /// <summary>The datasets by name, in the recipe's order. The first one is what the steps work on.</summary>
    [Required]
    public IReadOnlyDictionary<string, SourceOptions> Data { get; init; } =
        new OrderedDictionary<string, SourceOptions>();

    /// <summary>The steps that every candidate shares, in order.</summary>
    public IReadOnlyList<StepSpec> Steps { get; init; } = [];

    /// <summary>The candidates by name, each with the steps that follow the shared ones, in the recipe's order.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<StepSpec>> Candidates { get; init; } =
        new OrderedDictionary<string, IReadOnlyList<StepSpec>>();

    /// <summary>How the candidates are judged; without it they are not.</summary>
    public JudgeOptions? Judge { get; init; }

    /// <summary>The objectives of the frontier over the candidates; without it none is drawn.</summary>
    public FrontierOptions? Frontier { get; init; }

    /// <summary>The gates of data tiers; a recipe that has them is run by <c>assay tiers</c>, and has neither steps nor candidates.</summary>
    public TiersOptions? Tiers { get; init; }

    /// <summary>What is written at the end; without it nothing is.</summary>
    public ExportOptions? Export { get; init; }

    /// <summary>The recipe's path as the user wrote it.</summary>
    public string Path { get; internal init; } = "";

    /// <summary>The recipe's text as it stands in its file, before <see cref="Overrides"/>.</summary>
    public string Text { get; internal init; } = "";

    /// <summary>The recipes that it builds on, nearest first, as path and text.</summary>
    public IReadOnlyList<(string Path, string Text)> Bases { get; internal init; } = [];

    /// <summary>Changes made on the command line, such as <c>judge.seeds=5</c>.</summary>
    public IReadOnlyList<string> Overrides { get; internal init; } = [];

    /// <summary>Name of the dataset that the steps work on.</summary>
    public string Pool => Data.Keys.First();

    /// <summary>Reads a recipe.</summary>
    /// <param name="path">Its file.</param>
    /// <param name="set">Changes, each <c>key=value</c>.</param>
    /// <param name="data">Another place to read the first dataset from, or null.</param>
    /// <param name="catalogue">The methods; Assay's own if not given.</param>
    /// <exception cref="DocumentException">Something is wrong with it; everything that is wrong is in the exception.</exception>
    public static Recipe Load(
        string path,
        IReadOnlyList<string>? set = null,
        string? data = null,
        MethodCatalogue? catalogue = null
    )
    {
        DocumentProblems problems = new();
        RecipeFiles files = new(problems);
        return Bind(files.Load(path), files, problems, set ?? [], data, catalogue);
    }

    /// <summary>Reads a recipe that is not in a file.</summary>
    /// <param name="text">Its text.</param>
    /// <param name="name">What stands for its path in messages; <c>extends</c> is relative to its folder.</param>
    /// <param name="set">Changes, each <c>key=value</c>.</param>
    /// <param name="data">Another place to read the first dataset from, or null.</param>
    /// <param name="catalogue">The methods; Assay's own if not given.</param>
    /// <exception cref="DocumentException">Something is wrong with it; everything that is wrong is in the exception.</exception>
    public static Recipe Parse(
        string text,
        string name = "recipe.yaml",
        IReadOnlyList<string>? set = null,
        string? data = null,
        MethodCatalogue? catalogue = null
    )
    {
        DocumentProblems problems = new();
        RecipeFiles files = new(problems);
        return Bind(files.Load(new SourceText(name, text)), files, problems, set ?? [], data, catalogue);
    }

    /// <summary>
    /// An options record (or a whole recipe) as JSON in one fixed form: equal options give equal text, however they were
    /// written, with defaults filled in.
    /// </summary>
    public static string CanonicalJson(object options) => Recipes.CanonicalJson.Of(options);

    private static Recipe Bind(
        MapNode root,
        RecipeFiles files,
        DocumentProblems problems,
        IReadOnlyList<string> set,
        string? data,
        MethodCatalogue? catalogue
    )
    {
        Overrides overrides = new(problems);
        if (data is not null)
            root = overrides.Data(root, data);
        foreach (string assignment in set)
            root = overrides.Set(root, assignment);
        catalogue ??= MethodCatalogue.Default;
        OptionsBinder binder = new(catalogue, problems);
        Recipe recipe = (Recipe)binder.BindRecord(RecordShape.Of(typeof(Recipe)), root, "");
        new RecipeChecks(recipe, root, catalogue, problems).Run();
        problems.ThrowIfAny();
        return recipe with
        {
            Path = files.Read[0].Path,
            Text = files.Read[0].Text,
            Bases = [.. files.Read.Skip(1).Select(source => (source.Path, source.Text))],
            Overrides = [.. data is null ? [] : (string[])[$"--data {data}"], .. set],
        };
    }
}
