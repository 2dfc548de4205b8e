using Assay.Data;
using Assay.Numerics;

namespace Assay.Select;

/// <summary>Rows in random order: each by the random bits that belong to its id, so its luck does not depend on other rows.</summary>
internal static class RandomOrder
{
    /// <summary>Ranks the view's distinct rows at random.</summary>
    public static Ranking Of(View view, Work work, Budget budget, string stage)
    {
        ulong[] keys = new ulong[view.DistinctRows.Length];
        int[]? bytes = budget == Budget.Bytes ? new int[keys.Length] : null;
        RandomStream random = work.Random;
        Scan.Tables(
            view,
            work,
            stage,
            (batch, start) =>
            {
                foreach (int row in batch.Rows)
                {
                    keys[start] = random.BitsOf(batch.Id(row).Value);
                    if (bytes is not null)
                        bytes[start] = batch.Text(row).Length;
                    start++;
                }
            }
        );
        long total = bytes is null ? keys.Length : bytes.Sum(length => (long)length);
        return new(keys, [.. Enumerable.Range(0, keys.Length)], bytes, total);
    }
}
