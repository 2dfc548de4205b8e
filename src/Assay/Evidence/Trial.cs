using Assay.Data;
using Assay.Numerics;

namespace Assay.Evidence;

/// <summary>One seed of an experiment: where its data are, its random numbers, and whom to tell how far it is.</summary>
public sealed class Trial
{
    /// <summary>The seed, from 0.</summary>
    public required int Seed { get; init; }

    /// <summary>The random stream of the seed.</summary>
    public required RandomStream Random { get; init; }

    /// <summary>The folder that holds the folders of data.</summary>
    public required string DataFolder { get; init; }

    /// <summary>True for a smoke pass: the smallest sizes at which everything still runs; nothing is concluded from it.</summary>
    public bool Quick { get; init; }

    /// <summary>Threads to use.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>Hears how far the seed is.</summary>
    public IProgress<Progress>? Progress { get; init; }

    /// <summary>Asks to stop.</summary>
    public CancellationToken Cancellation { get; init; }

    /// <summary>A file of the data.</summary>
    /// <exception cref="AssayException">It is not there.</exception>
    public string Path(string folder, string file)
    {
        string path = System.IO.Path.Combine(DataFolder, folder, file);
        return File.Exists(path)
            ? path
            : throw new AssayException(
                "a file of the experiment's data is missing",
                new(path),
                "docs/data.md says what belongs into it; give the folder that holds them with --data."
            );
    }

    /// <summary>Says how far a stage of the seed is, and stops if that was asked for.</summary>
    public void Report(string stage, long done, long total)
    {
        Cancellation.ThrowIfCancellationRequested();
        Progress?.Report(new(stage, done, total, "parts"));
    }

    /// <summary>The smaller size in a smoke pass.</summary>
    public int Size(int full, int quick) => Quick ? quick : full;

    /// <summary>What a method gets to work with, its pieces in a temporary folder that goes with it.</summary>
    public Work Work(string name, Pieces pieces) =>
        new(pieces)
        {
            Random = Random.Child(name),
            Threads = Threads,
            Cancellation = Cancellation,
        };
}
