namespace Assay.Numerics;

/// <summary>Each gradient loses what points against another one; the rests are added.</summary>
/// <remarks>
/// Gradient surgery (Yu et al. 2020). Each is projected on the normal plane of every original gradient that it conflicts with, one after the other, in
/// an order that matters: give a stream for a random one. A sum, not a mean: divide by their number to compare with a mean.
/// </remarks>
public static class PcGrad
{
    /// <summary>Weights of the gradients.</summary>
    /// <param name="products">Their products.</param>
    /// <param name="random">Orders the projections of each; without it they come by index.</param>
    public static double[] Weights(GradientProducts products, RandomStream? random = null)
    {
        double[] sum = new double[products.Count];
        for (int i = 0; i < products.Count; i++)
        {
            double[] mixture = Projected(products, i, random);
            for (int j = 0; j < sum.Length; j++)
                sum[j] += mixture[j];
        }
        return sum;
    }

    /// <summary>What is left of one gradient, as weights of all.</summary>
    /// <param name="products">Their products.</param>
    /// <param name="gradient">Which.</param>
    /// <param name="random">Orders the projections; without it they come by index.</param>
    public static double[] Projected(GradientProducts products, int gradient, RandomStream? random = null)
    {
        double[] mixture = new double[products.Count];
        mixture[gradient] = 1;
        foreach (int other in Others(products.Count, gradient, random))
        {
            double along = products.Along(mixture)[other];
            if (along < 0 && products[other, other] > 0)
                mixture[other] -= along / products[other, other];
        }
        return mixture;
    }

    internal static int[] Others(int count, int but, RandomStream? random)
    {
        int[] others = [.. Enumerable.Range(0, count).Where(i => i != but)];
        random?.Shuffle<int>(others);
        return others;
    }
}
