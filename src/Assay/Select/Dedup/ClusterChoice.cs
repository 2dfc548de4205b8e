using Assay.Data;

namespace Assay.Select;

/// <summary>Chooses which row of each cluster stays, and says why the others go.</summary>
internal sealed class ClusterChoice(DedupOptions options, DedupRows rows, DisjointSets clusters, int[] sameText)
{
    private const int None = -1;

    /// <summary>Selects among the rows in view.</summary>
    /// <param name="view">The dataset in view.</param>
    /// <param name="signal">One number per row, for <see cref="DedupKeep.BestBySignal"/>.</param>
    /// <param name="lengths">Bytes of text per row, for <see cref="DedupKeep.Longest"/>.</param>
    public Selected Select(View view, double[]? signal, int[] lengths)
    {
        // At the least row of each cluster: the row to keep, or -2 - k if the cluster is in the k-th other dataset.
        int[] kept = GC.AllocateUninitializedArray<int>(rows.OwnCount);
        Array.Fill(kept, None);
        MarkFoundElsewhere(kept);
        foreach (int row in view.DistinctRows)
        {
            ref int best = ref kept[clusters.LeastOf(row)];
            if (best == None || (best >= 0 && IsBetter(row, best, signal, lengths)))
                best = row;
        }

        List<int> dropped = [],
            lostTo = [];
        List<ushort> reasonOf = [];
        List<string> reasons = [];
        foreach (int row in view.DistinctRows)
        {
            int best = kept[clusters.LeastOf(row)];
            if (best == row)
                continue;
            string reason =
                best < None ? "dedup.in_" + rows.Against[-2 - best].Name
                : sameText[row] == sameText[best] ? "dedup.exact"
                : "dedup.minhash";
            int index = reasons.IndexOf(reason);
            if (index < 0)
            {
                index = reasons.Count;
                reasons.Add(reason);
            }
            dropped.Add(row);
            reasonOf.Add((ushort)index);
            lostTo.Add(Math.Max(best, None));
        }
        return new(
            view.Selection.Where(row => kept[clusters.LeastOf(row)] == row),
            new(reasons, [.. dropped], [.. reasonOf], [.. lostTo]),
            view.Edits
        );
    }

    private void MarkFoundElsewhere(int[] kept)
    {
        for (int k = 0; k < rows.Against.Count; k++)
            foreach (int row in rows.Against[k].View.DistinctRows)
            {
                int least = clusters.LeastOf(rows.Against[k].First + row);
                if (least < rows.OwnCount && kept[least] == None)
                    kept[least] = -2 - k;
            }
    }

    private bool IsBetter(int row, int than, double[]? signal, int[] lengths) =>
        options.Keep switch
        {
            DedupKeep.Longest => lengths[row] > lengths[than],
            DedupKeep.BestBySignal => options.Lowest ? signal![row] < signal[than] : signal![row] > signal[than],
            _ => false,
        };
}
