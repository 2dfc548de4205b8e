namespace Assay.Numerics;

/// <summary>Simulated binary crossover and polynomial mutation, both within the bounds.</summary>
/// <remarks>Deb and Agrawal (1995, 1999). Each variable is crossed with probability 1/2 and mutated with probability 1 / d.</remarks>
internal sealed class GeneticVariation(GeneticOptions options)
{
    /// <summary>Designs to begin with: those given, clipped to the bounds, and uniform ones.</summary>
    public static double[] First(IBoxProblem problem, int count, ReadOnlySpan<double> start, RandomStream random)
    {
        int d = problem.Low.Count;
        if (start.Length % d != 0)
            throw new ArgumentException(
                $"{start.Length} numbers are not whole designs of {d} variables.",
                nameof(start)
            );
        double[] designs = new double[count * d];
        for (int i = 0; i < designs.Length; i++)
        {
            double low = problem.Low[i % d],
                high = problem.High[i % d];
            designs[i] = i < start.Length ? Math.Clamp(start[i], low, high) : low + random.NextDouble() * (high - low);
        }
        return designs;
    }

    /// <summary>Two children of two parents.</summary>
    public void Children(
        IBoxProblem problem,
        ReadOnlySpan<double> mother,
        ReadOnlySpan<double> father,
        Span<double> first,
        Span<double> second,
        RandomStream random
    )
    {
        bool crossed = random.NextDouble() < options.Crossover;
        for (int j = 0; j < mother.Length; j++)
        {
            double a = mother[j],
                b = father[j],
                low = problem.Low[j],
                high = problem.High[j];
            if (crossed && random.NextDouble() < 0.5)
                (a, b) = Cross(a, b, low, high, random);
            first[j] = Mutated(a, low, high, mother.Length, random);
            second[j] = Mutated(b, low, high, mother.Length, random);
        }
    }

    // Simulated binary crossover whose spread is cut so that children stay within the bounds (Deb and Agrawal, 1999).
    private (double A, double B) Cross(double a, double b, double low, double high, RandomStream random)
    {
        double distance = Math.Abs(a - b);
        double u = random.NextDouble();
        if (distance < 1e-14)
            return (a, b);
        double lower = Math.Min(a, b),
            upper = Math.Max(a, b),
            exponent = options.CrossoverIndex + 1;
        double Spread(double room)
        {
            double alpha = 2 - Math.Pow(1 + 2 * room / distance, -exponent);
            return u <= 1 / alpha ? Math.Pow(u * alpha, 1 / exponent) : Math.Pow(1 / (2 - u * alpha), 1 / exponent);
        }
        double first = (lower + upper - Spread(lower - low) * distance) / 2,
            second = (lower + upper + Spread(high - upper) * distance) / 2;
        (first, second) = (Math.Clamp(first, low, high), Math.Clamp(second, low, high));
        return random.NextDouble() < 0.5 ? (second, first) : (first, second);
    }

    private double Mutated(double x, double low, double high, int d, RandomStream random)
    {
        double range = high - low;
        if (random.NextDouble() >= 1.0 / d || range <= 0)
            return x;
        double u = random.NextDouble(),
            exponent = options.MutationIndex + 1;
        double step =
            u < 0.5
                ? Math.Pow(2 * u + (1 - 2 * u) * Math.Pow(1 - (x - low) / range, exponent), 1 / exponent) - 1
                : 1 - Math.Pow(2 * (1 - u) + (2 * u - 1) * Math.Pow(1 - (high - x) / range, exponent), 1 / exponent);
        return Math.Clamp(x + step * range, low, high);
    }
}
