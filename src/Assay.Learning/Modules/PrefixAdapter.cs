using Assay.Numerics;

namespace Assay.Learning;

/// <summary>Trained keys and values before those of every sequence, in every layer; the model itself stays as it is.</summary>
/// <remarks>
/// Source: Liu and others, "P-Tuning v2", arXiv 2110.07602 (deep prompts, without reparameterisation). Prefix keys have no
/// position: they are not turned by rotary positions, and the positions of the text still start at 0.
/// </remarks>
public sealed class PrefixAdapter : Module
{
    private readonly (Tensor Keys, Tensor Values)[] _layers;

    /// <summary>A prefix for a model, normal with the model's initial deviation.</summary>
    /// <param name="config">The model's config.</param>
    /// <param name="length">Tokens of the prefix, at least 1.</param>
    /// <param name="stream">Where the start comes from.</param>
    public PrefixAdapter(TransformerConfig config, int length, RandomStream stream)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 1);
        Length = length;
        Width = config.KeyValueHeads * config.HeadSize;
        float std = (float)config.InitialDeviation;
        _layers = new (Tensor, Tensor)[config.Layers];
        foreach (ref (Tensor, Tensor) layer in _layers.AsSpan())
            layer = (Own(Tensor.Normal(stream, std, length, Width)), Own(Tensor.Normal(stream, std, length, Width)));
    }

    /// <summary>Tokens of the prefix.</summary>
    public int Length { get; }

    /// <summary>Key heads x head size.</summary>
    public int Width { get; }

    /// <summary>Number of layers.</summary>
    public int Layers => _layers.Length;

    /// <summary>Keys of a layer, [length, width].</summary>
    public Tensor Keys(int layer) => _layers[layer].Keys;

    /// <summary>Values of a layer, [length, width].</summary>
    public Tensor Values(int layer) => _layers[layer].Values;

    /// <inheritdoc/>
    public override IEnumerable<Parameter> Parameters()
    {
        for (int layer = 0; layer < _layers.Length; layer++)
        {
            yield return new($"layers.{layer}.prefix.keys", Keys(layer), IsEmbedding: true);
            yield return new($"layers.{layer}.prefix.values", Values(layer), IsEmbedding: true);
        }
    }
}
