namespace Assay.Numerics;

/// <summary>What it costs to move a unit of mass between a row (of one distribution) and a column (of the other).</summary>
/// <remarks>Costs are asked for in blocks and may be computed anew each time, so the whole need never be held.</remarks>
public abstract class TransportCosts
{
    /// <summary>Points of the first distribution, at least 1.</summary>
    public abstract int Rows { get; }

    /// <summary>Points of the second distribution, at least 1.</summary>
    public abstract int Columns { get; }

    /// <summary>Writes the costs of some columns: the same numbers every time, from several threads at once.</summary>
    /// <param name="first">The first column.</param>
    /// <param name="count">Number of columns.</param>
    /// <param name="block">Receives count x <see cref="Rows"/> costs: all rows of the first column, of the next, and so on.</param>
    public abstract void Fill(int first, int count, Span<double> block);

    /// <summary>Costs that are known one by one.</summary>
    /// <param name="costs">Rows x columns finite costs, row-major; not copied.</param>
    /// <param name="rows">Number of rows, at least 1.</param>
    /// <exception cref="ArgumentException">The array is no whole number of columns, or a cost is not finite.</exception>
    public static TransportCosts Of(double[] costs, int rows) => new KnownCosts(costs, rows);

    /// <summary>Squared Euclidean distances of points, computed from float32 products of blocks.</summary>
    /// <remarks>
    /// Points are moved by their common mean first, which changes no distance. A cost is off by some 1e-7 of the squared length
    /// of its points after that.
    /// </remarks>
    /// <param name="rows">Finite points, row-major.</param>
    /// <param name="columns">Finite points of as many dimensions, row-major.</param>
    /// <param name="dimensions">Numbers of a point, at least 1.</param>
    /// <exception cref="ArgumentException">There is no point, or a number is not finite.</exception>
    public static TransportCosts SquaredDistances(
        ReadOnlySpan<float> rows,
        ReadOnlySpan<float> columns,
        int dimensions
    ) => new SquaredDistances(rows, columns, dimensions);

    private sealed class KnownCosts : TransportCosts
    {
        private readonly double[] _costs;

        public KnownCosts(double[] costs, int rows)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(rows, 1);
            if (costs.Length == 0 || costs.Length % rows != 0)
                throw new ArgumentException($"{costs.Length} costs are not a whole number of columns of {rows}.");
            int wrong = Array.FindIndex(costs, cost => !double.IsFinite(cost));
            if (wrong >= 0)
                throw new ArgumentException($"Cost {wrong} is {costs[wrong]}; costs must be finite.");
            (_costs, Rows, Columns) = (costs, rows, costs.Length / rows);
        }

        public override int Rows { get; }

        public override int Columns { get; }

        public override void Fill(int first, int count, Span<double> block)
        {
            for (int j = 0; j < count; j++)
            for (int i = 0; i < Rows; i++)
                block[j * Rows + i] = _costs[i * Columns + first + j];
        }
    }
}
