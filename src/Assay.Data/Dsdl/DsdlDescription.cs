using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Assay.Data;

/// <summary>Something that a description defines under a name.</summary>
/// <param name="Name">The name.</param>
public abstract record DsdlDefinition(string Name)
{
    /// <summary>As it is written in a description.</summary>
    public abstract JsonObject ToJson();

    internal Place Place { get; init; }
}

/// <summary>A list of classes that labels are of.</summary>
public sealed partial record ClassDomain : DsdlDefinition
{
    private readonly Dictionary<string, int> _places = [];

    /// <summary>A domain.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="classes">Its classes, distinct; one with parents as <c>vehicle.airplane</c>.</param>
    /// <param name="skeleton">Pairs of classes, by their places from 1, that bones join; or null.</param>
    public ClassDomain(string name, IReadOnlyList<string> classes, IReadOnlyList<(int From, int To)>? skeleton = null)
        : base(name)
    {
        (Classes, Skeleton) = (classes, skeleton);
        for (int i = 0; i < classes.Count; i++)
            _places.TryAdd(classes[i], i + 1);
    }

    /// <summary>The classes, in their order.</summary>
    public IReadOnlyList<string> Classes { get; }

    /// <summary>Pairs of classes, by their places from 1, that bones join; or null.</summary>
    public IReadOnlyList<(int From, int To)>? Skeleton { get; }

    /// <summary>The place of a class, from 1; 0 if there is none of that name.</summary>
    public int IndexOf(string name) => _places.GetValueOrDefault(name);

    /// <inheritdoc/>
    public override JsonObject ToJson()
    {
        JsonObject json = new() { ["$def"] = "class_domain", ["classes"] = JsonForm.Names(Classes) };
        if (Skeleton is not null)
            json["skeleton"] = new JsonArray([.. Skeleton.Select(bone => new JsonArray(bone.From, bone.To))]);
        return json;
    }

    /// <summary>How the parts of hierarchical names lie below each other.</summary>
    /// <returns>
    /// The distinct parts of all names, without the first of each, in ordinal order; and for each two of them whether the second lies on the way from
    /// the root to the first, or is it.
    /// </returns>
    public (IReadOnlyList<string> Names, bool[,] Relation) Hierarchy()
    {
        string[][] paths = [.. Classes.Select(name => name.Split('.')[1..])];
        string[] names = [.. paths.SelectMany(path => path).Distinct().Order(StringComparer.Ordinal)];
        bool[,] relation = new bool[names.Length, names.Length];
        foreach (string[] path in paths)
        {
            int[] places = [.. path.Select(part => Array.BinarySearch(names, part, StringComparer.Ordinal))];
            for (int below = 0; below < places.Length; below++)
            for (int above = 0; above <= below; above++)
                relation[places[below], places[above]] = true;
        }
        return (names, relation);
    }

    /// <summary>What the language warns of in a class's name, or null.</summary>
    internal static string? Doubt(string name) =>
        name.Contains('.')
            ? Hierarchical().IsMatch(name)
                ? null
                : "expected letters, digits, underscores and dots in a hierarchical class"
            : Flat().IsMatch(name)
                ? null
                : "expected letters, digits, underscores and spaces in a class";

    [GeneratedRegex(@"^[\w\s]+\z")]
    private static partial Regex Flat();

    [GeneratedRegex(@"^[\w.]+\z")]
    private static partial Regex Hierarchical();
}

/// <summary>A struct, or the template of one if it has parameters.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Parameters">Names that stand for domains.</param>
/// <param name="Fields">Names and types of its fields, in their order.</param>
/// <param name="Optional">Fields that may be missing.</param>
public sealed record StructDefinition(
    string Name,
    IReadOnlyList<string> Parameters,
    IReadOnlyList<KeyValuePair<string, TypeExpression>> Fields,
    IReadOnlyList<string> Optional
) : DsdlDefinition(Name)
{
    /// <summary>Where the types stand, for messages; empty where nobody read them.</summary>
    internal IReadOnlyList<Place> FieldPlaces { get; init; } = [];

    /// <inheritdoc/>
    public override JsonObject ToJson()
    {
        JsonObject json = new() { ["$def"] = "struct" };
        if (Parameters.Count > 0)
            json["$params"] = JsonForm.Names(Parameters);
        JsonObject fields = [];
        foreach ((string name, TypeExpression type) in Fields)
            fields[name] = type.ToString();
        json["$fields"] = fields;
        if (Optional.Count > 0)
            json["$optional"] = JsonForm.Names(Optional);
        return json;
    }
}

/// <summary>A description of a dataset, as data: what it says of the data, but not the samples.</summary>
public sealed record DsdlDescription
{
    /// <summary>The version of the language.</summary>
    public const string LanguageVersion = "0.5.0";

    /// <summary>The version that the file says.</summary>
    public string Version { get; init; } = LanguageVersion;

    /// <summary>Free words on the dataset: its name, creator, version.</summary>
    public JsonObject Meta { get; init; } = [];

    /// <summary>All definitions, imported ones first; distinct names.</summary>
    public required IReadOnlyList<DsdlDefinition> Definitions { get; init; }

    /// <summary>The type of each sample.</summary>
    public required TypeExpression SampleType { get; init; }

    /// <summary>Where the samples are: a file or folder relative to the description, or null if they stand in it.</summary>
    public string? SamplePath { get; init; }

    /// <summary>The type of the one object that is about all samples, or null.</summary>
    public TypeExpression? GlobalInfoType { get; init; }

    /// <summary>Where that object is, or null if it stands in the description.</summary>
    public string? GlobalInfoPath { get; init; }

    /// <summary>As it is written, without samples and global object; imported definitions stand in it.</summary>
    public JsonObject ToJson()
    {
        JsonObject definitions = [],
            data = new() { ["sample-type"] = SampleType.ToString() };
        foreach (DsdlDefinition one in Definitions)
            definitions[one.Name] = one.ToJson();
        if (SamplePath is not null)
            data["sample-path"] = SamplePath;
        if (GlobalInfoType is not null)
            data["global-info-type"] = GlobalInfoType.ToString();
        if (GlobalInfoPath is not null)
            data["global-info-path"] = GlobalInfoPath;
        return new()
        {
            ["$dsdl-version"] = Version,
            ["meta"] = Meta.DeepClone(),
            ["defs"] = definitions,
            ["data"] = data,
        };
    }
}
