namespace Assay.Learning;

/// <summary>x / sqrt(mean of x^2 + epsilon), times a gain (Zhang and Sennrich, 2019). The gain starts at 1.</summary>
public sealed class RmsNorm : Norm
{
    private readonly float _epsilon;

    /// <summary>RMS norm of rows of <paramref name="width"/>.</summary>
    /// <param name="width">Elements of a row, at least 1.</param>
    /// <param name="epsilon">Added to the mean square, above 0.</param>
    public RmsNorm(int width, double epsilon = 1e-5)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(epsilon);
        _epsilon = (float)epsilon;
        Weight = Own(Tensor.Ones(width));
    }

    /// <summary>The gain, [width].</summary>
    public Tensor Weight { get; }

    /// <inheritdoc/>
    public override IEnumerable<Parameter> Parameters() => [new("weight", Weight)];

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x) => Functional.RmsNorm(x, Weight, _epsilon);
}
