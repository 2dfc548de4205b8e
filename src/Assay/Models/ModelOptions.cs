using System.ComponentModel.DataAnnotations;

namespace Assay.Models;

/// <summary>Options of methods that look at rows through a language model trained on them.</summary>
public record ModelOptions
{
    /// <summary>The language model: a decoder-only transformer over bytes of about so many parameters.</summary>
    [AllowedValues("gpt-250k", "gpt-1m", "gpt-4m", "gpt-10m")]
    public string Model { get; init; } = "gpt-250k";

    /// <summary>How often the model goes through the rows before it is used; a fraction stops within them. Above 0.</summary>
    [Range(0.001, 1000)]
    public double ModelEpochs { get; init; } = 1;

    /// <summary>Snapshots kept on the way, evenly spaced, the last at the end; at least 1.</summary>
    [Range(1, 100)]
    public int Checkpoints { get; init; } = 1;

    /// <summary>What they ask for.</summary>
    protected internal ModelRequest Request => new(new() { Model = Model, Epochs = ModelEpochs }, Checkpoints);
}
