namespace Assay.Judge;

/// <summary>DPFR: how far lists are from a point of the frontier, for a pair of measures.</summary>
/// <remarks>
/// The reference is the end of the segment at which the length gone is closest to the share alpha of the frontier's length, as in the released code: alpha = 0 gives the
/// second point, not the first. Measures are taken as they are, so the distance weighs them by their ranges; Gini is not turned round.
/// </remarks>
public sealed class FrontierDistance
{
    private FrontierDistance(IReadOnlyList<(double X, double Y)> frontier, (double X, double Y) reference) =>
        (Frontier, Reference) = (frontier, reference);

    /// <summary>The frontier in the plane of the two measures: relevance falls, each value once.</summary>
    public IReadOnlyList<(double X, double Y)> Frontier { get; }

    /// <summary>The point to measure from.</summary>
    public (double X, double Y) Reference { get; }

    /// <summary>Finds the reference.</summary>
    /// <param name="points">Relevance and fairness of each point of the frontier, from the most relevant to the fairest; one at least.</param>
    /// <param name="alpha">The share of the frontier's length, from 0 to 1.</param>
    public static FrontierDistance Of(IReadOnlyList<(double X, double Y)> points, double alpha = 0.5)
    {
        if (points.Count == 0)
            throw new ArgumentException("A frontier needs a point.", nameof(points));
        if (!(alpha is >= 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(alpha), alpha, "A share lies in 0..1.");
        List<(double X, double Y)> frontier = [];
        foreach ((double X, double Y) point in points.OrderByDescending(point => point.X))
            if (frontier.Count > 0 && frontier[^1].X == point.X)
                frontier[^1] = point;
            else
                frontier.Add(point);
        double[] gone = new double[frontier.Count];
        for (int i = 1; i < gone.Length; i++)
            gone[i] = gone[i - 1] + Length(frontier[i - 1], frontier[i]);
        int reference = Math.Min(1, frontier.Count - 1);
        for (int i = reference + 1; i < gone.Length; i++)
            if (Math.Abs(gone[i] - alpha * gone[^1]) < Math.Abs(gone[reference] - alpha * gone[^1]))
                reference = i;
        return new(frontier, frontier[reference]);
    }

    /// <summary>The same for a pair of measures of a frontier.</summary>
    public static FrontierDistance Of(
        IReadOnlyList<FairnessPoint> points,
        RelevanceMeasure relevance,
        ExposureMeasure exposure,
        double alpha = 0.5
    ) => Of([.. points.Select(point => (point.Relevance[relevance], point.Exposure[exposure]))], alpha);

    /// <summary>The distance of a point from the reference.</summary>
    public double To(double x, double y) => Length((x, y), Reference);

    private static double Length((double X, double Y) a, (double X, double Y) b) =>
        Math.Sqrt((a.X - b.X) * (a.X - b.X) + (a.Y - b.Y) * (a.Y - b.Y));
}
