namespace Assay.Numerics;

/// <summary>Puts numbers in ascending order, each with its index: O(n) where they are spread evenly, O(n log n) at worst.</summary>
/// <remarks>One pass drops them into as many buckets of equal width as there are numbers; each bucket is then sorted by itself.</remarks>
internal static class BucketSort
{
    private const int Few = 64, // up to here the library's sort is as fast
        Short = 12; // a bucket up to here is sorted by insertion

    /// <summary>Sorts finite keys in place; order[i] becomes the former place of key i, equal keys by former place.</summary>
    public static void Sort(double[] keys, int[] order)
    {
        int n = keys.Length;
        for (int i = 0; i < n; i++)
            order[i] = i;
        double low = double.PositiveInfinity,
            high = double.NegativeInfinity;
        foreach (double key in keys)
        {
            low = Math.Min(low, key);
            high = Math.Max(high, key);
        }
        double scale = (n - 1) / (high - low);
        if (n <= Few || !double.IsNormal(scale) || !double.IsFinite(high - low))
        {
            SortRange(keys, order, 0, n);
            return;
        }
        int[] ends = new int[n],
            buckets = new int[n];
        for (int i = 0; i < n; i++)
        {
            int bucket = Math.Min(n - 1, (int)((keys[i] - low) * scale));
            buckets[i] = bucket;
            ends[bucket]++;
        }
        for (int b = 0, sum = 0; b < n; b++)
            (ends[b], sum) = (sum, sum + ends[b]); // where each begins; filling moves it to where it ends
        double[] sorted = new double[n];
        for (int i = 0; i < n; i++)
        {
            int at = ends[buckets[i]]++;
            (sorted[at], order[at]) = (keys[i], i);
        }
        sorted.CopyTo(keys, 0);
        for (int b = 0, start = 0; b < n; start = ends[b], b++)
            if (ends[b] - start > 1)
                SortRange(keys, order, start, ends[b]);
    }

    private static void SortRange(double[] keys, int[] order, int start, int end)
    {
        if (end - start > Short)
        {
            Array.Sort(keys, order, start, end - start);
            // The library's sort leaves equal keys in any order.
            for (int from = start, to; from < end; from = to)
            {
                to = from + 1;
                while (to < end && keys[to] == keys[from])
                    to++;
                if (to - from > 1)
                    Array.Sort(order, from, to - from);
            }
            return;
        }
        for (int i = start + 1; i < end; i++)
        {
            (double key, int index, int to) = (keys[i], order[i], i);
            for (; to > start && keys[to - 1] > key; to--)
                (keys[to], order[to]) = (keys[to - 1], order[to - 1]);
            (keys[to], order[to]) = (key, index);
        }
    }
}
