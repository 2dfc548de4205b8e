namespace Assay.Learning;

/// <summary>The operations of networks, each one node of the graph with a fused kernel.</summary>
public static partial class Functional
{
    /// <summary>Rows of a table by token: <see cref="Tensor.Gather"/> with the shape of the tokens.</summary>
    /// <param name="table">[tokens known, width].</param>
    /// <param name="tokens">Indices of rows; not changed before the backward pass.</param>
    /// <param name="shape">Shape of the tokens, such as [batch, length]; empty for one axis.</param>
    /// <returns>[.. shape, width].</returns>
    /// <exception cref="ArgumentOutOfRangeException">A token has no row.</exception>
    public static Tensor Embedding(Tensor table, ReadOnlyMemory<int> tokens, params ReadOnlySpan<int> shape)
    {
        Tensor rows = table.Gather(tokens);
        return shape.Length == 0 ? rows : rows.ReshapeTo([.. shape, .. table.Shape[1..]]);
    }
}
