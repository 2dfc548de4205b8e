using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Assay.Data;
using Assay.Numerics;

namespace Assay.Recipes.Execution;

/// <summary>What can be said of signals and candidates side by side: how far signals agree, and what was chosen from which domain.</summary>
internal sealed class CompareStep(Store store, StepRunner steps)
{
    private const string Method = "compare";
    private const int MostRows = 50_000;
    private const int MostDomains = 24;
    private const string BySource = "source file";
    private const string Others = "others";

    public (SignalAgreement? Agreement, DomainReport? Domains) Run(
        string? domain,
        Flow shared,
        IReadOnlyList<(string Name, Flow Flow)> candidates
    )
    {
        string key = StepKey.Of([
            Method,
            "2",
            domain ?? "",
            shared.Key,
            .. shared.ValueKeys,
            .. candidates.SelectMany(c => (string[])[c.Name, c.Flow.Key, .. c.Flow.ValueKeys]),
        ]);
        StoredStep? stored = steps.Find(key);
        if (stored is null)
        {
            Stopwatch clock = Stopwatch.StartNew();
            Work work = steps.WorkFor(key, Method, 0);
            Comparison found = new(Agreement(shared, candidates), Domains(domain, shared.View, candidates, work));
            StepOutputs outputs = new()
            {
                Findings = store.Objects.Put(
                    JsonSerializer.SerializeToUtf8Bytes(found, CompareJson.Default.Comparison)
                ),
            };
            stored = new(key, Method, "{}", "[]", outputs.ToJson(), clock.Elapsed.TotalSeconds, 0, 0);
            store.SaveStep(stored);
            store.Sweep(key);
        }
        Comparison comparison = JsonSerializer.Deserialize(
            store.Objects.Get(StepOutputs.FromJson(stored.Outputs).Findings!),
            CompareJson.Default.Comparison
        )!;
        return (comparison.Agreement, comparison.Domains);
    }

    private static SignalAgreement? Agreement(Flow shared, IReadOnlyList<(string Name, Flow Flow)> candidates)
    {
        List<(string Name, double[] Values)> signals =
        [
            .. shared.View.Signals.Values.Select(signal => (signal.Name, signal.Values)),
        ];
        foreach ((string candidate, Flow flow) in candidates)
        foreach (Signal signal in flow.View.Signals.Values)
            // The same step of two candidates is one signal.
            if (!signals.Any(other => other.Values.AsSpan().SequenceEqual(signal.Values)))
                signals.Add(($"{candidate} › {signal.Name}", signal.Values));
        if (signals.Count < 2)
            return null;
        ReadOnlySpan<int> rows = shared.View.DistinctRows;
        int step = Math.Max(1, (rows.Length + MostRows - 1) / MostRows);
        List<int> sample = [];
        for (int i = 0; i < rows.Length; i += step)
            sample.Add(rows[i]);
        return new(
            [.. signals.Select(signal => signal.Name)],
            [.. signals.Select(one => signals.Select(other => Spearman(one.Values, other.Values, sample)).ToArray())],
            sample.Count
        );
    }

    private static double? Spearman(double[] one, double[] other, List<int> rows)
    {
        int[] both = [.. rows.Where(row => double.IsFinite(one[row]) && double.IsFinite(other[row]))];
        if (both.Length < 3)
            return null;
        double rho = RankCorrelation.Spearman(
            Array.ConvertAll(both, row => one[row]),
            Array.ConvertAll(both, row => other[row])
        );
        return double.IsFinite(rho) ? rho : null;
    }

    private static DomainReport? Domains(
        string? column,
        View shared,
        IReadOnlyList<(string Name, Flow Flow)> candidates,
        Work work
    )
    {
        if (candidates.Count < 2)
            return null;
        Dictionary<string, int> ids = [];
        int[] domainOf = new int[shared.Dataset.RowCount];
        work.Each(
            shared.TableCount,
            index =>
            {
                if (shared.RowsOf(index).IsEmpty)
                    return;
                using Batch batch = shared.Read(index);
                Column? named = column is null ? null : batch.Table.Find(column);
                foreach (int row in batch.Rows)
                {
                    string name = column is null
                        ? batch.Table.SourceOf(batch.Local(row))
                        : NameIn(named, batch.Local(row));
                    lock (ids)
                    {
                        if (!ids.TryGetValue(name, out int id))
                            ids.Add(name, id = ids.Count);
                        domainOf[row] = id;
                    }
                }
            }
        );
        string[] names = new string[ids.Count];
        foreach ((string name, int id) in ids)
            names[id] = name;
        if (column is null)
        {
            int inFolder = SharedFolder(names);
            names = Array.ConvertAll(names, name => name[inFolder..]);
            if (names.Length > MostDomains) // many files: their folders
                names = Array.ConvertAll(names, name => name.Split('/')[0]);
        }
        long[] Count(IEnumerable<int> rows)
        {
            long[] counts = new long[names.Length];
            foreach (int row in rows)
                counts[domainOf[row]]++;
            return counts;
        }
        long[] all = Count(shared.Selection.Rows);
        string[] largest =
        [
            .. names
                .Zip(all)
                .GroupBy(entry => entry.First, entry => entry.Second)
                .Select(group => (Name: group.Key, Rows: group.Sum()))
                .OrderByDescending(group => group.Rows)
                .ThenBy(group => group.Name, StringComparer.Ordinal)
                .Select(group => group.Name),
        ];
        if (largest.Length < 2)
            return null;
        if (largest.Length > MostDomains)
        {
            HashSet<string> kept = [.. largest.Take(MostDomains - 1)];
            names = Array.ConvertAll(names, name => kept.Contains(name) ? name : Others);
            largest = [.. largest.Take(MostDomains - 1), Others];
        }
        long[] PerDomain(IEnumerable<int> rows)
        {
            long[] counts = Count(rows);
            return
            [
                .. largest.Select(name =>
                    Enumerable.Range(0, names.Length).Where(id => names[id] == name).Sum(id => counts[id])
                ),
            ];
        }
        return new(
            column ?? BySource,
            largest,
            PerDomain(shared.Selection.Rows),
            [.. candidates.Select(candidate => PerDomain(candidate.Flow.View.Selection.Rows))]
        );
    }

    // Characters of the path that all files have in common, up to a slash.
    internal static int SharedFolder(string[] names)
    {
        int length = names.Length == 0 ? 0 : names[0].LastIndexOf('/') + 1;
        while (length > 0 && !names.All(name => name.StartsWith(names[0][..length], StringComparison.Ordinal)))
            length = length < 2 ? 0 : names[0].LastIndexOf('/', length - 2) + 1;
        return length;
    }

    private static string NameIn(Column? column, int row) =>
        column is null || column.IsNull(row) ? "none"
        : column.Type == ColumnType.Int64 ? column.Int64(row).ToString(CultureInfo.InvariantCulture)
        : column.Type == ColumnType.Float64 ? column.Float64(row).ToString("R", CultureInfo.InvariantCulture)
        : column.Type == ColumnType.Bool
            ? column.Bool(row) ? "true"
                : "false"
        : Encoding.UTF8.GetString(column.Utf8(row));

    internal sealed record Comparison(SignalAgreement? Agreement, DomainReport? Domains);
}

[JsonSerializable(typeof(CompareStep.Comparison))]
internal sealed partial class CompareJson : JsonSerializerContext;
