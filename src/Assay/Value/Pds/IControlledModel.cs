namespace Assay.Value;

/// <summary>
/// A model that is trained by gradient descent on some rows and judged by a target loss, as optimal control sees it: gradients
/// and curvature at parameters that it is given.
/// </summary>
/// <remarks>Parameters and gradients are vectors of <see cref="Parameters"/> numbers. Nothing is kept between calls.</remarks>
public interface IControlledModel
{
    /// <summary>Number of parameters.</summary>
    int Parameters { get; }

    /// <summary>Number of rows to be scored.</summary>
    int Rows { get; }

    /// <summary>The gradient of the mean loss of a step's batch.</summary>
    /// <param name="step">The step, from 0.</param>
    /// <param name="at">The parameters.</param>
    /// <param name="gradient">Is filled.</param>
    void BatchGradient(int step, ReadOnlySpan<double> at, Span<double> gradient);

    /// <summary>The Hessian of the mean loss of a step's batch, times a vector.</summary>
    /// <param name="step">The step, from 0.</param>
    /// <param name="at">The parameters.</param>
    /// <param name="vector">What to multiply with.</param>
    /// <param name="product">Is filled.</param>
    void BatchHessian(int step, ReadOnlySpan<double> at, ReadOnlySpan<double> vector, Span<double> product);

    /// <summary>The gradient of the target loss.</summary>
    /// <param name="at">The parameters.</param>
    /// <param name="gradient">Is filled.</param>
    void TargetGradient(ReadOnlySpan<double> at, Span<double> gradient);

    /// <summary>Lengths of the gradients of single rows, and their products with a direction. Called from several threads at once.</summary>
    /// <param name="first">The first row; as many follow as there are places.</param>
    /// <param name="at">The parameters.</param>
    /// <param name="direction">What to multiply with.</param>
    /// <param name="norms">Is filled.</param>
    /// <param name="products">Is filled.</param>
    void RowGradients(
        int first,
        ReadOnlySpan<double> at,
        ReadOnlySpan<double> direction,
        Span<double> norms,
        Span<double> products
    );
}
