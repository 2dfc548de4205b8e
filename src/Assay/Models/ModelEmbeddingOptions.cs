using System.ComponentModel.DataAnnotations;
using Assay.Features;

namespace Assay.Models;

/// <summary>How rows become vectors, with the language model that <c>embed: hidden-states</c> takes them from; trained on the rows in view.</summary>
public record ModelEmbeddingOptions : EmbeddingOptions
{
    /// <summary>The language model of hidden-states: a decoder-only transformer over bytes of about so many parameters.</summary>
    [AllowedValues("gpt-250k", "gpt-1m", "gpt-4m", "gpt-10m")]
    public string Model { get; init; } = "gpt-250k";

    /// <summary>How often that model goes through the rows before it is used; a fraction stops within them. Above 0.</summary>
    [Range(0.001, 1000)]
    public double ModelEpochs { get; init; } = 1;

    /// <summary>The model that they ask for, or null.</summary>
    protected internal ModelRequest? Request =>
        Embed == EmbeddingKind.HiddenStates ? new(new() { Model = Model, Epochs = ModelEpochs }) : null;
}
