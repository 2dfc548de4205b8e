using System.Globalization;
using System.IO.Compression;
using Assay.Numerics;
using Assay.Plan;

namespace Assay.Evidence;

/// <summary>A problem in closed form, designs of mixed quality that were collected from it, and its true front.</summary>
/// <param name="Problem">The problem: nothing but the evaluation asks it.</param>
/// <param name="Data">What was collected.</param>
/// <param name="Front">Points of the true front, row-major.</param>
public sealed record OfflineTask(BenchmarkProblem Problem, DesignData Data, double[] Front)
{
    // The benchmark's own trick for data that are not all near the front.
    private const double WorstShare = 0.6;
    private const int Population = 100;

    /// <summary>Collects: populations of NSGA-II that keep the worst fronts in six of ten generations, without their best third.</summary>
    /// <param name="problem">The problem.</param>
    /// <param name="front">Points of its true front.</param>
    /// <param name="rows">Rows to keep, drawn at random.</param>
    /// <param name="random">Where the random numbers come from.</param>
    public static OfflineTask Collect(BenchmarkProblem problem, double[] front, int rows, RandomStream random)
    {
        int d = problem.Low.Count,
            m = problem.Objectives,
            generations = 3 * rows / (2 * Population) + 10;
        List<double> designs = [],
            objectives = [];
        RandomStream worst = random.Child("worst");
        new Nsga2(new() { Population = Population, Generations = generations })
        {
            KeepsWorst = _ => worst.NextDouble() < WorstShare,
            // Children only: their parents were seen as children before.
            Watch = (_, all, values) =>
            {
                designs.AddRange(all.AsSpan(Population * d));
                objectives.AddRange(values.AsSpan(Population * m));
            },
        }.Run(problem, [], random.Child("search"));
        double[] seen = [.. designs],
            measured = [.. objectives];
        int[] order = Crowding.Order(measured, m);
        int[] left = order[(order.Length / 3)..];
        random.Child("rows").Shuffle<int>(left);
        left = left[..Math.Min(rows, left.Length)];
        DesignColumn[] columns =
        [
            .. Enumerable.Range(0, d).Select(j => new DesignColumn($"x{j + 1}", problem.Low[j], problem.High[j])),
        ];
        return new(
            problem,
            new(
                columns,
                [.. left.SelectMany(row => seen[(row * d)..((row + 1) * d)])],
                [.. left.SelectMany(row => measured[(row * m)..((row + 1) * m)])],
                m
            ),
            front
        );
    }

    /// <summary>Reads a front: numbers with blanks between, a point a line, gzipped.</summary>
    public static double[] ReadFront(string path)
    {
        using StreamReader reader = new(new GZipStream(File.OpenRead(path), CompressionMode.Decompress));
        return
        [
            .. reader
                .ReadToEnd()
                .Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)
                .Select(word => double.Parse(word, CultureInfo.InvariantCulture)),
        ];
    }

    /// <summary>The true objectives of a proposal; of designs outside of the bounds only where they are numbers (a root of what is negative is none).</summary>
    public double[] Truth(DesignProposal proposal)
    {
        double[] objectives = new double[proposal.Count * Data.M];
        Problem.Evaluate(proposal.Designs, objectives);
        return [.. objectives.Chunk(Data.M).Where(row => row.All(double.IsFinite)).SelectMany(row => row)];
    }

    /// <summary>How far points lie behind the true front on average (GD+), objectives scaled by the data.</summary>
    public double Distance(double[] objectives) =>
        Indicators.GenerationalDistancePlus(Data.Scaled(objectives), Data.Scaled(Front), Data.M);

    /// <summary>How far the true front lies before the points on average (IGD+), objectives scaled by the data.</summary>
    public double InvertedDistance(double[] objectives) =>
        Indicators.InvertedGenerationalDistancePlus(Data.Scaled(objectives), Data.Scaled(Front), Data.M);
}
