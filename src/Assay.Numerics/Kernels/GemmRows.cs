namespace Assay.Numerics;

/// <summary>Rows of A as <see cref="GemmTile{V}"/> is to read them: where they lie, or packed. Strides are in bytes.</summary>
internal unsafe struct GemmRows
{
    // Few panels of B do not pay for packing A, and an A that fits the second-level cache as it lies needs none.
    private const int FewPanels = 2,
        CachedBytes = 128 << 10;

    public byte* First;

    /// <summary>From one row to the next, from one number of a row to the next, from the first row of a tile to that of the next.</summary>
    public nint Row,
        Step,
        Tile;

    /// <summary>Packed as [k, 6]: a tile cannot begin within the six.</summary>
    public bool IsInterleaved;

    /// <param name="x">A block of rows and terms.</param>
    /// <param name="panels">How many panels of B it will meet.</param>
    /// <param name="readable">Rows that A has from the first of the block on.</param>
    public static GemmRows Of(in GemmOperands x, int panels, int readable)
    {
        bool contiguous = x.StepA == sizeof(float);
        if (panels <= FewPanels || (contiguous && x.M * x.RowA <= CachedBytes))
            return new()
            {
                First = x.A,
                Row = x.RowA,
                Step = x.StepA,
                Tile = 6 * x.RowA,
            };
        nint size = 6 * x.K + 2;
        float* sixes = GemmBuffers.Own((x.M + 5) / 6 * size + 2);
        if (contiguous)
            GemmPacking.TurnAndInterleave(x.A, x.RowA, x.K, x.M, readable, sixes);
        else
            GemmPacking.Interleave(x.A, x.StepA, x.K, x.M, readable, sixes);
        return new()
        {
            First = (byte*)sixes,
            Row = sizeof(float),
            Step = 6 * sizeof(float),
            Tile = size * sizeof(float),
            IsInterleaved = true,
        };
    }
}
