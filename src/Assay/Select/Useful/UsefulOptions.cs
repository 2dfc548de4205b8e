using System.ComponentModel.DataAnnotations;

namespace Assay.Select;

/// <summary>Options of <see cref="Useful"/>.</summary>
public sealed record UsefulOptions
{
    /// <summary>The column that holds the class: text, whole numbers or truth values.</summary>
    [Required]
    public string Label { get; init; } = "label";

    /// <summary>The columns of numbers to use; a column of JSON lists of numbers counts as one column for each. Default: all that read as numbers, but the label.</summary>
    public IReadOnlyList<string> Features { get; init; } = [];

    /// <summary>The network that is trained for a few epochs: <c>mlp</c>, or <c>convnet</c> (the columns are the pixels of an image).</summary>
    [AllowedValues("mlp", "convnet")]
    public string Model { get; init; } = "mlp";

    /// <summary>For convnet: channels, height and width of the image; a square of one channel if not given.</summary>
    [MaxLength(3)]
    public IReadOnlyList<int> Image { get; init; } = [];

    /// <summary>Epochs of the main training that the rows are chosen for; the short one here follows its learning-rate schedule.</summary>
    [Range(1, 10_000)]
    public int Epochs { get; init; } = 60;

    /// <summary>The highest learning rate of AdamW.</summary>
    [Range(1e-7, 1.0)]
    public double LearningRate { get; init; } = 2e-3;

    /// <summary>
    /// The epoch after which the outputs are looked at; 0 finds the one where the training error stops to fall fast, among the first
    /// 15% of the epochs.
    /// </summary>
    [Range(0, 10_000)]
    public int SeparatingEpoch { get; init; }

    /// <summary>
    /// Which rows are repeated. <c>Clusters</c>: those that are learned late, by two clusters of the outputs in each class. The others are controls:
    /// <c>Random</c> as many at random, <c>Misclassified</c> those that the network has wrong, <c>Loss</c> as many of the highest loss.
    /// </summary>
    public UsefulBy By { get; init; } = UsefulBy.Clusters;

    /// <summary>How often a repeated row is there, at least 1; 1 changes nothing.</summary>
    [Range(1, 100)]
    public int Factor { get; init; } = 2;
}

/// <summary>Which rows <see cref="Useful"/> repeats.</summary>
public enum UsefulBy
{
    /// <summary>Rows of the slow cluster of each class.</summary>
    Clusters,

    /// <summary>As many rows at random: a larger set means more updates, and this control has them too.</summary>
    Random,

    /// <summary>Rows that the network has wrong.</summary>
    Misclassified,

    /// <summary>As many rows of the highest loss.</summary>
    Loss,
}
