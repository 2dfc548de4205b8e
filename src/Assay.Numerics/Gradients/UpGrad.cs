namespace Assay.Numerics;

/// <summary>Each gradient is moved to the nearest direction that conflicts with no gradient; the mean of these.</summary>
/// <remarks>UPGrad (Quinton and Rey 2024): the nearest such direction of gradient i is the shortest combination with weights of at least 1 for i and 0 for the others.</remarks>
public static class UpGrad
{
    /// <summary>Weights of the gradients.</summary>
    /// <param name="products">Their products.</param>
    public static double[] Weights(GradientProducts products)
    {
        int m = products.Count;
        double longest = products.Longest;
        if (longest == 0)
            return products.Equal();
        double[,] curvature = products.Divided(_ => longest);
        double[] none = new double[m],
            weights = new double[m],
            free = [.. Enumerable.Repeat(double.PositiveInfinity, m)];
        for (int i = 0; i < m; i++)
        {
            double[] least = new double[m];
            least[i] = 1;
            QuadraticSolution nearest = ActiveSet.SolveFrom(new(curvature, new(none, [], least, free)), least);
            for (int j = 0; j < m; j++)
                weights[j] += nearest.Values[j] / m;
        }
        return weights;
    }
}
