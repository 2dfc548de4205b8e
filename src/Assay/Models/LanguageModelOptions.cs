using System.ComponentModel.DataAnnotations;

namespace Assay.Models;

/// <summary>Which language model, and how it is trained.</summary>
public record LanguageModelOptions
{
    /// <summary>The model: a decoder-only transformer over bytes of about so many parameters.</summary>
    [AllowedValues("gpt-250k", "gpt-1m", "gpt-4m", "gpt-10m")]
    public string Model { get; init; } = "gpt-1m";

    /// <summary>How often the text is gone through; a fraction stops within it. Above 0.</summary>
    [Range(0.001, 1000)]
    public double Epochs { get; init; } = 1;

    /// <summary>Bytes of a sequence, 16 to 512; 256 at most for the two smaller models.</summary>
    [Range(16, 512)]
    public int Context { get; init; } = 128;

    /// <summary>Sequences of a step.</summary>
    [Range(1, 4096)]
    public int Batch { get; init; } = 8;

    /// <summary>The highest learning rate; 0 chooses 0.03 / sqrt(width): 0.0038 for gpt-250k, 0.0015 for gpt-10m.</summary>
    [Range(0, 1)]
    public double LearningRate { get; init; }

    /// <summary>Weight decay of the layers' weights.</summary>
    [Range(0, 10)]
    public double WeightDecay { get; init; } = 0.1;
}
