using System.ComponentModel.DataAnnotations;

namespace Assay.Judge;

/// <summary>Options of <see cref="OptimiserBenchmark"/>.</summary>
public sealed record OptimiserOptions
{
    /// <summary>
    /// What is compared, each a rule (momentum, nesterov, adamw, nadamw, lion, muon), and where wanted a schedule (constant, linear,
    /// cosine, wsd) and an order of the rows (shuffled, once, ascending, descending, folding, zigzag), with slashes between: adamw/wsd/once.
    /// </summary>
    [Required, MinLength(1)]
    public IReadOnlyList<string> Submissions { get; init; } = ["momentum", "adamw", "nadamw"];

    /// <summary>The column of the class.</summary>
    public string Label { get; init; } = "label";

    /// <summary>The columns of numbers; by default all but the label and the one that orders go by.</summary>
    public IReadOnlyList<string> Features { get; init; } = [];

    /// <summary>Channels, height and width of the image that the columns are: a convolutional network is trained too.</summary>
    [MaxLength(3)]
    public IReadOnlyList<int> Image { get; init; } = [];

    /// <summary>A dataset of text: a transformer over its bytes is trained too, and measured on a tenth of its rows.</summary>
    [DatasetName]
    public string Corpus { get; init; } = "";

    /// <summary>The column that orders go by, such as a difficulty; only the workloads on the table have orders by it.</summary>
    public string OrderBy { get; init; } = "";

    /// <summary>Share of the table's rows that are held out to measure on, 0.05 to 0.9.</summary>
    [Range(0.05, 0.9)]
    public double HeldOut { get; init; } = 0.3;

    /// <summary>Whether submissions are tuned in their rule's space, or take its middle and have half as much time again.</summary>
    [AllowedValues("external", "self-tuning")]
    public string Ruleset { get; init; } = "external";

    /// <summary>Tuning sessions, 1 to 100 (the rules: 3).</summary>
    [Range(1, 100)]
    public int Studies { get; init; } = 3;

    /// <summary>Trials of a session, 1 to 100 (the rules: 5, and 1 where submissions tune themselves).</summary>
    [Range(1, 100)]
    public int Trials { get; init; } = 5;

    /// <summary>Trials of each of four rules that targets are set by, 1 to 1000 (the paper: 200).</summary>
    [Range(1, 1000)]
    public int TargetTrials { get; init; } = 16;

    /// <summary>How often the best of them is run again; the target is the median of what these reach (the paper: 20).</summary>
    [Range(1, 100)]
    public int Reruns { get; init; } = 5;

    /// <summary>Steps of a run: what schedules are laid out for.</summary>
    [Range(10, 1_000_000)]
    public int Steps { get; init; } = 300;

    /// <summary>Evaluations of a run, evenly over its steps; a time to target is known to the distance of two.</summary>
    [Range(2, 1000)]
    public int Evaluations { get; init; } = 25;

    /// <summary>Rows of a step (an eighth of it sequences of text), 8 to 4096.</summary>
    [Range(8, 4096)]
    public int Batch { get; init; } = 64;

    /// <summary>
    /// Whether time is counted in steps, the same on every machine, or in seconds without those of evaluating. In seconds the budget is
    /// four thirds of what setting the target took.
    /// </summary>
    [AllowedValues("steps", "seconds")]
    public string Unit { get; init; } = "steps";
}
