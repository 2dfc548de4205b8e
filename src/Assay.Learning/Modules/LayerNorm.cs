namespace Assay.Learning;

/// <summary>(x - mean) / sqrt(variance + epsilon), times a gain, plus a bias (Ba and others, 2016). Gain starts at 1, bias at 0.</summary>
public sealed class LayerNorm : Norm
{
    private readonly float _epsilon;

    /// <summary>Layer norm of rows of <paramref name="width"/>.</summary>
    /// <param name="width">Elements of a row, at least 1.</param>
    /// <param name="bias">Whether there is a bias.</param>
    /// <param name="epsilon">Added to the variance, above 0.</param>
    public LayerNorm(int width, bool bias = true, double epsilon = 1e-5)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(epsilon);
        _epsilon = (float)epsilon;
        Weight = Own(Tensor.Ones(width));
        Bias = bias ? Own(Tensor.Zeros(width)) : null;
    }

    /// <summary>The gain, [width].</summary>
    public Tensor Weight { get; }

    /// <summary>[width], or null.</summary>
    public Tensor? Bias { get; }

    /// <inheritdoc/>
    public override IEnumerable<Parameter> Parameters()
    {
        yield return new("weight", Weight);
        if (Bias is not null)
            yield return new("bias", Bias);
    }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x) => Functional.LayerNorm(x, Weight, Bias, _epsilon);
}
