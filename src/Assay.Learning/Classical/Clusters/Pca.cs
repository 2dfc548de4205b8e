using Assay.Numerics;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Double;
using MathNet.Numerics.LinearAlgebra.Factorization;

namespace Assay.Learning;

/// <summary>Principal component analysis, or without centring a truncated singular value decomposition.</summary>
/// <remarks>
/// By the eigenvectors of the scatter matrix, or of the products of rows where these are fewer than features; where both are
/// many, by subspace iteration from a random start (Halko, Martinsson and Tropp, 2011).
/// </remarks>
public sealed class Pca
{
    private const int Oversampling = 10;
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
            smaller > _options.ExactUpTo ? Randomised(features, weights, mean, random)
            : features.Columns <= features.Rows ? ByFeatures(features, weights)
            : ByRows(features, weights, mean);
        FixSigns(components, features.Columns);
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
        Evd<double> evd = Decompose(Scatter.Of(features, weights, _options.Centre).Values, d);
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
        Evd<double> evd = Decompose(gram.Values, n);
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
        Orthonormalise(components, d);
        return (components, variances);
    }

    private (double[] Components, double[] Variances) Randomised(
        Matrix features,
        double[]? weights,
        double[] mean,
        RandomStream random
    )
    {
        int d = features.Columns,
            width = Math.Min(_options.Components + Oversampling, Math.Min(features.Rows, d));
        double[] basis = new double[width * d];
        for (int at = 0; at < basis.Length; at++)
            basis[at] = random.NextGaussian();
        Orthonormalise(basis, d);
        for (int iteration = 0; iteration <= _options.PowerIterations; iteration++)
        {
            basis = TimesScatter(features, weights, mean, basis);
            Orthonormalise(basis, d);
        }
        double[] image = TimesScatter(features, weights, mean, basis),
            small = new double[width * width];
        for (int a = 0; a < width; a++)
        for (int b = 0; b < width; b++)
            small[a * width + b] = MixedProducts.Dot(
                basis.AsSpan(Math.Min(a, b) * d, d),
                image.AsSpan(Math.Max(a, b) * d, d)
            );
        Evd<double> evd = Decompose(small, width);
        double[] components = new double[_options.Components * d],
            variances = new double[_options.Components];
        for (int c = 0; c < variances.Length; c++)
        {
            variances[c] = evd.EigenValues[width - 1 - c].Real;
            for (int a = 0; a < width; a++)
                MixedProducts.AddScaled(
                    components.AsSpan(c * d, d),
                    evd.EigenVectors[a, width - 1 - c],
                    basis.AsSpan(a * d, d)
                );
        }
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

    private static Evd<double> Decompose(double[] symmetric, int n) =>
        new DenseMatrix(n, n, symmetric).Evd(Symmetricity.Symmetric);

    // Gram and Schmidt, twice, which is enough (Giraud et al., 2005).
    private static void Orthonormalise(double[] rows, int d)
    {
        for (int a = 0; a < rows.Length / d; a++)
        {
            Span<double> row = rows.AsSpan(a * d, d);
            for (int pass = 0; pass < 2; pass++)
            for (int b = 0; b < a; b++)
                MixedProducts.AddScaled(row, -MixedProducts.Dot(row, rows.AsSpan(b * d, d)), rows.AsSpan(b * d, d));
            double length = Math.Sqrt(MixedProducts.Dot(row, row));
            for (int j = 0; j < d && length > 0; j++)
                row[j] /= length;
        }
    }

    private static void FixSigns(double[] components, int d)
    {
        for (int start = 0; start < components.Length; start += d)
        {
            int largest = start;
            for (int j = start; j < start + d; j++)
                if (Math.Abs(components[j]) > Math.Abs(components[largest]))
                    largest = j;
            if (components[largest] >= 0)
                continue;
            foreach (ref double value in components.AsSpan(start, d))
                value = -value;
        }
    }
}
