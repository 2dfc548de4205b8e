namespace Assay.Numerics;

/// <summary>Any number of well-spaced directions on the simplex: those that repel each other least.</summary>
/// <remarks>
/// Blank, Deb, Dhebar, Bandaru and Seada (2021). Minimises the logarithm of the mean of distance^-s over all pairs, s = 2m, by Adam
/// on gradients along the simplex. The start is a sample of the simplex thinned by taking, again and again, the sample furthest from those taken
/// (pymoo reduces by k-means). Small sets get stuck in poor arrangements: of four starts the best result counts.
/// </remarks>
public static class RieszEnergy
{
    private const int Starts = 4,
        MostSteps = 1000,
        Patience = 30,
        SamplesPerDirection = 30;
    private const double Rate = 0.005,
        StillMove = 1e-5;

    /// <summary>Directions with low energy; the corners of the simplex are the first m of them where there are so many.</summary>
    /// <param name="n">How many, at least 1.</param>
    /// <param name="m">Number of objectives, at least 2.</param>
    /// <param name="random">The sample to start from.</param>
    /// <returns>n x m numbers, row-major; each row sums to 1.</returns>
    public static double[] Directions(int n, int m, RandomStream random)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(n, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(m, 2);
        double[] best = From(Start(n, m, random.Child(0)), n, m);
        for (int start = 1; start < Starts && n > 1; start++)
        {
            double[] other = From(Start(n, m, random.Child(start)), n, m);
            if (LogEnergy(other, m, 2 * m) < LogEnergy(best, m, 2 * m))
                best = other;
        }
        return best;
    }

    private static double[] From(double[] x, int n, int m)
    {
        double s = 2 * m,
            rate = Rate;
        double[] best = (double[])x.Clone(),
            before = new double[m],
            gradient = new double[x.Length],
            first = new double[x.Length],
            second = new double[x.Length];
        if (n == 1)
            return x;
        double lowest = LogEnergy(x, m, s);
        int since = 0,
            steps = 0;
        for (int step = 0; step < MostSteps; step++)
        {
            Gradient(x, m, s, gradient);
            steps++;
            double moved = 0;
            for (int i = 0; i < x.Length; i += m)
            {
                x.AsSpan(i, m).CopyTo(before);
                for (int j = i; j < i + m; j++)
                {
                    first[j] = 0.9 * first[j] + 0.1 * gradient[j];
                    second[j] = 0.999 * second[j] + 0.001 * gradient[j] * gradient[j];
                    x[j] -=
                        rate
                        * (first[j] / (1 - Math.Pow(0.9, steps)))
                        / (Math.Sqrt(second[j] / (1 - Math.Pow(0.999, steps))) + 1e-8);
                }
                ToSimplex(x.AsSpan(i, m));
                double squares = 0;
                for (int j = 0; j < m; j++)
                    squares += (x[i + j] - before[j]) * (x[i + j] - before[j]);
                moved += Math.Sqrt(squares);
            }
            double energy = LogEnergy(x, m, s);
            if (energy < lowest - 1e-12)
            {
                (lowest, since) = (energy, 0);
                x.CopyTo(best, 0);
            }
            else if (++since >= Patience)
            {
                // Back to the best with smaller steps.
                (rate, since, steps) = (rate / 2, 0, 0);
                best.CopyTo(x, 0);
                Array.Clear(first);
                Array.Clear(second);
            }
            if (moved / n < StillMove)
                break;
        }
        return best;
    }

    /// <summary>The logarithm of the mean over pairs of distance^-s.</summary>
    /// <param name="directions">n x m numbers, row-major, each finite, n at least 2.</param>
    /// <param name="m">Number of objectives, at least 1.</param>
    /// <param name="s">The power, above 0.</param>
    public static double LogEnergy(ReadOnlySpan<double> directions, int m, double s)
    {
        int n = Points.Check(directions, m);
        if (n < 2 || !(s > 0))
            throw new ArgumentException("An energy needs at least two directions and a power above 0.");
        double sum = 0,
            floor = Floor(s);
        for (int i = 1; i < n; i++)
        for (int k = 0; k < i; k++)
            sum += Math.Pow(Math.Max(floor, Distance(directions, m, i, k)), -s);
        return Math.Log(sum) - Math.Log(n * (n - 1) / 2.0);
    }

