using Assay.Numerics;
using MathNet.Numerics.LinearAlgebra.Factorization;

namespace Assay.Learning;

/// <summary>Principal component analysis, or without centring a truncated singular value decomposition.</summary>
/// <remarks>
/// By the eigenvectors of the scatter matrix, or of the products of rows where these are fewer than features; where both are
/// many, by subspace iteration from a random start (Halko, Martinsson and Tropp, 2011).
/// </remarks>
public sealed class Pca
{
    private readonly PcaOptions _options;

    /// <summary>Checks the options.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public Pca(PcaOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Components, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(options.PowerIterations);
        ArgumentOutOfRangeException.ThrowIfNegative(options.ExactUpTo);
        _options = options;
    }

    /// <summary>Finds the components.</summary>
    /// <param name="features">Finite rows.</param>
    /// <param name="random">The random start, where one is needed.</param>
    /// <param name="weights">One weight a row, finite and not negative, or null for 1 each.</param>
    /// <exception cref="ArgumentException">There are fewer rows or features than components, or a number is out of its range.</exception>
    public PcaModel Fit(Matrix features, RandomStream random, double[]? weights = null)
    {
        features.Check(features.Columns);
        RowWeights.Check(features.Rows, weights);
        int smaller = Math.Min(features.Rows, features.Columns);
        if (_options.Components > smaller)
            throw new ArgumentException(
                $"{features.Rows} rows of {features.Columns} features have no {_options.Components} components."
            );
        double[] mean = _options.Centre ? Scatter.MeanOf(features, weights) : new double[features.Columns];
        (double[] components, double[] variances) =
            smaller > _options.ExactUpTo
                ? SubspaceIteration.Largest(
                    features.Columns,
                    smaller,
                    _options.Components,
                    _options.PowerIterations,
                    random,
                    basis => TimesScatter(features, weights, mean, basis)
                )
            : features.Columns <= features.Rows ? ByFeatures(features, weights)
            : ByRows(features, weights, mean);
        SubspaceIteration.FixSigns(components, features.Columns);
        double total = weights?.Sum() ?? features.Rows;
        double[] positive = [.. variances.Select(variance => Math.Max(0, variance))];
        return new()
        {
            Features = features.Columns,
            Components = components,
            Mean = mean,
            SingularValues = [.. positive.Select(Math.Sqrt)],
            ExplainedVariance = [.. positive.Select(variance => variance / (total - 1))],
        };
    }

    private (double[] Components, double[] Variances) ByFeatures(Matrix features, double[]? weights)
    {
        int d = features.Columns;
        Evd<double> evd = SubspaceIteration.Decompose(Scatter.Of(features, weights, _options.Centre).Values, d);
        double[] components = new double[_options.Components * d],
            variances = new double[_options.Components];
        for (int c = 0; c < variances.Length; c++)
        {
            variances[c] = evd.EigenValues[d - 1 - c].Real;
            for (int j = 0; j < d; j++)
                components[c * d + j] = evd.EigenVectors[j, d - 1 - c];
        }
        return (components, variances);
    }

    private (double[] Components, double[] Variances) ByRows(Matrix features, double[]? weights, double[] mean)
    {
        int n = features.Rows,
            d = features.Columns;
        RowGram gram = RowGram.Of(features, weights, mean);
        Evd<double> evd = SubspaceIteration.Decompose(gram.Values, n);
        double[] components = new double[_options.Components * d],
            variances = new double[_options.Components];
        for (int c = 0; c < variances.Length; c++)
        {
            variances[c] = evd.EigenValues[n - 1 - c].Real;
            for (int i = 0; i < n; i++)
                MixedProducts.AddScaled(
                    components.AsSpan(c * d, d),
                    evd.EigenVectors[i, n - 1 - c],
                    gram.Rows.AsSpan(i * d, d)
                );
        }
        SubspaceIteration.Orthonormalise(components, d);
        return (components, variances);
    }

    // The rows of a basis times the scatter matrix, which is never made.
    private static double[] TimesScatter(Matrix features, double[]? weights, double[] mean, double[] basis)
    {
        int d = features.Columns,
            width = basis.Length / d;
        double[] offsets = new double[width];
        for (int a = 0; a < width; a++)
            offsets[a] = -MixedProducts.Dot(basis.AsSpan(a * d, d), mean);
        double[] projected = new DenseDesign(features).Project(basis, offsets);
        for (int at = 0; at < projected.Length && weights is not null; at++)
            projected[at] *= weights[at / width];
        // As in Scatter, one factor centred is enough. A pair of basis rows a piece: each number is one sum in row order.
        double[] image = new double[basis.Length];
        int block = MixedProducts.BlockRows(d);
        Workers.For(
            (width + 1) / 2,
            piece =>
            {
                int first = 2 * piece,
                    count = Math.Min(2, width - first);
                double[] factors = new double[block * count];
                for (int start = 0; start < features.Rows; start += block)
                {
                    int rows = Math.Min(block, features.Rows - start);
                    for (int i = 0; i < rows; i++)
                    for (int a = 0; a < count; a++)
                        factors[i * count + a] = projected[(start + i) * width + first + a];
                    MixedProducts.AddTransposed(
                        features.Values.Slice(start * d, rows * d),
                        d,
                        factors,
                        count,
                        image.AsSpan(first * d)
                    );
                }
            }
        );
        return image;
    }
}
