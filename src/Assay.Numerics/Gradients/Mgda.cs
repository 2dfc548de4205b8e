namespace Assay.Numerics;

/// <summary>By what gradients are divided before they are compared.</summary>
public enum GradientScale
{
    /// <summary>Nothing: the smallest gradient decides.</summary>
    None,

    /// <summary>Their lengths.</summary>
    Length,

    /// <summary>Their losses.</summary>
    Loss,

    /// <summary>Their lengths times their losses.</summary>
    LengthTimesLoss,
}

/// <summary>The shortest of all mixtures of gradients: a step against it lowers every loss, and it vanishes where none can be lowered without raising another.</summary>
/// <remarks>
/// Multiple-gradient descent (Désidéri 2012; Sener and Koltun 2018): the minimum of |sum_i a_i g_i| over the simplex, by an active set, in closed form for
/// two. The released code applies the weights of divided gradients to the undivided ones, which may raise a loss; here they are weights of the undivided
/// gradients that give the mixture of the divided ones, so with a scale they need not sum to 1.
/// </remarks>
public static class Mgda
{
    /// <summary>Weights of the gradients.</summary>
    /// <param name="products">Their products.</param>
    /// <param name="scale">By what they are divided.</param>
    /// <param name="losses">Their losses, above 0, for the scales that need them.</param>
    /// <exception cref="ArgumentException">A scale needs losses, and they are missing or not above 0.</exception>
    public static double[] Weights(
        GradientProducts products,
        GradientScale scale = GradientScale.None,
        IReadOnlyList<double>? losses = null
    )
    {
        if (scale is GradientScale.Loss or GradientScale.LengthTimesLoss)
            GradientProducts.Check(losses ?? [], products.Count, "losses", above: 0);
        // A gradient that vanishes is itself the shortest mixture.
        for (int vanishing = 0; vanishing < products.Count; vanishing++)
            if (products[vanishing, vanishing] == 0)
                return [.. Enumerable.Range(0, products.Count).Select(i => i == vanishing ? 1.0 : 0)];
        double[] by =
        [
            .. Enumerable
                .Range(0, products.Count)
                .Select(i =>
                    scale switch
                    {
                        GradientScale.None => 1,
                        GradientScale.Length => products.Length(i),
                        GradientScale.Loss => losses![i],
                        _ => losses![i] * products.Length(i),
                    }
                ),
        ];
        double[] shortest = Shortest(products.Divided(i => by[i]));
        return [.. shortest.Select((weight, i) => weight / by[i])];
    }

    private static double[] Shortest(double[,] products)
    {
        int m = products.GetLength(0);
        if (m == 1)
            return [1];
        if (m == 2)
        {
            double apart = products[0, 0] + products[1, 1] - 2 * products[0, 1];
            double first = apart > 0 ? Math.Clamp((products[1, 1] - products[0, 1]) / apart, 0, 1) : 0.5;
            return [first, 1 - first];
        }
        double largest = 0;
        for (int i = 0; i < m; i++)
            largest = Math.Max(largest, products[i, i]);
        double[] start = [.. Enumerable.Repeat(1.0 / m, m)];
        if (largest == 0)
            return start;
        double[,] curvature = new double[m, m];
        for (int i = 0; i < m; i++)
        for (int j = 0; j < m; j++)
            curvature[i, j] = products[i, j] / largest;
        return [.. ActiveSet.SolveFrom(QuadraticProgram.OnSimplex(curvature, new double[m]), start).Values];
    }
}
