namespace Assay.Numerics;

/// <summary>The combination that goes equally far along each gradient, whatever their lengths.</summary>
/// <remarks>
/// IMTL-G (Liu et al. 2021): d u_i is the same for all unit gradients u_i, and the weights sum to 1. The paper's closed form, g1 U'(D U')^-1, is the solution of R b = 1 for
/// the cosines R, divided by lengths; of least size where they are singular. Weights may be negative. A gradient that vanishes has weight 0. Where the weights cancel, their magnitudes sum to 1.
/// </remarks>
public static class ImtlG
{
    /// <summary>Weights of the gradients.</summary>
    /// <param name="products">Their products.</param>
    public static double[] Weights(GradientProducts products)
    {
        int m = products.Count;
        double[] lengths = [.. Enumerable.Range(0, m).Select(products.Length)];
        if (lengths.Max() == 0)
            return products.Equal();
        double[,] cosines = products.Divided(i => lengths[i] > 0 ? lengths[i] : 1);
        SymmetricEigen eigen = SymmetricEigen.Of(cosines);
        double[] weights = new double[m];
        for (int e = 0; e < m; e++)
        {
            if (eigen.Values[e] <= 1e-12 * eigen.Largest)
                continue;
            double along = 0;
            for (int i = 0; i < m; i++)
                along += lengths[i] > 0 ? eigen.Vectors[i, e] : 0;
            for (int i = 0; i < m; i++)
                weights[i] += along / eigen.Values[e] * eigen.Vectors[i, e];
        }
        for (int i = 0; i < m; i++)
            weights[i] = lengths[i] > 0 ? weights[i] / lengths[i] : 0;
        double sum = weights.Sum(),
            size = weights.Sum(Math.Abs);
        if (size == 0)
            return products.Equal();
        return [.. weights.Select(weight => weight / (Math.Abs(sum) > 1e-9 * size ? sum : size))];
    }
}
