using System.ComponentModel.DataAnnotations;

namespace Assay.Models;

/// <summary>Options of methods that watch a network learn the labels of rows.</summary>
public record FollowedNetworkOptions
{
    /// <summary>The column that holds the class: text, whole numbers or truth values.</summary>
    [Required]
    public string Label { get; init; } = "label";

    /// <summary>The columns of numbers to use; a column of JSON lists of numbers counts as one column for each. Default: all that read as numbers, but the label.</summary>
    public IReadOnlyList<string> Features { get; init; } = [];

    /// <summary>The network that is trained: <c>mlp</c>, or <c>convnet</c> (the columns are the pixels of an image).</summary>
    [AllowedValues("mlp", "convnet")]
    public string Model { get; init; } = "mlp";

    /// <summary>For convnet: channels, height and width of the image; a square of one channel if not given.</summary>
    [MaxLength(3)]
    public IReadOnlyList<int> Image { get; init; } = [];

    /// <summary>Epochs of the training whose learning-rate schedule is followed.</summary>
    [Range(1, 10_000)]
    public int Epochs { get; init; } = 60;

    /// <summary>The highest learning rate of AdamW.</summary>
    [Range(1e-7, 1.0)]
    public double LearningRate { get; init; } = 2e-3;

    /// <summary>The classifier that they describe.</summary>
    internal ClassifierOptions Classifier =>
        new()
        {
            Model = Model,
            Label = Label,
            Features = Features,
            Image = Image,
            Epochs = Epochs,
            LearningRate = LearningRate,
        };
}
