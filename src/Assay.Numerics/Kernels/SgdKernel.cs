using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Assay.Numerics;

/// <summary>One step of stochastic gradient descent, with momentum or Nesterov's, on a flat span of parameters, in place.</summary>
/// <remarks>
/// Momentum as in Sutskever and others (2013) in the form m = momentum m + g, parameter -= rate m. Elementwise: how
/// parameters are cut into spans and threads does not matter.
/// </remarks>
public static class SgdKernel
{
    /// <summary>
    /// g' = scale g + decay parameter; m = momentum m + g'; parameter -= rate m, or rate (g' + momentum m) with Nesterov.
    /// </summary>
    /// <param name="parameters">Changed in place.</param>
    /// <param name="gradients">As many; read only.</param>
    /// <param name="momenta">m: as many, changed in place, 0 before the first step; or empty without momentum.</param>
    /// <param name="rate">The learning rate.</param>
    /// <param name="momentum">In [0, 1); must be 0 where <paramref name="momenta"/> is empty.</param>
    /// <param name="decay">Weight decay, added to the gradient; 0 for none.</param>
    /// <param name="nesterov">Whether to look one step ahead.</param>
    /// <param name="gradientScale">Factor on the gradients, such as the one that clips their norm.</param>
    /// <exception cref="ArgumentException">The lengths differ, or there is momentum without a place for it.</exception>
    public static void Step(
        Span<float> parameters,
        ReadOnlySpan<float> gradients,
        Span<float> momenta,
        float rate,
        float momentum = 0,
        float decay = 0,
        bool nesterov = false,
        float gradientScale = 1
    )
    {
        if (momenta.IsEmpty && momentum != 0 && !parameters.IsEmpty)
            throw new ArgumentException($"{parameters.Length} parameters have no place for momentum.", nameof(momenta));
        SgdUpdate update = new()
        {
            Rate = -rate,
            Momentum = momentum,
            Decay = decay,
            Nesterov = nesterov,
            GradientScale = gradientScale,
        };
        if (Vector512.IsHardwareAccelerated)
            ParameterUpdate.Run<SgdUpdate, Lanes512>(update, parameters, gradients, momenta, []);
        else
            ParameterUpdate.Run<SgdUpdate, Lanes256>(update, parameters, gradients, momenta, []);
    }

    private struct SgdUpdate : IParameterUpdate
    {
        public float Rate,
            Momentum,
            Decay,
            GradientScale;
        public bool Nesterov;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly V Step<V>(V parameter, V gradient, ref V first, ref V second)
            where V : struct, ILanes<V>
        {
            V g = V.MultiplyAdd(parameter, V.Of(Decay), gradient * V.Of(GradientScale));
            first = V.MultiplyAdd(first, V.Of(Momentum), g);
            V direction = Nesterov ? V.MultiplyAdd(first, V.Of(Momentum), g) : first;
            return V.MultiplyAdd(direction, V.Of(Rate), parameter);
        }
    }
}
