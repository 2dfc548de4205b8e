namespace Assay.Learning.Tests;

/// <summary>A matrix as it stands.</summary>
internal sealed class DenseOperator(double[,] values) : ILinearOperator
{
    public int Length => values.GetLength(0);

    public void Multiply(ReadOnlySpan<float> vector, Span<float> product)
    {
        for (int i = 0; i < Length; i++)
        {
            double sum = 0;
            for (int j = 0; j < Length; j++)
                sum += values[i, j] * vector[j];
            product[i] = (float)sum;
        }
    }

    /// <summary>V diag(eigenvalues) V' with V a product of random reflections.</summary>
    public static DenseOperator Of(double[] eigenvalues, ulong seed)
    {
        int n = eigenvalues.Length;
        Numerics.RandomStream stream = new(seed, "matrix");
        double[,] matrix = new double[n, n];
        for (int i = 0; i < n; i++)
            matrix[i, i] = eigenvalues[i];
        for (int round = 0; round < 4; round++)
        {
            double[] v = [.. Enumerable.Range(0, n).Select(_ => stream.NextGaussian())];
            double squared = v.Sum(x => x * x);
            for (int side = 0; side < 2; side++)
            {
                double[,] reflected = new double[n, n];
                for (int column = 0; column < n; column++)
                {
                    double along = Enumerable.Range(0, n).Sum(i => v[i] * matrix[i, column]) * 2 / squared;
                    for (int i = 0; i < n; i++)
                        reflected[column, i] = matrix[i, column] - along * v[i];
                }
                matrix = reflected; // transposed, so that the other side follows
            }
        }
        return new(matrix);
    }
}
