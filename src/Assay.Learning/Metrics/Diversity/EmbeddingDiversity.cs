using System.Numerics.Tensors;
using Assay.Numerics;

namespace Assay.Learning;

/// <summary>How different rows are as directions: distances are 1 - cosine, from 0 to 2.</summary>
/// <remarks>
/// The measures of "Surveying the Effects of Quality, Diversity, and Complexity in Synthetic Data From Large Language Models", arXiv 2412.02980, section 3.2, over embeddings. All but
/// <see cref="Radius"/> compare all pairs: n^2 d operations. Every one depends on what the vectors are made of, and most on the number of rows: compare equal numbers.
/// </remarks>
public static class EmbeddingDiversity
{
    private const int RowsPerPiece = 64;
    private const double Tiny = 1e-9; // of the official NovelSum, so that duplicates have a density

    /// <summary>Mean distance of two different rows; 0 of fewer than two.</summary>
    public static double MeanDistance(UnitRows rows)
    {
        int n = rows.Rows;
        return n < 2 ? 0 : 1 - (SquareOfSum(rows) - n) / ((double)n * (n - 1));
    }

    /// <summary>IntDiv, or the average of "remote clique": the same with every row's distance of 0 to itself.</summary>
    public static double InternalDiversity(UnitRows rows) =>
        rows.Rows == 0 ? 0 : 1 - SquareOfSum(rows) / ((double)rows.Rows * rows.Rows);

    /// <summary>Chamfer distance: the mean distance of a row to the nearest other.</summary>
    public static double Chamfer(UnitRows rows) => NeighbourDistance(rows, 1);

