namespace Assay.Learning;

/// <summary>A parameter of a <see cref="Module"/>.</summary>
/// <param name="Name">The path to it: <c>layers.3.attention.output.weight</c>.</param>
/// <param name="Tensor">The values; training writes into them.</param>
/// <param name="IsEmbedding">True for tables of which a batch uses a few rows.</param>
public readonly record struct Parameter(string Name, Tensor Tensor, bool IsEmbedding = false)
{
    /// <summary>
    /// True if weight decay is usual for it: weights of layers, but no embeddings, biases or gains (the last two have one axis).
    /// </summary>
    public bool Decays => Tensor.Rank > 1 && !IsEmbedding;
}
