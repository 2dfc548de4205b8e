using Assay.Numerics;

namespace Assay.Learning;

/// <summary>A table with a row for each token.</summary>
public sealed class Embedding : Module
{
    /// <summary>Uses a table.</summary>
    /// <param name="weight">[tokens, width].</param>
    public Embedding(Tensor weight)
    {
        if (weight.Rank != 2)
            throw new ArgumentException($"An embedding is [tokens, width], not {TensorShape.Text(weight.Shape)}.");
        Weight = Own(weight);
    }

    /// <summary>Normal with deviation <paramref name="std"/>: 1 in PyTorch, 0.02 in transformers.</summary>
    public Embedding(RandomStream stream, float std, int tokens, int width)
        : this(Tensor.Normal(stream, std, tokens, width)) { }

    /// <summary>[tokens, width].</summary>
    public Tensor Weight { get; }

    /// <summary>Rows of the table.</summary>
    public int Tokens => Weight.Shape[0];

    /// <summary>Elements of a row.</summary>
    public int Width => Weight.Shape[1];

    /// <inheritdoc/>
    public override IEnumerable<Parameter> Parameters() => [new("weight", Weight, IsEmbedding: true)];

    /// <summary>The rows of tokens.</summary>
    /// <param name="tokens">Not changed before the backward pass.</param>
    /// <param name="shape">Shape of the tokens; empty for one axis.</param>
    /// <returns>[.. shape, width].</returns>
    /// <exception cref="ArgumentOutOfRangeException">A token has no row.</exception>
    public Tensor Forward(ReadOnlyMemory<int> tokens, params ReadOnlySpan<int> shape) =>
        Functional.Embedding(Weight, tokens, shape);
}
