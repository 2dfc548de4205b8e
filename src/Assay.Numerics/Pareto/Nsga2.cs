using System.ComponentModel.DataAnnotations;

namespace Assay.Numerics;

/// <summary>How long and how widely <see cref="Nsga2"/> searches. Defaults are those of Deb and others (2002), section V.</summary>
public sealed record Nsga2Options
{
    /// <summary>Designs of a generation, at least 4.</summary>
    [Range(4, 100_000)]
    public int Population { get; init; } = 100;

    /// <summary>Generations, at least 1.</summary>
    [Range(1, 1_000_000)]
    public int Generations { get; init; } = 250;

    /// <summary>Probability that two parents are crossed.</summary>
    [Range(0.0, 1.0)]
    public double Crossover { get; init; } = 0.9;

    /// <summary>Distribution index of the crossover: the higher, the closer children are to their parents.</summary>
    [Range(0.0, 1000.0)]
    public double CrossoverIndex { get; init; } = 20;

    /// <summary>Distribution index of the mutation: the higher, the smaller the steps.</summary>
    [Range(0.0, 1000.0)]
    public double MutationIndex { get; init; } = 20;
}

/// <summary>A genetic search for the Pareto front: fronts first, then crowding.</summary>
/// <remarks>
/// Deb, Pratap, Agarwal and Meyarivan, "A Fast and Elitist Multiobjective Genetic Algorithm: NSGA-II" (2002), with simulated binary
/// crossover and polynomial mutation (each variable with probability 1 / d), both within the bounds. The same seed gives the same
/// designs on any number of threads, as long as the problem does.
/// </remarks>
/// <param name="options">How long and how widely.</param>
public sealed class Nsga2(Nsga2Options options)
{
    /// <summary>Sees each generation's designs and objectives before selection: parents, then children.</summary>
    public Action<int, double[], double[]>? Watch { get; init; }

    /// <summary>
    /// Of a generation, whether the worst fronts are kept and not the best. Benchmarks collect data of mixed quality so; null never is.
    /// </summary>
    public Func<int, bool>? KeepsWorst { get; init; }

    /// <summary>Searches.</summary>
    /// <param name="problem">What.</param>
    /// <param name="start">Designs to begin with, row-major, clipped to the bounds; filled up with uniform ones. May be empty.</param>
    /// <param name="random">Where the random numbers come from.</param>
    /// <param name="cancellation">Heard between generations.</param>
    /// <returns>The last population and its objectives, best fronts first.</returns>
    public (double[] Designs, double[] Objectives) Run(
        IBoxProblem problem,
        ReadOnlySpan<double> start,
        RandomStream random,
        CancellationToken cancellation = default
    )
    {
        int d = problem.Low.Count,
            m = problem.Objectives,
            n = options.Population;
        if (start.Length % d != 0)
            throw new ArgumentException(
                $"{start.Length} numbers are not whole designs of {d} variables.",
                nameof(start)
            );
        double[] designs = First(problem, start, random.Child("start")),
            objectives = new double[n * m];
        problem.Evaluate(designs, objectives);
        for (int generation = 0; generation < options.Generations; generation++)
        {
            cancellation.ThrowIfCancellationRequested();
            double[] children = Children(problem, designs, objectives, random.Child(generation));
            double[] childObjectives = new double[n * m];
            problem.Evaluate(children, childObjectives);
            double[] all = [.. designs, .. children],
                allObjectives = [.. objectives, .. childObjectives];
            Watch?.Invoke(generation, all, allObjectives);
            bool worst = KeepsWorst?.Invoke(generation) ?? false;
            int[] kept = Crowding.Order(allObjectives, m);
            kept = worst ? kept[^n..] : kept[..n];
            Take(all, d, kept, designs);
            Take(allObjectives, m, kept, objectives);
        }
        return (designs, objectives);
    }

    private double[] First(IBoxProblem problem, ReadOnlySpan<double> start, RandomStream random)
    {
        int d = problem.Low.Count;
        double[] designs = new double[options.Population * d];
        for (int i = 0; i < designs.Length; i++)
        {
            double low = problem.Low[i % d],
                high = problem.High[i % d];
            designs[i] = i < start.Length ? Math.Clamp(start[i], low, high) : low + random.NextDouble() * (high - low);
        }
        return designs;
    }

    private double[] Children(IBoxProblem problem, double[] designs, double[] objectives, RandomStream random)
    {
        int d = problem.Low.Count,
            m = problem.Objectives,
            n = options.Population;
        // Who comes first in the order of fronts and crowding wins a tournament.
        int[] place = new int[n];
        int[] order = Crowding.Order(objectives, m);
        for (int i = 0; i < n; i++)
            place[order[i]] = i;
        int Parent()
        {
            int a = random.NextInt32(n),
                b = random.NextInt32(n);
            return place[a] <= place[b] ? a : b;
        }
        double[] children = new double[n * d];
        for (int child = 0; child < n; child += 2)
        {
            int mother = Parent(),
                father = Parent();
            bool crossed = random.NextDouble() < options.Crossover;
            for (int j = 0; j < d; j++)
            {
                double a = designs[mother * d + j],
                    b = designs[father * d + j],
                    low = problem.Low[j],
                    high = problem.High[j];
                if (crossed && random.NextDouble() < 0.5)
                    (a, b) = Cross(a, b, low, high, random);
                children[child * d + j] = Mutated(a, low, high, d, random);
                double second = Mutated(b, low, high, d, random);
                if (child + 1 < n)
                    children[(child + 1) * d + j] = second;
            }
        }
        return children;
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

    private static void Take(double[] rows, int width, int[] kept, double[] to)
    {
        for (int i = 0; i < kept.Length; i++)
            rows.AsSpan(kept[i] * width, width).CopyTo(to.AsSpan(i * width));
    }
}
