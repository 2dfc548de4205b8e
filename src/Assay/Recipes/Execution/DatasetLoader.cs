using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using Assay.Data;
using Assay.Numerics;

namespace Assay.Recipes.Execution;

/// <summary>Reads a recipe's datasets into the store, once per content.</summary>
internal sealed class DatasetLoader(Store store, RunOptions options, IRunObserver observer, StepRunner steps)
{
    public const string Method = "data/read";

    /// <summary>What is to be read, the key under which it is or will be stored, and its fingerprint.</summary>
    public (SourcePlan Plan, string Key, string Fingerprint) Plan(string name, SourceOptions source)
    {
        Work hashing = steps.WorkFor("hashes", Method, 0);
        if (source.Path.FirstOrDefault(Downloads.IsRemote) is { } address)
            observer.StepStarted("fetch " + name, address, cached: false);
        SourcePlan plan = SourcePlan.Find(
            name,
            source,
            Directory.GetCurrentDirectory(),
            new(Path.Combine(store.Folder, "downloads"), hashing)
        );
        ConcurrentBag<SourceFile> remembered = [];
        IReadOnlyList<string> hashes = plan.HashFiles(
            hashing,
            file =>
            {
                string? hash = store.FileHash(file.FullPath, file.Size, file.Modified.Ticks);
                if (hash is not null)
                    remembered.Add(file);
                return hash;
            }
        );
        store.RememberFiles(
            plan.Files.Zip(hashes)
                .Where(file => !remembered.Contains(file.First))
                .Select(file => (file.First.FullPath, file.First.Size, file.First.Modified.Ticks, file.Second))
        );
        string fingerprint = plan.Fingerprint(hashes);
        return (plan, StepKey.Of(Method, "1", fingerprint, options.OnBadRow.ToString()), fingerprint);
    }

    /// <summary>The dataset, from the store if its files have not changed.</summary>
    public (Dataset Dataset, string Key, DatasetReport Report) Load(string name, SourceOptions source)
    {
        (SourcePlan plan, string key, string fingerprint) = Plan(name, source);
        StoredStep? stored = steps.Find(key);
        observer.StepStarted("read " + name, $"{plan.Files.Count:N0} files", stored is not null);
        stored ??= Read(plan, key);
        StepOutputs outputs = StepOutputs.FromJson(stored.Outputs);
        Findings findings = FindingsOf(store, outputs);
        if (outputs.BadRows.Length > 0)
            Quarantine(name, outputs.BadRows);
        Dataset dataset = new(
            name,
            fingerprint,
            new Schema(findings.Schema),
            source.Text,
            findings.Tables,
            index => Table.Read(store.Objects.PathOf(outputs.Tables![index]))
        );
        bool kept = options.OnBadRow == BadRowPolicy.Quarantine;
        DatasetReport report = new(
            name,
            fingerprint,
            plan.Files.Count,
            plan.TotalBytes,
            dataset.RowCount,
            kept ? findings.BadRows : 0,
            kept ? 0 : findings.BadRows
        );
        return (dataset, key, report);
    }

    /// <summary>The rows of a dataset that the source's options ask for, and the key of that view.</summary>
    /// <exception cref="AssayException">There is no such part.</exception>
    public (View View, string Key) Part(Dataset dataset, string key, SourceOptions source)
    {
        if (source.Part is not { } written)
            return (new(dataset), key);
        string[] parts = written.Split('/');
        (ulong part, ulong of) = (ulong.Parse(parts[0]), ulong.Parse(parts[1]));
        if (part > of)
            throw new AssayException(
                $"there is no part {written} of '{dataset.Name}'",
                hint: $"Parts of {of} are 1/{of} to {of}/{of}."
            );
        View all = new(dataset);
        Work work = steps.WorkFor(key + "-part", Method, 0);
        RowSizes rows = RowSizes.Ones(all, work);
        RandomStream deal = new(0, "parts");
        Selection chosen = all.Selection.Where(row => deal.BitsOf(rows.Key(row)) % of == part - 1);
        return (new(dataset, chosen), $"{key}/{written}");
    }

    /// <summary>What is known of a stored dataset beside its tables.</summary>
    public static Findings FindingsOf(Store store, StepOutputs outputs) =>
        JsonSerializer.Deserialize(store.Objects.Get(outputs.Findings!), DatasetJson.Default.Findings)!;

    private StoredStep Read(SourcePlan plan, string key)
    {
        Stopwatch clock = Stopwatch.StartNew();
        IngestResult result = Ingest.Run(plan, options.OnBadRow, steps.WorkFor(key, Method, 0));
        StepOutputs outputs = new()
        {
            Findings = store.Objects.Put(
                JsonSerializer.SerializeToUtf8Bytes(
                    new Findings(
                        [.. result.Schema],
                        [.. result.Infos],
                        result.BadRows,
                        plan.Files.ToDictionary(file => file.Name, file => file.FullPath)
                    ),
                    DatasetJson.Default.Findings
                )
            ),
            Tables = [.. result.Tables.Select(store.Objects.Adopt)],
            BadRows = [.. result.BadRowFiles.Select(store.Objects.Adopt)],
        };
        StoredStep stored = new(
            key,
            Method,
            "{}",
            "[]",
            outputs.ToJson(),
            clock.Elapsed.TotalSeconds,
            0,
            plan.TotalBytes
        );
        store.SaveStep(stored);
        store.Sweep(key);
        return stored;
    }

    /// <summary>Puts the bad rows where a person finds them: one JSON Lines file per dataset.</summary>
    private void Quarantine(string name, string[] files)
    {
        string folder = Path.Combine(store.Folder, "quarantine");
        Directory.CreateDirectory(folder);
        Pieces.WriteFile(
            Path.Combine(folder, name + ".jsonl"),
            stream =>
            {
                foreach (string hash in files)
                    stream.Write(store.Objects.Get(hash));
            }
        );
    }

    internal sealed record Findings(Field[] Schema, TableInfo[] Tables, long BadRows, Dictionary<string, string> Files);
}

[System.Text.Json.Serialization.JsonSerializable(typeof(DatasetLoader.Findings))]
internal sealed partial class DatasetJson : System.Text.Json.Serialization.JsonSerializerContext;
