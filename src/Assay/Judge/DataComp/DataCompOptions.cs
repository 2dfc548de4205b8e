using System.ComponentModel.DataAnnotations;

namespace Assay.Judge;

/// <summary>Options of <see cref="DataComp"/>.</summary>
public sealed record DataCompOptions
{
    /// <summary>
    /// A table of the tasks, a row for each: columns task, category, in_core (0 or 1) and the accuracy of guessing, either as chance (a
    /// share) or as random_baseline_v1_percent and random_baseline_v2_percent.
    /// </summary>
    [Required, DatasetName]
    public string Tasks { get; init; } = "tasks";

    /// <summary>Which version of the accuracies of guessing; of no use where the table of tasks has one 'chance'.</summary>
    [AllowedValues("v1", "v2")]
    public string Version { get; init; } = "v2";

    /// <summary>What data sets are ranked by: core, extended, a category, or a task.</summary>
    public string By { get; init; } = Aggregates.Core;

    /// <summary>The column of the data sets; without it names of runs are read as DCLM's.</summary>
    public string Dataset { get; init; } = "dataset";

    /// <summary>The column of the scale: model, tokens, learning rate, in a word. Runs are compared only within a scale.</summary>
    public string Scale { get; init; } = "scale";

    /// <summary>The column of the runs' names, needed without a column of data sets.</summary>
    public string Run { get; init; } = "run";
}
