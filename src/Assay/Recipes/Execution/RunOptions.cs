using Assay.Data;

namespace Assay.Recipes.Execution;

/// <summary>How a run uses the machine. Nothing here changes a result.</summary>
public sealed record RunOptions
{
    /// <summary>Threads, at least 1.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>Memory of the whole process in bytes.</summary>
    public long MemoryBytes { get; init; } = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes * 3 / 4;

    /// <summary>What to do with rows that cannot be read.</summary>
    public BadRowPolicy OnBadRow { get; init; } = BadRowPolicy.Fail;

    /// <summary>What one step may take for its own data: the rest is for the runtime and the tables in flight.</summary>
    internal long StepMemoryBytes => Math.Max(32L << 20, MemoryBytes / 2 - (64L << 20));
}

/// <summary>Hears how a run goes on; called from one thread except for <see cref="IProgress{T}.Report"/>.</summary>
public interface IRunObserver : IProgress<Progress>
{
    /// <summary>A candidate's steps begin; the empty name stands for the shared steps.</summary>
    void CandidateStarted(string name);

    /// <summary>A step begins.</summary>
    /// <param name="method">Its method, or what is done: <c>read pool</c>, <c>export</c>.</param>
    /// <param name="written">Its options as written.</param>
    /// <param name="cached">True if the result is in the store already.</param>
    void StepStarted(string method, string written, bool cached);

    /// <summary>A step has ended.</summary>
    void StepFinished(StepReport report);
}
