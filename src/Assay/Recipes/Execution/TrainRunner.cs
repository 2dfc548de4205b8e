using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Serialization;
using Assay.Data;
using Assay.Learning;
using Assay.Numerics;
using Assay.Studies;
using Assay.Train;

namespace Assay.Recipes.Execution;

/// <summary>Trains one model on one dataset, without a recipe: <c>assay train</c>.</summary>
/// <remarks>
/// The model's folder gets <c>training.json</c> last; a folder that has it for the same data, options and seed is not
/// trained again, and a killed run goes on from its newest checkpoint in the store.
/// </remarks>
/// <param name="store">Where read data and checkpoints are kept.</param>
/// <param name="options">How to use the machine.</param>
/// <param name="observer">Hears how it goes.</param>
/// <param name="cancellation">Asks it to stop.</param>
public sealed class TrainRunner(
    Store store,
    RunOptions options,
    IRunObserver observer,
    CancellationToken cancellation = default
)
{
    /// <summary>What the dataset is called that a model is measured on.</summary>
    public const string TestName = "test";

    private const string FileName = "training.json";

    /// <summary>Trains.</summary>
    /// <param name="call">A method of the verb train; its dataset <c>test</c>, given or held out, is what is measured on.</param>
    /// <exception cref="AssayException">Something that the user can mend went wrong.</exception>
    /// <exception cref="OperationCanceledException">It was asked to stop; checkpoints are kept.</exception>
    public TrainReport Run(MethodCall call)
    {
        Stopwatch clock = Stopwatch.StartNew();
        (MethodEntry method, string folder) = (call.Method, call.Folder);
        if (method.Create(call.Options) is not ITrainer trainer)
            throw new AssayException($"{method.Name} trains nothing", hint: "'assay methods train' lists what does.");
        StepRunner steps = new(store, options, observer, cancellation);
        Flow flow = new CallReader(steps, new(store, options, observer, steps)).Read(call);
        (View View, string Key)? test = flow.Datasets.TryGetValue(TestName, out var found) ? found : null;
        string key = StepKey.Of([
            method.Name,
            method.Revision.ToString(),
            CanonicalJson.Of(call.Options),
            call.Seed.ToString(),
            flow.Key,
            test?.Key ?? "",
            .. ModelFolders.KeysOf(method.Shape, call.Options),
            .. flow.Datasets.Where(other => other.Key != TestName).Select(other => other.Value.Key),
        ]);
        string path = Path.Combine(folder, FileName);
        if (Existing(path) is { } existing && existing.Key == key)
            return existing with { Cached = true };

        (View view, View? heldOut) = (flow.View, test?.View);
        observer.StepStarted(method.Name, method.Written(call.Options), cached: false);
        using Workers.LimitScope limit = Workers.Limit(Math.Min(256, options.Threads));
        Trained trained = Train(method.Name, trainer, view, heldOut, steps.WorkFor(key, method.Name, call.Seed, flow));
        TrainReport report = new()
        {
            Key = key,
            Method = method.Name,
            Options = JsonElement.Parse(CanonicalJson.Of(call.Options)),
            Seed = call.Seed,
            Model = trained.Model,
            Rows = view.Selection.Count,
            HeldOutRows = heldOut?.Selection.Count ?? 0,
            Scores = trained.Scores.ToDictionary(score => score.Metric, score => score.Value),
            Chosen = (trained.Chosen ?? []).ToDictionary(score => score.Metric, score => score.Value),
            Losses = trained.Curve?.Losses ?? [],
            Study = trained.Study,
            Seconds = clock.Elapsed.TotalSeconds,
        };
        try
        {
            Directory.CreateDirectory(folder);
            trained.Save(folder);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new AssayException(
                $"cannot save the model: {failure.Message}",
                new(folder),
                "Free some space, or choose another folder with --out, and run the same command again; it goes on from its last checkpoint.",
                failure
            );
        }
        Pieces.WriteFile(path, stream => JsonSerializer.Serialize(stream, report, TrainJson.Default.TrainReport));
        store.Sweep(key);
        return report;
    }

    private static Trained Train(string method, ITrainer trainer, View view, View? heldOut, Work work)
    {
        try
        {
            return trainer.Train(view, heldOut, work);
        }
        catch (TrainingException failure)
        {
            throw new AssayException($"{method}: {failure.Message}", cause: failure);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new AssayException(
                $"{method}: cannot write a checkpoint: {failure.Message}",
                hint: "Free some space and run the same command again; it goes on from the checkpoint before.",
                cause: failure
            );
        }
    }

    private static TrainReport? Existing(string path)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(path), TrainJson.Default.TrainReport);
        }
        catch (Exception failure) when (failure is IOException or JsonException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}

/// <summary>What <c>assay train</c> did; <c>training.json</c> of the model's folder.</summary>
public sealed record TrainReport
{
    /// <summary>Hash of the method, its options, the data and the seed.</summary>
    public required string Key { get; init; }

    /// <summary>The method.</summary>
    public required string Method { get; init; }

    /// <summary>All its options, also those that were left at their defaults.</summary>
    public required JsonElement Options { get; init; }

    /// <summary>The seed.</summary>
    public required ulong Seed { get; init; }

    /// <summary>What was trained, in a few words.</summary>
    public required string Model { get; init; }

    /// <summary>Rows that it was trained on.</summary>
    public required long Rows { get; init; }

    /// <summary>Rows that it was measured on.</summary>
    public required long HeldOutRows { get; init; }

    /// <summary>What was measured, by metric.</summary>
    public required IReadOnlyDictionary<string, double> Scores { get; init; }

    /// <summary>What the model was chosen by on the rows given, by metric; empty where nothing was chosen.</summary>
    public IReadOnlyDictionary<string, double> Chosen { get; init; } = new Dictionary<string, double>();

    /// <summary>The loss of every step; empty for what is fitted in one go.</summary>
    public required IReadOnlyList<double> Losses { get; init; }

    /// <summary>What the training showed, or null.</summary>
    public Study? Study { get; init; }

    /// <summary>How long it took.</summary>
    public required double Seconds { get; init; }

    /// <summary>True if it had been trained before.</summary>
    [JsonIgnore]
    public bool Cached { get; init; }

    /// <summary>As JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, TrainJson.Default.TrainReport);
}

[JsonSourceGenerationOptions(
    WriteIndented = true,
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true
)]
[JsonSerializable(typeof(TrainReport))]
internal sealed partial class TrainJson : JsonSerializerContext;
