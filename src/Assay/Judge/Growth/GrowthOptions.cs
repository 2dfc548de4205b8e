using System.ComponentModel.DataAnnotations;
using Assay.Models;

namespace Assay.Judge;

/// <summary>Options of <see cref="Growth"/>.</summary>
public sealed record GrowthOptions : ClassifierOptions
{
    /// <summary>The column that names the ability: a task, a skill, a domain.</summary>
    public string Ability { get; init; } = "ability";

    /// <summary>Of measured scores, the column of the score. Where the rows have no such column, classifiers are trained on them, see <see cref="Sizes"/>.</summary>
    public string Score { get; init; } = "score";

    /// <summary>Of measured scores, the column of the rows of the ability that were trained on.</summary>
    public string Size { get; init; } = "size";

    /// <summary>
    /// Of measured scores, the column of the checkpoint (an epoch, a step) at which a run was scored; may be absent. The last one of a size counts for its rows; at the largest size the curve over
    /// checkpoints is drawn.
    /// </summary>
    public string Checkpoint { get; init; } = "checkpoint";

    /// <summary>Of measured scores, the column with the score of guessing; may be absent, see <see cref="Guess"/>.</summary>
    public string Chance { get; init; } = "chance";

    /// <summary>The score of guessing where no column says it.</summary>
    public double Guess { get; init; }

    /// <summary>Of measured scores, the column with the rows that the ability has; may be absent: then the largest size counts.</summary>
    public string Available { get; init; } = "available";

    /// <summary>
    /// Of measured scores, the column that says what was trained on: <c>others</c> for runs on all abilities but this one, <c>none</c> for the untrained model; anything else is a run like
    /// the others. May be absent.
    /// </summary>
    public string Trained { get; init; } = "trained";

    /// <summary>The score of all right: 1, or 100 where scores are percentages.</summary>
    [Range(1e-9, 1e9)]
    public double Full { get; init; } = 1;

    /// <summary>An ability that does not grow beyond so many rows is at a plateau. Paper: 64.</summary>
    [Range(1, 1e9)]
    public double PlateauRows { get; init; } = 64;

    /// <summary>Whether scores are smoothed over sizes before they are judged, as in the paper's plots; with few sizes that hides where growth stops.</summary>
    public bool Smooth { get; init; }

    /// <summary>Rows to share out over the abilities; 0 for as many as all abilities have together at the second largest size.</summary>
    [Range(0, int.MaxValue)]
    public int Budget { get; init; }

    /// <summary>By what rows are shared out.</summary>
    public AllocationRule Allocate { get; init; } = AllocationRule.Recipe;

    /// <summary>To train on: rows of an ability, ascending; sizes beyond what an ability has are left out. Smaller ones are parts of larger ones.</summary>
    public IReadOnlyList<int> Sizes { get; init; } = [4, 16, 64, 256, 1000];

    /// <summary>To train: how often, each time with other rows.</summary>
    [Range(1, 1000)]
    public int Seeds { get; init; } = 3;

    /// <summary>To train: the dataset that abilities are tested on. Without it a part of each ability's rows is held out.</summary>
    [DatasetName]
    public string Test { get; init; } = "";

    /// <summary>To train without a test dataset: the share of each ability's rows that is held out.</summary>
    [Range(0.01, 0.9)]
    public double HeldOut { get; init; } = 0.3;
}

/// <summary>By what rows are shared out over abilities.</summary>
public enum AllocationRule
{
    /// <summary>The paper's recipe: by class. Where all abilities are responsive that is an equal split.</summary>
    Recipe,

    /// <summary>The highest mean score by the fitted curves.</summary>
    Curves,
}
