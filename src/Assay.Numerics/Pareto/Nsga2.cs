namespace Assay.Numerics;

/// <summary>A genetic search for the Pareto front: fronts first, then crowding.</summary>
/// <remarks>
/// Deb, Pratap, Agarwal and Meyarivan, "A Fast and Elitist Multiobjective Genetic Algorithm: NSGA-II" (2002), with <see cref="GeneticVariation"/>. The same seed gives the same
/// designs on any number of threads, as long as the problem does.
/// </remarks>
/// <param name="options">How long and how widely.</param>
public sealed class Nsga2(GeneticOptions options)
{
    private readonly GeneticVariation _variation = new(options);

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
        double[] designs = GeneticVariation.First(problem, n, start, random.Child("start")),
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
            _variation.Children(
                problem,
                designs.AsSpan(mother * d, d),
                designs.AsSpan(father * d, d),
                children.AsSpan(child * d, d),
                child + 1 < n ? children.AsSpan((child + 1) * d, d) : new double[d],
                random
            );
        }
        return children;
    }

    private static void Take(double[] rows, int width, int[] kept, double[] to)
    {
        for (int i = 0; i < kept.Length; i++)
            rows.AsSpan(kept[i] * width, width).CopyTo(to.AsSpan(i * width));
    }
}
