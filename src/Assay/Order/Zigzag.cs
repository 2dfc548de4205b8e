using Assay.Data;

namespace Assay.Order;

/// <summary>Orders rows by folding with every second pass reversed, so that the signal rises and falls without jumps.</summary>
/// <remarks>Named by a later release of the repository of arXiv 2506.21545: folding whose odd passes run backwards.</remarks>
[Method("order/zigzag", Paper = "delt")]
public sealed class Zigzag(FoldingOptions options) : IOrderer
{
    /// <inheritdoc/>
    public int[] Order(View view, Work work) => Of(Sort.Of(options, view, work), options.Folds);

    /// <summary>Folds what is sorted, and reverses the passes 1, 3, 5 and so on.</summary>
    /// <param name="sorted">What to fold.</param>
    /// <param name="folds">Number of passes, at least 1.</param>
    public static int[] Of(ReadOnlySpan<int> sorted, int folds)
    {
        int[] order = Folding.Of(sorted, folds);
        int at = 0;
        for (int pass = 0; pass < Math.Min(folds, sorted.Length); pass++)
        {
            int length = (int)((sorted.Length - pass + (long)folds - 1) / folds);
            if (pass % 2 == 1)
                order.AsSpan(at, length).Reverse();
            at += length;
        }
        return order;
    }
}
