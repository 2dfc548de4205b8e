namespace Assay.Numerics;

/// <summary>A front in units of its own extent: 0 is the best value of an objective on the front, 1 the worst; 0 for all where none varies.</summary>
internal sealed class UnitFront
{
    private UnitFront(double[] values, int[] varying) => (Values, Varying) = (values, varying);

    /// <summary>n x m numbers in [0, 1], row-major.</summary>
    public double[] Values { get; }

    /// <summary>The objectives that vary.</summary>
    public int[] Varying { get; }

    /// <summary>Checks and scales n x m numbers.</summary>
    public static UnitFront Of(ReadOnlySpan<double> front, int m)
    {
        Points.Check(front, m);
        double[] values = new double[front.Length];
        List<int> varying = [];
        for (int j = 0; j < m; j++)
        {
            double low = double.PositiveInfinity,
                high = double.NegativeInfinity;
            for (int i = j; i < front.Length; i += m)
            {
                low = Math.Min(low, front[i]);
                high = Math.Max(high, front[i]);
            }
            if (!(high > low))
                continue;
            varying.Add(j);
            for (int i = j; i < front.Length; i += m)
                values[i] = (front[i] - low) / (high - low);
        }
        return new(values, [.. varying]);
    }
}
