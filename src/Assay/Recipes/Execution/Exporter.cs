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
    private const string PreviousName = ".manifest.previous.json";
    private const string TrainSplit = "train";
    private const string DroppedName = "dropped";

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
            "2",
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
            manifest.Files.Where(IsTrain).Sum(file => file.Rows),
            manifest.Files.Where(IsTrain).Sum(file => file.Bytes)
        );

        static bool IsTrain(ManifestFile file) => file.Split == TrainSplit && !file.IsDropped;
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
        if (options.Format == ExportFormat.Dsdl && (options.Croissant || options.Layout == ExportLayout.HuggingFace))
            throw new AssayException(
                "a dataset in DSDL has a description and a layout of its own",
                hint: "Leave out 'croissant' and 'layout', or export another format."
            );
        Work work = steps.WorkFor(key, "export", recipe.Seed);
        try
        {
            Directory.CreateDirectory(folder);
            // The manifest says that the rest is whole: it goes first and comes last. What it names is needed until then.
            if (File.Exists(Path.Combine(folder, ManifestName)))
                File.Move(Path.Combine(folder, ManifestName), Path.Combine(folder, PreviousName), overwrite: true);
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
        List<ManifestFile> files = [.. WriteSplit(folder, TrainSplit, flow.View, options, work)];
        foreach ((string name, (View view, _)) in flow.Datasets)
            if (
                ReferenceEquals(view.Dataset, flow.View.Dataset)
                && view.Selection.Count > 0
                && view.Selection.Count < view.Dataset.RowCount
            )
                files.AddRange(WriteSplit(folder, name, view, options, work));
        if (options.Dropped)
            files.AddRange(WriteDropped(folder, flow, options, work));

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
        if (options.Croissant)
        {
            byte[] croissant = CroissantCard.Of(manifest, run, options, flow.View);
            Pieces.WriteFile(Path.Combine(folder, CroissantFile.FileName), stream => stream.Write(croissant));
        }
        if (options.Card)
        {
            byte[] card = System.Text.Encoding.UTF8.GetBytes(
                DatasetCard.Of(manifest, run, candidate, options, flow.View)
            );
            Pieces.WriteFile(Path.Combine(folder, CardHeader.FileName), stream => stream.Write(card));
        }
        Pieces.WriteFile(
            Path.Combine(folder, ManifestName),
            stream =>
            {
                JsonSerializer.Serialize(stream, manifest, ManifestJson.Default.Manifest);
                stream.WriteByte((byte)'\n');
            }
        );
        SweepPrevious(folder, files);
        store.Sweep(key);
        return manifest;
    }

    /// <summary>The files of a split: one, or in the layout of Hugging Face as many as its rows take, each with as many rows.</summary>
    private static IEnumerable<ManifestFile> WriteSplit(
        string folder,
        string split,
        View view,
        ExportOptions options,
        Work work,
        Func<int, string>? reason = null
    )
    {
        string ending = options.Format switch
        {
            ExportFormat.JsonlGz => ".jsonl.gz",
            ExportFormat.Parquet => ".parquet",
            ExportFormat.Arrow => ".arrow",
            ExportFormat.Dsdl => ".json",
            _ => ".jsonl",
        };
        int[] rows = view.Selection.Rows;
        bool isSharded = options.Layout == ExportLayout.HuggingFace;
        int shards = isSharded
            ? (int)Math.Clamp(Math.Ceiling(BytesOf(view) / options.Shard.Bytes), 1, Math.Clamp(rows.Length, 1, 99_999))
            : 1;
        for (int shard = 0; shard < shards; shard++)
        {
            (int from, int to) = (
                (int)((long)rows.Length * shard / shards),
                (int)((long)rows.Length * (shard + 1) / shards)
            );
            string name = isSharded
                ? $"{(reason is null ? "data" : DroppedName)}/{split.Replace('-', '_')}-{shard:D5}-of-{shards:D5}{ending}"
                : (reason is null ? split : DroppedName) + ending;
            View part = shards == 1 ? view : new(view.Dataset, new Selection(rows[from..to]), view.Edits);
            string path = Path.Combine(folder, name);
            WriterOptions columns = new() { Ids = options.Ids, Reason = reason };
            // Pieces of one file are not those of another, also not when a killed run goes on.
            Work own = work.With(new Pieces(Path.Combine(work.Pieces.Folder, name.Replace('/', '-'))));
            WrittenFile written = options.Format switch
            {
                ExportFormat.Parquet => ParquetWriter.Write(path, part, own, columns),
                ExportFormat.Arrow => ArrowWriter.Write(path, part, own, columns),
                ExportFormat.Dsdl => DsdlExport.Write(path, part, own, columns),
                _ => JsonlWriter.Write(path, part, own, columns),
            };
            yield return new(name, written.Rows, written.Bytes, HashOf(path))
            {
                Split = isSharded ? split.Replace('-', '_') : split,
                IsDropped = reason is not null,
                RowBytes = written.RowBytes,
                Sha256 = options.Croissant ? Sha256Of(path) : null,
            };
            if (options.Format != ExportFormat.Dsdl)
                continue;
            string description = DsdlExport.DescriptionOf(path);
            yield return new(DsdlExport.DescriptionOf(name), 0, new FileInfo(description).Length, HashOf(description))
            {
                Split = split,
                IsDropped = reason is not null,
            };
        }
    }

    /// <summary>About how many bytes the selected rows have.</summary>
    private static double BytesOf(View view)
    {
        double bytes = 0;
        foreach (int row in view.Selection.Rows)
        {
            TableInfo table = view.Dataset.Tables[view.Dataset.TableOf(row)];
            bytes += (double)table.Bytes / table.RowCount;
        }
        return bytes;
    }

    /// <summary>Files of an earlier export, in more or other files than this one, are not to stand beside it.</summary>
    private static void SweepPrevious(string folder, IReadOnlyList<ManifestFile> files)
    {
        HashSet<string> kept = [.. files.Select(file => file.Path)];
        foreach (ManifestFile file in Existing(folder, PreviousName)?.Files ?? [])
            if (!kept.Contains(file.Path) && IsOurs(file.Path) && Same(folder, file))
                File.Delete(Path.Combine(folder, file.Path));
        File.Delete(Path.Combine(folder, PreviousName));
    }

    /// <summary>True for the names that an export writes; a manifest from elsewhere may say anything.</summary>
    private static bool IsOurs(string path) =>
        path.Split('/') is [_] or ["data" or DroppedName, _] && !path.Contains("..", StringComparison.Ordinal);

    /// <summary>Rows that the path to this candidate dropped, each with its first and only reason.</summary>
    private IEnumerable<ManifestFile> WriteDropped(string folder, Flow flow, ExportOptions options, Work work)
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
        return WriteSplit(folder, TrainSplit, dropped, options, work, row => reasons[row]);
    }

    private static Manifest? Existing(string folder, string name = ManifestName)
    {
        try
        {
            return JsonSerializer.Deserialize(
                File.ReadAllBytes(Path.Combine(folder, name)),
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

    private static string Sha256Of(string path)
    {
        using FileStream stream = File.OpenRead(path);
        return Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(stream));
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

internal sealed record ManifestFile(string Path, long Rows, long Bytes, string Xxh128)
{
    /// <summary>The split that it is a part of.</summary>
    public string Split { get; init; } = "";

    /// <summary>Whether it holds what was dropped.</summary>
    public bool IsDropped { get; init; }

    /// <summary>Bytes of its rows before compression.</summary>
    public long RowBytes { get; init; }

    /// <summary>SHA-256, where the Croissant description names it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Sha256 { get; init; }
}

[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(Manifest))]
internal sealed partial class ManifestJson : JsonSerializerContext;
