using System.Numerics.Tensors;

namespace Assay.Learning;

/// <summary>Gradients of several parameters beside one flat vector.</summary>
internal static class FlatGradients
{
    /// <summary>vector += scale * gradients.</summary>
    public static void Add(ReadOnlySpan<Tensor> gradients, float scale, Span<float> vector)
    {
        int at = 0;
        foreach (Tensor gradient in gradients)
        {
            Span<float> part = vector.Slice(at, gradient.Length);
            TensorPrimitives.MultiplyAdd(gradient.Data, scale, part, part);
            at += gradient.Length;
        }
    }

    /// <summary>The product with a constant vector, as a tensor that has a gradient; shape [].</summary>
    public static Tensor Product(ReadOnlySpan<Tensor> gradients, ReadOnlySpan<float> vector)
    {
        Tensor? sum = null;
        int at = 0;
        foreach (Tensor gradient in gradients)
        {
            Tensor part = (gradient * Tensor.Of(vector.Slice(at, gradient.Length), gradient.Shape)).Sum();
            sum = sum is null ? part : sum + part;
            at += gradient.Length;
        }
        return sum ?? Tensor.Scalar(0);
    }

    public static void Check(int length, ReadOnlySpan<float> vector, ReadOnlySpan<float> product)
    {
        if (vector.Length != length || product.Length != length)
            throw new ArgumentException(
                $"The parameters are {length} numbers; the vector has {vector.Length} and the product {product.Length}."
            );
    }
}
