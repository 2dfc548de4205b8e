using System.ComponentModel.DataAnnotations;

namespace Assay.Plan.Prescribe;

/// <summary>Options of <see cref="PrescribePlan"/>.</summary>
public sealed record PrescribeOptions
{
    /// <summary>The column that says what came out: classes, or numbers.</summary>
    [Required]
    public string Label { get; init; } = "";

    /// <summary>What is wanted of the label: a class, or 'at least 7', 'at most 3' of a number.</summary>
    [Required]
    public string Wanted { get; init; } = "";

    /// <summary>
    /// Columns that may change, and how: '-1 -2 -3 resistance 2' are moves of a number, 'Obese > Overweight > Normal' an order of words to go along,
    /// 'day | night' words to choose from. Then may follow: 'resistance' (how unwilling, default 1), 'cost' (of a step, default 1), 'fixed' (effort of any
    /// change, default 0), 'steps' (of an order, at most). All other columns stay locked.
    /// </summary>
    [Required]
    public IReadOnlyDictionary<string, string> Change { get; init; } = new Dictionary<string, string>();

    /// <summary>Columns that the model sees. Default: all numbers, and all words of 2 to 20 kinds, but the label and the id.</summary>
    public IReadOnlyList<string> Features { get; init; } = [];

    /// <summary>A column that names rows; not a feature. Default: rows go by their places, from 1.</summary>
    public string? Id { get; init; }

    /// <summary>The model: logistic or boosting (scores are log-odds), or forest (scores are probabilities).</summary>
    public ScoreKind Model { get; init; } = ScoreKind.Logistic;

    /// <summary>
    /// What a change is expected to gain: model (the score, computed anew with this one change), profile (the column's attribution at the new level against its own), or weight (the
    /// column's mean attribution times the share of its range, as the paper seems to have it; blind to the row).
    /// </summary>
    public GainKind Gain { get; init; } = GainKind.Model;

    /// <summary>What to ask: gain (the most gain less lambda times effort) or target (the least effort that reaches the target).</summary>
    public PrescribeGoal Goal { get; init; } = PrescribeGoal.Gain;

    /// <summary>What a unit of effort is worth in gain, at least 0. Default: 0.05 of the largest gain.</summary>
    [Range(0, double.MaxValue)]
    public double? Lambda { get; init; }

    /// <summary>Changes of a row, at most, K.</summary>
    [Range(0, 100)]
    public int MaxChanges { get; init; } = 3;

    /// <summary>Sum of a row's costs, at most. Default: any.</summary>
    [Range(0, double.MaxValue)]
    public double? Budget { get; init; }

    /// <summary>The probability of what is wanted that counts as reached, in (0, 1).</summary>
    [Range(0.001, 0.999)]
    public double Target { get; init; } = 0.5;

    /// <summary>Ties between columns: 'A needs B', 'A excludes B', 'always A'.</summary>
    public IReadOnlyList<string> Couplings { get; init; } = [];

    /// <summary>Places of the rows to look at, from 1. Default: all whose probability of what is wanted is below the target.</summary>
    public IReadOnlyList<int> Rows { get; init; } = [];

    /// <summary>Rows that get a sheet of their own in the report; the table has all.</summary>
    [Range(1, 1000)]
    public int Sheets { get; init; } = 12;
}

/// <summary>The model whose score is to rise.</summary>
public enum ScoreKind
{
    /// <summary>Logistic regression on standardised columns.</summary>
    Logistic,

    /// <summary>Gradient-boosted trees.</summary>
    Boosting,

    /// <summary>A random forest.</summary>
    Forest,
}

/// <summary>What a change is expected to gain.</summary>
public enum GainKind
{
    /// <summary>The score with this one change less the score.</summary>
    Model,

    /// <summary>The column's mean attribution at the new level less its attribution in the row.</summary>
    Profile,

    /// <summary>The column's mean magnitude of attribution times the share of the range that is moved, in the beneficial direction.</summary>
    Weight,
}

/// <summary>What changes are chosen for.</summary>
public enum PrescribeGoal
{
    /// <summary>The most gain less lambda times effort.</summary>
    Gain,

    /// <summary>The least effort that reaches the target.</summary>
    Target,
}
