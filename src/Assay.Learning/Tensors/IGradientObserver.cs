namespace Assay.Learning;

/// <summary>
/// Sees, during a backward pass, what goes into a layer and the gradient of what comes out of it: all that per-sample
/// gradients, their products ("ghost" products) and Kronecker factors are made of.
/// </summary>
/// <remarks>
/// A method returns false if the gradients of the layer's parameters need not be computed. Tensors that it is given are
/// valid during the call only. A layer that is used twice reports twice.
/// </remarks>
public interface IGradientObserver
{
    /// <summary>A linear layer, <see cref="Functional.Linear"/>.</summary>
    /// <param name="weight">[out, in].</param>
    /// <param name="bias">[out], or null.</param>
    /// <param name="input">[.., in].</param>
    /// <param name="outputGradient">[.., out].</param>
    bool Linear(Tensor weight, Tensor? bias, Tensor input, Tensor outputGradient);

    /// <summary>Rows of a table, <see cref="Tensor.Gather"/> or <see cref="Functional.Embedding"/>.</summary>
    /// <param name="table">[rows, ..].</param>
    /// <param name="rows">The rows that were taken.</param>
    /// <param name="outputGradient">[number of rows taken, ..].</param>
    bool Embedding(Tensor table, ReadOnlyMemory<int> rows, Tensor outputGradient);

    /// <summary>The gain and bias of a normalisation: output = normalised input * gain + bias.</summary>
    /// <param name="gain">[width].</param>
    /// <param name="bias">[width], or null.</param>
    /// <param name="normalised">[.., width]: the input after normalisation.</param>
    /// <param name="outputGradient">[.., width].</param>
    bool Norm(Tensor gain, Tensor? bias, Tensor normalised, Tensor outputGradient);
}
