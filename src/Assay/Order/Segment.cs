using Assay.Data;
using Assay.Numerics;

namespace Assay.Order;

/// <summary>Options of <see cref="Segment"/>.</summary>
public record SegmentOptions : SortOptions
{
    /// <summary>
    /// Where the sorted rows are cut, as percentiles in rising order. Default: after the first 10 % and before the last 10 %, so
    /// that the lowest rows come first, the highest last, and all others shuffled between them.
    /// </summary>
    public IReadOnlyList<Amount> Cuts { get; init; } = [Amount.Share(0.1), Amount.Share(0.9)];

    /// <summary>The order of the blocks, numbered from 0 (the lowest values); empty for as they are sorted.</summary>
    public IReadOnlyList<int> Blocks { get; init; } = [];
}

/// <summary>Cuts the sorted rows into blocks by percentiles, shuffles each, and puts the blocks in a chosen order.</summary>
/// <remarks>
/// Named by a later release of the repository of arXiv 2506.21545; blocks, such as the first tenth low and the last tenth high,
/// are all that is said of it there.
/// </remarks>
[Method("order/segment", Paper = "delt")]
public sealed class Segment(SegmentOptions options) : IOrderer
{
    /// <inheritdoc/>
    public int[] Order(View view, Work work) =>
        Of(Sort.Of(options, view, work), CutsOf(options, view.Selection.Count), BlocksOf(options), work.Random);

    /// <summary>Shuffles blocks of what is sorted, and joins them.</summary>
    /// <param name="sorted">What is sorted.</param>
    /// <param name="cuts">Where a block ends and the next begins, rising, within the length.</param>
    /// <param name="blocks">The order of the cuts.Length + 1 blocks: each number once.</param>
    /// <param name="random">Block b is shuffled by its stream b.</param>
    public static int[] Of(
        ReadOnlySpan<int> sorted,
        ReadOnlySpan<int> cuts,
        ReadOnlySpan<int> blocks,
        RandomStream random
    )
    {
        int[] order = new int[sorted.Length];
        int at = 0;
        foreach (int block in blocks)
        {
            int start = block == 0 ? 0 : cuts[block - 1],
                end = block == cuts.Length ? sorted.Length : cuts[block];
            Span<int> part = order.AsSpan(at, end - start);
            sorted[start..end].CopyTo(part);
            random.Child(block).Shuffle(part);
            at += part.Length;
        }
        return order;
    }

    /// <summary>Where blocks begin, in rows.</summary>
    internal static int[] CutsOf(SegmentOptions options, int rows)
    {
        int[] cuts = [.. options.Cuts.Select(cut => (int)Math.Min(rows, cut.Of(rows)))];
        for (int i = 1; i < cuts.Length; i++)
            if (cuts[i] < cuts[i - 1])
                throw new AssayException(
                    $"the cuts of an order do not rise: {options.Cuts[i - 1]} comes before {options.Cuts[i]}",
                    hint: "Give percentiles from low to high: cuts: [10%, 90%]."
                );
        return cuts;
    }

    /// <summary>The order of blocks, checked.</summary>
    internal static int[] BlocksOf(SegmentOptions options)
    {
        int[] all = [.. Enumerable.Range(0, options.Cuts.Count + 1)];
        if (options.Blocks.Count == 0)
            return all;
        return options.Blocks.Order().SequenceEqual(all)
            ? [.. options.Blocks]
            : throw new AssayException(
                $"{options.Cuts.Count} cuts make the blocks {string.Join(", ", all)}; 'blocks' is [{string.Join(", ", options.Blocks)}]",
                hint: "Name each block once, or leave 'blocks' out."
            );
    }
}
