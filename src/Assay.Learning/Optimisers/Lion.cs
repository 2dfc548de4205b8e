using Assay.Numerics;

namespace Assay.Learning;

/// <summary>The sign of a mean of gradients: one number remembered per weight, and every weight moves by the learning rate.</summary>
/// <remarks>
/// Chen and others, "Symbolic Discovery of Optimization Algorithms" (2023), algorithm 2: learning rates are three to ten times
/// smaller than AdamW's, weight decay as much larger.
/// </remarks>
/// <param name="beta1">Weight of the mean against the new gradient in the step, in [0, 1).</param>
/// <param name="beta2">Decay of the mean, in [0, 1).</param>
public sealed class Lion(double beta1 = 0.9, double beta2 = 0.99) : IUpdateRule
{
    /// <inheritdoc/>
    public int Slots => 1;

    /// <inheritdoc/>
    public void Update(
        in Parameter parameter,
        ReadOnlySpan<float> gradient,
        Span<float> first,
        Span<float> second,
        in UpdateStep update
    ) =>
        LionKernel.Step(
            parameter.Tensor.Data,
            gradient,
            first,
            update.Rate,
            (float)beta1,
            (float)beta2,
            update.Decay,
            update.GradientScale
        );
}
