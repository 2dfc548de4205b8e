namespace Assay.Numerics;

/// <summary>How good a set of points is beside a reference set, as one number; smaller is better unless said otherwise.</summary>
/// <remarks>
/// Minimisation throughout. Sets are n x m numbers, row-major, each finite, and hold at least one point. Distances are Euclidean in the
/// numbers as given: normalise objectives by one fixed ideal and nadir first, never by those of the set under test. Every indicator
/// takes O(|set| |reference| m).
/// </remarks>
public static class Indicators
{
    /// <summary>GD: how far the set's points are from the nearest reference points, as a mean of power p (1: the plain mean).</summary>
    /// <remarks>Van Veldhuizen (1999). Says nothing about parts of the reference that the set misses.</remarks>
    public static double GenerationalDistance(
        ReadOnlySpan<double> set,
        ReadOnlySpan<double> reference,
        int m,
        double power = 1
    ) => MeanDistance(set, reference, m, power, plus: false, fromSet: true);

    /// <summary>IGD: how far the reference points are from the set's nearest points, as a mean of power p (1: the plain mean).</summary>
    /// <remarks>Coello and Reyes (2004). Can prefer a set that another one dominates; <see cref="InvertedGenerationalDistancePlus"/> cannot.</remarks>
    public static double InvertedGenerationalDistance(
        ReadOnlySpan<double> set,
        ReadOnlySpan<double> reference,
        int m,
        double power = 1
    ) => MeanDistance(set, reference, m, power, plus: false, fromSet: false);

    /// <summary>Averaged Hausdorff distance: the larger of GD and IGD with means of power p.</summary>
    /// <remarks>Schütze, Esquivel, Lara and Coello (2012). Not compliant with dominance.</remarks>
    public static double AveragedHausdorff(
        ReadOnlySpan<double> set,
        ReadOnlySpan<double> reference,
        int m,
        double power = 1
    ) =>
        Math.Max(
            GenerationalDistance(set, reference, m, power),
            InvertedGenerationalDistance(set, reference, m, power)
        );

    /// <summary>GD+: as GD, but only objectives in which the set's point is worse than the reference point count.</summary>
    /// <remarks>Ishibuchi, Masuda, Tanigaki and Nojima (2015).</remarks>
    public static double GenerationalDistancePlus(ReadOnlySpan<double> set, ReadOnlySpan<double> reference, int m) =>
        MeanDistance(set, reference, m, 1, plus: true, fromSet: true);

    /// <summary>IGD+: as IGD, but only objectives in which the set's point is worse than the reference point count.</summary>
    /// <remarks>Ishibuchi, Masuda, Tanigaki and Nojima (2015). A set that is weakly dominated is never better.</remarks>
    public static double InvertedGenerationalDistancePlus(
        ReadOnlySpan<double> set,
        ReadOnlySpan<double> reference,
        int m
    ) => MeanDistance(set, reference, m, 1, plus: true, fromSet: false);

    /// <summary>The least number that, taken from all of the set's values, makes it weakly dominate the reference.</summary>
    /// <remarks>Zitzler and others (2003).</remarks>
    public static double AdditiveEpsilon(ReadOnlySpan<double> set, ReadOnlySpan<double> reference, int m)
    {
        Check(set, reference, m);
        double epsilon = double.NegativeInfinity;
        for (int r = 0; r < reference.Length; r += m)
        {
            double nearest = double.PositiveInfinity;
            for (int a = 0; a < set.Length; a += m)
            {
                double worst = double.NegativeInfinity;
                for (int j = 0; j < m; j++)
                    worst = Math.Max(worst, set[a + j] - reference[r + j]);
                nearest = Math.Min(nearest, worst);
            }
            epsilon = Math.Max(epsilon, nearest);
        }
        return epsilon;
    }

    /// <summary>The least factor that the set's values can be divided by so that it weakly dominates the reference; all values above 0.</summary>
    /// <remarks>Zitzler and others (2003).</remarks>
    /// <exception cref="ArgumentException">A value is not above 0, among others.</exception>
    public static double MultiplicativeEpsilon(ReadOnlySpan<double> set, ReadOnlySpan<double> reference, int m)
    {
        Check(set, reference, m);
        foreach (double value in (double[])[.. set, .. reference])
            if (value <= 0)
                throw new ArgumentException($"The multiplicative epsilon takes values above 0, not {value}.");
        double epsilon = 0;
        for (int r = 0; r < reference.Length; r += m)
        {
            double nearest = double.PositiveInfinity;
            for (int a = 0; a < set.Length; a += m)
            {
                double worst = 0;
                for (int j = 0; j < m; j++)
                    worst = Math.Max(worst, set[a + j] / reference[r + j]);
                nearest = Math.Min(nearest, worst);
            }
            epsilon = Math.Max(epsilon, nearest);
        }
        return epsilon;
    }

