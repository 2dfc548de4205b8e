using Assay.Learning;

namespace Assay.Judge;

/// <summary>What one step along a recipe's gradient does to the validation loss, to second order in the learning rate.</summary>
/// <remarks>
/// Source: arXiv 2512.24503, section 4: with the recipe's gradient g, the validation gradient g_v and its Hessian H,
/// change = - eta g_v.g + eta^2 / 2 g.H g. The first term alone decides as eta goes to 0; the second is why the ranking of two
/// recipes may flip at a larger rate. Exact on a quadratic; for plain gradient steps only, not for AdamW's.
/// </remarks>
/// <param name="Alignment">g_v.g.</param>
/// <param name="Curvature">g.H g.</param>
public readonly record struct StepChange(double Alignment, double Curvature)
{
    /// <summary>Measures it for a model.</summary>
    /// <param name="hessian">Of the validation loss (<see cref="HessianVector"/>).</param>
    /// <param name="validationGradient">The gradient of the validation loss.</param>
    /// <param name="gradient">The gradient of the loss on the recipe's rows.</param>
    /// <exception cref="ArgumentException">A length differs from the Hessian's.</exception>
    public static StepChange Of(
        ILinearOperator hessian,
        ReadOnlySpan<float> validationGradient,
        ReadOnlySpan<float> gradient
    )
    {
        if (validationGradient.Length != hessian.Length || gradient.Length != hessian.Length)
            throw new ArgumentException(
                $"The gradients have {validationGradient.Length} and {gradient.Length} numbers, the Hessian {hessian.Length}."
            );
        float[] product = new float[hessian.Length];
        hessian.Multiply(gradient, product);
        double alignment = 0,
            curvature = 0;
        for (int i = 0; i < product.Length; i++)
        {
            alignment += (double)validationGradient[i] * gradient[i];
            curvature += (double)gradient[i] * product[i];
        }
        return new(alignment, curvature);
    }

    /// <summary>The change of the validation loss after one step at a learning rate; below 0 is better.</summary>
    public double At(double rate) => rate * (rate / 2 * Curvature - Alignment);

    /// <summary>The learning rate above 0 at which two recipes change the loss alike and beyond which their order is the other one; null if there is none.</summary>
    public double? FlipRate(StepChange other)
    {
        double rate = 2 * (Alignment - other.Alignment) / (Curvature - other.Curvature);
        return rate > 0 && double.IsFinite(rate) ? rate : null;
    }
}
