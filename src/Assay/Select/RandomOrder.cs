using Assay.Data;
using Assay.Numerics;

namespace Assay.Select;

/// <summary>Rows in random order: each by the random bits that belong to its id, so its luck does not depend on other rows.</summary>
internal static class RandomOrder
{
    /// <summary>Ranks the view's distinct rows at random.</summary>
    /// <param name="view">The rows.</param>
    /// <param name="work">Names the stream of random numbers.</param>
    /// <param name="budget">What amounts count.</param>
    /// <param name="stage">What progress is called.</param>
    /// <param name="weight">A signal of weights, or null where all rows are alike; rows without weight are not ranked.</param>
    public static Ranking Of(View view, Work work, Budget budget, string stage, string? weight = null)
    {
        double[]? weights = weight is null ? null : WeightsOf(view, weight);
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
        int[] positions = [.. Enumerable.Range(0, keys.Length)];
        if (weights is null)
            return new(keys, positions, bytes, total);
        positions = [.. positions.Where(position => weights[position] > 0)];
        return new(
            Array.ConvertAll(positions, position => Weigh(keys[position], weights[position])),
            positions,
            bytes,
            total
        );
    }

    // The bits of a number of at least 0 sort as it does; equal weights sort as the uniform bits do.
    private static ulong Weigh(ulong bits, double weight) =>
        BitConverter.DoubleToUInt64Bits(-Math.Log(1 - (bits >> 11) * (1.0 / (1UL << 53))) / weight + 0.0); // -0 becomes 0

    private static double[] WeightsOf(View view, string name)
    {
        double[] signal = view.Signal(name).Values;
        double[] weights = new double[view.DistinctRows.Length];
        for (int position = 0; position < weights.Length; position++)
        {
            weights[position] = signal[view.DistinctRows[position]];
            if (weights[position] < 0 || double.IsInfinity(weights[position]))
                throw new AssayException(
                    $"row {view.DistinctRows[position]} has the weight {weights[position]} ('{name}'); expected a number of at least 0",
                    hint: "Log-weights are drawn by select/top: { by: ..., temperature: 1 }."
                );
        }
        return weights;
    }
}
