using Assay.Data;
using Assay.Numerics;

namespace Assay.Order;

/// <summary>Puts rows in random order, once: the control that every other order has to beat.</summary>
/// <remarks>The order comes from the seed of the run and the name of the step. Training goes through it as it stands.</remarks>
[Method("order/shuffle", Paper = "delt")]
public sealed class Shuffle : IOrderer
{
    /// <inheritdoc/>
    public int[] Order(View view, Work work) => Of(view.Selection.Count, work.Random);

    /// <summary>The numbers 0 to <paramref name="count"/> - 1 in random order.</summary>
    public static int[] Of(int count, RandomStream random)
    {
        int[] order = [.. Enumerable.Range(0, count)];
        random.Shuffle<int>(order);
        return order;
    }
}
