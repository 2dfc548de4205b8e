namespace Assay.Numerics;

/// <summary>Keeps one point for each box of a grid that no other box dominates.</summary>
/// <remarks>
/// Laumanns, Thiele, Deb and Zitzler (2002). For every point ever offered there is a member that is worse by at most epsilon in each
/// objective, and the archive holds at most the product of range over epsilon, in all objectives but one. Within a box a point that
/// dominates wins, else the one nearer to the box's best corner, else the first.
/// </remarks>
public sealed class EpsilonArchive : IArchive
{
    private readonly double[] _epsilon;
    private readonly List<(double[] Point, double[] Box, int Number)> _members = [];
    private int _offered;

    /// <summary>An empty archive.</summary>
    /// <param name="epsilon">The side of a box in each objective, in its units, each above 0.</param>
    public EpsilonArchive(params ReadOnlySpan<double> epsilon)
    {
        _epsilon = epsilon.ToArray();
        if (_epsilon.Length == 0 || Array.Exists(_epsilon, side => !(side > 0 && double.IsFinite(side))))
            throw new ArgumentException(
                "An epsilon for each objective is needed, each a number above 0.",
                nameof(epsilon)
            );
    }

    /// <inheritdoc/>
    public IReadOnlyList<int> Members => [.. _members.Select(member => member.Number)];

    /// <inheritdoc/>
    public ArchiveChange Add(ReadOnlySpan<double> point)
    {
        int m = _epsilon.Length;
        if (Numerics.Points.Check(point, m) != 1)
            throw new ArgumentException($"The point has {point.Length} numbers for {m} objectives.");
        int number = _offered++;
        double[] own = point.ToArray(),
            box = new double[m];
        for (int j = 0; j < m; j++)
            box[j] = Math.Floor(own[j] / _epsilon[j]);
        foreach ((double[] other, double[] otherBox, _) in _members)
            if (Covers(otherBox, box) && (!Covers(box, otherBox) || !IsBetter(own, other, box)))
                return new(false, []);
        int[] removed = [.. _members.Where(member => Covers(box, member.Box)).Select(member => member.Number)];
        _members.RemoveAll(member => Covers(box, member.Box));
        _members.Add((own, box, number));
        return new(true, removed);
    }

    /// <inheritdoc/>
    public double[] Points() => [.. _members.SelectMany(member => member.Point)];

    // Of two points in one box.
    private bool IsBetter(double[] own, double[] other, double[] box)
    {
        if (Covers(other, own))
            return false;
        return Covers(own, other) || FromCorner(own, box) < FromCorner(other, box);
    }

    private double FromCorner(double[] point, double[] box)
    {
        double squares = 0;
        for (int j = 0; j < point.Length; j++)
        {
            double distance = point[j] / _epsilon[j] - box[j];
            squares += distance * distance;
        }
        return squares;
    }

    private static bool Covers(double[] a, double[] b)
    {
        for (int j = 0; j < a.Length; j++)
            if (a[j] > b[j])
                return false;
        return true;
    }
}
