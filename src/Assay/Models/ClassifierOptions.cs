using System.ComponentModel.DataAnnotations;

namespace Assay.Models;

/// <summary>Which classifier, and which columns it sees.</summary>
public record ClassifierOptions
{
    /// <summary>
    /// The model: <c>logistic-hashed</c> (softmax regression on hashed words and pairs of words of the text), or one on columns
    /// of numbers: <c>logistic</c>, <c>mlp</c>, or <c>convnet</c> (the columns are the pixels of an image).
    /// </summary>
    [AllowedValues("logistic-hashed", "logistic", "mlp", "convnet")]
    public string Model { get; init; } = "logistic-hashed";

    /// <summary>The column that holds the class: text, whole numbers or truth values.</summary>
    [Required]
    public string Label { get; init; } = "label";

    /// <summary>The columns of numbers to use; a column of JSON lists of numbers counts as one column for each. Default: all that read as numbers, but the label.</summary>
    public IReadOnlyList<string> Features { get; init; } = [];

    /// <summary>For convnet: channels, height and width of the image; a square of one channel if not given.</summary>
    [MaxLength(3)]
    public IReadOnlyList<int> Image { get; init; } = [];

    /// <summary>For mlp and convnet: how often the rows are gone through.</summary>
    [Range(1, 10_000)]
    public int Epochs { get; init; } = 10;

    /// <summary>For mlp and convnet: the highest learning rate of AdamW.</summary>
    [Range(1e-7, 1.0)]
    public double LearningRate { get; init; } = 2e-3;
}
