namespace Assay.Learning;

/// <summary>A matrix that is the mean of those of batches: what stochastic solvers take a part of at a time.</summary>
public interface IBatchedOperator : ILinearOperator
{
    /// <summary>Number of batches, at least 1.</summary>
    int Batches { get; }

    /// <summary>Computes the product with the matrix of one batch.</summary>
    /// <param name="batch">Its number, from 0.</param>
    /// <param name="vector"><see cref="ILinearOperator.Length"/> floats.</param>
    /// <param name="product">Gets as many; may not overlap the vector.</param>
    /// <exception cref="ArgumentException">A length differs, or there is no such batch.</exception>
    void Multiply(int batch, ReadOnlySpan<float> vector, Span<float> product);
}
