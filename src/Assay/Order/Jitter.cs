using System.ComponentModel.DataAnnotations;
using Assay.Data;
using Assay.Numerics;

namespace Assay.Order;

/// <summary>Options of <see cref="Jitter"/>.</summary>
public sealed record JitterOptions : SortOptions
{
    /// <summary>Rows of a window, at least 1 (which leaves the sorted order as it is).</summary>
    [Range(1, int.MaxValue)]
    public int Window { get; init; } = 1000;
}

/// <summary>Sorts rows and shuffles them within windows: a curriculum whose batches are mixed.</summary>
/// <remarks>
/// Named by a later release of the repository of arXiv 2506.21545. Windows follow one another; the last may be shorter. Window w
/// has its own stream w, so that it does not depend on the others.
/// </remarks>
[Method("order/jitter", Paper = "delt")]
public sealed class Jitter(JitterOptions options) : IOrderer
{
    /// <inheritdoc/>
    public int[] Order(View view, Work work) => Of(Sort.Of(options, view, work), options.Window, work.Random);

    /// <summary>Shuffles each window of consecutive elements.</summary>
    /// <param name="sorted">What is sorted.</param>
    /// <param name="window">Elements of a window, at least 1.</param>
    /// <param name="random">Names the streams of windows.</param>
    public static int[] Of(ReadOnlySpan<int> sorted, int window, RandomStream random)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(window, 1);
        int[] order = sorted.ToArray();
        for (long start = 0; start < order.Length; start += window)
            random.Child(start / window).Shuffle(order.AsSpan((int)start, (int)Math.Min(window, order.Length - start)));
        return order;
    }
}
