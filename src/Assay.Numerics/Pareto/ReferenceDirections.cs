namespace Assay.Numerics;

/// <summary>Weights spread evenly over the simplex: a grid (Das and Dennis, 1998), or grids inside of each other.</summary>
/// <remarks>For any number of directions see <see cref="RieszEnergy"/>.</remarks>
public static class ReferenceDirections
{
    /// <summary>All vectors of m multiples of 1 / p that sum to 1, in ascending lexicographic order: C(m + p - 1, p) of them.</summary>
    /// <param name="m">Number of objectives, at least 1.</param>
    /// <param name="p">Partitions of an edge, at least 1.</param>
    /// <returns>Row-major.</returns>
    public static double[] DasDennis(int m, int p)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(m);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(p);
        double[] weights = new double[checked(Count(m, p) * m)];
        int[] parts = new int[m];
        int row = 0;
        void Fill(int at, int left)
        {
            if (at == m - 1)
            {
                parts[at] = left;
                for (int j = 0; j < m; j++)
                    weights[row * m + j] = (double)parts[j] / p;
                row++;
                return;
            }
            for (parts[at] = 0; parts[at] <= left; parts[at]++)
                Fill(at + 1, left - parts[at]);
        }
        Fill(0, p);
        return weights;
    }

    /// <summary>Grids one after another, each shrunk towards the centre: w becomes w s + (1 - s) / m.</summary>
    /// <remarks>For five objectives and more, where one grid fine enough for the inside is too large: Deb and Jain (2014) take two, the inner with s = 0.5.</remarks>
    /// <param name="m">Number of objectives, at least 1.</param>
    /// <param name="layers">Partitions of an edge, at least 1, and scale s in (0, 1], of each grid.</param>
    /// <returns>Row-major.</returns>
    public static double[] Layers(int m, params ReadOnlySpan<(int P, double Scale)> layers)
    {
        List<double> weights = [];
        foreach ((int p, double scale) in layers)
        {
            if (!(scale > 0 && scale <= 1))
                throw new ArgumentOutOfRangeException(nameof(layers), scale, "A scale lies in (0, 1].");
            foreach (double weight in DasDennis(m, p))
                weights.Add(weight * scale + (1 - scale) / m);
        }
        return [.. weights];
    }

    /// <summary>The directions within an angle of a wish: a preference cone.</summary>
    /// <param name="directions">n x m numbers, row-major, each finite, no row all 0.</param>
    /// <param name="wish">m numbers, not all 0.</param>
    /// <param name="radians">The largest angle, at least 0.</param>
    /// <returns>Row-major, in their order; none if none is near enough.</returns>
    public static double[] Within(ReadOnlySpan<double> directions, ReadOnlySpan<double> wish, double radians)
    {
        int m = wish.Length,
            n = Points.Check(directions, m);
        Points.Check(wish, m);
        if (!(radians >= 0))
            throw new ArgumentOutOfRangeException(nameof(radians), radians, "An angle is at least 0.");
        List<double> inside = [];
        for (int i = 0; i < n; i++)
        {
            ReadOnlySpan<double> row = directions.Slice(i * m, m);
            double dot = 0,
                own = 0,
                other = 0;
            for (int j = 0; j < m; j++)
            {
                dot += row[j] * wish[j];
                own += row[j] * row[j];
                other += wish[j] * wish[j];
            }
            if (own == 0 || other == 0)
                throw new ArgumentException("A direction is not all 0.");
            if (Math.Acos(Math.Clamp(dot / Math.Sqrt(own * other), -1, 1)) <= radians)
                inside.AddRange(row);
        }
        return [.. inside];
    }

    /// <summary>How many directions <see cref="DasDennis"/> makes: C(m + p - 1, p).</summary>
    /// <exception cref="OverflowException">There are more than an array can hold.</exception>
    public static int Count(int m, int p)
    {
        long count = 1;
        for (int i = 1; i < m; i++)
            count = checked(count * (p + i)) / i;
        return checked((int)count);
    }
}
