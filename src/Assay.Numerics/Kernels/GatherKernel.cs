using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Assay.Numerics;

/// <summary>Rows of a table by their numbers, and sums into such rows: an embedding and its gradient.</summary>
/// <remarks>
/// Threads share the columns of a sum, not its rows, so every element is added up in the order of the indices whatever the number
/// of threads and however often an index repeats.
/// </remarks>
public static class GatherKernel
{
    private const int Band = 64; // columns a piece of a sum: four cache lines

    /// <summary>Row i of the result is row indices[i] of the table.</summary>
    /// <param name="table">[rows, width].</param>
    /// <param name="width">Elements of a row, at least 1.</param>
    /// <param name="indices">Each from 0 to rows - 1.</param>
    /// <param name="result">[indices, width].</param>
    /// <exception cref="ArgumentException">The lengths do not fit each other, or an index is no row.</exception>
    public static void Gather(ReadOnlySpan<float> table, int width, ReadOnlySpan<int> indices, Span<float> result)
    {
        Check(table.Length, width, indices, result.Length, nameof(result));
        int perPiece = KernelShape.RowsOfPiece(width);
        Workers.For(
            KernelShape.Pieces(indices.Length, perPiece),
            new Copies
            {
                Table = table,
                Width = width,
                Indices = indices,
                Result = result,
                RowsOfPiece = perPiece,
            }
        );
    }

    /// <summary>Adds row i of <paramref name="rows"/> to row indices[i] of the table, in the order of i.</summary>
    /// <param name="rows">[indices, width].</param>
    /// <param name="width">Elements of a row, at least 1.</param>
    /// <param name="indices">Each from 0 to the table's rows - 1; may repeat.</param>
    /// <param name="table">[rows, width]: is added to.</param>
    /// <exception cref="ArgumentException">The lengths do not fit each other, or an index is no row.</exception>
    public static void ScatterAdd(ReadOnlySpan<float> rows, int width, ReadOnlySpan<int> indices, Span<float> table)
    {
        Check(table.Length, width, indices, rows.Length, nameof(rows));
        if (Vector512.IsHardwareAccelerated)
            ScatterAdd<Lanes512>(rows, width, indices, table);
        else
            ScatterAdd<Lanes256>(rows, width, indices, table);
    }

    private static void ScatterAdd<V>(ReadOnlySpan<float> rows, int width, ReadOnlySpan<int> indices, Span<float> table)
        where V : struct, ILanes<V> =>
        Workers.For(
            KernelShape.Pieces(width, Band),
            new Sums<V>
            {
                Rows = rows,
                Width = width,
                Indices = indices,
                Table = table,
            }
        );

    private static void Check(int tableLength, int width, ReadOnlySpan<int> indices, int length, string name)
    {
        int rows = KernelShape.Rows(tableLength, width, "table");
        KernelShape.Require(length, (long)indices.Length * width, name, "element", indices.Length, width);
        for (int i = 0; i < indices.Length; i++)
            if ((uint)indices[i] >= (uint)rows)
                throw new ArgumentException(
                    $"Index {indices[i]} at position {i} is none of {rows} rows.",
                    nameof(indices)
                );
    }

    private ref struct Copies : IPieces
    {
        public ReadOnlySpan<float> Table;
        public ReadOnlySpan<int> Indices;
        public Span<float> Result;
        public int Width,
            RowsOfPiece;

        [MethodImpl(Compile.Apart)]
        public readonly void Run(int piece)
        {
            int end = (int)Math.Min(Indices.Length, (piece + 1L) * RowsOfPiece);
            for (int i = piece * RowsOfPiece; i < end; i++)
                Table.Slice(Indices[i] * Width, Width).CopyTo(Result.Slice(i * Width, Width));
        }
    }

    private ref struct Sums<V> : IPieces
        where V : struct, ILanes<V>
    {
        public ReadOnlySpan<float> Rows;
        public ReadOnlySpan<int> Indices;
        public Span<float> Table;
        public int Width;

        [MethodImpl(Compile.Apart)]
        public readonly void Run(int piece)
        {
            int start = piece * Band,
                count = Math.Min(Band, Width - start);
            for (int i = 0; i < Indices.Length; i++)
                Row.Add<V>(Rows.Slice(i * Width + start, count), Table.Slice(Indices[i] * Width + start, count));
        }
    }
}
