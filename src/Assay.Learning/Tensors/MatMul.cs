using Assay.Numerics;

namespace Assay.Learning;

public sealed partial class Tensor
{
    /// <summary>The product of matrices, or of batches of them.</summary>
    /// <param name="other">[.., k, n], or [.., n, k] if transposed.</param>
    /// <param name="transposeA">True: this is stored as [.., k, m] rather than [.., m, k]; nothing is copied.</param>
    /// <param name="transposeB">True: the other is stored as [.., n, k].</param>
    /// <returns>[.., m, n]; the axes in front are broadcast.</returns>
    /// <exception cref="ArgumentException">An operand has less than two axes, or the shapes do not fit.</exception>
    public Tensor MatMul(Tensor other, bool transposeA = false, bool transposeB = false)
    {
        if (Rank < 2 || other.Rank < 2)
            throw ShapeError("MatMul", other, "both have at least two axes");
        int m = _shape[transposeA ? ^1 : ^2],
            k = _shape[transposeA ? ^2 : ^1],
            n = other._shape[transposeB ? ^2 : ^1];
        if (k != other._shape[transposeB ? ^1 : ^2])
            throw ShapeError(
                transposeA || transposeB ? $"MatMul (transposed: {transposeA}, {transposeB})" : "MatMul",
                other,
                $"the inner sizes are {k} and {other._shape[transposeB ? ^1 : ^2]}"
            );
        if (other.Rank == 2 && Rank > 2 && !transposeA)
        {
            // A batch against one matrix is one long product.
            Tensor flat = ReshapeTo([TensorShape.Product(_shape.AsSpan(0, Rank - 1)), k])
                .MatMul(other, false, transposeB);
            return flat.ReshapeTo([.. _shape[..^1], n]);
        }
        int[] front = TensorShape.Broadcast(_shape[..^2], other._shape[..^2], "MatMul");
        Tensor a = AsBatch(front),
            b = other.AsBatch(front);
        Tensor y = Create([.. front, m, n]);
        int batch = TensorShape.Product(front);
        MatMulNode.Multiply(transposeA, transposeB, batch, m, n, k, a, b, y, accumulate: false);
        return Records(a, b) ? y.From(new MatMulNode(a, b, transposeA, transposeB)) : y;
    }

    /// <summary>Itself if it has one matrix, or as many as <paramref name="front"/> asks for; else broadcast to that.</summary>
    private Tensor AsBatch(int[] front)
    {
        ReadOnlySpan<int> own = _shape.AsSpan(0, Rank - 2);
        if (own.SequenceEqual(front) || TensorShape.Product(own) == 1)
            return this;
        return BroadcastTo([.. front, .. _shape[^2..]]);
    }
}

internal sealed class MatMulNode : BinaryNode
{
    private readonly bool _transposeA,
        _transposeB;

    public MatMulNode(Tensor a, Tensor b, bool transposeA, bool transposeB)
        : base(a, b)
    {
        _transposeA = transposeA;
        _transposeB = transposeB;
        if (b.RequiresGrad)
            a.Save();
        if (a.RequiresGrad)
            b.Save();
    }

    public override void Backward(Tensor gradient, BackwardPass pass)
    {
        // C = op(A) op(B) with gradient G: that of op(A) is G op(B)^T, that of op(B) is op(A)^T G.
        if (pass.Wants(A))
        {
            if (_transposeA)
                Product(pass, A, B, gradient, _transposeB, true);
            else
                Product(pass, A, gradient, B, false, !_transposeB);
        }
        if (pass.Wants(B))
        {
            if (_transposeB)
                Product(pass, B, gradient, A, true, _transposeA);
            else
                Product(pass, B, A, gradient, !_transposeA, false);
        }
    }

    public static void Multiply(
        bool transposeA,
        bool transposeB,
        int batch,
        int m,
        int n,
        int k,
        Tensor a,
        Tensor b,
        Tensor y,
        bool accumulate
    ) =>
        Gemm.MultiplyBatch(
            transposeA,
            transposeB,
            batch,
            m,
            n,
            k,
            a.Data,
            transposeA ? m : k,
            a.Length == (long)m * k ? 0 : m * k,
            b.Data,
            transposeB ? k : n,
            b.Length == (long)n * k ? 0 : n * k,
            y.Data,
            n,
            m * n,
            accumulate
        );

    /// <summary>Adds op(left) op(right) to the gradient of <paramref name="to"/>.</summary>
    private static void Product(
        BackwardPass pass,
        Tensor to,
        Tensor left,
        Tensor right,
        bool transposeLeft,
        bool transposeRight
    )
    {
        int matrices = to.Length / Math.Max(1, to.Shape[^1] * to.Shape[^2]);
        int batch = Math.Max(
            left.Length / Math.Max(1, left.Shape[^1] * left.Shape[^2]),
            right.Length / Math.Max(1, right.Shape[^1] * right.Shape[^2])
        );
        if (pass.CreateGraph || batch == 0)
        {
            pass.Add(to, left.MatMul(right, transposeLeft, transposeRight).SumTo(to.Sizes));
            return;
        }
        Tensor target = pass.Target(to, out bool accumulate);
        int m = to.Shape[^2],
            n = to.Shape[^1],
            k = left.Shape[transposeLeft ? ^2 : ^1];
        if (matrices == batch)
        {
            Multiply(transposeLeft, transposeRight, batch, m, n, k, left, right, target, accumulate);
            return;
        }
        // One matrix was used for the whole batch: its gradient is the sum, in order.
        for (int i = 0; i < batch; i++)
            Gemm.Multiply(
                transposeLeft,
                transposeRight,
                m,
                n,
                k,
                Matrix(left, i, m * k),
                transposeLeft ? m : k,
                Matrix(right, i, n * k),
                transposeRight ? k : n,
                target.Data,
                n,
                accumulate || i > 0
            );
    }

    private static ReadOnlySpan<float> Matrix(Tensor tensor, int index, int length) =>
        tensor.Length == length ? tensor.Data : tensor.Data.Slice(index * length, length);
}
