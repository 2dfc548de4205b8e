using Assay.Numerics;

namespace Assay.Learning;

/// <summary>Convolution of images with square kernels.</summary>
public sealed class Conv2d : Module
{
    private readonly int _stride,
        _padding;

    /// <summary>As PyTorch makes it: kernels and bias uniform in +-1 / sqrt(channels x side^2).</summary>
    /// <param name="stream">Where the weights come from.</param>
    /// <param name="channels">Channels of the input, at least 1.</param>
    /// <param name="outputs">Channels of the output, at least 1.</param>
    /// <param name="side">Side of the kernel, at least 1.</param>
    /// <param name="stride">Distance of neighbouring places of the kernel, at least 1.</param>
    /// <param name="padding">Zeros around the image on each side, at least 0.</param>
    /// <param name="bias">Whether there is a bias.</param>
    public Conv2d(
        RandomStream stream,
        int channels,
        int outputs,
        int side,
        int stride = 1,
        int padding = 0,
        bool bias = true
    )
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(stride, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(padding);
        int fanIn = checked(channels * side * side);
        (_stride, _padding) = (stride, padding);
        Weight = Own(Initialise.PyTorch(stream, fanIn, outputs, channels, side, side));
        Bias = bias ? Own(Initialise.PyTorch(stream, fanIn, outputs)) : null;
    }

    /// <summary>[out, channels, side, side].</summary>
    public Tensor Weight { get; }

    /// <summary>[out], or null.</summary>
    public Tensor? Bias { get; }

    /// <inheritdoc/>
    public override IEnumerable<Parameter> Parameters()
    {
        yield return new("weight", Weight);
        if (Bias is not null)
            yield return new("bias", Bias);
    }

    /// <summary>Convolves.</summary>
    /// <param name="x">[batch, channels, height, width].</param>
    /// <returns>[batch, out, (height + 2 padding - side) / stride + 1, likewise for the width].</returns>
    public Tensor Forward(Tensor x) => Functional.Conv2d(x, Weight, Bias, _stride, _padding);
}
