using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Serialization;
using Assay.Data;
using Assay.Make;
using Assay.Numerics;

namespace Assay.Recipes.Execution;

/// <summary>Makes rows out of one dataset, without a recipe: <c>assay make</c>.</summary>
/// <remarks>
/// Writes the rows as JSON Lines (<c>rows.jsonl</c>), the tables of what is to be known of them, and <c>making.json</c> last; a folder that has it
/// for the same data, options and seed is not made again, and a killed run goes on from its pieces in the store. A recipe reads the rows as any other
/// data.
/// </remarks>
/// <param name="store">Where read data and unfinished work are kept.</param>
/// <param name="options">How to use the machine.</param>
/// <param name="observer">Hears how it goes.</param>
/// <param name="cancellation">Asks it to stop.</param>
public sealed class MakeRunner(
    Store store,
    RunOptions options,
    IRunObserver observer,
    CancellationToken cancellation = default
)
{
    /// <summary>The file of the rows.</summary>
    public const string RowsName = "rows.jsonl";

    private const string FileName = "making.json";

    /// <summary>Makes the rows and writes them.</summary>
    /// <param name="call">A method of the verb make.</param>
    /// <exception cref="AssayException">Something that the user can mend went wrong.</exception>
    /// <exception cref="OperationCanceledException">It was asked to stop; finished work is kept.</exception>
    public StudyReport Run(MethodCall call)
    {
        Stopwatch clock = Stopwatch.StartNew();
        (MethodEntry method, string folder) = (call.Method, call.Folder);
        if (method.Create(call.Options) is not IMaker maker)
            throw new AssayException($"{method.Name} makes nothing", hint: "'assay methods make' lists what does.");
        StepRunner steps = new(store, options, observer, cancellation);
        Flow flow = new CallReader(steps, new(store, options, observer, steps)).Read(call);
        string key = StepKey.Of([
            method.Name,
            method.Revision.ToString(),
            CanonicalJson.Of(call.Options),
            call.Seed.ToString(),
            flow.Key,
            .. flow.Datasets.SelectMany(other => (string[])[other.Key, other.Value.Key]),
            .. ModelFolders.KeysOf(method.Shape, call.Options),
        ]);
        string making = Path.GetFullPath(Path.Combine(folder, FileName)),
            rows = Path.Combine(folder, RowsName);
        if (Existing(making) is { } existing && existing.Key == key && File.Exists(rows))
            return existing.Report with { Cached = true };

        observer.StepStarted(method.Name, method.Written(call.Options), cached: false);
        using Workers.LimitScope limit = Workers.Limit(Math.Min(256, options.Threads));
        Work work = steps.WorkFor(key, method.Name, call.Seed, flow);
        Made made = maker.Make(flow.View, work);
        try
        {
            Directory.CreateDirectory(folder);
            File.Delete(making); // of earlier rows: it would pass for that of these
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new AssayException(
                $"cannot make the folder for the result: {failure.Message}",
                new(folder),
                "Choose another folder with --out, and run the same command again; it goes on from its finished pieces.",
                failure
            );
        }
        JsonlWriter.Write(rows, new View(made.Rows), work);
        StudyReport report = new()
        {
            Method = method.Name,
            Options = method.Written(call.Options),
            Seed = call.Seed,
            Data = call.Data.Path,
            Rows = flow.View.Selection.Count,
            Study = made.Study,
            Files = [rows, .. StudyRunner.Write(made.Study, folder)],
            Seconds = clock.Elapsed.TotalSeconds,
        };
        Pieces.WriteFile(
            making,
            stream => JsonSerializer.Serialize(stream, new Making(key, report), MakeJson.Default.Making)
        );
        store.Sweep(key);
        return report;
    }

    private static Making? Existing(string path)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(path), MakeJson.Default.Making);
        }
        catch (Exception failure) when (failure is IOException or JsonException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}

/// <summary>What lies beside made rows: by what they were made, and what is known of them.</summary>
/// <param name="Key">Hash of the method, its options, the data and the seed.</param>
/// <param name="Report">What is known of them.</param>
internal sealed record Making(string Key, StudyReport Report);

[JsonSourceGenerationOptions(
    WriteIndented = true,
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true
)]
[JsonSerializable(typeof(Making))]
internal sealed partial class MakeJson : JsonSerializerContext;
