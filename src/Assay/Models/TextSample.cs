using Assay.Data;
using Assay.Numerics;

namespace Assay.Models;

/// <summary>Rows drawn at random, with their texts.</summary>
/// <param name="Rows">Ordinals in the dataset, in random order: any first part of a sample is a sample.</param>
/// <param name="Texts">Their texts.</param>
public sealed record TextSample(int[] Rows, byte[][] Texts)
{
    /// <summary>Draws distinct rows of a view. A row's luck depends on its id and the stream, not on the rows around it.</summary>
    /// <param name="view">Where from.</param>
    /// <param name="count">How many; all, if there are fewer.</param>
    /// <param name="random">Names the draw.</param>
    /// <param name="work">Threads and cancellation of reading.</param>
    public static TextSample Draw(View view, int count, RandomStream random, Work work)
    {
        RowSizes keys = RowSizes.Ones(view, work);
        int[] rows = view.DistinctRows.ToArray();
        ulong[] order = Array.ConvertAll(rows, row => random.BitsOf(keys.Key(row)));
        Array.Sort(order, rows);
        rows = rows[..Math.Min(count, rows.Length)];
        // Read in the order of the dataset, so that each table is opened once.
        int[] places = [.. Enumerable.Range(0, rows.Length)];
        Array.Sort([.. rows], places);
        byte[][] texts = new byte[rows.Length][];
        int at = 0;
        view.ForEach(
            places.Select(place => rows[place]),
            (batch, row) => texts[places[at++]] = batch.Text(row).ToArray(),
            work.Cancellation
        );
        return new(rows, texts);
    }
}
