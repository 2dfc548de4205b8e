namespace Assay.Learning;

/// <summary>The Hessian of a loss, by its exact products with vectors: two backward passes, one through the other (Pearlmutter, 1994).</summary>
/// <remarks>
/// <code>
/// HessianVector hessian = new(model.TrainableParameters(), () => model.Loss(tokens, targets, batch));
/// ConjugateGradientResult solved = ConjugateGradient.Solve(hessian, gradient, new() { Damping = 0.01 });
/// </code>
/// A product costs about four evaluations of the gradient and twice its memory; nothing is kept between products. A loss that draws random
/// numbers (dropout) must draw the same ones at each call.
/// </remarks>
public sealed class HessianVector : IBatchedOperator
{
    private readonly ParameterVector _parameters;
    private readonly Tensor[] _tensors;
    private readonly Func<int, Tensor> _loss;

    /// <summary>The Hessian of one loss.</summary>
    /// <param name="parameters">What to differentiate for; all require a gradient.</param>
    /// <param name="loss">Computes the loss, a single number, at the parameters' present values.</param>
    public HessianVector(IEnumerable<Parameter> parameters, Func<Tensor> loss)
        : this(parameters, 1, _ => loss()) { }

    /// <summary>The mean of the Hessians of the losses of batches, one after the other, so that memory is that of one.</summary>
    /// <param name="parameters">What to differentiate for; all require a gradient.</param>
    /// <param name="batches">Number of batches, at least 1.</param>
    /// <param name="loss">Computes the loss of a batch, numbered from 0.</param>
    public HessianVector(IEnumerable<Parameter> parameters, int batches, Func<int, Tensor> loss)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(batches, 1);
        _parameters = new(parameters);
        _tensors = [.. _parameters.Parameters.Select(parameter => parameter.Tensor)];
        (Batches, _loss) = (batches, loss);
    }

    /// <inheritdoc/>
    public int Batches { get; }

    /// <inheritdoc/>
    public int Length => _parameters.Length;

    /// <inheritdoc/>
    public void Multiply(ReadOnlySpan<float> vector, Span<float> product)
    {
        FlatGradients.Check(Length, vector, product);
        product.Clear();
        for (int batch = 0; batch < Batches; batch++)
            Add(batch, vector, product, 1f / Batches);
    }

    /// <inheritdoc/>
    public void Multiply(int batch, ReadOnlySpan<float> vector, Span<float> product)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(batch);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(batch, Batches);
        FlatGradients.Check(Length, vector, product);
        product.Clear();
        Add(batch, vector, product, 1);
    }

    private void Add(int batch, ReadOnlySpan<float> vector, Span<float> product, float scale)
    {
        using TensorScope scope = new();
        Tensor[] gradients = Tensor.Gradients(_loss(batch), _tensors, createGraph: true);
        Tensor along = FlatGradients.Product(gradients, vector);
        // A loss that is linear in all parameters has no Hessian.
        if (!along.RequiresGrad)
            return;
        FlatGradients.Add(Tensor.Gradients(along, _tensors), scale, product);
    }
}
