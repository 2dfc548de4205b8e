using System.Buffers;
using System.Numerics.Tensors;
using Assay.Numerics;

namespace Assay.Learning;

/// <summary>
/// Momentum whose matrices are made nearly orthogonal before they are applied: every direction of a layer learns at one rate.
/// What is not a weight matrix (embeddings, gains, biases) is left to AdamW.
/// </summary>
/// <remarks>
/// Jordan and others, "Muon: An optimizer for hidden layers in neural networks" (2024): Nesterov momentum, five steps of the
/// quintic Newton-Schulz iteration with coefficients 3.4445, -4.7750, 2.0315, which bring all singular values to about
/// 0.7 to 1.2; and a factor 0.2 sqrt(max(rows, columns)) that gives the step AdamW's usual root mean square, so that one
/// learning rate serves both (Liu and others, "Muon is Scalable for LLM Training", 2025, section 2.2).
/// </remarks>
/// <param name="momentum">In [0, 1).</param>
/// <param name="others">What updates everything else; AdamW with 0.9 and 0.95 if not given.</param>
public sealed class Muon(double momentum = 0.95, AdamW? others = null) : IUpdateRule
{
    private const int Iterations = 5;
    private readonly AdamW _others = others ?? new(0.9, 0.95);

    /// <inheritdoc/>
    public int Slots => 2;

    /// <inheritdoc/>
    public void Update(
        in Parameter parameter,
        ReadOnlySpan<float> gradient,
        Span<float> first,
        Span<float> second,
        in UpdateStep update
    )
    {
        if (!parameter.Decays)
        {
            _others.Update(parameter, gradient, first, second, update);
            return;
        }
        int rows = parameter.Tensor.Shape[0],
            columns = parameter.Tensor.Length / Math.Max(1, rows);
        float[] direction = ArrayPool<float>.Shared.Rent(gradient.Length);
        try
        {
            Span<float> d = direction.AsSpan(0, gradient.Length);
            float keep = (float)momentum,
                scale = update.GradientScale;
            for (int i = 0; i < d.Length; i++)
            {
                float g = gradient[i] * scale;
                first[i] = keep * first[i] + g;
                d[i] = g + keep * first[i];
            }
            Orthogonalise(d, rows, columns);
            float rate = update.Rate * 0.2f * MathF.Sqrt(Math.Max(rows, columns)),
                shrink = 1 - update.Rate * update.Decay;
            Span<float> values = parameter.Tensor.Data;
            for (int i = 0; i < d.Length; i++)
                values[i] = values[i] * shrink - rate * d[i];
        }
        finally
        {
            ArrayPool<float>.Shared.Return(direction);
        }
    }

    /// <summary>Replaces a matrix by one with nearly the same singular vectors and singular values near 1.</summary>
    internal static void Orthogonalise(Span<float> matrix, int rows, int columns)
    {
        // X X^T is the smaller square where X is the wide one of the matrix and its transpose.
        bool tall = rows > columns;
        int n = Math.Min(rows, columns),
            m = Math.Max(rows, columns);
        using TensorScope scope = new();
        using (Tensor.NoGrad())
        {
            Tensor x = Tensor.Of(matrix, rows, columns);
            if (tall)
                x = x.Transpose(0, 1);
            float norm = TensorPrimitives.Norm(x.Data);
            if (!(norm > 0))
                return;
            x *= 1 / (norm + 1e-7f);
            for (int i = 0; i < Iterations; i++)
            {
                Tensor gram = x.MatMul(x, transposeB: true);
                Tensor polynomial = gram * -4.7750f + gram.MatMul(gram) * 2.0315f;
                x = x * 3.4445f + polynomial.MatMul(x);
            }
            if (tall)
                x = x.Transpose(0, 1);
            x.Data.CopyTo(matrix);
        }
    }
}
