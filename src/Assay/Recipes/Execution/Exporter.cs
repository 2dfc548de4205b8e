using System.IO.Hashing;
using System.Text.Json;
using System.Text.Json.Serialization;
using Assay.Data;
using Assay.Select;

namespace Assay.Recipes.Execution;

/// <summary>
/// Writes a candidate as training data: JSON Lines or Parquet, the held-out datasets beside it, dropped rows with their reasons if
/// asked for, a dataset card and a manifest. No byte of it depends on the time, the threads or the machine.
/// </summary>
internal sealed class Exporter(Store store, StepRunner steps, IRunObserver observer)
{
    private const string ManifestName = "manifest.json";

    public ExportReport Export(
        ExportOptions options,
        Recipe recipe,
        RunReport run,
        CandidateReport candidate,
        Flow flow
    )
    {
        string key = StepKey.Of([
            "export",
            "1",
            CanonicalJson.Of(options),
            candidate.Name,
            flow.Key,
            run.Versions["assay"],
            recipe.Text,
            .. recipe.Overrides,
        ]);
        string folder = options.To;
        bool done =
            Existing(folder) is { } existing && existing.Key == key && existing.Files.All(file => Same(folder, file));
        observer.StepStarted("export", folder, done);
        Manifest manifest = done ? Existing(folder)! : Write(options, recipe, run, candidate, flow, key);
        return new(
            candidate.Name,
            [.. manifest.Files.Select(file => Path.Combine(folder, file.Path)), Path.Combine(folder, ManifestName)],
            manifest.Files[0].Rows,
            manifest.Files[0].Bytes
        );
    }

    private Manifest Write(
        ExportOptions options,
        Recipe recipe,
        RunReport run,
        CandidateReport candidate,
        Flow flow,
        string key
    )
    {
        string folder = options.To;
        Work work = steps.WorkFor(key, "export", recipe.Seed);
        try
        {
            Directory.CreateDirectory(folder);
            // The manifest says that the rest is whole: it goes first and comes last.
            File.Delete(Path.Combine(folder, ManifestName));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new AssayException(
                $"cannot export: {failure.Message}",
                new(folder),
                "Choose another folder with --set export.to=DIR.",
                failure
            );
        }
        string ending = options.Format switch
        {
            ExportFormat.JsonlGz => ".jsonl.gz",
            ExportFormat.Parquet => ".parquet",
            ExportFormat.Arrow => ".arrow",
            _ => ".jsonl",
        };
        List<ManifestFile> files = [WriteRows(folder, "train" + ending, flow.View, options, work)];
        foreach ((string name, (View view, _)) in flow.Datasets)
            if (ReferenceEquals(view.Dataset, flow.View.Dataset) && view.Selection.Count < view.Dataset.RowCount)
                files.Add(WriteRows(folder, name + ending, view, options, work));
        if (options.Dropped)
            files.Add(WriteDropped(folder, "dropped" + ending, flow, options, work));

        Manifest manifest = new()
        {
            Key = key,
            Assay = run.Versions["assay"],
            Recipe = recipe.Text,
            Overrides = recipe.Overrides,
            Seed = recipe.Seed,
            Candidate = candidate.Name,
            Datasets = run.Datasets.ToDictionary(dataset => dataset.Name, dataset => dataset.Fingerprint),
            Steps =
            [
                .. run
                    .Steps.Concat(candidate.Steps)
                    .Select(step => new ManifestStep(step.Method, step.Options, step.RowsIn, step.RowsOut)),
            ],
            Files = files,
        };
        if (options.Card)
        {
            byte[] card = System.Text.Encoding.UTF8.GetBytes(DatasetCard.Of(manifest, run, candidate));
            Pieces.WriteFile(Path.Combine(folder, "README.md"), stream => stream.Write(card));
        }
        Pieces.WriteFile(
            Path.Combine(folder, ManifestName),
            stream =>
            {
                JsonSerializer.Serialize(stream, manifest, ManifestJson.Default.Manifest);
                stream.WriteByte((byte)'\n');
            }
        );
        store.Sweep(key);
        return manifest;
    }

    private ManifestFile WriteRows(
        string folder,
        string name,
        View view,
        ExportOptions options,
        Work work,
        Func<int, string>? reason = null
    )
    {
        string path = Path.Combine(folder, name);
        WriterOptions columns = new() { Ids = options.Ids, Reason = reason };
        WrittenFile written = options.Format switch
        {
            ExportFormat.Parquet => ParquetWriter.Write(path, view, work, columns),
            ExportFormat.Arrow => ArrowWriter.Write(path, view, work, columns),
            _ => JsonlWriter.Write(path, view, work, columns),
        };
        return new(name, written.Rows, written.Bytes, HashOf(path));
    }

    /// <summary>Rows that the path to this candidate dropped, each with its first and only reason.</summary>
    private ManifestFile WriteDropped(string folder, string name, Flow flow, ExportOptions options, Work work)
    {
        SortedDictionary<int, string> reasons = [];
        foreach (string step in flow.Path)
            if (store.FindStep(step) is { } stored && StepOutputs.FromJson(stored.Outputs).Drops is { } hash)
            {
                Drops drops = StoredForms.ReadDrops(store.Objects.Get(hash));
                for (int i = 0; i < drops.Rows.Length; i++)
                    reasons.TryAdd(drops.Rows[i], drops.Reasons[drops.ReasonOf[i]]);
            }
        View dropped = new(flow.View.Dataset, new Selection([.. reasons.Keys]), flow.View.Edits);
        return WriteRows(folder, name, dropped, options, work, row => reasons[row]);
    }

    private static Manifest? Existing(string folder)
    {
        try
        {
            return JsonSerializer.Deserialize(
                File.ReadAllBytes(Path.Combine(folder, ManifestName)),
                ManifestJson.Default.Manifest
            );
        }
        catch (Exception failure) when (failure is IOException or JsonException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static bool Same(string folder, ManifestFile file)
    {
        FileInfo info = new(Path.Combine(folder, file.Path));
        return info.Exists && info.Length == file.Bytes && HashOf(info.FullName) == file.Xxh128;
    }

    private static string HashOf(string path)
    {
        XxHash128 hash = new();
        using FileStream stream = File.OpenRead(path);
        hash.Append(stream);
        return Convert.ToHexStringLower(hash.GetCurrentHash());
    }
}

/// <summary>What <c>manifest.json</c> says: enough to make the same bytes again, and to see that they are whole.</summary>
internal sealed record Manifest
{
    public required string Key { get; init; }
    public required string Assay { get; init; }
    public required string Recipe { get; init; }
    public required IReadOnlyList<string> Overrides { get; init; }
    public required ulong Seed { get; init; }
    public required string Candidate { get; init; }
    public required IReadOnlyDictionary<string, string> Datasets { get; init; }
    public required IReadOnlyList<ManifestStep> Steps { get; init; }
    public required IReadOnlyList<ManifestFile> Files { get; init; }
}

internal sealed record ManifestStep(string Method, string Options, long RowsIn, long RowsOut);

internal sealed record ManifestFile(string Path, long Rows, long Bytes, string Xxh128);

[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(Manifest))]
internal sealed partial class ManifestJson : JsonSerializerContext;
