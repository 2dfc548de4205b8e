namespace Assay.Learning;

/// <summary>
/// Channels of each image normalised in groups of neighbours (Wu and He, 2018), or one by one: instance norm (Ulyanov and others,
/// 2016). Gains start at 1, biases at 0.
/// </summary>
public sealed class GroupNorm : Module
{
    private readonly int _groups;
    private readonly float _epsilon;

    /// <summary>Normalises in groups.</summary>
    /// <param name="groups">Divides the number of channels, at least 1.</param>
    /// <param name="channels">Number of channels.</param>
    /// <param name="epsilon">Added to the variance, above 0.</param>
    public GroupNorm(int groups, int channels, double epsilon = 1e-5)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(groups, 1);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(epsilon);
        if (channels % groups != 0)
            throw new ArgumentException($"{groups} groups do not divide {channels} channels.", nameof(groups));
        (_groups, _epsilon) = (groups, (float)epsilon);
        Weight = Own(Tensor.Ones(channels));
        Bias = Own(Tensor.Zeros(channels));
    }

    /// <summary>Instance norm: every channel by itself.</summary>
    public static GroupNorm Instance(int channels) => new(channels, channels);

    /// <summary>The gain, [channels].</summary>
    public Tensor Weight { get; }

    /// <summary>[channels].</summary>
    public Tensor Bias { get; }

    /// <inheritdoc/>
    public override IEnumerable<Parameter> Parameters() => [new("weight", Weight), new("bias", Bias)];

    /// <summary>Normalises.</summary>
    /// <param name="x">[batch, channels, ..].</param>
    /// <returns>The same shape.</returns>
    public Tensor Forward(Tensor x) => Functional.GroupNorm(x, _groups, Weight, Bias, _epsilon);
}