    /// <summary>The share of another set that this set weakly dominates, from 0 to 1: larger is better; not symmetric.</summary>
    /// <remarks>The C metric of Zitzler and Thiele (1998).</remarks>
    public static double Coverage(ReadOnlySpan<double> set, ReadOnlySpan<double> other, int m)
    {
        Check(set, other, m);
        int covered = 0;
        for (int b = 0; b < other.Length; b += m)
        {
            bool found = false;
            for (int a = 0; a < set.Length && !found; a += m)
            {
                found = true;
                for (int j = 0; j < m && found; j++)
                    found = set[a + j] <= other[b + j];
            }
            covered += found ? 1 : 0;
        }
        return (double)covered / (other.Length / m);
    }

    /// <summary>How unevenly a front is spread: the spread of the points' L1 distances to their nearest neighbours; 0 for a single point.</summary>
    /// <remarks>Schott (1995), with the mean of squares over all points. Says nothing about how near the front is to the optimum.</remarks>
    public static double Spacing(ReadOnlySpan<double> front, int m)
    {
        Check(front, front, m);
        int n = front.Length / m;
        if (n < 2)
            return 0;
        double[] nearest = new double[n];
        Array.Fill(nearest, double.PositiveInfinity);
        for (int a = 0; a < n; a++)
        for (int b = 0; b < n; b++)
        {
            double distance = 0;
            for (int j = 0; j < m; j++)
                distance += Math.Abs(front[a * m + j] - front[b * m + j]);
            if (a != b)
                nearest[a] = Math.Min(nearest[a], distance);
        }
        double mean = nearest.Average();
        return Math.Sqrt(nearest.Average(d => (d - mean) * (d - mean)));
    }

    /// <summary>The share of the set's first front that no point of other sets dominates, from 0 to 1: larger is better.</summary>
    /// <remarks>Bandyopadhyay, Pal and Aruna (2004). Depends on the company: name the other sets.</remarks>
    public static double Purity(ReadOnlySpan<double> set, ReadOnlySpan<double> others, int m)
    {
        Check(set, set, m);
        Points.Check(others, m);
        int n = set.Length / m;
        bool[] own = NonDominated.IsNonDominated(set, m),
            all = NonDominated.IsNonDominated([.. set, .. others], m);
        return (double)Enumerable.Range(0, n).Count(i => all[i]) / own.Count(first => first);
    }

    /// <summary>ONVG: how many points of the set nothing in it dominates, copies included.</summary>
    /// <remarks>Van Veldhuizen (1999). Larger is not better by itself.</remarks>
    public static int FrontSize(ReadOnlySpan<double> set, int m) =>
        NonDominated.IsNonDominated(set, m).Count(first => first);

    // The mean, over the points of one side, of the distance to the nearest of the other.
    private static double MeanDistance(
        ReadOnlySpan<double> set,
        ReadOnlySpan<double> reference,
        int m,
        double power,
        bool plus,
        bool fromSet
    )
    {
        Check(set, reference, m);
        if (!(power > 0 && double.IsFinite(power)))
            throw new ArgumentOutOfRangeException(nameof(power), power, "The power of a mean is a number above 0.");
        ReadOnlySpan<double> from = fromSet ? set : reference,
            to = fromSet ? reference : set;
        // Differences are set minus reference, whichever side is walked.
        double sign = fromSet ? 1 : -1,
            sum = 0;
        for (int a = 0; a < from.Length; a += m)
        {
            double nearest = double.PositiveInfinity;
            for (int b = 0; b < to.Length; b += m)
            {
                double squares = 0;
                for (int j = 0; j < m && squares < nearest; j++)
                {
                    double difference = sign * (from[a + j] - to[b + j]);
                    if (!plus || difference > 0)
                        squares += difference * difference;
                }
                nearest = Math.Min(nearest, squares);
            }
            double distance = Math.Sqrt(nearest);
            sum += power == 1 ? distance : Math.Pow(distance, power);
        }
        double mean = sum / (from.Length / m);
        return power == 1 ? mean : Math.Pow(mean, 1 / power);
    }

    private static void Check(ReadOnlySpan<double> set, ReadOnlySpan<double> other, int m)
    {
        if (Points.Check(set, m) == 0 || Points.Check(other, m) == 0)
            throw new ArgumentException("An indicator needs at least one point on each side.");
    }
}
