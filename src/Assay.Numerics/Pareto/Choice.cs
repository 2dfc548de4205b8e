namespace Assay.Numerics;

/// <summary>Which point of a front to take, given what is wanted.</summary>
/// <remarks>
/// Minimisation throughout; the first of equals is taken. Where points are compared across objectives, each is first measured in the
/// front's own extent: 0 is its best value on the front, 1 its worst. So what is chosen can change as points at the ends come or go.
/// </remarks>
public static class Choice
{
    private const double Reference = 1.1;

    /// <summary>What each point seems to weigh its objectives by: how far it is from the worst value of each, scaled to sum 1.</summary>
    /// <remarks>Deb (2001), section 9.6. Equal weights for a point that is worst in everything.</remarks>
    /// <param name="front">n x m numbers, row-major, each finite.</param>
    /// <param name="m">Number of objectives, at least 1.</param>
    /// <returns>n x m weights, row-major.</returns>
    public static double[] PseudoWeights(ReadOnlySpan<double> front, int m)
    {
        double[] weights = UnitFront.Of(front, m).Values;
        for (int i = 0; i < weights.Length; i += m)
        {
            Span<double> row = weights.AsSpan(i, m);
            double sum = 0;
            foreach (ref double one in row)
                sum += one = 1 - one;
            foreach (ref double one in row)
                one = sum > 0 ? one / sum : 1.0 / m;
        }
        return weights;
    }

    /// <summary>The point whose pseudo-weights are nearest to the wish, by the sum of absolute differences.</summary>
    /// <param name="front">n x m numbers, row-major, each finite, n at least 1.</param>
    /// <param name="m">Number of objectives, at least 1.</param>
    /// <param name="wish">m weights of at least 0 with a sum above 0; scaled to sum 1.</param>
    public static int ByPseudoWeights(ReadOnlySpan<double> front, int m, ReadOnlySpan<double> wish)
    {
        Points.Check(wish, m);
        double sum = 0;
        foreach (double one in wish)
            sum += one >= 0 ? one : double.NaN;
        if (wish.Length != m || !(sum > 0))
            throw new ArgumentException($"A wish is {m} weights of at least 0, not all 0.");
        double[] weights = PseudoWeights(front, m),
            distances = new double[weights.Length / m];
        for (int i = 0; i < weights.Length; i++)
            distances[i / m] += Math.Abs(weights[i] - wish[i % m] / sum);
        return First(distances);
    }

    /// <summary>The point nearest to the ideal: the smallest p-norm of the objectives in units of the front's extent.</summary>
    /// <remarks>Compromise programming (Zeleny, 1973).</remarks>
    /// <param name="front">n x m numbers, row-major, each finite, n at least 1.</param>
    /// <param name="m">Number of objectives, at least 1.</param>
    /// <param name="p">At least 1: 1 the sum, 2 the distance, infinity the largest.</param>
    public static int Compromise(ReadOnlySpan<double> front, int m, double p = 2)
    {
        if (!(p >= 1))
            throw new ArgumentOutOfRangeException(nameof(p), p, "The power of a norm is at least 1.");
        double[] unit = UnitFront.Of(front, m).Values,
            norms = new double[unit.Length / m];
        for (int i = 0; i < unit.Length; i++)
            norms[i / m] = double.IsInfinity(p) ? Math.Max(norms[i / m], unit[i]) : norms[i / m] + Math.Pow(unit[i], p);
        return First(norms);
    }

    /// <summary>The point with the largest hypervolume contribution; objectives in units of the front's extent, the reference at 1.1.</summary>
    /// <param name="front">n x m numbers, row-major, each finite, n at least 1.</param>
    /// <param name="m">Number of objectives, at least 1.</param>
    public static int LargestContribution(ReadOnlySpan<double> front, int m)
    {
        double[] reference = new double[m];
        Array.Fill(reference, Reference);
        double[] contributions = Hypervolume.Contributions(UnitFront.Of(front, m).Values, m, reference);
        return First(Array.ConvertAll(contributions, one => -one));
    }

    /// <summary>The point with the lowest value of one scalarisation.</summary>
    /// <param name="points">n x m numbers, row-major, each finite, n at least 1.</param>
    /// <param name="m">Number of objectives, at least 1.</param>
    /// <param name="by">The scalarisation; takes the objectives as they are.</param>
    /// <param name="ideal">m numbers.</param>
    /// <param name="weights">m weights.</param>
    public static int Lowest(
        ReadOnlySpan<double> points,
        int m,
        Scalarisation by,
        ReadOnlySpan<double> ideal,
        ReadOnlySpan<double> weights
    )
    {
        double[] values = new double[Points.Check(points, m)];
        for (int i = 0; i < values.Length; i++)
            values[i] = by.Of(points.Slice(i * m, m), ideal, weights);
        return First(values);
    }

    /// <summary>The point that is best in one objective among those within bounds on the others; -1 if none is.</summary>
    /// <remarks>The epsilon-constraint method (Haimes, Lasdon and Wismer, 1971). Reaches every point of a front, hollow or not.</remarks>
    /// <param name="points">n x m numbers, row-major, each finite.</param>
    /// <param name="m">Number of objectives, at least 1.</param>
    /// <param name="objective">The one to be lowest; among equals, the one lowest in the sum of all objectives.</param>
    /// <param name="bounds">m largest values allowed; infinity where there is no bound. That of the objective itself counts too.</param>
    public static int Constrained(ReadOnlySpan<double> points, int m, int objective, ReadOnlySpan<double> bounds)
    {
        int n = Points.Check(points, m),
            best = -1;
        if (bounds.Length != m)
            throw new ArgumentException($"There are {bounds.Length} bounds for {m} objectives.");
        ArgumentOutOfRangeException.ThrowIfNegative(objective);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(objective, m);
        double lowest = double.PositiveInfinity,
            lowestSum = double.PositiveInfinity;
        for (int i = 0; i < n; i++)
        {
            bool allowed = true;
            double sum = 0;
            for (int j = 0; j < m; j++)
            {
                if (double.IsNaN(bounds[j]))
                    throw new ArgumentException($"The bound of objective {j} is not a number.");
                allowed &= points[i * m + j] <= bounds[j];
                sum += points[i * m + j];
            }
            double value = points[i * m + objective];
            if (!allowed || value > lowest || (value == lowest && sum >= lowestSum))
                continue;
            (best, lowest, lowestSum) = (i, value, sum);
        }
        return best;
    }

    /// <summary>The point that is best in the first objective named; among equals in the second, and so on.</summary>
    /// <param name="points">n x m numbers, row-major, each finite, n at least 1.</param>
    /// <param name="m">Number of objectives, at least 1.</param>
    /// <param name="order">Objectives, the most important first.</param>
    public static int Lexicographic(ReadOnlySpan<double> points, int m, ReadOnlySpan<int> order)
    {
        int n = Points.Check(points, m),
            best = 0;
        if (n == 0)
            throw new ArgumentException("There is no point to choose.");
        foreach (int objective in order)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(objective);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(objective, m);
        }
        for (int i = 1; i < n; i++)
            foreach (int objective in order)
            {
                double difference = points[i * m + objective] - points[best * m + objective];
                if (difference > 0)
                    break;
                if (difference < 0)
                {
                    best = i;
                    break;
                }
            }
        return best;
    }

    private static int First(double[] values)
    {
        if (values.Length == 0)
            throw new ArgumentException("There is no point to choose.");
        return Array.IndexOf(values, values.Min());
    }
}
