using System.Diagnostics;
using System.Globalization;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using System.Text.Json;
using Assay.Data;
using Assay.Numerics;
using Assay.Recipes.Execution;

namespace Assay.Evidence;

/// <summary>Runs experiments; each finished seed is kept in the store, so that a killed run goes on and more seeds can be added.</summary>
/// <param name="store">Where seeds are kept.</param>
/// <param name="dataFolder">The folder that holds the folders of data.</param>
/// <param name="options">How to use the machine.</param>
/// <param name="observer">Hears how it goes.</param>
/// <param name="cancellation">Asks to stop.</param>
public sealed class Replication(
    Store store,
    string dataFolder,
    RunOptions options,
    IRunObserver observer,
    CancellationToken cancellation = default
)
{
    private const string Method = "replicate";

    /// <summary>Runs one.</summary>
    /// <param name="experiment">Which.</param>
    /// <param name="seeds">How many seeds, at least 2; 0 for the experiment's own number.</param>
    /// <param name="quick">True for a smoke pass.</param>
    /// <exception cref="AssayException">Data are missing.</exception>
    /// <exception cref="OperationCanceledException">It was asked to stop; finished seeds are kept.</exception>
    public EvidenceRecord Run(IExperiment experiment, int seeds = 0, bool quick = false)
    {
        int count =
            seeds > 0 ? seeds
            : quick ? 2
            : experiment.Seeds;
        string data = Fingerprint(experiment);
        string[] keys =
        [
            .. Enumerable
                .Range(0, count)
                .Select(seed =>
                    StepKey.Of(
                        Method,
                        experiment.Slug,
                        experiment.Revision.ToString(CultureInfo.InvariantCulture),
                        quick.ToString(),
                        seed.ToString(CultureInfo.InvariantCulture),
                        data
                    )
                ),
        ];
        StoredStep?[] stored = Array.ConvertAll(keys, Find);
        observer.StepStarted(
            $"{Method} {experiment.Slug}",
            $"{count} seeds{(quick ? ", quick" : "")}",
            stored.All(seed => seed is not null)
        );
        // Seeds side by side use the cores better than threads within a small model; so each has one.
        int done = stored.Count(seed => seed is not null);
        double[] within = new double[count];
        void Report() =>
            observer.Report(new("seeds", (long)(100 * (done + within.Sum())), 100L * count, "hundredths of a seed"));
        using Pieces none = Pieces.Temporary();
        new Work(none) { Threads = options.Threads, Cancellation = cancellation }.Each(
            count,
            seed =>
            {
                if (stored[seed] is not null)
                    return;
                using Workers.LimitScope limit = Workers.Limit(1);
                Stopwatch clock = Stopwatch.StartNew();
                Figures figures = experiment.Measure(
                    new()
                    {
                        Seed = seed,
                        Random = new RandomStream((ulong)seed, experiment.Slug),
                        DataFolder = dataFolder,
                        Quick = quick,
                        Threads = 1,
                        Progress = new Within(share =>
                        {
                            within[seed] = share;
                            Report();
                        }),
                        Cancellation = cancellation,
                    }
                );
                stored[seed] = Keep(keys[seed], figures, clock.Elapsed.TotalSeconds);
                within[seed] = 0;
                Interlocked.Increment(ref done);
                Report();
            }
        );
        Figures[] all = Array.ConvertAll(stored, step => Read(step!));
        return new()
        {
            Slug = experiment.Slug,
            Title = experiment.Title,
            Protocol = experiment.Protocol,
            Data = experiment.Data,
            Seeds = count,
            Quick = quick,
            Findings = experiment.Conclude(new(all)),
            Figures = all[0].Names.ToDictionary(name => name, name => Array.ConvertAll(all, figures => figures[name])),
            Seconds = Math.Round(stored.Sum(step => step!.Seconds), 1),
            Machine =
                $"{RuntimeInformation.ProcessArchitecture}, {Environment.ProcessorCount} cores, {RuntimeInformation.FrameworkDescription}",
        };
    }

    // Everything in the experiment's folders of data, by name and content.
    private string Fingerprint(IExperiment experiment)
    {
        XxHash128 hash = new();
        foreach (string name in experiment.Data)
        {
            string folder = Path.Combine(dataFolder, name);
            if (!Directory.Exists(folder))
                throw new AssayException(
                    $"the experiment {experiment.Slug} needs the folder of data '{name}'",
                    new(folder),
                    "Give the folder that holds it with --data; docs/data.md says what is in it."
                );
            foreach (string file in Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal))
            {
                cancellation.ThrowIfCancellationRequested();
                hash.Append(System.Text.Encoding.UTF8.GetBytes(Path.GetFileName(file)));
                using FileStream bytes = File.OpenRead(file);
                hash.Append(bytes);
            }
        }
        return Convert.ToHexStringLower(hash.GetCurrentHash());
    }

    private StoredStep? Find(string key) =>
        store.FindStep(key) is { } step && StepOutputs.FromJson(step.Outputs).All.All(store.Objects.Has) ? step : null;

    private StoredStep Keep(string key, Figures figures, double seconds)
    {
        StepOutputs outputs = new()
        {
            Findings = store.Objects.Put(
                JsonSerializer.SerializeToUtf8Bytes(
                    figures.ToDictionary(figure => figure.Key, figure => figure.Value),
                    EvidenceJson.Default.DictionaryStringDouble
                )
            ),
        };
        StoredStep step = new(key, Method, "{}", "[]", outputs.ToJson(), seconds, 0, 0);
        store.SaveStep(step);
        return step;
    }

    private Figures Read(StoredStep step)
    {
        Figures figures = [];
        foreach (
            (string name, double value) in JsonSerializer.Deserialize(
                store.Objects.Get(StepOutputs.FromJson(step.Outputs).Findings!),
                EvidenceJson.Default.DictionaryStringDouble
            )!
        )
            figures[name] = value;
        return figures;
    }

    private sealed class Within(Action<double> share) : IProgress<Progress>
    {
        public void Report(Progress value) => share(value.Total > 0 ? (double)value.Done / value.Total : 0);
    }
}
