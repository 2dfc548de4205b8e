using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Double;
using MathNet.Numerics.LinearAlgebra.Factorization;

namespace Assay.Learning;

/// <summary>The eigenvalues and orthonormal eigenvectors of a symmetric positive semi-definite matrix.</summary>
/// <param name="Values">Ascending; those that rounding made negative are 0.</param>
/// <param name="Vectors">[size, size]: a vector is a column.</param>
internal sealed record SymmetricEigen(double[] Values, float[] Vectors)
{
    public int Size => Values.Length;

    /// <summary>Decomposes a matrix.</summary>
    /// <param name="matrix">[size, size], symmetric, finite.</param>
    /// <param name="size">Rows and columns.</param>
    /// <exception cref="ArgumentException">A number is not finite.</exception>
    public static SymmetricEigen Of(double[] matrix, int size)
    {
        if (!Array.TrueForAll(matrix, double.IsFinite))
            throw new ArgumentException("A Kronecker factor is not finite: some gradient or input was not.");
        Evd<double> evd = new DenseMatrix(size, size, [.. matrix]).Evd(Symmetricity.Symmetric);
        double[] values = new double[size];
        float[] vectors = new float[size * size];
        for (int j = 0; j < size; j++)
        {
            values[j] = Math.Max(0, evd.EigenValues[j].Real);
            for (int i = 0; i < size; i++)
                vectors[i * size + j] = (float)evd.EigenVectors[i, j];
        }
        return new(values, vectors);
    }
}
