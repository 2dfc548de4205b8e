namespace Assay.Numerics;

/// <summary>Gradients are turned towards one another until each pair agrees as much as it usually does.</summary>
/// <remarks>
/// Gradient vaccine (Wang et al. 2021): the usual cosine of a pair is a moving average over steps, from 0. Where a cosine is below it, as much of the other
/// gradient is added as makes it equal; PCGrad is the case of a usual cosine of 0. A sum, not a mean.
/// </remarks>
/// <param name="count">Number of gradients.</param>
/// <param name="rate">Share of the newest cosine in the moving average, in (0, 1]; the paper's 0.01.</param>
public sealed class GradVac(int count, double rate = 0.01)
{
    private readonly double[,] _usual = new double[count, count];
    private readonly double _rate = rate is > 0 and <= 1
        ? rate
        : throw new ArgumentException($"The rate is {rate}: it lies in (0, 1].");

    /// <summary>Weights of the gradients of this step; the moving averages go on.</summary>
    /// <param name="products">Their products.</param>
    /// <param name="random">Orders the pairs of each; without it they come by index.</param>
    /// <exception cref="ArgumentException">The number of gradients is another one.</exception>
    public double[] Weights(GradientProducts products, RandomStream? random = null)
    {
        if (products.Count != count)
            throw new ArgumentException($"{products.Count} gradients, where there were {count}.");
        double[] sum = new double[count];
        for (int i = 0; i < count; i++)
        {
            double[] mixture = new double[count];
            mixture[i] = 1;
            foreach (int other in PcGrad.Others(count, i, random))
                Turn(products, mixture, i, other);
            for (int j = 0; j < count; j++)
                sum[j] += mixture[j];
        }
        return sum;
    }

    private void Turn(GradientProducts products, double[] mixture, int gradient, int other)
    {
        double length = Math.Sqrt(products.SquaredLength(mixture)),
            otherLength = products.Length(other);
        if (length == 0 || otherLength == 0)
            return;
        double cosine = Math.Clamp(products.Along(mixture)[other] / (length * otherLength), -1, 1),
            usual = _usual[gradient, other],
            sine = Math.Sqrt(1 - usual * usual);
        if (cosine < usual && sine > 0)
            mixture[other] += length * (usual * Math.Sqrt(1 - cosine * cosine) - cosine * sine) / (otherLength * sine);
        _usual[gradient, other] += _rate * (cosine - usual);
    }
}
