using System.Numerics;
using Assay.Value;

namespace Assay.Evidence;

/// <summary>A small game whose exact values are known: eight rows on a line, judged by the test accuracy of the nearest one.</summary>
/// <remarks>A set that lacks one of the two classes is worth the share of the larger class of the test rows.</remarks>
internal sealed class LineGame : IGame
{
    private static readonly double[] Rows = [0, 1, 2.2, 3.1, 4.5, 5.3, 6.9, 8],
        Tests = [0.4, 1.3, 2.5, 3.4, 4.2, 5, 6, 7.2];
    private static readonly int[] Labels = [0, 0, 0, 1, 1, 1, 1, 0],
        Truth = [0, 0, 0, 1, 1, 1, 1, 1];

    private readonly double[] _worths = [.. Enumerable.Range(0, 1 << Rows.Length).Select(WorthOf)];

    public int Players => Rows.Length;

    public double Untrained => _worths[0];

    public double Worth(ReadOnlySpan<int> players)
    {
        int set = 0;
        foreach (int player in players)
            set |= 1 << player;
        return _worths[set];
    }

    public FullWorth Full() => new(_worths[^1], 0);

    /// <summary>The Shapley values by the definition.</summary>
    public double[] Exact()
    {
        int n = Players;
        double[] values = new double[n];
        for (int player = 0; player < n; player++)
        for (int set = 0; set < _worths.Length; set++)
        {
            if ((set >> player & 1) == 1)
                continue;
            double ways = 1; // binom(n - 1, size)
            for (int k = 0; k < BitOperations.PopCount((uint)set); k++)
                ways = ways * (n - 1 - k) / (k + 1);
            values[player] += (_worths[set | 1 << player] - _worths[set]) / (n * ways);
        }
        return values;
    }

    private static double WorthOf(int set)
    {
        int[] members = [.. Enumerable.Range(0, Rows.Length).Where(row => (set >> row & 1) == 1)];
        if (members.Select(row => Labels[row]).Distinct().Count() < 2)
            return Truth.CountBy(label => label).Max(pair => pair.Value) / (double)Truth.Length;
        return Tests.Where((test, i) => Labels[members.MinBy(row => Math.Abs(Rows[row] - test))] == Truth[i]).Count()
            / (double)Tests.Length;
    }
}
