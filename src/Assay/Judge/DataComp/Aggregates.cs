namespace Assay.Judge;

/// <summary>What the tasks come to together: means of centred accuracies.</summary>
/// <remarks>
/// Li and others, "DataComp-LM: In search of the next generation of training sets for language models" (2024): CORE is the mean over 22 tasks
/// that vary little, EXTENDED over all 53. Where a task is missing the mean is not defined: it would be one of other tasks.
/// </remarks>
/// <param name="tasks">The tasks, at least one.</param>
public sealed class Aggregates(IReadOnlyList<BenchmarkTask> tasks)
{
    /// <summary>The name of the mean over the tasks that vary little.</summary>
    public const string Core = "core";

    /// <summary>The name of the mean over all tasks.</summary>
    public const string Extended = "extended";

    /// <summary>The tasks.</summary>
    public IReadOnlyList<BenchmarkTask> Tasks => tasks;

    /// <summary>The categories, in the order in which they first come.</summary>
    public IReadOnlyList<string> Categories { get; } =
    [.. tasks.Select(task => task.Category).Where(category => category.Length > 0).Distinct()];

    /// <summary>Core and extended, categories, then single tasks: what can be asked for.</summary>
    public IReadOnlyList<string> Names => [Core, Extended, .. Categories, .. tasks.Select(task => task.Name)];

    /// <summary>One aggregate; NaN where a task that belongs to it is missing. A single task is its plain accuracy.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="accuracies">One for each task, in [0, 1]; NaN where it was not measured.</param>
    /// <exception cref="ArgumentException">There is no such aggregate, or another number of accuracies.</exception>
    public double Of(string name, IReadOnlyList<double> accuracies)
    {
        if (accuracies.Count != tasks.Count)
            throw new ArgumentException($"{accuracies.Count} accuracies do not fit {tasks.Count} tasks.");
        double sum = 0;
        int count = 0;
        for (int i = 0; i < tasks.Count; i++)
        {
            if (tasks[i].Name == name)
                return accuracies[i];
            if (name != Extended && (name == Core ? !tasks[i].IsCore : tasks[i].Category != name))
                continue;
            sum += tasks[i].Centred(accuracies[i]);
            count++;
        }
        return count > 0 ? sum / count
            : name == Core ? double.NaN
            : throw new ArgumentException($"There is no aggregate '{name}'.", nameof(name));
    }
}
