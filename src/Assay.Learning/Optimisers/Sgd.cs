using Assay.Numerics;

namespace Assay.Learning;

/// <summary>Stochastic gradient descent, with momentum or Nesterov's. Weight decay is part of the gradient, as in PyTorch.</summary>
/// <param name="momentum">In [0, 1).</param>
/// <param name="nesterov">Whether to look one step ahead.</param>
public sealed class Sgd(double momentum = 0, bool nesterov = false) : IUpdateRule
{
    /// <inheritdoc/>
    public int Slots => momentum == 0 ? 0 : 1;

    /// <inheritdoc/>
    public void Update(
        in Parameter parameter,
        ReadOnlySpan<float> gradient,
        Span<float> first,
        Span<float> second,
        in UpdateStep update
    ) =>
        SgdKernel.Step(
            parameter.Tensor.Data,
            gradient,
            first,
            update.Rate,
            (float)momentum,
            update.Decay,
            nesterov,
            update.GradientScale
        );
}
