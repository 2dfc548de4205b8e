using System.ComponentModel.DataAnnotations;
using Assay.Data;
using Assay.Numerics;

namespace Assay.Order;

/// <summary>Options of <see cref="Stair"/> and <see cref="Saw"/>.</summary>
public sealed record StairOptions : SegmentOptions
{
    /// <summary>Number of passes in a zone between two blocks, at least 1.</summary>
    [Range(1, 1_000_000)]
    public int Folds { get; init; } = 3;

    /// <summary>How much of each of two neighbouring blocks belongs to the zone between them, from 0 (none: segments) to 0.5.</summary>
    [Range(0.0, 0.5)]
    public double Zone { get; init; } = 0.25;
}

/// <summary>Shuffled blocks from low to high, with folded zones where one block goes over into the next.</summary>
/// <remarks>
/// A later release of the repository of arXiv 2506.21545 says of it: folding only in the transition zones between blocks. The
/// rest is our reading: blocks are those of order/segment, and a zone is the last quarter of a block with the first quarter
/// of the next in the order of blocks.
/// </remarks>
[Method("order/stair", Paper = "delt")]
public sealed class Stair(StairOptions options) : IOrderer
{
    /// <inheritdoc/>
    public int[] Order(View view, Work work) => Of(options, view, work, sorted => Folding.Of(sorted, options.Folds));

    internal static int[] Of(StairOptions options, View view, Work work, Func<int[], int[]> fold) =>
        Of(
            Sort.Of(options, view, work),
            Segment.CutsOf(options, view.Selection.Count),
            Segment.BlocksOf(options),
            options.Zone,
            fold,
            work.Random
        );

    /// <summary>Joins blocks: the inside of each is shuffled, zones between two are folded.</summary>
    /// <param name="sorted">What is sorted.</param>
    /// <param name="cuts">Where a block ends and the next begins, rising, within the length.</param>
    /// <param name="blocks">The order of the blocks: each number once.</param>
    /// <param name="zone">The share of a block that belongs to each of its zones, from 0 to 0.5.</param>
    /// <param name="fold">What becomes of a zone, from the first block's part to the second's, each sorted: <see cref="Folding.Of"/>, or <see cref="Zigzag.Of"/>.</param>
    /// <param name="random">Block b is shuffled by its stream b.</param>
    public static int[] Of(
        ReadOnlySpan<int> sorted,
        ReadOnlySpan<int> cuts,
        ReadOnlySpan<int> blocks,
        double zone,
        Func<int[], int[]> fold,
        RandomStream random
    )
    {
        if (!(zone is >= 0 and <= 0.5))
            throw new ArgumentOutOfRangeException(nameof(zone), zone, "A zone is from 0 to 0.5 of a block.");
        List<int> order = new(sorted.Length);
        int[] before = [];
        for (int i = 0; i < blocks.Length; i++)
        {
            int block = blocks[i],
                start = block == 0 ? 0 : cuts[block - 1],
                end = block == cuts.Length ? sorted.Length : cuts[block],
                wide = (int)(zone * (end - start)),
                first = i == 0 ? 0 : wide,
                last = i == blocks.Length - 1 ? 0 : wide;
            ReadOnlySpan<int> rows = sorted[start..end];
            order.AddRange(fold([.. before, .. rows[..first]]));
            int[] inside = rows[first..(rows.Length - last)].ToArray();
            random.Child(block).Shuffle<int>(inside);
            order.AddRange(inside);
            before = rows[(rows.Length - last)..].ToArray();
        }
        return [.. order];
    }
}

/// <summary>As order/stair, with zigzags in the zones between blocks.</summary>
/// <remarks>Named by a later release of the repository of arXiv 2506.21545; see <see cref="Stair"/> for what is our reading of it.</remarks>
[Method("order/saw", Paper = "delt")]
public sealed class Saw(StairOptions options) : IOrderer
{
    /// <inheritdoc/>
    public int[] Order(View view, Work work) =>
        Stair.Of(options, view, work, sorted => Zigzag.Of(sorted, options.Folds));
}
