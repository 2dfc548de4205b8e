using System.Diagnostics;
using System.Text.Json;
using Assay.Data;
using Assay.Learning;
using Assay.Models;
using Assay.Numerics;

namespace Assay.Recipes.Execution;

/// <summary>Trains the language model that a step asks for (<see cref="IModelUser"/>), once for all that ask for the same.</summary>
internal sealed class ModelStep(Store store, StepRunner steps, IRunObserver observer)
{
    public const string Method = "train/lm";
    private const string Unfinished = "model";

    /// <summary>What the step asks for, or null if it needs no model.</summary>
    public static ModelRequest? RequestOf(StepSpec step) => (step.Method.Create(step.Options) as IModelUser)?.Model;

    /// <summary>The key of the model at this place in the flow.</summary>
    public static string KeyOf(ModelRequest request, Flow flow, ulong seed) =>
        StepKey.Of([
            "model",
            "1",
            CanonicalJson.Of(request.Options),
            request.Checkpoints.ToString(),
            seed.ToString(),
            flow.Key,
        ]);

    /// <summary>What is said of it: <c>gpt-250k, 3 checkpoints</c>.</summary>
    public static string Describe(ModelRequest request) =>
        request.Options.Model + (request.Checkpoints > 1 ? $", {request.Checkpoints} checkpoints" : "");

    /// <summary>Where the model lies.</summary>
    public string FolderOf(string key) => Path.Combine(store.Folder, "models", key);

    /// <summary>True if it has been trained and is still there.</summary>
    public StoredStep? Find(string key) => Directory.Exists(FolderOf(key)) ? steps.Find(key) : null;

    /// <summary>Trains it unless that was done; says where it is and what was done.</summary>
    public (string Folder, StepReport Report) Run(ModelRequest request, Flow flow, ulong seed)
    {
        string key = KeyOf(request, flow, seed);
        StoredStep? stored = Find(key);
        observer.StepStarted(Method, Describe(request), stored is not null);
        bool cached = stored is not null;
        stored ??= Train(request, flow, seed, key);
        StepReport report = ReportOf(request, flow) with { Seconds = stored.Seconds, Cached = cached };
        observer.StepFinished(report);
        return (FolderOf(key), report);
    }

    private static StepReport ReportOf(ModelRequest request, Flow flow) =>
        new()
        {
            Method = Method,
            Options = Describe(request),
            RowsIn = flow.View.Selection.Count,
            RowsOut = flow.View.Selection.Count,
            Seconds = 0,
            Cached = false,
        };

    private StoredStep Train(ModelRequest request, Flow flow, ulong seed, string key)
    {
        Stopwatch clock = Stopwatch.StartNew();
        Work work = steps.WorkFor(key, Method, seed);
        TokenStream text = TokenStream.Of(flow.View, work.Cancellation);
        if (text.Bytes == 0)
            throw new AssayException(
                $"the rows have no text in their column '{flow.View.Dataset.TextColumn}' to train {request.Options.Model} on",
                hint: "Name the column that holds the text under 'data:'."
            );
        string unfinished = Path.Combine(work.Pieces.Folder, Unfinished),
            folder = FolderOf(key);
        using Workers.LimitScope limit = Workers.Limit(Math.Min(256, work.Threads));
        LanguageModelFit fit = LanguageModelFit.Of(
            request.Options,
            text,
            work.Random,
            new TrainingCheckpoints(Path.Combine(work.Pieces.Folder, "checkpoints")),
            step => work.Progress?.Report(new("training", step.Step, step.Steps, "steps")),
            snapshots: new(unfinished, request.Checkpoints),
            cancellation: work.Cancellation
        );
        try
        {
            new LanguageModel(fit.Model, TokenStream.Tokenizer).Save(unfinished);
            if (Directory.Exists(folder)) // a run was killed before it could say that it is whole
                Directory.Delete(folder, recursive: true);
            Directory.CreateDirectory(Path.GetDirectoryName(folder)!);
            Directory.Move(unfinished, folder);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new AssayException(
                $"cannot keep the model: {failure.Message}",
                new(folder),
                "Free some space and run the same command again; it goes on from its last checkpoint.",
                failure
            );
        }
        StoredStep stored = new(
            key,
            Method,
            CanonicalJson.Of(request.Options),
            JsonSerializer.Serialize((string[])[flow.Key]),
            new StepOutputs().ToJson(),
            clock.Elapsed.TotalSeconds,
            flow.View.Selection.Count,
            flow.View.Dataset.Tables.Sum(table => table.Bytes)
        );
        store.SaveStep(stored);
        store.Sweep(key);
        return stored;
    }
}
