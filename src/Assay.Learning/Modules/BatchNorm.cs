namespace Assay.Learning;

/// <summary>Channels normalised over the batch in training, and by running numbers in use (Ioffe and Szegedy, 2015).</summary>
/// <remarks>
/// The running mean and variance are no parameters: snapshots do not hold them. A sample's output depends on its batch while
/// training, so there are no per-sample gradients of networks with this layer.
/// </remarks>
public sealed class BatchNorm : Module
{
    private readonly float _momentum,
        _epsilon;

    /// <summary>Gains 1, biases 0, running mean 0 and variance 1.</summary>
    /// <param name="channels">Number of channels, at least 1.</param>
    /// <param name="momentum">How far the running numbers move towards those of a batch, in [0, 1].</param>
    /// <param name="epsilon">Added to the variance, above 0.</param>
    public BatchNorm(int channels, double momentum = 0.1, double epsilon = 1e-5)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(channels, 1);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(epsilon);
        if (!(momentum is >= 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(momentum), momentum, "Expected a number in [0, 1].");
        (_momentum, _epsilon) = ((float)momentum, (float)epsilon);
        Weight = Own(Tensor.Ones(channels));
        Bias = Own(Tensor.Zeros(channels));
        RunningMean = Keep(Tensor.Zeros(channels));
        RunningVariance = Keep(Tensor.Ones(channels));
    }

    /// <summary>The gain, [channels].</summary>
    public Tensor Weight { get; }

    /// <summary>[channels].</summary>
    public Tensor Bias { get; }

    /// <summary>[channels].</summary>
    public Tensor RunningMean { get; }

    /// <summary>[channels].</summary>
    public Tensor RunningVariance { get; }

    /// <inheritdoc/>
    public override IEnumerable<Parameter> Parameters() => [new("weight", Weight), new("bias", Bias)];

    /// <summary>Normalises.</summary>
    /// <param name="x">[batch, channels, ..].</param>
    /// <param name="training">True: by the batch, and the running numbers move. False: by the running numbers.</param>
    /// <returns>The same shape.</returns>
    public Tensor Forward(Tensor x, bool training) =>
        Functional.BatchNorm(x, Weight, Bias, RunningMean, RunningVariance, training, _momentum, _epsilon);
}
