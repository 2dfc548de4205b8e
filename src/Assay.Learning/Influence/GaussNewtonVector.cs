namespace Assay.Learning;

/// <summary>
/// The generalised Gauss-Newton matrix J' H J of a loss of a network's outputs, by its products with vectors: positive
/// semi-definite where the loss is convex in the outputs, and equal to the Fisher matrix of cross-entropy (Schraudolph, 2002).
/// </summary>
/// <remarks>J v is had from two backward passes (of the product of J' u with respect to u).</remarks>
public sealed class GaussNewtonVector : IBatchedOperator
{
    private readonly Tensor[] _tensors;
    private readonly Func<int, Tensor> _outputs;
    private readonly Func<int, Tensor, Tensor> _loss;

    /// <summary>The matrix of one batch.</summary>
    /// <param name="parameters">What to differentiate for; all require a gradient.</param>
    /// <param name="outputs">Computes the network's outputs, such as logits, at the parameters' present values.</param>
    /// <param name="loss">The loss, a single number, of outputs alone.</param>
    public GaussNewtonVector(IEnumerable<Parameter> parameters, Func<Tensor> outputs, Func<Tensor, Tensor> loss)
        : this(parameters, 1, _ => outputs(), (_, made) => loss(made)) { }

    /// <summary>The mean of the matrices of batches, one after the other, so that memory is that of one.</summary>
    /// <param name="parameters">What to differentiate for; all require a gradient.</param>
    /// <param name="batches">Number of batches, at least 1.</param>
    /// <param name="outputs">Computes the outputs of a batch, numbered from 0.</param>
    /// <param name="loss">The loss of a batch, a single number, of its outputs alone.</param>
    public GaussNewtonVector(
        IEnumerable<Parameter> parameters,
        int batches,
        Func<int, Tensor> outputs,
        Func<int, Tensor, Tensor> loss
    )
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(batches, 1);
        ParameterVector vector = new(parameters);
        _tensors = [.. vector.Parameters.Select(parameter => parameter.Tensor)];
        (Length, Batches, _outputs, _loss) = (vector.Length, batches, outputs, loss);
    }

    /// <inheritdoc/>
    public int Length { get; }

    /// <inheritdoc/>
    public int Batches { get; }

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
        Tensor outputs = _outputs(batch),
            any = Tensor.Ones(outputs.Shape);
        any.RequiresGrad = true;
        Tensor[] back = Tensor.Gradients(outputs, _tensors, any, createGraph: true);
        Tensor forward = Tensor.Gradients(FlatGradients.Product(back, vector), [any])[0];
        Tensor free = outputs.Detach();
        free.RequiresGrad = true;
        Tensor slope = Tensor.Gradients(_loss(batch, free), [free], createGraph: true)[0];
        Tensor along = (slope * forward).Sum();
        if (!along.RequiresGrad)
            return;
        Tensor curved = Tensor.Gradients(along, [free])[0];
        FlatGradients.Add(Tensor.Gradients(outputs, _tensors, curved), scale, product);
    }
}