    // Along the simplex, and such that the longest row is 1.
    private static void Gradient(double[] x, int m, double s, double[] gradient)
    {
        int n = x.Length / m;
        Array.Clear(gradient);
        double floor = Floor(s),
            nearest = double.PositiveInfinity;
        for (int i = 1; i < n; i++)
        for (int k = 0; k < i; k++)
            nearest = Math.Min(nearest, Math.Max(floor, Distance(x, m, i, k)));
        for (int i = 1; i < n; i++)
        for (int k = 0; k < i; k++)
        {
            // Relative to the nearest pair, so that nothing overflows.
            double weight = Math.Pow(Math.Max(floor, Distance(x, m, i, k)) / nearest, -s - 2);
            for (int j = 0; j < m; j++)
            {
                double push = weight * (x[i * m + j] - x[k * m + j]);
                gradient[i * m + j] -= push;
                gradient[k * m + j] += push;
            }
        }
        double longest = 0;
        for (int i = 0; i < gradient.Length; i += m)
        {
            double mean = 0,
                squares = 0;
            for (int j = i; j < i + m; j++)
                mean += gradient[j] / m;
            for (int j = i; j < i + m; j++)
            {
                gradient[j] -= mean;
                squares += gradient[j] * gradient[j];
            }
            longest = Math.Max(longest, Math.Sqrt(squares));
        }
        if (longest > 0)
            foreach (ref double one in gradient.AsSpan())
                one /= longest;
    }

    private static double Floor(double s) => Math.Pow(10, -320 / (s + 2));

    private static double Distance(ReadOnlySpan<double> x, int m, int a, int b)
    {
        double squares = 0;
        for (int j = 0; j < m; j++)
            squares += (x[a * m + j] - x[b * m + j]) * (x[a * m + j] - x[b * m + j]);
        return Math.Sqrt(squares);
    }

    // The corners, then the sample furthest from all taken, again and again.
    private static double[] Start(int n, int m, RandomStream random)
    {
        int samples = n * SamplesPerDirection;
        double[] pool = new double[(m + samples) * m];
        for (int j = 0; j < m; j++)
            pool[j * m + j] = 1;
        for (int i = m; i < m + samples; i++)
        {
            Span<double> row = pool.AsSpan(i * m, m);
            double sum = 0;
            foreach (ref double one in row)
                sum += one = -Math.Log(1 - random.NextDouble());
            foreach (ref double one in row)
                one /= sum;
        }
        double[] nearest = new double[m + samples],
            chosen = new double[n * m];
        Array.Fill(nearest, double.PositiveInfinity);
        for (int taken = 0, next = 0; taken < n; taken++, next = Array.IndexOf(nearest, nearest.Max()))
        {
            pool.AsSpan(next * m, m).CopyTo(chosen.AsSpan(taken * m));
            for (int i = 0; i < nearest.Length; i++)
                nearest[i] = Math.Min(nearest[i], Distance(pool, m, i, next));
        }
        return chosen;
    }

    // The nearest point of the simplex (Held, Wolfe and Crowder, 1974).
    private static void ToSimplex(Span<double> row)
    {
        double[] sorted = row.ToArray();
        Array.Sort(sorted);
        double sum = 0,
            excess = 0;
        for (int k = 1; k <= sorted.Length; k++)
        {
            sum += sorted[^k];
            if (sorted[^k] > (sum - 1) / k)
                excess = (sum - 1) / k;
        }
        double total = 0;
        foreach (ref double one in row)
            total += one = Math.Max(0, one - excess);
        foreach (ref double one in row)
            one /= total;
    }
}
