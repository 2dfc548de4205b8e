using System.ComponentModel.DataAnnotations;

namespace Assay.Judge;

/// <summary>Options of <see cref="AlgoPerf"/>.</summary>
public sealed record AlgoPerfOptions
{
    /// <summary>
    /// A table of what is to be reached, a row for each workload: columns workload, direction (less or more), target, and where
    /// wanted metric (its name), budget (time after which it no longer counts) and variant-of (the workload that a held-out variant
    /// belongs to).
    /// </summary>
    [DatasetName]
    public string Targets { get; init; } = "";

    /// <summary>Instead of a table the published workloads, targets and budgets of the benchmark's version 0.5 or 0.6.</summary>
    [AllowedValues("", "0.5", "0.6")]
    public string Benchmark { get; init; } = "";

    /// <summary>With <see cref="Benchmark"/>: whether submissions are tuned from outside, or tune themselves and have more time.</summary>
    [AllowedValues("external", "self-tuning")]
    public string Ruleset { get; init; } = "external";

    /// <summary>Which trial of a session is its fastest: by its time, or by the index of its evaluation as the published tables have it.</summary>
    public FastestTrial Fastest { get; init; } = FastestTrial.Time;

    /// <summary>How many times as long as the fastest still counts for something, above 1 (the paper: 4).</summary>
    [Range(1.01, 1000.0)]
    public double Largest { get; init; } = 4;

    /// <summary>The submission that speed-ups are given against; by default 'baseline', or else the best.</summary>
    public string Reference { get; init; } = "";

    /// <summary>The column of submissions.</summary>
    public string Submission { get; init; } = "submission";

    /// <summary>The column of workloads.</summary>
    public string Workload { get; init; } = "workload";

    /// <summary>The column of tuning sessions; where there is none all trials of a submission are one session.</summary>
    public string Study { get; init; } = "study";

    /// <summary>The column of trials; where there is none a session is one trial.</summary>
    public string Trial { get; init; } = "trial";

    /// <summary>The column of times: what the submission has taken so far, evaluations not counted, in seconds or steps.</summary>
    public string Time { get; init; } = "score_s";

    /// <summary>The column of the metric's values; what is no number (nan) is of a run that diverged.</summary>
    public string Metric { get; init; } = "metric";
}
