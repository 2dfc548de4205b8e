using Assay.Numerics;

namespace Assay.Learning;

/// <summary>Clusters rows by k-means.</summary>
/// <remarks>
/// Centres start by greedy k-means++ (Arthur and Vassilvitskii, 2007; several candidates for each centre, as in
/// scikit-learn) and move by Lloyd's algorithm, or by mini-batches (Sculley, 2010). A cluster that loses all its rows gets
/// the row farthest from its centre. Centres are kept in float32, sums are double.
/// </remarks>
public sealed class KMeans
{
    private readonly KMeansOptions _options;

    /// <summary>Checks the options.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public KMeans(KMeansOptions options)
    {
        options.Check();
        _options = options;
    }

    /// <summary>Clusters rows; spherical k-means takes the nearest of centres of length 1, which is that of the largest cosine.</summary>
    /// <param name="features">At least as many rows of positive weight as clusters, finite.</param>
    /// <param name="random">Draws the first centres and the batches.</param>
    /// <param name="weights">One weight a row, finite and not negative, or null for 1 each.</param>
    /// <exception cref="ArgumentException">There are too few rows, or a number is out of its range.</exception>
    public KMeansModel Fit(Matrix features, RandomStream random, double[]? weights = null)
    {
        features.Check(features.Columns);
        RowWeights.Check(features.Rows, weights);
        int rows = weights?.Count(weight => weight > 0) ?? features.Rows;
        if (rows < _options.Clusters)
            throw new ArgumentException($"{rows} rows of positive weight cannot make {_options.Clusters} clusters.");
        KMeansModel? best = null;
        for (int restart = 0; restart < _options.Restarts; restart++)
        {
            RandomStream own = random.Child(restart);
            float[] centres = KMeansStart.Choose(features, weights, _options.Clusters, own);
            KMeansModel found = _options.BatchRows is int batch
                ? MiniBatches(features, weights, centres, batch, own)
                : Lloyd(features, weights, centres);
            if (best is null || found.Inertia < best.Inertia)
                best = found;
        }
        return best!;
    }

    private KMeansModel Lloyd(Matrix features, double[]? weights, float[] centres)
    {
        int d = features.Columns;
        double[] mean = Scatter.MeanOf(features, weights);
        double variance = 0,
            total = 0;
        for (int i = 0; i < features.Rows; i++)
        {
            double weight = weights is null ? 1 : weights[i];
            total += weight;
            variance += weight * KMeansStart.SquaredDistance(features.Row(i), mean);
        }
        double smallest = _options.Tolerance * variance / total / d;
        NeighbourList? nearest = null;
        int iteration = 0;
        bool moving = true;
        while (moving && iteration < _options.MaxIterations)
        {
            iteration++;
            NeighbourList before = nearest ?? new(0, [], []);
            nearest = new Neighbours(new(centres, d)).Nearest(features, 1);
            if (nearest.Indices.AsSpan().SequenceEqual(before.Indices))
                break;
            float[] moved = Means(features, weights, nearest, centres);
            double shift = 0;
            for (int at = 0; at < moved.Length; at++)
                shift += Math.Pow((double)moved[at] - centres[at], 2);
            moving = shift > smallest;
            centres = moved;
        }
        return Finish(features, weights, centres, iteration);
    }

    private float[] Means(Matrix features, double[]? weights, NeighbourList nearest, float[] before)
    {
        int d = features.Columns;
        double[] sums = new double[before.Length],
            totals = new double[_options.Clusters];
        for (int i = 0; i < features.Rows; i++)
        {
            double weight = weights is null ? 1 : weights[i];
            int cluster = nearest.Indices[i];
            totals[cluster] += weight;
            Span<double> sum = sums.AsSpan(cluster * d, d);
            ReadOnlySpan<float> row = features.Row(i);
            for (int j = 0; j < d; j++)
                sum[j] += weight * row[j];
        }
        float[] means = new float[before.Length];
        for (int at = 0; at < means.Length; at++)
            means[at] = totals[at / d] > 0 ? (float)(sums[at] / totals[at / d]) : before[at];
        int[] empty = [.. Enumerable.Range(0, totals.Length).Where(cluster => totals[cluster] == 0)];
        if (empty.Length > 0)
        {
            int[] farthest =
            [
                .. Enumerable
                    .Range(0, features.Rows)
                    .Where(i => weights is null || weights[i] > 0)
                    .OrderByDescending(i => nearest.Distances[i])
                    .Take(empty.Length),
            ];
            for (int e = 0; e < empty.Length; e++)
                features.Row(farthest[e]).CopyTo(means.AsSpan(empty[e] * d));
        }
        if (_options.Spherical)
            for (int cluster = 0; cluster < totals.Length; cluster++)
                ToUnitLength(means.AsSpan(cluster * d, d));
        return means;
    }

    private static void ToUnitLength(Span<float> centre)
    {
        double square = 0;
        foreach (float value in centre)
            square += (double)value * value;
        for (int j = 0; j < centre.Length && square > 0; j++)
            centre[j] = (float)(centre[j] / Math.Sqrt(square));
    }

    private KMeansModel MiniBatches(Matrix features, double[]? weights, float[] start, int batch, RandomStream random)
    {
        int d = features.Columns;
        int[] rows = [.. Enumerable.Range(0, features.Rows).Where(i => weights is null || weights[i] > 0)];
        double[] centres = [.. start.Select(value => (double)value)],
            totals = new double[_options.Clusters];
        int[] drawn = new int[batch];
        for (int iteration = 0; iteration < _options.MaxIterations; iteration++)
        {
            for (int i = 0; i < batch; i++)
                drawn[i] = rows[random.NextInt32(rows.Length)];
            Matrix own = features.Take(drawn);
            float[] rounded = [.. centres.Select(value => (float)value)];
            int[] nearest = new Neighbours(new(rounded, d)).Nearest(own, 1).Indices;
            for (int i = 0; i < batch; i++)
            {
                double weight = weights is null ? 1 : weights[drawn[i]];
                totals[nearest[i]] += weight;
                double share = weight / totals[nearest[i]];
                Span<double> centre = centres.AsSpan(nearest[i] * d, d);
                ReadOnlySpan<float> row = own.Row(i);
                for (int j = 0; j < d; j++)
                    centre[j] += share * (row[j] - centre[j]);
            }
        }
        return Finish(features, weights, [.. centres.Select(value => (float)value)], _options.MaxIterations);
    }

    private static KMeansModel Finish(Matrix features, double[]? weights, float[] centres, int iterations)
    {
        Matrix rows = new(centres, features.Columns);
        NeighbourList nearest = new Neighbours(rows).Nearest(features, 1);
        double inertia = 0;
        for (int i = 0; i < features.Rows; i++)
            inertia += (weights is null ? 1 : weights[i]) * nearest.Distances[i] * nearest.Distances[i];
        return new(rows, nearest.Indices, inertia, iterations);
    }
}
