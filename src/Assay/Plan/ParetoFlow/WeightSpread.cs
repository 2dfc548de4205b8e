using Assay.Numerics;

namespace Assay.Plan;

/// <summary>Weights of the objectives, one vector for each sample, with their neighbours and the cones around them.</summary>
/// <remarks>
/// Neighbours are the weights of the largest cosine, each weight itself first. The apex angle of a cone is twice the mean angle to the m
/// nearest others (Phi in the paper). Cosines are clamped to [-1, 1]: the published code lets rounding carry them above 1, and the angles of
/// a sixth to two fifths of its weights are NaN.
/// </remarks>
public sealed class WeightSpread
{
    private readonly double[] _weights;

    /// <summary>Takes weights as they are.</summary>
    /// <param name="weights">Row-major, none negative, each row with a sum above 0.</param>
    /// <param name="objectives">Numbers of a row.</param>
    /// <param name="neighbours">Weights of a neighbourhood, itself included, at least 1.</param>
    public WeightSpread(ReadOnlySpan<double> weights, int objectives, int neighbours)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(objectives);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(neighbours);
        if (weights.Length == 0 || weights.Length % objectives != 0)
            throw new ArgumentException($"{weights.Length} numbers are no weights of {objectives} objectives.");
        (_weights, Objectives, Count) = (weights.ToArray(), objectives, weights.Length / objectives);
        Neighbours = new int[Count][];
        Apexes = new double[Count];
        double[] nearness = new double[Count];
        int[] order = new int[Count];
        for (int i = 0; i < Count; i++)
        {
            for (int k = 0; k < Count; k++)
            {
                // Itself first whatever rounding says; the sign turns ascending into descending.
                nearness[k] = k == i ? double.NegativeInfinity : -Cosine(Weight(i), Weight(k));
                order[k] = k;
            }
            Array.Sort(
                order,
                (a, b) => nearness[a] != nearness[b] ? nearness[a].CompareTo(nearness[b]) : a.CompareTo(b)
            );
            Neighbours[i] = order[..Math.Min(neighbours, Count)];
            int others = Math.Min(objectives, Count - 1);
            double sum = 0;
            for (int k = 1; k <= others; k++)
                sum += Math.Acos(-nearness[order[k]]);
            Apexes[i] = others > 0 ? 2 * sum / others : Math.PI;
        }
    }

    /// <summary>Number of weights.</summary>
    public int Count { get; }

    /// <summary>Number of objectives.</summary>
    public int Objectives { get; }

    /// <summary>For each weight, the weights that it exchanges designs with, itself first.</summary>
    public int[][] Neighbours { get; }

    /// <summary>For each weight, the apex angle of its cone, in radians.</summary>
    public double[] Apexes { get; }

    /// <summary>The fewest evenly spread weights that are at least so many (Das and Dennis).</summary>
    /// <param name="objectives">At least 2.</param>
    /// <param name="atLeast">At least 1.</param>
    /// <param name="neighbours">Weights of a neighbourhood, itself included; 0 is one more than there are objectives.</param>
    public static WeightSpread Even(int objectives, int atLeast, int neighbours = 0)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(objectives, 2);
        int p = 1;
        while (ReferenceDirections.Count(objectives, p) < atLeast)
            p++;
        return new(
            ReferenceDirections.DasDennis(objectives, p),
            objectives,
            neighbours > 0 ? neighbours : objectives + 1
        );
    }

    /// <summary>A weight.</summary>
    public ReadOnlySpan<double> Weight(int index) => _weights.AsSpan(index * Objectives, Objectives);

    /// <summary>All weights, row-major.</summary>
    public ReadOnlySpan<double> All => _weights;

    /// <summary>The cosine of the angle between two vectors, in [-1, 1]; 0 where one has no length.</summary>
    public static double Cosine(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        double ab = 0,
            aa = 0,
            bb = 0;
        for (int j = 0; j < a.Length; j++)
        {
            ab += a[j] * b[j];
            aa += a[j] * a[j];
            bb += b[j] * b[j];
        }
        double lengths = Math.Sqrt(aa) * Math.Sqrt(bb);
        return lengths > 0 ? Math.Clamp(ab / lengths, -1, 1) : 0;
    }

    /// <summary>The weighted sum of scores.</summary>
    public double Score(int index, ReadOnlySpan<double> scores)
    {
        ReadOnlySpan<double> weight = Weight(index);
        double sum = 0;
        for (int j = 0; j < weight.Length; j++)
            sum += weight[j] * scores[j];
        return sum;
    }
}
