namespace Assay.Numerics;

/// <summary>Several products of one shape: small ones are shared out whole, large ones one after another.</summary>
internal readonly unsafe struct GemmBatch<V>(GemmOperands first, int batch, nint strideA, nint strideB, nint strideC)
    : IPieces
    where V : struct, ILanes<V>
{
    // A product above the upper bound is worth sharing out by itself; below the lower one, several make a piece.
    private const long LargeFlops = 16_000_000,
        PieceFlops = 500_000;

    private readonly GemmOperands _first = first;
    private readonly int _batch = batch;
    private readonly int _together = (int)Math.Clamp(PieceFlops / Math.Max(1, first.Flops), 1, batch);

    public void Multiply()
    {
        if (_batch == 1 || _first.Flops >= LargeFlops)
            for (int index = 0; index < _batch; index++)
                Multiply(index);
        else
            Workers.For((_batch + _together - 1) / _together, this);
    }

    public void Run(int piece)
    {
        int end = Math.Min(_batch, (piece + 1) * _together);
        for (int index = piece * _together; index < end; index++)
            Multiply(index);
    }

    private void Multiply(int index)
    {
        GemmOperands x = _first with
        {
            A = _first.A + index * strideA,
            B = _first.B + index * strideB,
            C = _first.C + index * strideC,
        };
        if (x.K == 0)
            Clear(x);
        else if (!GemmVectors<V>.TryMultiply(x))
            GemmBlocks<V>.Multiply(x);
    }

    private static void Clear(in GemmOperands x)
    {
        if (!x.Add)
            for (int i = 0; i < x.M; i++)
                new Span<float>(x.C + i * x.RowC, x.N).Clear();
    }
}
