using System.Numerics.Tensors;

namespace Assay.Learning;

/// <summary>The Hessian of a loss by central differences of its gradient: no second-order graph, but float32's rounding.</summary>
/// <remarks>
/// The relative error is about the square root of a gradient's relative rounding error, some 1e-3; it is the memory of one
/// gradient, where <see cref="HessianVector"/> needs two. The parameters are moved and put back, bit for bit.
/// </remarks>
public sealed class FiniteDifferenceHessian : ILinearOperator
{
    private readonly ParameterVector _parameters;
    private readonly Tensor[] _tensors;
    private readonly Func<Tensor> _loss;
    private readonly double _step;

    /// <summary>The Hessian of one loss.</summary>
    /// <param name="parameters">What to differentiate for; all require a gradient.</param>
    /// <param name="loss">Computes the loss, a single number, at the parameters' present values.</param>
    /// <param name="step">How far to move, relative to 1 + the largest parameter, along the vector scaled to a largest element of 1; above 0.</param>
    public FiniteDifferenceHessian(IEnumerable<Parameter> parameters, Func<Tensor> loss, double step = 3e-3)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(step);
        _parameters = new(parameters);
        _tensors = [.. _parameters.Parameters.Select(parameter => parameter.Tensor)];
        (_loss, _step) = (loss, step);
    }

    /// <inheritdoc/>
    public int Length => _parameters.Length;

    /// <inheritdoc/>
    public void Multiply(ReadOnlySpan<float> vector, Span<float> product)
    {
        FlatGradients.Check(Length, vector, product);
        product.Clear();
        float largest = Length == 0 ? 0 : TensorPrimitives.MaxMagnitude(vector);
        if (largest == 0)
            return;
        float[] start = new float[Length],
            moved = new float[Length];
        _parameters.Read(start);
        float step = (float)(_step * (1 + Math.Abs(TensorPrimitives.MaxMagnitude<float>(start))) / Math.Abs(largest));
        try
        {
            foreach (float sign in (ReadOnlySpan<float>)[1, -1])
            {
                TensorPrimitives.MultiplyAdd(vector, sign * step, start, moved);
                _parameters.Write(moved);
                using TensorScope scope = new();
                FlatGradients.Add(Tensor.Gradients(_loss(), _tensors), sign / (2 * step), product);
            }
        }
        finally
        {
            _parameters.Write(start);
        }
    }
}
