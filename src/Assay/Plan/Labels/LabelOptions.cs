using System.ComponentModel.DataAnnotations;
using Assay.Features;

namespace Assay.Plan.Labels;

/// <summary>Options of <see cref="LabelPlan"/>.</summary>
public sealed record LabelOptions : EmbeddingOptions
{
    /// <summary>The column of correct labels, of two classes. Not used where 'cost' is given.</summary>
    public string Label { get; init; } = "label";

    /// <summary>
    /// The column of cheap labels: a class, or the probability of the second class (in the order of their names). Empty simulates them from the
    /// correct ones.
    /// </summary>
    public string Weak { get; init; } = "";

    /// <summary>How often simulated cheap labels are right, 0.5 to 1.</summary>
    [Range(0.5, 1)]
    public double WeakAccuracy { get; init; } = 0.8;

    /// <summary>Price of a cheap label; a dear one costs 1.</summary>
    [Range(1e-6, 1)]
    public double WeakPrice { get; init; } = 0.1;

    /// <summary>Other prices of a cheap label, at which the same runs are drawn again.</summary>
    public IReadOnlyList<double> OtherPrices { get; init; } = [];

    /// <summary>Budgets, in prices of a dear label.</summary>
    public IReadOnlyList<double> Budgets { get; init; } = [16, 64, 256, 1024];

    /// <summary>Shares of a budget that are spent on dear labels; 0 and 1 are always among them.</summary>
    public IReadOnlyList<double> Shares { get; init; } = [0.05, 0.2, 0.4, 0.6, 0.8, 0.95];

    /// <summary>Seeds of every split, 2 to 50; as many fresh ones confirm the choice.</summary>
    [Range(2, 50)]
    public int Seeds { get; init; } = 5;

    /// <summary>Rows that every model is tested on, as a share of all.</summary>
    [Range(0.05, 0.9)]
    public double Test { get; init; } = 0.25;

    /// <summary>
    /// Which rows get dear labels: random, or uncertain (those that the model behind the cheap labels is least sure of).
    /// </summary>
    public GoldRows Gold { get; init; } = GoldRows.Random;

    /// <summary>How strongly the least sure rows are preferred: 0 takes them, larger values draw.</summary>
    [Range(0.0, 100)]
    public double Temperature { get; init; } = 0.25;

    /// <summary>Whether cheap labels are trained on by the log-confidence loss, which trusts the model's own sure predictions more and more.</summary>
    public bool LogConfidence { get; init; }

    /// <summary>Share of a stage's labels by which its best step is chosen; the paper's is 0.2, 0 keeps the last step.</summary>
    [Range(0.0, 0.5)]
    public double Validation { get; init; }

    /// <summary>Steps of 32 rows of a stage, at most.</summary>
    [Range(1, 100_000)]
    public int Steps { get; init; } = 400;

    /// <summary>
    /// The column of what a finished run has cost. With it nothing is trained: the rows are runs, and the frontier is drawn through them.
    /// </summary>
    public string Cost { get; init; } = "";

    /// <summary>With 'cost': the column of a run's accuracy.</summary>
    public string Accuracy { get; init; } = "accuracy";

    /// <summary>With 'cost': the column of a run's method, or empty.</summary>
    public string Method { get; init; } = "method";

    /// <summary>Costs that differ by at most this share count as the same on the frontier.</summary>
    [Range(0.0, 1)]
    public double CostTolerance { get; init; } = 0.01;

    /// <summary>By how much a dearer run must be better to be on the frontier.</summary>
    [Range(0.0, 1)]
    public double AccuracyTolerance { get; init; } = 0.002;
}

/// <summary>Which rows get dear labels.</summary>
public enum GoldRows
{
    /// <summary>Any.</summary>
    Random,

    /// <summary>Those that the model behind the cheap labels is least sure of.</summary>
    Uncertain,
}
