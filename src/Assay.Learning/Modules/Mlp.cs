using Assay.Numerics;

namespace Assay.Learning;

/// <summary>A multi-layer perceptron: linear layers with ReLU between them.</summary>
public sealed class Mlp : Module
{
    private readonly Linear[] _layers;

    /// <summary>A perceptron as PyTorch makes it.</summary>
    /// <param name="stream">Where the weights come from.</param>
    /// <param name="widths">Inputs, hidden widths, outputs: at least two numbers.</param>
    public Mlp(RandomStream stream, params ReadOnlySpan<int> widths)
    {
        if (widths.Length < 2)
            throw new ArgumentException(
                "A perceptron has at least a width of inputs and one of outputs.",
                nameof(widths)
            );
        _layers = new Linear[widths.Length - 1];
        for (int i = 0; i < _layers.Length; i++)
            _layers[i] = new(stream, widths[i], widths[i + 1]);
    }

    /// <summary>The layers, in order.</summary>
    public IReadOnlyList<Linear> Layers => _layers;

    /// <inheritdoc/>
    public override IEnumerable<Parameter> Parameters() =>
        _layers.SelectMany((layer, i) => Within($"layers.{i}", layer));

    /// <summary>Outputs before any non-linearity, such as logits.</summary>
    /// <param name="x">[batch, inputs].</param>
    /// <returns>[batch, outputs].</returns>
    public Tensor Forward(Tensor x) => _layers[^1].Forward(Features(x));

    /// <summary>What the last layer reads.</summary>
    /// <param name="x">[batch, inputs].</param>
    /// <returns>[batch, width before the last].</returns>
    public Tensor Features(Tensor x)
    {
        foreach (Linear layer in _layers.AsSpan(0, _layers.Length - 1))
            x = layer.Forward(x).Relu();
        return x;
    }
}
