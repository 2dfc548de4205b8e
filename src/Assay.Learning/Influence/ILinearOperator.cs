namespace Assay.Learning;

/// <summary>A square matrix that is known by its products with vectors: a Hessian, a Fisher matrix.</summary>
public interface ILinearOperator
{
    /// <summary>Elements of a vector.</summary>
    int Length { get; }

    /// <summary>Computes the product with a vector.</summary>
    /// <param name="vector"><see cref="Length"/> floats.</param>
    /// <param name="product">Gets as many; may not overlap the vector.</param>
    /// <exception cref="ArgumentException">A length differs.</exception>
    void Multiply(ReadOnlySpan<float> vector, Span<float> product);
}
