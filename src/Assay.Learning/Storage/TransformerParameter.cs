using System.Collections.Immutable;

namespace Assay.Learning;

/// <summary>Which part of a tensor that holds queries, keys and values together a parameter is.</summary>
public enum FusedPart
{
    /// <summary>The stored tensor is the parameter alone.</summary>
    Whole,

    /// <summary>The queries.</summary>
    Query,

    /// <summary>The keys.</summary>
    Key,

    /// <summary>The values.</summary>
    Value,
}

/// <summary>One parameter of a transformer: its name and shape here, and where a Hugging Face checkpoint keeps it.</summary>
/// <remarks>
/// Here weights of linear layers are [out, in], as in PyTorch. GPT-2 keeps them as [in, out]. GPT-2 and GPT-NeoX keep
/// queries, keys and values in one tensor: GPT-2 one after the other, GPT-NeoX head by head, each with its three.
/// </remarks>
/// <param name="Name">The name here, the same for all families: <c>layers.3.attention.query.weight</c>.</param>
/// <param name="Shape">The shape here.</param>
/// <param name="Stored">The name in the checkpoint.</param>
/// <param name="Transposed">True if the checkpoint has the matrix as [in, out].</param>
/// <param name="Part">Which part of the stored tensor it is.</param>
public sealed record TransformerParameter(
    string Name,
    ImmutableArray<long> Shape,
    string Stored,
    bool Transposed = false,
    FusedPart Part = FusedPart.Whole
)
{
    /// <summary>The number of values.</summary>
    public long Count => Shape.Aggregate(1L, (product, dimension) => product * dimension);

    /// <summary>The shape of the stored tensor.</summary>
    public ImmutableArray<long> StoredShape
    {
        get
        {
            long parts = Part == FusedPart.Whole ? 1 : 3;
            return Shape.Length == 1 ? [parts * Shape[0]]
                : Transposed ? [Shape[1], parts * Shape[0]]
                : [parts * Shape[0], .. Shape.Skip(1)];
        }
    }
}
