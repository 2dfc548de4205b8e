namespace Assay.Numerics;

/// <summary>Gradients are made orthogonal and of one length, as short as the shortest principal one, and then added: no direction dominates, none conflicts.</summary>
/// <remarks>Aligned-MTL (Senushkin et al. 2023): with C = V L V', the weights are sqrt(l_min) V L^-1/2 V' p over eigenvalues above 1e-12 of the largest.</remarks>
public static class AlignedMtl
{
    /// <summary>Weights of the gradients.</summary>
    /// <param name="products">Their products.</param>
    /// <param name="preferences">Of each loss; 1 by default.</param>
    /// <exception cref="ArgumentException">Preferences are missing or not finite.</exception>
    public static double[] Weights(GradientProducts products, IReadOnlyList<double>? preferences = null)
    {
        int m = products.Count;
        preferences ??= [.. Enumerable.Repeat(1.0, m)];
        GradientProducts.Check(preferences, m, "preferences");
        SymmetricEigen eigen = SymmetricEigen.Of(products.Divided(_ => 1));
        double least = double.PositiveInfinity;
        foreach (double value in eigen.Values)
            if (value > 1e-12 * eigen.Largest)
                least = Math.Min(least, value);
        double[] weights = new double[m];
        for (int e = 0; e < m; e++)
        {
            if (eigen.Values[e] < least)
                continue;
            double along = 0;
            for (int i = 0; i < m; i++)
                along += eigen.Vectors[i, e] * preferences[i];
            for (int i = 0; i < m; i++)
                weights[i] += Math.Sqrt(least / eigen.Values[e]) * along * eigen.Vectors[i, e];
        }
        return weights;
    }
}
