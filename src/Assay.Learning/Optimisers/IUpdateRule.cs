namespace Assay.Learning;

/// <summary>How one parameter is moved by its gradient, and what is remembered of it.</summary>
/// <remarks>Rules keep no state of their own: the <see cref="Optimiser"/> owns it, so that it can be saved and resumed.</remarks>
public interface IUpdateRule
{
    /// <summary>Numbers remembered per element of a parameter: 0, 1 or 2.</summary>
    int Slots { get; }

    /// <summary>Moves a parameter.</summary>
    /// <param name="parameter">Changed in place.</param>
    /// <param name="gradient">As long as the parameter, row-major.</param>
    /// <param name="first">As long as the parameter, or empty without slots; 0 before the first step.</param>
    /// <param name="second">As long as the parameter, or empty with fewer than two slots; 0 before the first step.</param>
    /// <param name="update">The step.</param>
    void Update(
        in Parameter parameter,
        ReadOnlySpan<float> gradient,
        Span<float> first,
        Span<float> second,
        in UpdateStep update
    );
}

/// <summary>One step of an optimiser.</summary>
/// <param name="Number">From 1.</param>
/// <param name="Rate">The learning rate of this step.</param>
/// <param name="Decay">Weight decay; 0 for parameters that are not to decay.</param>
/// <param name="GradientScale">Factor on the gradient: clipping, averages over accumulated batches.</param>
public readonly record struct UpdateStep(long Number, float Rate, float Decay, float GradientScale);
