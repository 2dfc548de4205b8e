using Assay.Numerics;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Double;
using MathNet.Numerics.LinearAlgebra.Factorization;

namespace Assay.Learning;

/// <summary>The largest eigenvalues and eigenvectors of a scatter matrix that is never made: only products with it are.</summary>
/// <remarks>
/// Subspace iteration from a random start: Halko, Martinsson and Tropp, "Finding structure with randomness" (2011), section 4.5.
/// </remarks>
internal static class SubspaceIteration
{
    private const int Oversampling = 10;
    private const double Nothing = 1e-12;

    /// <summary>Finds them.</summary>
    /// <param name="d">Rows and columns of the scatter matrix.</param>
    /// <param name="rank">Its rank at most.</param>
    /// <param name="wanted">Eigenvectors wanted, at most <paramref name="rank"/>.</param>
    /// <param name="powerIterations">Products beyond the first, at least 0.</param>
    /// <param name="random">The random start.</param>
    /// <param name="timesScatter">The product of the rows of a basis (row-major, rows of <paramref name="d"/>) and the scatter matrix.</param>
    /// <returns>Wanted x d components, by falling eigenvalue; one that does not exist is 0 throughout.</returns>
    public static (double[] Components, double[] Eigenvalues) Largest(
        int d,
        int rank,
        int wanted,
        int powerIterations,
        RandomStream random,
        Func<double[], double[]> timesScatter
    )
    {
        int width = Math.Min(wanted + Oversampling, rank);
        double[] basis = new double[checked(width * d)];
        for (int at = 0; at < basis.Length; at++)
            basis[at] = random.NextGaussian();
        Orthonormalise(basis, d);
        for (int iteration = 0; iteration <= powerIterations; iteration++)
        {
            basis = timesScatter(basis);
            Orthonormalise(basis, d);
        }
        double[] image = timesScatter(basis),
            small = new double[width * width];
        for (int a = 0; a < width; a++)
        for (int b = 0; b < width; b++)
            small[a * width + b] = MixedProducts.Dot(
                basis.AsSpan(Math.Min(a, b) * d, d),
                image.AsSpan(Math.Max(a, b) * d, d)
            );
        Evd<double> evd = Decompose(small, width);
        double[] components = new double[wanted * d],
            eigenvalues = new double[wanted];
        for (int c = 0; c < wanted; c++)
        {
            eigenvalues[c] = evd.EigenValues[width - 1 - c].Real;
            for (int a = 0; a < width; a++)
                MixedProducts.AddScaled(
                    components.AsSpan(c * d, d),
                    evd.EigenVectors[a, width - 1 - c],
                    basis.AsSpan(a * d, d)
                );
        }
        return (components, eigenvalues);
    }

    /// <summary>Eigenvalues, ascending, and eigenvectors of a symmetric matrix.</summary>
    public static Evd<double> Decompose(double[] symmetric, int n) =>
        new DenseMatrix(n, n, symmetric).Evd(Symmetricity.Symmetric);

    /// <summary>Makes rows orthonormal; one that adds nothing to those before it becomes 0.</summary>
    /// <remarks>Gram and Schmidt, twice, which is enough (Giraud et al., 2005).</remarks>
    public static void Orthonormalise(double[] rows, int d)
    {
        for (int a = 0; a < rows.Length / d; a++)
        {
            Span<double> row = rows.AsSpan(a * d, d);
            double before = MixedProducts.Dot(row, row);
            for (int pass = 0; pass < 2; pass++)
            for (int b = 0; b < a; b++)
                MixedProducts.AddScaled(row, -MixedProducts.Dot(row, rows.AsSpan(b * d, d)), rows.AsSpan(b * d, d));
            double square = MixedProducts.Dot(row, row);
            // What is left of a row that lay in the span of the others is rounding error.
            double scale = square > before * Nothing * Nothing ? 1 / Math.Sqrt(square) : 0;
            foreach (ref double value in row)
                value *= scale;
        }
    }

    /// <summary>Turns components so that the largest number of each is positive.</summary>
    public static void FixSigns(double[] components, int d)
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
