using Assay.Numerics;

namespace Assay.Learning;

/// <summary>The first centres of k-means: greedy k-means++.</summary>
/// <remarks>
/// Arthur and Vassilvitskii, "k-means++: The Advantages of Careful Seeding" (2007): a row becomes the next centre with a
/// probability proportional to its weight and its squared distance from the centres so far; of 2 + log(k) such rows, the one
/// is taken that leaves the smallest sum.
/// </remarks>
internal static class KMeansStart
{
    private const int RowsPerPiece = 1024;

    public static float[] Choose(Matrix features, double[]? weights, int clusters, RandomStream random)
    {
        int n = features.Rows,
            d = features.Columns,
            trials = 2 + (int)Math.Log(clusters);
        float[] centres = new float[checked(clusters * d)];
        double[] mass = new double[n];
        for (int i = 0; i < n; i++)
            mass[i] = weights is null ? 1 : weights[i];
        double[] nearest = new double[n],
            best = new double[n],
            found = new double[n];
        Array.Fill(nearest, double.PositiveInfinity);
        for (int cluster = 0; cluster < clusters; cluster++)
        {
            int chosen = -1;
            double smallest = double.PositiveInfinity;
            for (int trial = 0; trial < (cluster == 0 ? 1 : trials); trial++)
            {
                int candidate = Draw(mass, random);
                Update(features, features.Row(candidate), nearest, found);
                double sum = 0;
                for (int i = 0; i < n; i++)
                    sum += (weights is null ? 1 : weights[i]) * found[i];
                if (chosen >= 0 && !(sum < smallest))
                    continue;
                (chosen, smallest) = (candidate, sum);
                (best, found) = (found, best);
            }
            (nearest, best) = (best, nearest);
            features.Row(chosen).CopyTo(centres.AsSpan(cluster * d));
            for (int i = 0; i < n; i++)
                mass[i] = (weights is null ? 1 : weights[i]) * nearest[i];
        }
        return centres;
    }

    public static double SquaredDistance(ReadOnlySpan<float> row, ReadOnlySpan<double> point)
    {
        double sum = 0;
        for (int j = 0; j < row.Length; j++)
            sum += (row[j] - point[j]) * (row[j] - point[j]);
        return sum;
    }

    // By mass; where none is left (fewer distinct rows than clusters), the first row.
    private static int Draw(double[] mass, RandomStream random)
    {
        double total = mass.Sum(),
            point = random.NextDouble() * total;
        int last = 0;
        for (int i = 0; i < mass.Length; i++)
        {
            if (mass[i] == 0)
                continue;
            last = i;
            point -= mass[i];
            if (point < 0)
                break;
        }
        return last;
    }

    private static void Update(Matrix features, ReadOnlySpan<float> centre, double[] nearest, double[] found)
    {
        double[] point = new double[centre.Length];
        for (int j = 0; j < point.Length; j++)
            point[j] = centre[j];
        Workers.For(
            (nearest.Length + RowsPerPiece - 1) / RowsPerPiece,
            piece =>
            {
                int end = Math.Min(nearest.Length, (piece + 1) * RowsPerPiece);
                for (int i = piece * RowsPerPiece; i < end; i++)
                    found[i] = Math.Min(nearest[i], SquaredDistance(features.Row(i), point));
            }
        );
    }
}
