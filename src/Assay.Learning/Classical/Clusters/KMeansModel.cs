namespace Assay.Learning;

/// <summary>Clusters around centres.</summary>
/// <param name="Centres">One row a cluster.</param>
/// <param name="Labels">The cluster of each row that was clustered.</param>
/// <param name="Inertia">The weighted sum of squared distances of these rows from their centres.</param>
/// <param name="Iterations">Passes over the rows, or batches.</param>
public sealed record KMeansModel(Matrix Centres, int[] Labels, double Inertia, int Iterations)
{
    /// <summary>The nearest centre of each row; the lowest of those that tie.</summary>
    /// <param name="features">Rows of as many features.</param>
    /// <exception cref="ArgumentException">The number of features differs, or a feature is not finite.</exception>
    public int[] Assign(Matrix features) => new Neighbours(Centres).Nearest(features, 1).Indices;
}
