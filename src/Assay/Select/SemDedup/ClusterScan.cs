using Assay.Learning;
using Assay.Numerics;

namespace Assay.Select;

/// <summary>Finds, for each row of a cluster, the row before it that is most similar, block by block.</summary>
/// <remarks>
/// Cosines come from float32 products; those that could be the largest, given their rounding error, are computed again in
/// double, so that rows that are equal have a cosine of exactly 1 and others have not.
/// </remarks>
internal sealed class ClusterScan(Matrix unit, int[] order, double[] similarity, int[] to)
{
    private const int Block = 256;

    public void Run(CancellationToken cancellation)
    {
        if (order.Length == 0)
            return;
        int d = unit.Columns;
        double error = (d + 4) * 6e-8;
        Matrix rows = unit.Take(order);
        float[] products = new float[Math.Min(Block, order.Length) * Math.Min(Block, order.Length)];
        foreach (int row in order)
            (similarity[row], to[row]) = (double.NegativeInfinity, row);
        for (int first = 0; first < order.Length; first += Block)
        {
            int count = Math.Min(Block, order.Length - first);
            for (int start = 0; start <= first; start += Block)
            {
                cancellation.ThrowIfCancellationRequested();
                int width = Math.Min(Block, order.Length - start);
                Gemm.Multiply(
                    false,
                    true,
                    count,
                    width,
                    d,
                    rows.Values.Slice(first * d, count * d),
                    d,
                    rows.Values.Slice(start * d, width * d),
                    d,
                    products.AsSpan(0, count * width),
                    width
                );
                for (int j = 0; j < count; j++)
                    Offer(rows, first + j, start, products.AsSpan(j * width, width), error);
            }
        }
        similarity[order[0]] = -1;
    }

    private void Offer(Matrix rows, int j, int start, ReadOnlySpan<float> products, double error)
    {
        ref double best = ref similarity[order[j]];
        int before = Math.Min(products.Length, j - start);
        for (int i = 0; i < before; i++)
        {
            if (products[i] + error < best)
                continue;
            double cosine = SemDedup.Cosine(rows.Row(j), rows.Row(start + i));
            if (cosine > best)
                (best, to[order[j]]) = (cosine, order[start + i]);
        }
    }
}