    /// <summary>KNN-i: the mean distance of a row to its k-th nearest other; 0 where there are not so many.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="k">From 1.</param>
    public static double NeighbourDistance(UnitRows rows, int k)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        if (rows.Rows <= k)
            return 0;
        return ForEachRow(
                rows,
                (row, distances) =>
                {
                    distances[row] = double.PositiveInfinity;
                    return Nearest(distances, k)[^1];
                }
            )
            .Average();
    }

    /// <summary>The geometric mean over dimensions of the (population) standard deviation; 0 where a dimension does not vary.</summary>
    public static double Radius(UnitRows rows)
    {
        double logarithms = 0;
        for (int c = 0; c < rows.Columns; c++)
        {
            double mean = 0,
                squares = 0;
            for (int row = 0; row < rows.Rows; row++)
                mean += rows[row][c] / rows.Rows;
            for (int row = 0; row < rows.Rows; row++)
                squares += (rows[row][c] - mean) * (rows[row][c] - mean) / rows.Rows;
            logarithms += Math.Log(squares) / 2;
        }
        return Math.Exp(logarithms / rows.Columns);
    }

    /// <summary>ln det(S + ridge I) of the cosines S: the log-volume of a determinantal point process.</summary>
    /// <param name="spectrum">As <see cref="UnitRows.Spectrum"/> gives it.</param>
    /// <param name="rows">Number of rows.</param>
    /// <param name="ridge">Above 0, so that a row that is a mixture of others does not make it minus infinity.</param>
    public static double LogDeterminant(ReadOnlySpan<double> spectrum, int rows, double ridge = 1e-6)
    {
        double sum = (rows - spectrum.Length) * Math.Log(ridge);
        foreach (double value in spectrum)
            sum += Math.Log(rows * value + ridge);
        return sum;
    }

    /// <summary>Facility location: the mean over a pool's rows of the largest cosine to a chosen row. How well the chosen represent the pool; at most 1.</summary>
    /// <param name="pool">Rows to be represented.</param>
    /// <param name="chosen">Those that represent them, at least one.</param>
    /// <exception cref="ArgumentException">Nothing is chosen, or the columns differ.</exception>
    public static double FacilityLocation(UnitRows pool, UnitRows chosen)
    {
        if (chosen.Rows == 0 || pool.Columns != chosen.Columns)
            throw new ArgumentException("There is no chosen row, or its columns are not those of the pool.");
        double sum = 0;
        for (int row = 0; row < pool.Rows; row++)
        {
            double nearest = -1;
            for (int other = 0; other < chosen.Rows; other++)
                nearest = Math.Max(nearest, TensorPrimitives.Dot(pool[row], chosen[other]));
            sum += Math.Min(1, nearest);
        }
        return pool.Rows == 0 ? 0 : sum / pool.Rows;
    }

    /// <summary>NovelSum: distances of each row to the others, near ones first and weighed most, times the density around the row.</summary>
    /// <remarks>
    /// Yang and others, arXiv 2502.17184, as its official code has it: a row is weighed by its own density, and its distance of 0 to itself has the first rank.
    /// </remarks>
    /// <param name="rows">At least two rows.</param>
    /// <param name="power">How fast weights 1 / rank^p fall; 1 in the paper.</param>
    /// <param name="densities">As <see cref="Densities"/> gives them; none to leave density out.</param>
    public static double NovelSum(UnitRows rows, double power = 1, ReadOnlySpan<double> densities = default)
    {
        double[] own = densities.ToArray(),
            weights = [.. Enumerable.Range(1, rows.Rows).Select(rank => Math.Pow(rank, -power))];
        double all = weights.Sum();
        return ForEachRow(
                rows,
                (row, distances) =>
                {
                    distances[row] = 0;
                    distances.Sort();
                    return TensorPrimitives.Dot<double>(distances, weights) / all * (own.Length > 0 ? own[row] : 1);
                }
            )
            .DefaultIfEmpty()
            .Average();
    }

    /// <summary>The density around each row: 1 / (mean squared Euclidean distance to its nearest others)^power.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="neighbours">From 1; all others where there are fewer.</param>
    /// <param name="power">0 makes all densities 1; 0.5 and 0.25 in the paper.</param>
    public static double[] Densities(UnitRows rows, int neighbours = 10, double power = 0.5)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(neighbours, 1);
        int count = Math.Min(neighbours, rows.Rows - 1);
        return ForEachRow(
            rows,
            (row, distances) =>
            {
                distances[row] = double.PositiveInfinity;
                // Of vectors of length 1 the squared Euclidean distance is twice 1 - cosine.
                double mean = count == 0 ? 0 : 2 * TensorPrimitives.Sum<double>(Nearest(distances, count)) / count;
                return Math.Pow(mean + Tiny, -power);
            }
        );
    }

    // The squared length of the sum of all rows is the sum of all cosines.
    private static double SquareOfSum(UnitRows rows)
    {
        double[] sum = new double[rows.Columns];
        for (int row = 0; row < rows.Rows; row++)
            TensorPrimitives.Add(sum, rows[row], sum);
        return TensorPrimitives.SumOfSquares<double>(sum);
    }

    private delegate double OfDistances(int row, Span<double> distances);

    // A number of each row, from its distances to all rows, itself among them.
    private static double[] ForEachRow(UnitRows rows, OfDistances of)
    {
        double[] values = new double[rows.Rows];
        Workers.For(
            (rows.Rows + RowsPerPiece - 1) / RowsPerPiece,
            piece =>
            {
                double[] distances = new double[rows.Rows];
                int end = Math.Min(rows.Rows, (piece + 1) * RowsPerPiece);
                for (int row = piece * RowsPerPiece; row < end; row++)
                {
                    for (int other = 0; other < rows.Rows; other++)
                        distances[other] = 1 - rows.Cosine(row, other);
                    values[row] = of(row, distances);
                }
            }
        );
        return values;
    }

    // The k least of them, ascending, at their beginning: by insertion, since k is small.
    private static ReadOnlySpan<double> Nearest(Span<double> distances, int k)
    {
        for (int i = 1; i < distances.Length; i++)
        {
            double distance = distances[i];
            int at = Math.Min(i, k);
            if (at == k && distance >= distances[k - 1])
                continue;
            if (at == k)
                at--;
            for (; at > 0 && distances[at - 1] > distance; at--)
                distances[at] = distances[at - 1];
            distances[at] = distance;
        }
        return distances[..k];
    }
}
