using System.Globalization;
using System.Runtime.InteropServices;
using Assay.Data;
using Assay.Learning;
using Assay.Numerics;

namespace Assay.Value;

/// <summary>The transport between a target and a pool, as a step of a run: kept from time to time, reported, refused if it does not end.</summary>
/// <param name="Solution">Rows are the target's, columns the pool's.</param>
/// <param name="Epsilon">In units of cost.</param>
/// <param name="MeanCost">Of a random pair.</param>
/// <param name="Loose">The pool's potentials as they were at a threshold ten times as loose.</param>
internal sealed record TargetTransport(TransportSolution Solution, double Epsilon, double MeanCost, double[] Loose)
{
    private const double Looser = 10;
    private const long PairsBetweenPieces = 1L << 31; // some seconds

    /// <summary>The pool's potentials: the lowest are the rows that bring the pool nearer to the target.</summary>
    public double[] Potentials => Solution.State.ColumnPotentials;

    /// <summary>Solves, or goes on where a killed run stood.</summary>
    /// <param name="costs">Rows are the target's, columns the pool's.</param>
    /// <param name="targetMass">Of each row of the target.</param>
    /// <param name="poolMass">Of each row of the pool.</param>
    /// <param name="options">How.</param>
    /// <param name="work">Where pieces are kept and who is told.</param>
    /// <param name="stage">Name of the stage, unique within the step.</param>
    /// <exception cref="AssayException">It did not converge.</exception>
    public static TargetTransport Solve(
        TransportCosts costs,
        double[] targetMass,
        double[] poolMass,
        TransportOptions options,
        Work work,
        string stage
    )
    {
        using Workers.LimitScope limit = Workers.Limit(Math.Min(256, work.Threads));
        string looseStage = stage + "-loose";
        double mean = Sinkhorn.MeanCost(costs, targetMass, poolMass, work.Cancellation),
            epsilon = options.Relative ? options.Epsilon * mean : options.Epsilon;
        if (!(epsilon > 0))
            throw new AssayException(
                "all rows of pool and target are the same vector, so that 'relative' has nothing to count in",
                hint: "Write 'relative: false', or embed the rows otherwise."
            );
        SinkhornOptions settings = new()
        {
            Epsilon = epsilon,
            Relaxation = options.Relaxation,
            Threshold = options.Threshold,
            MaxIterations = options.MaxIterations,
        };
        int every = (int)Math.Clamp(PairsBetweenPieces / ((long)costs.Rows * costs.Columns), 1, 1000);
        TransportSolution solution = Sinkhorn.Solve(
            costs,
            targetMass,
            poolMass,
            settings,
            Last(costs, work.Pieces, stage),
            state =>
            {
                if (state.MarginalError < Looser * options.Threshold && !work.Pieces.Has(looseStage, 0))
                    work.Pieces.Write(looseStage, 0, stream => Write(stream, state.ColumnPotentials));
                if (state.Iterations % every == 0)
                    work.Pieces.Write(stage, state.Iterations / every - 1, stream => Write(stream, state));
                work.Progress?.Report(new(stage, state.Iterations, 0, "iterations"));
            },
            work.Cancellation
        );
        Converged(solution, settings);
        double[] loose = new double[costs.Columns];
        using FileStream file = work.Pieces.Open(looseStage, 0);
        file.ReadExactly(MemoryMarshal.AsBytes(loose.AsSpan()));
        return new(solution, epsilon, mean, loose);
    }

    /// <summary>The mass of each distinct row in view: its share of the view's weights, repeats counted.</summary>
    /// <exception cref="AssayException">A weight is not above 0.</exception>
    public static double[] MassOf(View view)
    {
        double[] masses = new double[view.DistinctRows.Length];
        Selection selection = view.Selection;
        for (int i = 0; i < selection.Count; i++)
            masses[view.DistinctRows.BinarySearch(selection.Rows[i])] += selection.Weights?[i] ?? 1;
        int wrong = Array.FindIndex(masses, mass => !(mass > 0) || double.IsInfinity(mass));
        if (wrong >= 0)
            throw new AssayException(
                $"row {view.DistinctRows[wrong]} of '{view.Dataset.Name}' has a weight of {masses[wrong]}, and only weights above 0 can be transported",
                hint: "Drop such rows in a step above."
            );
        return Shares(masses);
    }

