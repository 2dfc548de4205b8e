namespace Assay.Learning;

/// <summary>Sharpness-aware minimisation around any optimiser: the gradient is taken where the loss nearby is highest.</summary>
/// <remarks>
/// Foret and others, "Sharpness-Aware Minimization for Efficiently Improving Generalization" (2021), algorithm 1:
/// <code>
/// loss().Backward();
/// sam.Climb();          // parameters + radius g / |g|, gradients forgotten
/// loss().Backward();    // the gradient there
/// sam.Return();         // the parameters as they were
/// optimiser.Step(rate);
/// </code>
/// </remarks>
/// <param name="optimiser">Whose parameters and gradients are used.</param>
/// <param name="radius">rho of the paper, above 0.</param>
public sealed class Sam(Optimiser optimiser, double radius = 0.05)
{
    private readonly float[][] _before = [.. optimiser.Parameters.Select(p => new float[p.Tensor.Length])];
    private bool _climbed;

    /// <summary>Moves the parameters up along their gradients by <c>radius</c>, and forgets the gradients.</summary>
    public void Climb()
    {
        if (_climbed)
            throw new InvalidOperationException("Climb was called twice without Return.");
        _climbed = true;
        double norm = optimiser.GradientNorm();
        float scale = norm > 0 ? (float)(radius / norm) : 0;
        for (int i = 0; i < _before.Length; i++)
        {
            Tensor tensor = optimiser.Parameters[i].Tensor;
            Span<float> values = tensor.Data;
            values.CopyTo(_before[i]);
            if (tensor.Grad is { } gradient)
                System.Numerics.Tensors.TensorPrimitives.MultiplyAdd(gradient.Data, scale, values, values);
        }
        optimiser.ZeroGrad();
    }

    /// <summary>Puts the parameters back where they were before <see cref="Climb"/>.</summary>
    public void Return()
    {
        if (!_climbed)
            throw new InvalidOperationException("Return was called without Climb.");
        _climbed = false;
        for (int i = 0; i < _before.Length; i++)
            _before[i].CopyTo(optimiser.Parameters[i].Tensor.Data);
    }
}
