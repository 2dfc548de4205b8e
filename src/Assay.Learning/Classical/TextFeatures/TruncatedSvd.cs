using Assay.Numerics;

namespace Assay.Learning;

/// <summary>The leading singular vectors of sparse rows: dense coordinates of texts (latent semantic analysis).</summary>
/// <remarks>
/// <para>Deerwester et al., "Indexing by latent semantic analysis" (1990), found by a randomised range finder: Halko, Martinsson
/// and Tropp, "Finding structure with randomness" (2011). <see cref="Pca"/> does the same for dense rows.</para>
/// <para>Directions that are well apart from the rest are exact; the last few of many are approximate. Where rows span fewer
/// directions than asked for, there are fewer.</para>
/// </remarks>
public sealed class TruncatedSvd
{
    private const int RowsPerPiece = 256,
        ColumnsPerPiece = 2048;
    private const double LeastShare = 1e-6;
    private readonly TruncatedSvdOptions _options;

    /// <summary>Checks the options.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public TruncatedSvd(TruncatedSvdOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Components, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(options.PowerIterations);
        _options = options;
    }

    /// <summary>Finds the directions.</summary>
    /// <param name="rows">At least one entry that is not 0.</param>
    /// <param name="random">The random start.</param>
    /// <param name="cancellation">Asks to stop.</param>
    /// <exception cref="ArgumentException">All entries are 0.</exception>
    public TruncatedSvdModel Fit(SparseMatrix rows, RandomStream random, CancellationToken cancellation = default)
    {
        int d = rows.Columns,
            rank = Math.Min(rows.Rows, d);
        if (rank == 0)
            throw new ArgumentException("There is no row.");
        SparseMatrix columns = rows.Transpose();
        double[] turned = [],
            products = [];
        (double[] components, double[] squares) = SubspaceIteration.Largest(
            d,
            rank,
            Math.Min(_options.Components, rank),
            _options.PowerIterations,
            random,
            // Every number is one sum in a fixed order: rows gather from the basis, columns gather from the rows' products.
            basis =>
            {
                int width = basis.Length / d;
                Array.Resize(ref turned, basis.Length);
                Array.Resize(ref products, checked(rows.Rows * width));
                Transpose(basis, width, d, turned);
                Gather(rows, RowsPerPiece, turned, width, products, cancellation);
                Gather(columns, ColumnsPerPiece, products, width, turned, cancellation);
                double[] image = new double[basis.Length];
                Transpose(turned, d, width, image);
                return image;
            }
        );
        SubspaceIteration.FixSigns(components, d);
        double[] values = [.. squares.Select(square => Math.Sqrt(Math.Max(0, square)))];
        int found = values.Count(value => value > LeastShare * values[0]);
        if (found == 0)
            throw new ArgumentException("All entries of the rows are 0.");
        float[] directions = new float[d * found];
        for (int j = 0; j < d; j++)
        for (int c = 0; c < found; c++)
            directions[j * found + c] = (float)components[c * d + j];
        return new()
        {
            Features = d,
            SingularValues = values[..found],
            Directions = directions,
        };
    }

    private static void Gather(
        SparseMatrix from,
        int perPiece,
        double[] source,
        int width,
        double[] target,
        CancellationToken cancellation
    ) =>
        Workers.For(
            (from.Rows + perPiece - 1) / perPiece,
            piece =>
            {
                cancellation.ThrowIfCancellationRequested();
                for (int row = piece * perPiece; row < Math.Min(from.Rows, (piece + 1) * perPiece); row++)
                {
                    Span<double> sum = target.AsSpan(row * width, width);
                    sum.Clear();
                    ReadOnlySpan<int> places = from.ColumnsOf(row);
                    ReadOnlySpan<float> values = from.ValuesOf(row);
                    for (int i = 0; i < places.Length; i++)
                        MixedProducts.AddScaled(sum, values[i], source.AsSpan(places[i] * width, width));
                }
            }
        );

    private static void Transpose(double[] matrix, int rows, int columns, double[] turned)
    {
        for (int i = 0; i < rows; i++)
        for (int j = 0; j < columns; j++)
            turned[j * rows + i] = matrix[i * columns + j];
    }
}

/// <summary>How <see cref="TruncatedSvd"/> finds directions.</summary>
public sealed record TruncatedSvdOptions
{
    /// <summary>Directions wanted, at least 1. Default: 64.</summary>
    public int Components { get; init; } = 64;

    /// <summary>Power iterations, at least 0: more bring the last directions nearer to the exact ones. Default: 4.</summary>
    public int PowerIterations { get; init; } = 4;
}

/// <summary>Leading singular vectors of rows.</summary>
public sealed record TruncatedSvdModel
{
    /// <summary>Number of features of a row.</summary>
    public required int Features { get; init; }

    /// <summary>The singular values, falling; as many as directions were found.</summary>
    public required double[] SingularValues { get; init; }

    /// <summary>Features x directions, row-major: the columns are orthonormal, and the largest number of each is positive.</summary>
    public required float[] Directions { get; init; }

    /// <summary>Coordinates of rows along the directions, summed in double.</summary>
    /// <param name="rows">Rows of as many features.</param>
    /// <returns>One row a row, one column a direction.</returns>
    /// <exception cref="ArgumentException">The number of features differs.</exception>
    public Matrix Transform(SparseMatrix rows)
    {
        if (rows.Columns != Features)
            throw new ArgumentException($"The model has {Features} features; the rows have {rows.Columns}.");
        int k = SingularValues.Length;
        float[] coordinates = new float[checked(rows.Rows * k)];
        double[] sum = new double[k];
        for (int row = 0; row < rows.Rows; row++)
        {
            Array.Clear(sum);
            ReadOnlySpan<int> columns = rows.ColumnsOf(row);
            ReadOnlySpan<float> values = rows.ValuesOf(row);
            for (int i = 0; i < columns.Length; i++)
            {
                ReadOnlySpan<float> of = Directions.AsSpan(columns[i] * k, k);
                double value = values[i];
                for (int c = 0; c < sum.Length; c++)
                    sum[c] += value * of[c];
            }
            for (int c = 0; c < k; c++)
                coordinates[row * k + c] = (float)sum[c];
        }
        return new(coordinates, k);
    }
}
