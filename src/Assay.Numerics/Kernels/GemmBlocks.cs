using System.Runtime.CompilerServices;

namespace Assay.Numerics;

/// <summary>A product of matrices in blocks that fit the caches, shared out to <see cref="Workers"/>.</summary>
/// <remarks>
/// B is packed into panels once, for all threads. A piece of work is a block of C: for each block of k its rows of A, which
/// stay in the second-level cache, meet one panel of B after another, of which each stays in the first-level cache.
/// Each element of C is one chain of fused multiplications per block of k, and the blocks are added to it in order, so neither
/// the pieces nor the threads change a bit.
/// </remarks>
internal unsafe struct GemmBlocks<V>
    where V : struct, ILanes<V>
{
    /// <summary>
    /// Most terms of a chain: a panel of B of that length takes 24 KiB of a first-level cache (AVX2), and tiles of A stream by.
    /// With fewer, C is loaded and stored too often.
    /// </summary>
    private const int MaxTerms = 384;

    /// <summary>Most terms and floats of B that are packed at once, so that no product needs more than 16 MiB of buffer.</summary>
    private const int MaxPackedTerms = 64 * MaxTerms,
        MaxPackedFloats = 4 << 20;

    /// <summary>With so few rows of C, B is read where it lies, if its rows are contiguous.</summary>
    private const int FewRows = 24;

    /// <summary>Most rows of A at a time: with <see cref="MaxTerms"/> terms, 288 KiB of a second-level cache.</summary>
    private const int MaxRows = 192;

    // A piece worth handing to another thread (some 20 microseconds), and how many keep threads equally busy.
    private const int PieceFlops = 2_000_000,
        PiecesPerThread = 4;

    // Rows that make loading a panel of B cheap and columns that make packing A cheap; and, if that is not pieces enough, the
    // fewest rows.
    private const int GoodRows = 96,
        GoodColumns = 256,
        FewestRows = 32;

    private GemmOperands _x;
    private float* _panels;
    private nint _panelSize;
    private int _columnPieces,
        _rowPieces;
    private bool _readsB;

    private static int Width => GemmTile<V>.Columns;

    private readonly int PanelCount => (_x.N + Width - 1) / Width;

    /// <summary>Computes the product.</summary>
    public static void Multiply(in GemmOperands x)
    {
        int blocks = (x.K + MaxTerms - 1) / MaxTerms;
        const int blocksAtOnce = MaxPackedTerms / MaxTerms;
        for (int block = 0; block < blocks; block += blocksAtOnce)
        {
            int first = Start(x.K, blocks, block),
                terms = Start(x.K, blocks, Math.Min(blocks, block + blocksAtOnce)) - first;
            int columnsAtOnce = MaxPackedFloats / terms / Width * Width;
            for (int column = 0; column < x.N; column += columnsAtOnce)
                new GemmBlocks<V>
                {
                    _x = x.Terms(first, terms).Columns(column, Math.Min(columnsAtOnce, x.N - column)),
                }.Run();
        }
    }

    // Blocks of k as equal as can be: a last one of a few terms would be mostly loading and storing C.
    private static int Start(int k, int blocks, int block) => (int)((long)k * block / blocks);

    private void Run()
    {
        _panelSize = (nint)_x.K * Width;
        _readsB = _x.M <= FewRows && _x.ColumnB == sizeof(float);
        Pack();
        Share();
        if (_rowPieces == 1 && _columnPieces == 1)
            Compute(0, _x.M, 0, PanelCount);
        else
            Workers.For(_rowPieces * _columnPieces, new Computing { Blocks = this });
    }

    // Each element is computed in the same way in whatever piece it is, so the pieces may depend on the threads.
    private void Share()
    {
        int threads = Workers.Threads,
            pieces = threads == 1 ? 1 : (int)Math.Clamp(_x.Flops / PieceFlops, 1, PiecesPerThread * threads);
        _rowPieces = Math.Clamp(_x.M / GoodRows, 1, pieces);
        _columnPieces = Math.Clamp(_x.N / GoodColumns, 1, (pieces + _rowPieces - 1) / _rowPieces);
        if (_rowPieces * _columnPieces < pieces)
            _rowPieces = Math.Clamp(_x.M / FewestRows, _rowPieces, (pieces + _columnPieces - 1) / _columnPieces);
    }

    private void Pack()
    {
        if (_readsB)
        {
            // Only the last panel if it is not whole: reading it where it lies would read behind the matrix.
            _panels = GemmBuffers.Shared(_panelSize);
            if (_x.N % Width != 0)
                Pack(PanelCount - 1, PanelCount, _panels);
            return;
        }
        _panels = GemmBuffers.Shared(PanelCount * _panelSize);
        const int pieceFloats = 1 << 15;
        int pieces = (int)Math.Min(PanelCount, PanelCount * _panelSize / pieceFloats);
        if (pieces > 1)
            Workers.For(pieces, new Packing { Blocks = this, Pieces = pieces });
        else
            Pack(0, PanelCount, _panels);
    }

    private readonly void Pack(int first, int end, float* target)
    {
        int columns = Math.Min(_x.N, end * Width) - first * Width;
        byte* source = _x.B + first * Width * _x.ColumnB;
        if (_x.ColumnB == sizeof(float))
            GemmPacking.Panels<V>(source, _x.StepB, _x.K, columns, target, _panelSize);
        else
            GemmPacking.TurnedPanels<V>(source, _x.ColumnB, _x.K, columns, target, _panelSize);
    }

    private readonly void Compute(int row, int rowEnd, int panel, int panelEnd)
    {
        int termBlocks = (_x.K + MaxTerms - 1) / MaxTerms,
            sixes = (rowEnd - row + GemmTile<V>.Rows - 1) / GemmTile<V>.Rows,
            rowBlocks = (rowEnd - row + MaxRows - 1) / MaxRows;
        for (int block = 0; block < termBlocks; block++)
        {
            int first = Start(_x.K, termBlocks, block);
            GemmOperands terms = _x.Terms(first, Start(_x.K, termBlocks, block + 1) - first);
            for (int rows = 0; rows < rowBlocks; rows++)
            {
                int start = row + GemmTile<V>.Rows * Start(sixes, rowBlocks, rows),
                    end = Math.Min(rowEnd, row + GemmTile<V>.Rows * Start(sixes, rowBlocks, rows + 1));
                Compute(terms.Rows(start, end - start), _panels + (nint)first * Width, _x.M - start, panel, panelEnd);
            }
        }
    }

    /// <summary>A block of rows and terms with some panels of B.</summary>
    private readonly void Compute(in GemmOperands x, float* panels, int readable, int panel, int panelEnd)
    {
        GemmRows a = GemmRows.Of(x, panelEnd - panel, readable);
        for (int p = panel; p < panelEnd; p++)
        {
            int columns = Math.Min(Width, _x.N - p * Width);
            bool readsB = _readsB && columns == Width;
            byte* b = readsB ? x.B + (nint)p * Width * sizeof(float) : (byte*)(panels + (_readsB ? 0 : p * _panelSize));
            nint stepB = readsB ? x.StepB : Width * sizeof(float);
            byte* c = x.C + (nint)p * Width * sizeof(float);
            if (columns == Width)
                Panel<Two>(a, x.M, x.K, b, stepB, c, x.RowC, x.Add);
            else
                LastPanel(a, x, b, stepB, c, columns);
        }
    }

    /// <summary>A panel that is not as wide as the tile: computed beside, then copied.</summary>
    private static void LastPanel(GemmRows a, in GemmOperands x, byte* b, nint stepB, byte* c, int columns)
    {
        const int rowsAtOnce = 8 * GemmTile<V>.Rows;
        float* product = stackalloc float[rowsAtOnce * Width];
        nint row = Width * sizeof(float);
        for (int done = 0; done < x.M; done += rowsAtOnce, a.First += 8 * a.Tile)
        {
            int rows = Math.Min(rowsAtOnce, x.M - done);
            if (columns > V.Width)
                Panel<Two>(a, rows, x.K, b, stepB, (byte*)product, row, false);
            else
                Panel<One>(a, rows, x.K, b, stepB, (byte*)product, row, false);
            float* from = product;
            for (int i = 0; i < rows; i++, from += Width, c += x.RowC)
                if (x.Add)
                    for (int j = 0; j < columns; j++)
                        ((float*)c)[j] += from[j];
                else
                    for (int j = 0; j < columns; j++)
                        ((float*)c)[j] = from[j];
        }
    }

    private static void Panel<N>(in GemmRows a, int rows, int k, byte* b, nint stepB, byte* c, nint rowC, bool add)
        where N : struct, ICount
    {
        int tiles = rows / GemmTile<V>.Rows,
            rest = rows % GemmTile<V>.Rows;
        // Tiles of four or five rows are as fast as those of six, smaller ones are not: 6 + 1 is done as 4 + 3.
        bool even = rest is > 0 and < 4 && tiles > 0 && !a.IsInterleaved;
        if (even)
            tiles--;
        if (tiles > 0)
            GemmTile<V>.Multiply<Six, N>(tiles, k, a.First, a.Row, a.Step, a.Tile, b, stepB, c, rowC, add);
        if (rest == 0)
            return;
        byte* first = a.First + tiles * a.Tile;
        c += tiles * GemmTile<V>.Rows * rowC;
        if (even)
        {
            int upper = (GemmTile<V>.Rows + rest + 1) / 2;
            Tile<N>(upper, a, first, k, b, stepB, c, rowC, add);
            first += upper * a.Row;
            c += upper * rowC;
            rest += GemmTile<V>.Rows - upper;
        }
        Tile<N>(rest, a, first, k, b, stepB, c, rowC, add);
    }

    private static void Tile<N>(
        int rows,
        in GemmRows a,
        byte* first,
        int k,
        byte* b,
        nint stepB,
        byte* c,
        nint rowC,
        bool add
    )
        where N : struct, ICount
    {
        switch (rows)
        {
            case 1:
                GemmTile<V>.Multiply<One, N>(1, k, first, a.Row, a.Step, 0, b, stepB, c, rowC, add);
                break;
            case 2:
                GemmTile<V>.Multiply<Two, N>(1, k, first, a.Row, a.Step, 0, b, stepB, c, rowC, add);
                break;
            case 3:
                GemmTile<V>.Multiply<Three, N>(1, k, first, a.Row, a.Step, 0, b, stepB, c, rowC, add);
                break;
            case 4:
                GemmTile<V>.Multiply<Four, N>(1, k, first, a.Row, a.Step, 0, b, stepB, c, rowC, add);
                break;
            default:
                GemmTile<V>.Multiply<Five, N>(1, k, first, a.Row, a.Step, 0, b, stepB, c, rowC, add);
                break;
        }
    }

    private struct Packing : IPieces
    {
        public GemmBlocks<V> Blocks;
        public int Pieces;

        public readonly void Run(int piece)
        {
            int first = Start(Blocks.PanelCount, Pieces, piece);
            Blocks.Pack(first, Start(Blocks.PanelCount, Pieces, piece + 1), Blocks._panels + first * Blocks._panelSize);
        }
    }

    private struct Computing : IPieces
    {
        public GemmBlocks<V> Blocks;

        public readonly void Run(int piece)
        {
            int i = piece / Blocks._columnPieces,
                j = piece % Blocks._columnPieces;
            // Where rows may be packed by six, cuts between the sixes leave no odd tile.
            int unit = Blocks._x.M / Blocks._rowPieces < 10 * GemmTile<V>.Rows ? 1 : GemmTile<V>.Rows,
                units = (Blocks._x.M + unit - 1) / unit;
            Blocks.Compute(
                unit * Start(units, Blocks._rowPieces, i),
                Math.Min(Blocks._x.M, unit * Start(units, Blocks._rowPieces, i + 1)),
                Start(Blocks.PanelCount, Blocks._columnPieces, j),
                Start(Blocks.PanelCount, Blocks._columnPieces, j + 1)
            );
        }
    }
}
