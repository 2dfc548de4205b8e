using Assay.Numerics;

namespace Assay.Learning;

/// <summary>AdamW that looks one step ahead, as the benchmark AlgoPerf has it: its baseline.</summary>
/// <remarks>
/// Dahl, Schneider, Nado and others, "Benchmarking Neural Network Training Algorithms" (2023). The look-ahead term is corrected by the
/// same 1 - beta1^t as the gradient, where Dozat's Nadam (<see cref="AdamW"/> with <c>nesterov</c>) takes 1 - beta1^(t + 1), and PyTorch's NAdam
/// a schedule of its own: the three are not to be compared step by step.
/// </remarks>
/// <param name="beta1">Decay of the mean of gradients, in [0, 1).</param>
/// <param name="beta2">Decay of the mean of their squares, in [0, 1).</param>
/// <param name="epsilon">Added to the root of that mean, above 0.</param>
public sealed class NadamW(double beta1 = 0.9, double beta2 = 0.999, double epsilon = 1e-8) : IUpdateRule
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
            nesterov: true,
            oneCorrection: true
        );
}
