using Assay.Numerics;
using MathNet.Numerics;

namespace Assay.Describe;

/// <summary>How far the values of one column lie apart in two samples.</summary>
/// <param name="Column">The column.</param>
/// <param name="Measure">What of it is compared: <c>values</c>, <c>categories</c>, <c>bytes</c> of a text, or what is <c>missing</c>.</param>
public sealed record ColumnDrift(string Column, string Measure)
{
    private const int Points = 101;

    /// <summary>Values compared of the first sample.</summary>
    public required int CountA { get; init; }

    /// <summary>Values compared of the second sample.</summary>
    public required int CountB { get; init; }

    /// <summary>
    /// 0 for the same distribution to 1 for two that share nothing: of numbers the largest distance of their cumulative shares (Kolmogorov and Smirnov), of
    /// categories half the sum of the differences of their shares (total variation).
    /// </summary>
    public required double Distance { get; init; }

    /// <summary>Of numbers the difference of means (b - a) in standard deviations (Cohen's d), of categories Cramér's V; null where it is not defined.</summary>
    public double? Effect { get; init; }

    /// <summary>How probable so large a distance is between samples of one distribution.</summary>
    public required double Probability { get; init; }

    /// <summary>The same, when as many are looked at as there are (Holm 1979).</summary>
    public double Adjusted { get; init; } = 1;

    /// <summary>Of numbers the values at 0, 1, ... 100 per cent of both samples; else null.</summary>
    public (double[] A, double[] B)? Quantiles { get; init; }

    /// <summary>Of categories their shares in both samples, the largest difference first; else empty.</summary>
    public IReadOnlyList<(string Value, double A, double B)> Shares { get; init; } = [];

    /// <summary>Whether the distance is beyond chance, and large enough to matter.</summary>
    public bool IsDrift => Adjusted < 0.01 && Distance >= 0.05;

    /// <summary>Compares numbers.</summary>
    /// <param name="column">The column.</param>
    /// <param name="measure">What the numbers are.</param>
    /// <param name="a">Finite numbers, at least one.</param>
    /// <param name="b">The same.</param>
    public static ColumnDrift OfNumbers(string column, string measure, double[] a, double[] b)
    {
        double[] sortedA = [.. a.Order()],
            sortedB = [.. b.Order()];
        double distance = KolmogorovSmirnov.Distance(sortedA, sortedB);
        double meanA = a.Average(),
            meanB = b.Average();
        double squares = a.Sum(x => (x - meanA) * (x - meanA)) + b.Sum(x => (x - meanB) * (x - meanB));
        double deviation = a.Length + b.Length > 2 ? Math.Sqrt(squares / (a.Length + b.Length - 2)) : 0;
        return new(column, measure)
        {
            CountA = a.Length,
            CountB = b.Length,
            Distance = distance,
            Effect = deviation > 0 && double.IsFinite(deviation) ? (meanB - meanA) / deviation : null,
            Probability = KolmogorovSmirnov.Probability(distance, a.Length, b.Length),
            Quantiles = (At(sortedA), At(sortedB)),
        };

        static double[] At(double[] sorted) =>
            [.. Enumerable.Range(0, Points).Select(i => sorted[(int)((long)i * (sorted.Length - 1) / (Points - 1))])];
    }

    /// <summary>Compares categories; those that are too rare for the test are put together in it.</summary>
    /// <param name="column">The column.</param>
    /// <param name="measure">What the categories are.</param>
    /// <param name="counts">How often each value stands in either sample.</param>
    public static ColumnDrift OfCategories(
        string column,
        string measure,
        IReadOnlyCollection<KeyValuePair<string, (int A, int B)>> counts
    )
    {
        int countA = counts.Sum(value => value.Value.A),
            countB = counts.Sum(value => value.Value.B);
        (string Value, double A, double B)[] shares =
        [
            .. counts
                .Select(value => (value.Key, A: (double)value.Value.A / countA, B: (double)value.Value.B / countB))
                .OrderByDescending(share => Math.Abs(share.A - share.B))
                .ThenBy(share => share.Key, StringComparer.Ordinal),
        ];
        (double chi, int freedom) = ChiSquare([.. counts.Select(value => value.Value)], countA, countB);
        return new(column, measure)
        {
            CountA = countA,
            CountB = countB,
            Distance = Math.Min(1, shares.Sum(share => Math.Abs(share.A - share.B)) / 2),
            Effect = freedom > 0 ? Math.Sqrt(chi / (countA + countB)) : null, // Cramér's V of a table with two rows
            Probability = freedom > 0 ? SpecialFunctions.GammaUpperRegularized(freedom / 2.0, chi / 2) : 1,
            Shares = shares,
        };
    }

    /// <summary>Adjusts the probabilities of comparisons that are looked at together, the furthest apart first.</summary>
    /// <remarks>Holm, "A simple sequentially rejective multiple test procedure", 1979.</remarks>
    public static IReadOnlyList<ColumnDrift> Adjust(IReadOnlyList<ColumnDrift> drifts)
    {
        int[] order = [.. Enumerable.Range(0, drifts.Count).OrderBy(i => drifts[i].Probability).ThenBy(i => i)];
        double[] adjusted = new double[drifts.Count];
        double most = 0;
        for (int rank = 0; rank < order.Length; rank++)
            adjusted[order[rank]] = most = Math.Max(
                most,
                Math.Min(1, (order.Length - rank) * drifts[order[rank]].Probability)
            );
        return
        [
            .. drifts
                .Select((drift, i) => drift with { Adjusted = adjusted[i] })
                .OrderByDescending(drift => drift.IsDrift)
                .ThenByDescending(drift => drift.Distance),
        ];
    }

    // Pearson's test of homogeneity; values with fewer than 5 expected on a side count as one, and not at all where that is too few still.
    private static (double Chi, int Freedom) ChiSquare((int A, int B)[] counts, int countA, int countB)
    {
        if (countA == 0 || countB == 0)
            return (0, 0);
        double all = countA + countB,
            least = Math.Min(countA, countB) / all;
        List<(int A, int B)> cells = [];
        (int A, int B) rare = default;
        foreach ((int A, int B) cell in counts)
            if ((cell.A + cell.B) * least >= 5)
                cells.Add(cell);
            else
                rare = (rare.A + cell.A, rare.B + cell.B);
        if ((rare.A + rare.B) * least >= 5)
            cells.Add(rare);
        double chi = 0;
        foreach ((int a, int b) in cells)
        {
            double expectedA = (a + b) * (countA / all),
                expectedB = (a + b) * (countB / all);
            chi += (a - expectedA) * (a - expectedA) / expectedA + (b - expectedB) * (b - expectedB) / expectedB;
        }
        return (chi, Math.Max(0, cells.Count - 1));
    }
}
