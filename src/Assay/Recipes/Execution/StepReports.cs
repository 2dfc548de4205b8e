using Assay.Data;
using Assay.Numerics;
using Assay.Select;

namespace Assay.Recipes.Execution;

/// <summary>Says what a step did: reasons with examples, the largest groups of duplicates, distributions of signals.</summary>
internal static class StepReports
{
    private const int ExamplesPerReason = 4;
    private const int Clusters = 12;
    private const int DroppedPerCluster = 3;
    private const int ValuedRows = 4;

    public static (IReadOnlyList<ReasonReport>, IReadOnlyList<ClusterReport>) OfDrops(
        Drops drops,
        View before,
        Work work
    )
    {
        // Examples are drawn by row, not taken from the front: the first rows of a corpus are rarely typical.
        PriorityQueue<int, ulong>[] drawn = [.. drops.Reasons.Select(_ => new PriorityQueue<int, ulong>())];
        long[] counts = new long[drops.Reasons.Count];
        for (int i = 0; i < drops.Rows.Length; i++)
        {
            int reason = drops.ReasonOf[i];
            counts[reason]++;
            ulong luck = ulong.MaxValue - work.Random.BitsOf((UInt128)(uint)drops.Rows[i]);
            if (drawn[reason].Count < ExamplesPerReason)
                drawn[reason].Enqueue(drops.Rows[i], luck);
            else
                drawn[reason].EnqueueDequeue(drops.Rows[i], luck);
        }
        int[][] examples =
        [
            .. drawn.Select(queue => queue.UnorderedItems.Select(item => item.Element).Order().ToArray()),
        ];

        List<(int Kept, int Size, int[] Dropped)> clusters = LargestClusters(drops);
        Dictionary<int, RowExcerpt> excerpts = Excerpts.Of(
            before,
            [
                .. examples.SelectMany(rows => rows),
                .. clusters.SelectMany(cluster => cluster.Dropped.Append(cluster.Kept)),
            ],
            work
        );
        return (
            [
                .. Enumerable
                    .Range(0, counts.Length)
                    .Where(reason => counts[reason] > 0)
                    .OrderByDescending(reason => counts[reason])
                    .ThenBy(reason => drops.Reasons[reason], StringComparer.Ordinal)
                    .Select(reason => new ReasonReport(
                        drops.Reasons[reason],
                        counts[reason],
                        [.. examples[reason].Select(row => excerpts[row])]
                    )),
            ],
            [
                .. clusters.Select(cluster => new ClusterReport(
                    cluster.Size,
                    excerpts[cluster.Kept],
                    [.. cluster.Dropped.Select(row => excerpts[row])]
                )),
            ]
        );
    }

    public static SignalReport OfSignal(Signal signal, View view, Work work)
    {
        int[] rows = [.. Enumerable.Range(0, signal.Values.Length).Where(row => double.IsFinite(signal.Values[row]))];
        double[] keys = Array.ConvertAll(rows, row => signal.Values[row]);
        Array.Sort(keys, rows);
        // Of equal values any few stand for the rest.
        int shown = Math.Min(ValuedRows, rows.Length / 2);
        int[] lowest = rows[..shown],
            highest = [.. rows[^shown..].Reverse()];
        Dictionary<int, RowExcerpt> excerpts = Excerpts.Of(view, [.. lowest, .. highest], work);
        ValuedRow Valued(int row) => new(signal.Values[row], excerpts[row]);
        double[] sorted = Quantiles.Sort(signal.Values);
        Histogram histogram = Histogram.OfSorted(sorted);
        return new(
            signal.Name,
            sorted.Length,
            Quantiles.OfSorted(sorted, Quantiles.Reported),
            histogram.Edges,
            histogram.Counts
        )
        {
            Highest = [.. highest.Select(Valued)],
            Lowest = [.. lowest.Select(Valued)],
            Note = signal.Note,
        };
    }

    private static List<(int Kept, int Size, int[] Dropped)> LargestClusters(Drops drops)
    {
        if (drops.LostTo is null)
            return [];
        Dictionary<int, int> sizes = [];
        foreach (int kept in drops.LostTo)
            if (kept >= 0)
                System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(sizes, kept, out _)++;
        int[] largest =
        [
            .. sizes
                .OrderByDescending(size => size.Value)
                .ThenBy(size => size.Key)
                .Take(Clusters)
                .Select(size => size.Key),
        ];
        Dictionary<int, List<int>> dropped = largest.ToDictionary(kept => kept, _ => new List<int>());
        for (int i = 0; i < drops.Rows.Length; i++)
            if (dropped.TryGetValue(drops.LostTo[i], out List<int>? rows) && rows.Count < DroppedPerCluster)
                rows.Add(drops.Rows[i]);
        return [.. largest.Select(kept => (kept, sizes[kept] + 1, dropped[kept].ToArray()))];
    }
}