    /// <summary>Masses that sum to 1.</summary>
    public static double[] Shares(double[] masses)
    {
        double sum = masses.Sum();
        return Array.ConvertAll(masses, mass => mass / sum);
    }

    /// <summary>Solves for two sets of rows, without keeping anything.</summary>
    /// <exception cref="ArgumentException">A side has no row, features differ, or a number is not finite.</exception>
    /// <exception cref="AssayException">It did not converge.</exception>
    public static TransportSolution Solve(
        Matrix target,
        Matrix pool,
        SinkhornOptions options,
        CancellationToken cancellation
    )
    {
        if (pool.Columns != target.Columns)
            throw new ArgumentException($"The pool has {pool.Columns} features, the target {target.Columns}.");
        TransportCosts costs = TransportCosts.SquaredDistances(target.Values, pool.Values, pool.Columns);
        return Converged(Sinkhorn.Solve(costs, options, cancellation: cancellation), options);
    }

    /// <summary>The solution, if it is one.</summary>
    /// <exception cref="AssayException">It did not converge.</exception>
    public static TransportSolution Converged(TransportSolution solution, SinkhornOptions options) =>
        solution.Converged
            ? solution
            : throw new AssayException(
                Invariant(
                    $"after {solution.State.Iterations} iterations {solution.State.MarginalError:G2} of the mass is still out of place, and the threshold is {options.Threshold}"
                ),
                hint: Invariant(
                    $"Raise 'epsilon' (now {options.Epsilon:G3}; the transport cost is {solution.Cost:G3}), 'threshold' or 'max-iterations'."
                )
            );

    /// <summary>How it went, for a person to read.</summary>
    public string Note() =>
        Invariant(
            $"{Solution.State.Iterations} iterations, {Solution.State.MarginalError:G2} of the mass out of place; transport cost {Solution.Cost:G4} of a mean squared distance of {MeanCost:G4}, epsilon {Epsilon:G3}"
        );

    /// <summary>The share of the best rows that were among the best already at a threshold ten times as loose.</summary>
    /// <param name="count">How many are best, at least 1.</param>
    public double Settled(int count)
    {
        HashSet<int> before = [.. Best(Loose, count)];
        return Best(Potentials, count).Count(before.Contains) / (double)count;
    }

    private static IEnumerable<int> Best(double[] potentials, int count)
    {
        int[] order = [.. Enumerable.Range(0, potentials.Length)];
        Array.Sort([.. potentials], order);
        return order.Take(count);
    }

    private static TransportState? Last(TransportCosts costs, Pieces pieces, string stage)
    {
        int count = 0;
        while (pieces.Has(stage, count))
            count++;
        if (count == 0)
            return null;
        using FileStream stream = pieces.Open(stage, count - 1);
        double[] head = Read(stream, 3);
        return new()
        {
            Iterations = (int)head[0],
            MarginalError = head[1],
            Change = head[2],
            RowPotentials = Read(stream, costs.Rows),
            RowExcess = Read(stream, costs.Rows),
            ColumnPotentials = Read(stream, costs.Columns),
        };
    }

    private static void Write(Stream stream, TransportState state)
    {
        Write(stream, [state.Iterations, state.MarginalError, state.Change]);
        Write(stream, state.RowPotentials);
        Write(stream, state.RowExcess);
        Write(stream, state.ColumnPotentials);
    }

    private static void Write(Stream stream, double[] numbers) => stream.Write(MemoryMarshal.AsBytes(numbers.AsSpan()));

    private static double[] Read(Stream stream, int count)
    {
        double[] numbers = new double[count];
        stream.ReadExactly(MemoryMarshal.AsBytes(numbers.AsSpan()));
        return numbers;
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
