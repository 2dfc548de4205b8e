using Assay.Numerics;

namespace Assay.Learning;

/// <summary>Adam with decoupled weight decay; without decay it is Adam; with <c>nesterov</c> NadamW.</summary>
/// <remarks>
/// Kingma and Ba, "Adam" (2015); Loshchilov and Hutter, "Decoupled Weight Decay Regularization" (2019); Dozat, "Incorporating
/// Nesterov Momentum into Adam" (2016). A step moves no weight by much more than the learning rate, whatever the gradient's size.
/// </remarks>
/// <param name="beta1">Decay of the mean of gradients, in [0, 1).</param>
/// <param name="beta2">Decay of the mean of their squares, in [0, 1).</param>
/// <param name="epsilon">Added to the root of that mean, above 0.</param>
/// <param name="nesterov">Whether to look one step ahead.</param>
public sealed class AdamW(double beta1 = 0.9, double beta2 = 0.999, double epsilon = 1e-8, bool nesterov = false)
    : IUpdateRule
{
    /// <inheritdoc/>
    public int Slots => 2;

    /// <inheritdoc/>
    public void Update(
        in Parameter parameter,
        ReadOnlySpan<float> gradient,
        Span<float> first,
        Span<float> second,
        in UpdateStep update
    ) =>
        AdamKernel.Step(
            parameter.Tensor.Data,
            gradient,
            first,
            second,
            update.Rate,
            (float)beta1,
            (float)beta2,
            (float)epsilon,
            update.Decay,
            update.Number,
            update.GradientScale,
            nesterov
        );
}
