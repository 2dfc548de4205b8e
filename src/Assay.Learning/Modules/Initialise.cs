using Assay.Numerics;

namespace Assay.Learning;

/// <summary>Values that weights start with, drawn from an explicit stream. Weights are [out, in, ..]: fan-in is the product of all but the first.</summary>
public static class Initialise
{
    /// <summary>Uniform in +-1 / sqrt(fan-in): what PyTorch gives weights of linear and convolution layers, and their biases with the weight's fan-in.</summary>
    /// <param name="stream">Where the numbers come from.</param>
    /// <param name="fanIn">Inputs of one output, at least 1.</param>
    /// <param name="shape">Sizes of the axes.</param>
    public static Tensor PyTorch(RandomStream stream, int fanIn, params ReadOnlySpan<int> shape)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(fanIn, 1);
        float bound = 1 / MathF.Sqrt(fanIn);
        return Tensor.Uniform(stream, -bound, bound, shape);
    }

    /// <summary>Normal with deviation sqrt(2 / fan-in), which keeps the scale through layers of ReLU (He and others, 2015).</summary>
    /// <param name="stream">Where the numbers come from.</param>
    /// <param name="shape">[out, in, ..].</param>
    public static Tensor KaimingNormal(RandomStream stream, params ReadOnlySpan<int> shape) =>
        Tensor.Normal(stream, MathF.Sqrt(2f / FanIn(shape)), shape);

    /// <summary>Uniform in +-sqrt(6 / (fan-in + fan-out)) (Glorot and Bengio, 2010).</summary>
    /// <param name="stream">Where the numbers come from.</param>
    /// <param name="shape">[out, in, ..].</param>
    public static Tensor XavierUniform(RandomStream stream, params ReadOnlySpan<int> shape)
    {
        int fanIn = FanIn(shape),
            positions = fanIn / shape[1];
        float bound = MathF.Sqrt(6f / (fanIn + (float)shape[0] * positions));
        return Tensor.Uniform(stream, -bound, bound, shape);
    }

    private static int FanIn(ReadOnlySpan<int> shape)
    {
        if (shape.Length < 2 || shape.Contains(0))
            throw new ArgumentException(
                $"A weight is [out, in, ..], without empty axes, not {TensorShape.Text(shape)}."
            );
        return TensorShape.Length(shape[1..]);
    }
}
