using Assay.Numerics;

namespace Assay.Learning;

/// <summary>The convolutional network of dataset distillation: blocks of convolution 3x3, instance norm, ReLU and 2x2 mean, then one linear layer.</summary>
/// <remarks>
/// Source: Zhao and others, "Dataset Condensation with Gradient Matching" (2021), there "ConvNet" with 3 blocks of 128
/// kernels. Grey images of 28x28 are padded by 3 in the first block, so that sides become 32, 16, 8, 4.
/// </remarks>
public sealed class ConvNet : Module
{
    private readonly (Conv2d Convolution, GroupNorm Norm)[] _blocks;

    /// <summary>A network as PyTorch makes it.</summary>
    /// <param name="stream">Where the weights come from.</param>
    /// <param name="channels">Channels of an image.</param>
    /// <param name="height">Height of an image.</param>
    /// <param name="width">Width of an image.</param>
    /// <param name="classes">Outputs.</param>
    /// <param name="filters">Kernels of each block.</param>
    /// <param name="depth">Number of blocks, at least 1.</param>
    /// <exception cref="ArgumentException">The image is too small for as many blocks.</exception>
    public ConvNet(
        RandomStream stream,
        int channels,
        int height,
        int width,
        int classes,
        int filters = 128,
        int depth = 3
    )
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(depth, 1);
        _blocks = new (Conv2d, GroupNorm)[depth];
        int padding = channels == 1 && height == 28 && width == 28 ? 3 : 1;
        (height, width) = (height + 2 * padding - 2, width + 2 * padding - 2);
        for (int i = 0; i < depth; i++)
        {
            _blocks[i] = (
                new(stream, i == 0 ? channels : filters, filters, side: 3, padding: i == 0 ? padding : 1),
                GroupNorm.Instance(filters)
            );
            (height, width) = (height / 2, width / 2);
        }
        if (height < 1 || width < 1)
            throw new ArgumentException($"{depth} blocks halve the image to nothing.", nameof(depth));
        Classifier = new(stream, checked(filters * height * width), classes);
    }

    /// <summary>The last layer.</summary>
    public Linear Classifier { get; }

    /// <inheritdoc/>
    public override IEnumerable<Parameter> Parameters() =>
        [
            .. _blocks.SelectMany(
                (block, i) =>
                    Within($"blocks.{i}.convolution", block.Convolution).Concat(Within($"blocks.{i}.norm", block.Norm))
            ),
            .. Within("classifier", Classifier),
        ];

    /// <summary>Logits.</summary>
    /// <param name="x">[batch, channels, height, width].</param>
    /// <returns>[batch, classes].</returns>
    public Tensor Forward(Tensor x) => Classifier.Forward(Features(x));

    /// <summary>What the classifier reads.</summary>
    /// <param name="x">[batch, channels, height, width].</param>
    /// <returns>[batch, filters x height' x width'].</returns>
    public Tensor Features(Tensor x)
    {
        foreach ((Conv2d convolution, GroupNorm norm) in _blocks)
            x = Functional.AvgPool2d(norm.Forward(convolution.Forward(x)).Relu(), 2);
        return x.Flatten(1);
    }
}
