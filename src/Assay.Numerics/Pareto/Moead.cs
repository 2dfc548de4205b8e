namespace Assay.Numerics;

/// <summary>A genetic search that divides the front: one design for each weight, neighbours of which exchange children.</summary>
/// <remarks>
/// Zhang and Li, "MOEA/D: A Multiobjective Evolutionary Algorithm Based on Decomposition" (2007), by the weighted Chebyshev distance from the
/// best value of each objective, objectives scaled by the population; a child replaces two neighbours at most (Li and Zhang, 2009). The
/// children of a generation are evaluated together. The same seed gives the same designs on any number of threads.
/// </remarks>
/// <param name="options">How long and how widely; there are at least as many weights as the population.</param>
public sealed class Moead(GeneticOptions options)
{
    private const int NeighbourhoodSize = 20;
    private const double WithinNeighbourhood = 0.9;
    private const int MostReplaced = 2;
    private const double LeastWeight = 1e-6;
    private readonly GeneticVariation _variation = new(options);

    /// <summary>Searches.</summary>
    /// <param name="problem">What; two objectives at least.</param>
    /// <param name="start">Designs to begin with, row-major, clipped to the bounds; filled up with uniform ones. May be empty.</param>
    /// <param name="random">Where the random numbers come from.</param>
    /// <param name="cancellation">Heard between generations.</param>
    /// <returns>A design for each weight, and its objectives.</returns>
    public (double[] Designs, double[] Objectives) Run(
        IBoxProblem problem,
        ReadOnlySpan<double> start,
        RandomStream random,
        CancellationToken cancellation = default
    )
    {
        int d = problem.Low.Count,
            m = problem.Objectives,
            p = 1;
        while (ReferenceDirections.Count(m, p) < options.Population)
            p++;
        double[] weights = ReferenceDirections.DasDennis(m, p);
        int n = weights.Length / m;
        int[][] neighbours = Neighbours(weights, m, Math.Min(NeighbourhoodSize, n));
        int[] everyone = [.. Enumerable.Range(0, n)];
        double[] designs = GeneticVariation.First(problem, n, start, random.Child("start")),
            objectives = new double[n * m],
            children = new double[n * d],
            childObjectives = new double[n * m],
            spare = new double[d];
        problem.Evaluate(designs, objectives);
        Assign(designs, objectives, weights, d, m);
        double[] ideal = [.. Enumerable.Range(0, m).Select(j => Column(objectives, m, j).Min())];
        int[][] pools = new int[n][];
        for (int generation = 0; generation < options.Generations; generation++)
        {
            cancellation.ThrowIfCancellationRequested();
            RandomStream draws = random.Child(generation);
            for (int i = 0; i < n; i++)
            {
                pools[i] = draws.NextDouble() < WithinNeighbourhood ? neighbours[i] : everyone;
                int mother = pools[i][draws.NextInt32(pools[i].Length)],
                    father = pools[i][draws.NextInt32(pools[i].Length)];
                _variation.Children(
                    problem,
                    designs.AsSpan(mother * d, d),
                    designs.AsSpan(father * d, d),
                    children.AsSpan(i * d, d),
                    spare,
                    draws
                );
            }
            problem.Evaluate(children, childObjectives);
            for (int i = 0; i < childObjectives.Length; i++)
                ideal[i % m] = Math.Min(ideal[i % m], childObjectives[i]);
            double[] ranges = Ranges(objectives, ideal, m);
            for (int i = 0; i < n; i++)
                Replace(i);

            void Replace(int child)
            {
                int[] order = [.. pools[child]];
                draws.Shuffle<int>(order);
                int replaced = 0;
                foreach (int k in order)
                {
                    ReadOnlySpan<double> weight = weights.AsSpan(k * m, m),
                        candidate = childObjectives.AsSpan(child * m, m);
                    if (
                        Distance(candidate, weight, ideal, ranges)
                        >= Distance(objectives.AsSpan(k * m, m), weight, ideal, ranges)
                    )
                        continue;
                    candidate.CopyTo(objectives.AsSpan(k * m));
                    children.AsSpan(child * d, d).CopyTo(designs.AsSpan(k * d));
                    if (++replaced == MostReplaced)
                        return;
                }
            }
        }
        return (designs, objectives);
    }

    // Each weight in turn takes the design nearest to the ideal by it of those that are left.
    private static void Assign(double[] designs, double[] objectives, double[] weights, int d, int m)
    {
        double[] ideal = [.. Enumerable.Range(0, m).Select(j => Column(objectives, m, j).Min())],
            ranges = Ranges(objectives, ideal, m),
            from = [.. designs],
            values = [.. objectives];
        List<int> left = [.. Enumerable.Range(0, objectives.Length / m)];
        for (int i = 0; left.Count > 0; i++)
        {
            int taken = left.MinBy(row => Distance(values.AsSpan(row * m, m), weights.AsSpan(i * m, m), ideal, ranges));
            left.Remove(taken);
            from.AsSpan(taken * d, d).CopyTo(designs.AsSpan(i * d));
            values.AsSpan(taken * m, m).CopyTo(objectives.AsSpan(i * m));
        }
    }

    private static double Distance(ReadOnlySpan<double> f, ReadOnlySpan<double> weight, double[] ideal, double[] ranges)
    {
        double largest = double.NegativeInfinity;
        for (int j = 0; j < f.Length; j++)
            largest = Math.Max(largest, Math.Max(weight[j], LeastWeight) * (f[j] - ideal[j]) / ranges[j]);
        return largest;
    }

    private static double[] Ranges(double[] objectives, double[] ideal, int m) =>
        [
            .. Enumerable
                .Range(0, m)
                .Select(j => Column(objectives, m, j).Max() - ideal[j] is > 0 and double range ? range : 1),
        ];

    private static int[][] Neighbours(double[] weights, int m, int count)
    {
        int n = weights.Length / m;
        double SquaredDistance(int a, int b)
        {
            double sum = 0;
            for (int j = 0; j < m; j++)
                sum += (weights[a * m + j] - weights[b * m + j]) * (weights[a * m + j] - weights[b * m + j]);
            return sum;
        }
        return
        [
            .. Enumerable
                .Range(0, n)
                .Select(i => Enumerable.Range(0, n).OrderBy(k => SquaredDistance(i, k)).Take(count).ToArray()),
        ];
    }

    private static IEnumerable<double> Column(double[] rows, int m, int column)
    {
        for (int i = column; i < rows.Length; i += m)
            yield return rows[i];
    }
}
