namespace Assay.Learning;

public static partial class Functional
{
    /// <summary>(x - mean) / sqrt(variance + epsilon) over the last axis, times gain, plus bias.</summary>
    /// <param name="x">[.., width].</param>
    /// <param name="gain">[width], or null for 1.</param>
    /// <param name="bias">[width], or null for 0.</param>
    /// <param name="epsilon">Added to the variance.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public static Tensor LayerNorm(Tensor x, Tensor? gain = null, Tensor? bias = null, float epsilon = 1e-5f)
    {
        CheckNorm("LayerNorm", x, gain, bias);
        Tensor centred = x - x.Mean(-1, keepAxis: true);
        Tensor y = centred / (centred.Square().Mean(-1, keepAxis: true) + epsilon).Sqrt();
        y = gain is null ? y : y * gain;
        return bias is null ? y : y + bias;
    }

    /// <summary>x / sqrt(mean of x^2 + epsilon) over the last axis, times gain (Zhang and Sennrich, 2019).</summary>
    /// <param name="x">[.., width].</param>
    /// <param name="gain">[width], or null for 1.</param>
    /// <param name="epsilon">Added to the mean square.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public static Tensor RmsNorm(Tensor x, Tensor? gain = null, float epsilon = 1e-5f)
    {
        CheckNorm("RmsNorm", x, gain, null);
        Tensor y = x / (x.Square().Mean(-1, keepAxis: true) + epsilon).Sqrt();
        return gain is null ? y : y * gain;
    }

    private static void CheckNorm(string operation, Tensor x, Tensor? gain, Tensor? bias)
    {
        if (x.Rank == 0 || x.Shape[^1] == 0)
            throw new ArgumentException($"{operation}: {TensorShape.Text(x.Shape)} has no row to normalise.");
        if (gain is not null && (gain.Rank != 1 || gain.Length != x.Shape[^1]))
            throw x.ShapeError(operation, gain, "the gain is [width]");
        if (bias is not null && (bias.Rank != 1 || bias.Length != x.Shape[^1]))
            throw x.ShapeError(operation, bias, "the bias is [width]");
    }
}
