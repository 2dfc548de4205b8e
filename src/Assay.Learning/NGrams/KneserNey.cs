namespace Assay.Learning;

/// <summary>Turns counts into the probabilities and backoff weights of interpolated modified Kneser-Ney, in place.</summary>
/// <remarks>
/// p(w | h) = (a(hw) - D(a(hw))) / S(h) + g(h) p(w | h'), with a the (adjusted) count, S(h) the sum of a(hw) over w,
/// h' the context without its first word, and g(h) the share that the discounts D took from h. As p(w | h) is
/// g(h) p(w | h') for words not seen after h, g is the backoff weight of the same model in backoff form.
/// </remarks>
internal static class KneserNey
{
    private const int NodesPerCheck = 1 << 20;

    /// <summary>Estimates; returns the discounts of the orders 1, 2, ....</summary>
    /// <param name="table">Counted n-grams.</param>
    /// <param name="order">The highest order.</param>
    /// <param name="words">Size of the vocabulary without the mark of the beginning.</param>
    /// <param name="begin">The node of that mark, which is a context and never predicted.</param>
    /// <param name="cancellation">Asks to stop.</param>
    public static Discounts[] Estimate(
        NGramTable table,
        int order,
        int words,
        int begin,
        CancellationToken cancellation
    )
    {
        byte[] orders = new byte[table.Count];
        Discounts[] discounts = DiscountsOf(table, orders, order, begin, cancellation);

        // Until the last loop, LogProbability holds S and then p; LogBackoff holds what the discounts took, then g.
        for (int i = 1; i < table.Count; i++)
        {
            Check(i, cancellation);
            if (i == begin)
                continue;
            ref NGramTable.Node context = ref table[table[i].Context];
            context.LogProbability += table[i].Count;
            context.LogBackoff += discounts[orders[i] - 1].For(table[i].Count);
        }

        for (int i = 0; i < table.Count; i++)
        {
            Check(i, cancellation);
            ref NGramTable.Node node = ref table[i];
            double sum = node.LogProbability;
            if (i == NGramTable.Root)
            {
                node.LogProbability = 1.0 / words;
            }
            else
            {
                ref NGramTable.Node context = ref table[node.Context];
                double discounted = node.Count - discounts[orders[i] - 1].For(node.Count);
                node.LogProbability =
                    (context.Count == 0 ? 0 : discounted / context.Count)
                    + context.LogBackoff * table[node.Suffix].LogProbability;
            }
            node.LogBackoff = sum == 0 ? 1 : node.LogBackoff / sum;
            node.Count = (int)sum; // at most the number of tokens; its own count is not needed any more
        }

        for (int i = 0; i < table.Count; i++)
        {
            Check(i, cancellation);
            ref NGramTable.Node node = ref table[i];
            node.LogProbability = i == begin ? NGramModel.LogOfImpossible : Math.Log(node.LogProbability);
            node.LogBackoff = node.LogBackoff == 1 ? 0 : Math.Log(node.LogBackoff);
            node.Count = orders[i];
        }
        return discounts;
    }

    private static Discounts[] DiscountsOf(
        NGramTable table,
        byte[] orders,
        int order,
        int begin,
        CancellationToken cancellation
    )
    {
        long[][] countsOfCounts = [.. Enumerable.Range(0, order).Select(_ => new long[5])];
        for (int i = 1; i < table.Count; i++)
        {
            Check(i, cancellation);
            orders[i] = (byte)(orders[table[i].Context] + 1);
            if (i != begin && table[i].Count <= 4)
                countsOfCounts[orders[i] - 1][table[i].Count]++;
        }
        return [.. countsOfCounts.Select(n => Discounts.Of(n[1], n[2], n[3], n[4]))];
    }

    private static void Check(int node, CancellationToken cancellation)
    {
        if (node % NodesPerCheck == 0)
            cancellation.ThrowIfCancellationRequested();
    }
}
