namespace Assay.Numerics;

/// <summary>Inner products of the gradients of several losses: all that is needed to weigh them against one another.</summary>
public sealed class GradientProducts
{
    private readonly double[,] _products;

    /// <summary>Takes products that were computed elsewhere.</summary>
    /// <param name="products">Square and symmetric; row i, column j is the product of gradients i and j.</param>
    /// <exception cref="ArgumentException">It is empty, not square, not symmetric, not finite, or no matrix of products.</exception>
    public GradientProducts(double[,] products)
    {
        Count = products.GetLength(0);
        if (Count == 0 || products.GetLength(1) != Count)
            throw new ArgumentException(
                $"Products of {Count} x {products.GetLength(1)}: they are square, with a row for each loss."
            );
        for (int i = 0; i < Count; i++)
        for (int j = 0; j <= i; j++)
        {
            double size = Math.Sqrt(Math.Abs(products[i, i])) * Math.Sqrt(Math.Abs(products[j, j]));
            if (!double.IsFinite(products[i, j]) || !double.IsFinite(products[j, i]))
                throw new ArgumentException($"The product of gradients {i} and {j} is not finite.");
            // As products of single precision may be.
            if (Math.Abs(products[i, j] - products[j, i]) > 1e-5 * size)
                throw new ArgumentException($"The products of gradients {i} and {j} differ with their order.");
            if (products[i, i] < 0 || Math.Abs(products[i, j]) > (1 + 1e-5) * size)
                throw new ArgumentException($"No gradients {i} and {j} have these products.");
        }
        _products = new double[Count, Count];
        for (int i = 0; i < Count; i++)
        for (int j = 0; j < Count; j++)
            _products[i, j] = (products[i, j] + products[j, i]) / 2;
    }

    /// <summary>The products of gradients.</summary>
    /// <param name="gradients">One for each loss, all of one length.</param>
    /// <exception cref="ArgumentException">Lengths differ, there are none, or a number is not finite.</exception>
    public static GradientProducts Of(params IReadOnlyList<double[]> gradients)
    {
        double[,] products = new double[gradients.Count, gradients.Count];
        for (int i = 0; i < gradients.Count; i++)
        {
            if (gradients[i].Length != gradients[0].Length)
                throw new ArgumentException(
                    $"Gradient {i} has {gradients[i].Length} numbers, the first {gradients[0].Length}."
                );
            for (int j = 0; j <= i; j++)
            {
                double sum = 0;
                for (int k = 0; k < gradients[i].Length; k++)
                    sum += gradients[i][k] * gradients[j][k];
                products[i, j] = products[j, i] = sum;
            }
        }
        return new(products);
    }

    /// <summary>Number of gradients.</summary>
    public int Count { get; }

    /// <summary>The product of two gradients.</summary>
    public double this[int i, int j] => _products[i, j];

    /// <summary>The length of a gradient.</summary>
    public double Length(int i) => Math.Sqrt(_products[i, i]);

    /// <summary>The products of a combination with each gradient: where positive, a small step against the combination lowers that loss.</summary>
    public double[] Along(IReadOnlyList<double> weights)
    {
        double[] along = new double[Count];
        for (int i = 0; i < Count; i++)
        for (int j = 0; j < Count; j++)
            along[i] += _products[i, j] * weights[j];
        return along;
    }

    /// <summary>The squared length of a combination.</summary>
    public double SquaredLength(IReadOnlyList<double> weights)
    {
        double sum = 0;
        double[] along = Along(weights);
        for (int i = 0; i < Count; i++)
            sum += weights[i] * along[i];
        return Math.Max(0, sum);
    }

    /// <summary>The same weight for each, which sum to 1: the mean, that every other way is compared with.</summary>
    public double[] Equal() => [.. Enumerable.Repeat(1.0 / Count, Count)];

    /// <summary>The products of gradients that are divided by positive numbers.</summary>
    internal double[,] Divided(Func<int, double> by)
    {
        double[,] divided = new double[Count, Count];
        for (int i = 0; i < Count; i++)
        for (int j = 0; j < Count; j++)
            divided[i, j] = _products[i, j] / by(i) / by(j);
        return divided;
    }

    /// <summary>The length of the longest gradient.</summary>
    internal double Longest => Enumerable.Range(0, Count).Max(Length);

    /// <summary>Checks one number for each loss.</summary>
    /// <exception cref="ArgumentException">There are more or fewer, or one is not finite or below its bound.</exception>
    internal static void Check(IReadOnlyList<double> numbers, int count, string what, double above = double.MinValue)
    {
        if (numbers.Count != count)
            throw new ArgumentException($"{numbers.Count} {what} for {count} losses.");
        for (int i = 0; i < count; i++)
            if (!double.IsFinite(numbers[i]) || numbers[i] <= above)
                throw new ArgumentException(
                    above == double.MinValue
                        ? $"Number {i} of the {what} is {numbers[i]}: they are finite."
                        : $"Number {i} of the {what} is {numbers[i]}: they are finite and above {above}."
                );
    }
}
