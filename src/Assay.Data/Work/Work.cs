using Assay.Numerics;

namespace Assay.Data;

/// <summary>
/// What a method needs to do its work: its random stream, its share of the machine, a place for finished pieces, and
/// somebody to report to. Methods take everything from here and from their inputs; they open no files of their own.
/// </summary>
public sealed class Work(Pieces pieces)
{
    /// <summary>The random stream of this step, named by seed and step.</summary>
    public RandomStream Random { get; init; } = new(0, "work");

    /// <summary>Threads to use, at least 1. Results never depend on it.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>Memory that this step may use for its own data, in bytes. Results never depend on it.</summary>
    public long MemoryBytes { get; init; } = 1L << 30;

    /// <summary>Finished pieces of this step, kept over kills.</summary>
    public Pieces Pieces { get; } = pieces;

    /// <summary>Hears how far the work is.</summary>
    public IProgress<Progress>? Progress { get; init; }

    /// <summary>Asks the work to stop; honoured within a second.</summary>
    public CancellationToken Cancellation { get; init; }

    /// <summary>The folder of the model that was trained for this step, or null if it asked for none.</summary>
    public string? ModelFolder { get; init; }

    /// <summary>Other datasets of the recipe, by name, as they stand at this step.</summary>
    public IReadOnlyDictionary<string, View> Datasets { get; init; } = new Dictionary<string, View>();

    /// <summary>The same with other pieces: for a part of the work whose stages are named as those of another part.</summary>
    public Work With(Pieces others) =>
        new(others)
        {
            Random = Random,
            Threads = Threads,
            MemoryBytes = MemoryBytes,
            Progress = Progress,
            Cancellation = Cancellation,
            ModelFolder = ModelFolder,
            Datasets = Datasets,
        };

    /// <summary>The dataset of that name.</summary>
    /// <exception cref="AssayException">The recipe has none.</exception>
    public View Dataset(string name) =>
        Datasets.TryGetValue(name, out View? view)
            ? view
            : throw new AssayException(
                $"there is no dataset '{name}' at this step",
                hint: "Known here: "
                    + string.Join(", ", Datasets.Keys)
                    + ". Add it under 'data:' or make it with select/holdout above."
            );

    /// <summary>
    /// Makes <paramref name="count"/> pieces, in parallel, each exactly once over all runs: a piece finished before a kill
    /// is not made again. Pieces must not depend on each other.
    /// </summary>
    /// <param name="stage">Name of the stage, unique within the step; also shown as progress.</param>
    /// <param name="count">Number of pieces; decided by the data, never by threads or memory.</param>
    /// <param name="make">Writes piece i to the stream.</param>
    /// <param name="size">Units of progress that piece i is worth; 1 if not given.</param>
    /// <param name="unit">What those units are.</param>
    public void Make(
        string stage,
        int count,
        Action<int, Stream> make,
        Func<int, long>? size = null,
        string unit = "tables"
    )
    {
        long total = 0,
            done = 0;
        for (int i = 0; i < count; i++)
            total += size?.Invoke(i) ?? 1;
        Each(
            count,
            i =>
            {
                if (!Pieces.Has(stage, i))
                    Pieces.Write(stage, i, stream => make(i, stream));
                Progress?.Report(new(stage, Interlocked.Add(ref done, size?.Invoke(i) ?? 1), total, unit));
            }
        );
    }

    /// <summary>Runs <paramref name="body"/> for 0..count-1 on <see cref="Threads"/> threads, stopping on cancellation.</summary>
    public void Each(int count, Action<int> body)
    {
        Cancellation.ThrowIfCancellationRequested();
        try
        {
            ParallelOptions options = new() { MaxDegreeOfParallelism = Threads, CancellationToken = Cancellation };
            // Dynamic partitioning one index at a time: pieces differ in cost, and low ones should finish first.
            Parallel.ForEach(
                System.Collections.Concurrent.Partitioner.Create(
                    Enumerable.Range(0, count),
                    System.Collections.Concurrent.EnumerablePartitionerOptions.NoBuffering
                ),
                options,
                body
            );
        }
        catch (AggregateException failures)
        {
            Exception first =
                failures.InnerExceptions.FirstOrDefault(failure => failure is AssayException)
                ?? failures.InnerExceptions.FirstOrDefault(failure => failure is not OperationCanceledException)
                ?? failures.InnerExceptions[0];
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(first);
        }
    }
}
