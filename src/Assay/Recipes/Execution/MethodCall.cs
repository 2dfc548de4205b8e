using System.Collections.Immutable;
using Assay.Data;
using Assay.Select;

namespace Assay.Recipes.Execution;

/// <summary>One method and what it is to be run on, without a recipe: <c>assay train</c>, <c>assay value</c>.</summary>
public sealed record MethodCall
{
    /// <summary>The method.</summary>
    public required MethodEntry Method { get; init; }

    /// <summary>Its options: a record of its <see cref="MethodEntry.OptionsType"/>.</summary>
    public required object Options { get; init; }

    /// <summary>The rows.</summary>
    public required SourceOptions Data { get; init; }

    /// <summary>Other datasets, by the names by which the method knows them.</summary>
    public IReadOnlyDictionary<string, SourceOptions> Others { get; init; } = new Dictionary<string, SourceOptions>();

    /// <summary>A dataset that rows of the data are held out for, or null if there is none.</summary>
    public string? HeldOut { get; init; }

    /// <summary>How many rows are held out; 0 for none.</summary>
    public Amount HoldOut { get; init; }

    /// <summary>Seed of every random choice.</summary>
    public ulong Seed { get; init; }

    /// <summary>Where the result goes.</summary>
    public required string Folder { get; init; }
}

/// <summary>Reads what a <see cref="MethodCall"/> names, as the flow that its method runs on.</summary>
internal sealed class CallReader(StepRunner steps, DatasetLoader loader)
{
    private const string Data = "data";

    /// <summary>Reads the datasets, and holds rows out if that is asked for.</summary>
    /// <exception cref="AssayException">Something cannot be read, or there are too few rows.</exception>
    public Flow Read(MethodCall call)
    {
        if (File.Exists(call.Folder))
            throw new AssayException(
                "the folder for the result is a file",
                new(call.Folder),
                "Name another folder with --out, or take the file away."
            );
        (Dataset dataset, string key, _) = loader.Load(Data, call.Data);
        var others = ImmutableSortedDictionary<string, (View, string)>.Empty;
        foreach ((string name, SourceOptions source) in call.Others)
        {
            (Dataset other, string otherKey, _) = loader.Load(name, source);
            others = others.Add(name, (new View(other), otherKey));
        }
        Flow flow = new(new View(dataset), key, [], others, [key], []);
        return call.HeldOut is { } heldOut && call.HoldOut.Value > 0
            ? Split(flow, call.HoldOut, heldOut, call.Seed)
            : flow;
    }

    /// <summary>The flow without some of its rows, which become another dataset.</summary>
    public Flow Split(Flow flow, Amount size, string name, ulong seed)
    {
        StepSpec step = new(
            MethodCatalogue.Default.Get("select/holdout"),
            new HoldoutOptions { Size = size, As = name }
        );
        (Flow split, _) = steps.Run(step, flow, seed);
        if (split.View.Selection.Count == 0 || split.Datasets[name].View.Selection.Count == 0)
            throw new AssayException(
                $"{flow.View.Selection.Count:N0} rows cannot be split into some to work on and {size} to measure on",
                hint: "Give more rows (--test), or ask for another share (--hold-out, --curves); 0 is none."
            );
        return split;
    }
}
