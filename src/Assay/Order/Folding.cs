using System.ComponentModel.DataAnnotations;
using Assay.Data;

namespace Assay.Order;

/// <summary>Options of <see cref="Folding"/> and <see cref="Zigzag"/>.</summary>
public record FoldingOptions : SortOptions
{
    /// <summary>Number of passes L over the sorted rows, at least 1. Paper default: 3.</summary>
    [Range(1, 1_000_000)]
    public int Folds { get; init; } = 3;
}

/// <summary>Orders rows by folding: L passes over the sorted rows, each of which takes every L-th of them.</summary>
/// <remarks>
/// Source: Dai et al., "Data Efficacy for Language Model Training", arXiv 2506.21545, folding ordering. Training then sweeps
/// the whole range of the signal L times within one epoch, and sees no row twice. One pass is a plain sort.
/// </remarks>
[Method("order/folding", Paper = "delt")]
public sealed class Folding(FoldingOptions options) : IOrderer
{
    /// <inheritdoc/>
    public int[] Order(View view, Work work) => Of(Sort.Of(options, view, work), options.Folds);

    /// <summary>Folds what is sorted: pass l has the elements l, l + L, l + 2L and so on.</summary>
    /// <param name="sorted">What to fold, such as <see cref="Sort.Of(ReadOnlySpan{double}, bool)"/>.</param>
    /// <param name="folds">L, at least 1; more than there are elements changes nothing.</param>
    public static int[] Of(ReadOnlySpan<int> sorted, int folds)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(folds, 1);
        int[] order = new int[sorted.Length];
        int at = 0;
        for (int pass = 0; pass < Math.Min(folds, sorted.Length); pass++)
        for (long i = pass; i < sorted.Length; i += folds)
            order[at++] = sorted[(int)i];
        return order;
    }
}
