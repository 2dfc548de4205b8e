using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Assay.Numerics;

/// <summary>One step of Adam or AdamW on a flat span of parameters, in place.</summary>
/// <remarks>
/// Kingma and Ba (2015); decay decoupled from the gradient as in Loshchilov and Hutter (2019). NadamW looks one step ahead
/// (Dozat, 2016). Elementwise: how parameters are cut into spans and threads does not matter.
/// </remarks>
public static class AdamKernel
{
    /// <summary>
    /// m = b1 m + (1 - b1) g; v = b2 v + (1 - b2) g^2; then parameter = parameter (1 - rate decay) - rate m' / (sqrt v' + epsilon),
    /// where m' = m / (1 - b1^step) and v' = v / (1 - b2^step).
    /// </summary>
    /// <param name="parameters">Changed in place.</param>
    /// <param name="gradients">As many; read only.</param>
    /// <param name="first">m: as many, changed in place, 0 before the first step.</param>
    /// <param name="second">v: as many, changed in place, 0 before the first step.</param>
    /// <param name="rate">The learning rate.</param>
    /// <param name="beta1">b1, in [0, 1).</param>
    /// <param name="beta2">b2, in [0, 1).</param>
    /// <param name="epsilon">Added to the root of v'; usually 1e-8.</param>
    /// <param name="decay">Weight decay, 0 for none.</param>
    /// <param name="step">Number of this step, from 1.</param>
    /// <param name="gradientScale">Factor on the gradients, such as the one that clips their norm.</param>
    /// <param name="nesterov">
    /// NadamW: m' = b1 m / (1 - b1^(step + 1)) + (1 - b1) g / (1 - b1^step), which is Nadam at a constant b1.
    /// </param>
    /// <param name="oneCorrection">With <paramref name="nesterov"/>: m' = (b1 m + (1 - b1) g) / (1 - b1^step), as AlgoPerf has NadamW.</param>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void Step(
        Span<float> parameters,
        ReadOnlySpan<float> gradients,
        Span<float> first,
        Span<float> second,
        float rate,
        float beta1,
        float beta2,
        float epsilon,
        float decay,
        long step,
        float gradientScale = 1,
        bool nesterov = false,
        bool oneCorrection = false
    )
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(step);
        double left1 = 1 - Math.Pow(beta1, step),
            left2 = 1 - Math.Pow(beta2, step);
        double ahead = nesterov ? beta1 / (oneCorrection ? left1 : 1 - Math.Pow(beta1, step + 1)) : 1 / left1;
        AdamUpdate update = new()
        {
            Keep = 1 - rate * decay,
            Beta1 = beta1,
            Rest1 = 1 - beta1,
            Beta2 = beta2,
            Rest2 = 1 - beta2,
            FirstRate = (float)(rate * ahead),
            GradientRate = nesterov ? (float)(rate * (1.0 - beta1) / left1) : 0,
            RootScale = (float)(1 / Math.Sqrt(left2)),
            Epsilon = epsilon,
            GradientScale = gradientScale,
        };
        if (Vector512.IsHardwareAccelerated)
            ParameterUpdate.Run<AdamUpdate, Lanes512>(update, parameters, gradients, first, second);
        else
            ParameterUpdate.Run<AdamUpdate, Lanes256>(update, parameters, gradients, first, second);
    }

    private struct AdamUpdate : IParameterUpdate
    {
        public float Keep,
            Beta1,
            Rest1,
            Beta2,
            Rest2,
            FirstRate,
            GradientRate,
            RootScale,
            Epsilon,
            GradientScale;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly V Step<V>(V parameter, V gradient, ref V first, ref V second)
            where V : struct, ILanes<V>
        {
            V g = gradient * V.Of(GradientScale);
            first = V.MultiplyAdd(first, V.Of(Beta1), g * V.Of(Rest1));
            second = V.MultiplyAdd(second, V.Of(Beta2), g * g * V.Of(Rest2));
            V up = V.MultiplyAdd(first, V.Of(FirstRate), g * V.Of(GradientRate));
            V root = V.MultiplyAdd(V.Sqrt(second), V.Of(RootScale), V.Of(Epsilon));
            return V.MultiplyAdd(parameter, V.Of(Keep), V.Zero - up / root);
        }
    }
}
