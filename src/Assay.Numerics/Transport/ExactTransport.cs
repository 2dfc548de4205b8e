namespace Assay.Numerics;

/// <summary>Optimal transport without an entropy term, for small problems.</summary>
/// <remarks>
/// Shortest augmenting paths, as in the Hungarian method, with masses in place of assignments. Time grows about as the cube of
/// the number of points: hundreds are quick, thousands are not.
/// </remarks>
public static class ExactTransport
{
    private const double Nothing = 1e-14;

    /// <summary>The plan of least cost, and potentials that prove it: f_i + g_j is at most the cost, and equal to it where mass moves.</summary>
    /// <param name="costs">Rows x columns finite costs, row-major.</param>
    /// <param name="rowMass">Mass of each row, not negative, with sum 1.</param>
    /// <param name="columnMass">Mass of each column, not negative, with sum 1.</param>
    /// <exception cref="ArgumentException">Lengths differ, a number is not finite, or masses do not sum to 1.</exception>
    public static ExactPlan Solve(double[] costs, double[] rowMass, double[] columnMass)
    {
        int m = rowMass.Length,
            n = columnMass.Length;
        Check(costs, rowMass, columnMass);
        double[] plan = new double[costs.Length],
            f = new double[m],
            g = new double[n],
            supply = [.. rowMass],
            demand = [.. columnMass];
        Array.Fill(g, double.PositiveInfinity);
        for (int at = 0; at < costs.Length; at++)
            g[at % n] = Math.Min(g[at % n], costs[at]);
        for (int row = 0; row < m; row++)
            while (supply[row] > Nothing && demand.Max() > Nothing)
                Augment(row, costs, plan, f, g, supply, demand);
        double cost = 0;
        for (int at = 0; at < costs.Length; at++)
            cost += plan[at] * costs[at];
        return new(cost, plan, f, g);
    }

    // Dijkstra's algorithm by reduced costs, from a row that has mass left to the nearest column that lacks some.
    private static void Augment(
        int source,
        double[] costs,
        double[] plan,
        double[] f,
        double[] g,
        double[] supply,
        double[] demand
    )
    {
        int m = f.Length,
            n = g.Length;
        double[] rowDistance = new double[m],
            columnDistance = new double[n];
        int[] rowFrom = new int[m],
            columnFrom = new int[n];
        bool[] rowDone = new bool[m],
            columnDone = new bool[n];
        Array.Fill(rowDistance, double.PositiveInfinity);
        Array.Fill(columnDistance, double.PositiveInfinity);
        rowDistance[source] = 0;
        int sink = -1;
        while (sink < 0)
        {
            (int node, bool isRow) = Nearest(rowDistance, rowDone, columnDistance, columnDone);
            if (isRow)
            {
                rowDone[node] = true;
                for (int j = 0; j < n; j++)
                {
                    double distance = rowDistance[node] + Math.Max(0, costs[node * n + j] - f[node] - g[j]);
                    if (!columnDone[j] && distance < columnDistance[j])
                        (columnDistance[j], columnFrom[j]) = (distance, node);
                }
                continue;
            }
            columnDone[node] = true;
            if (demand[node] > Nothing)
                sink = node;
            for (int i = 0; i < m; i++)
                if (!rowDone[i] && plan[i * n + node] > Nothing && columnDistance[node] < rowDistance[i])
                    (rowDistance[i], rowFrom[i]) = (columnDistance[node], node);
        }
        double reached = columnDistance[sink];
        for (int i = 0; i < m; i++)
            f[i] += Math.Max(0, reached - rowDistance[i]);
        for (int j = 0; j < n; j++)
            g[j] -= Math.Max(0, reached - columnDistance[j]);
        double moved = Math.Min(supply[source], demand[sink]);
        for (int j = sink, i; (i = columnFrom[j]) != source; j = rowFrom[i])
            moved = Math.Min(moved, plan[i * n + rowFrom[i]]);
        for (int j = sink; ; j = rowFrom[columnFrom[j]])
        {
            int i = columnFrom[j];
            plan[i * n + j] += moved;
            if (i == source)
                break;
            plan[i * n + rowFrom[i]] -= moved;
        }
        supply[source] -= moved;
        demand[sink] -= moved;
    }

    private static (int Node, bool IsRow) Nearest(
        double[] rowDistance,
        bool[] rowDone,
        double[] columnDistance,
        bool[] columnDone
    )
    {
        (int node, bool isRow, double best) = (-1, false, double.PositiveInfinity);
        for (int i = 0; i < rowDistance.Length; i++)
            if (!rowDone[i] && rowDistance[i] < best)
                (node, isRow, best) = (i, true, rowDistance[i]);
        for (int j = 0; j < columnDistance.Length; j++)
            if (!columnDone[j] && columnDistance[j] < best)
                (node, isRow, best) = (j, false, columnDistance[j]);
        return (node, isRow);
    }

    private static void Check(double[] costs, double[] rowMass, double[] columnMass)
    {
        if (costs.Length != (long)rowMass.Length * columnMass.Length || costs.Length == 0)
            throw new ArgumentException($"{costs.Length} costs are not {rowMass.Length} x {columnMass.Length}.");
        foreach (double[] masses in (double[][])[rowMass, columnMass])
            if (Array.Exists(masses, mass => !(mass >= 0)) || !(Math.Abs(masses.Sum() - 1) < 1e-9))
                throw new ArgumentException($"Masses must be 0 or more and sum to 1, not to {masses.Sum()}.");
        if (Array.Exists(costs, cost => !double.IsFinite(cost)))
            throw new ArgumentException("Costs must be finite.");
    }
}

/// <summary>A transport plan of least cost.</summary>
/// <param name="Cost">The sum of plan times cost.</param>
/// <param name="Plan">Mass from each row to each column, row-major.</param>
/// <param name="RowPotentials">f, in units of cost.</param>
/// <param name="ColumnPotentials">g, in units of cost.</param>
public sealed record ExactPlan(double Cost, double[] Plan, double[] RowPotentials, double[] ColumnPotentials);
