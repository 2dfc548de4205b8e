using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Assay.Numerics;

/// <summary>One step of Lion on a flat span of parameters, in place.</summary>
/// <remarks>
/// Chen and others, "Symbolic Discovery of Optimization Algorithms" (2023), algorithm 2. Elementwise: how parameters are cut
/// into spans and threads does not matter.
/// </remarks>
public static class LionKernel
{
    /// <summary>parameter = parameter (1 - rate decay) - rate sign(b1 m + (1 - b1) g); then m = b2 m + (1 - b2) g.</summary>
    /// <param name="parameters">Changed in place.</param>
    /// <param name="gradients">As many; read only.</param>
    /// <param name="momenta">m: as many, changed in place, 0 before the first step.</param>
    /// <param name="rate">The learning rate.</param>
    /// <param name="beta1">b1, in [0, 1); 0.9 in the paper.</param>
    /// <param name="beta2">b2, in [0, 1); 0.99 in the paper.</param>
    /// <param name="decay">Weight decay, 0 for none.</param>
    /// <param name="gradientScale">Factor on the gradients, such as the one that clips their norm.</param>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void Step(
        Span<float> parameters,
        ReadOnlySpan<float> gradients,
        Span<float> momenta,
        float rate,
        float beta1 = 0.9f,
        float beta2 = 0.99f,
        float decay = 0,
        float gradientScale = 1
    )
    {
        if (momenta.Length != parameters.Length)
            throw new ArgumentException(
                $"{parameters.Length} parameters have {momenta.Length} momenta.",
                nameof(momenta)
            );
        LionUpdate update = new()
        {
            Rate = rate,
            Keep = 1 - rate * decay,
            Beta1 = beta1,
            Beta2 = beta2,
            GradientScale = gradientScale,
        };
        if (Vector512.IsHardwareAccelerated)
            ParameterUpdate.Run<LionUpdate, Lanes512>(update, parameters, gradients, momenta, []);
        else
            ParameterUpdate.Run<LionUpdate, Lanes256>(update, parameters, gradients, momenta, []);
    }

    private struct LionUpdate : IParameterUpdate
    {
        public float Rate,
            Keep,
            Beta1,
            Beta2,
            GradientScale;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly V Step<V>(V parameter, V gradient, ref V first, ref V second)
            where V : struct, ILanes<V>
        {
            V g = gradient * V.Of(GradientScale);
            V mixed = V.MultiplyAdd(first, V.Of(Beta1), g * V.Of(1 - Beta1));
            first = V.MultiplyAdd(first, V.Of(Beta2), g * V.Of(1 - Beta2));
            V move = V.Select(V.Less(V.Zero, mixed), V.Of(-Rate), mixed); // 0 stays 0 and NaN stays NaN
            move = V.Select(V.Less(mixed, V.Zero), V.Of(Rate), move);
            return V.MultiplyAdd(parameter, V.Of(Keep), move);
        }
    }
}
