namespace Assay.Numerics;

/// <summary>Optimal transport with an entropy term, by Sinkhorn's algorithm in the log domain, without the matrix of costs.</summary>
/// <remarks>
/// <para>Minimises sum P C + epsilon KL(P | a b'), where P has row sums a and column sums b (Cuturi, "Sinkhorn distances", 2013). The
/// potentials f (of rows) and g (of columns) solve the dual, P = a b' exp((f + g - C) / epsilon), and g is the derivative of the
/// value by the mass of each column, up to a constant (<see cref="CalibratedGradient"/>).</para>
/// <para>An iteration updates f and then g, over-relaxed (Thibault et al., 2021): f becomes (1 - w) f + w f*, where f* makes row sums
/// right. Costs are computed once an iteration, in blocks of columns; columns are dealt to chunks by their number alone, so the
/// numbers do not depend on threads. An iteration whose relaxed sums leave the range of double is done again without relaxation.</para>
/// <code>
/// TransportSolution moved = Sinkhorn.Solve(TransportCosts.SquaredDistances(target, pool, 64), new() { Epsilon = 0.1 });
/// double[] gradient = CalibratedGradient.Exact(moved.State.ColumnPotentials); // lowest: what brings the pool nearer
/// </code>
/// </remarks>
public static class Sinkhorn
{
    /// <summary>Solves with equal masses; see <see cref="Solve(TransportCosts, double[], double[], SinkhornOptions, TransportState, Action{TransportState}, CancellationToken)"/>.</summary>
    public static TransportSolution Solve(
        TransportCosts costs,
        SinkhornOptions options,
        TransportState? from = null,
        Action<TransportState>? visit = null,
        CancellationToken cancellation = default
    ) => Solve(costs, Uniform(costs.Rows), Uniform(costs.Columns), options, from, visit, cancellation);

    /// <summary>Iterates until the marginals are right, or for as long as the options allow.</summary>
    /// <param name="costs">Costs of rows and columns.</param>
    /// <param name="rowMass">Mass of each row: positive, with sum 1.</param>
    /// <param name="columnMass">Mass of each column: positive, with sum 1.</param>
    /// <param name="options">How smooth, how fast, how far.</param>
    /// <param name="from">Where to go on from: a state of the same problem and epsilon; null starts at f = g = 0.</param>
    /// <param name="visit">Hears of every iteration; may keep the state.</param>
    /// <param name="cancellation">Asks to stop; honoured block by block.</param>
    /// <exception cref="ArgumentException">Lengths differ, or masses are not positive with sum 1.</exception>
    public static TransportSolution Solve(
        TransportCosts costs,
        double[] rowMass,
        double[] columnMass,
        SinkhornOptions options,
        TransportState? from = null,
        Action<TransportState>? visit = null,
        CancellationToken cancellation = default
    )
    {
        options.Check();
        CheckMass(rowMass, costs.Rows, "row");
        CheckMass(columnMass, costs.Columns, "column");
        SinkhornPasses passes = new(costs, rowMass, columnMass, options.Epsilon, cancellation);
        TransportState state = from ?? passes.Start();
        if (state.RowPotentials.Length != costs.Rows || state.ColumnPotentials.Length != costs.Columns)
            throw new ArgumentException(
                $"A state of {state.RowPotentials.Length} x {state.ColumnPotentials.Length} does not fit {costs.Rows} x {costs.Columns}."
            );
        while (state.MarginalError >= options.Threshold && state.Iterations < options.MaxIterations)
        {
            state = passes.Iterate(state, options.Relaxation) ?? passes.Iterate(state, 1)!;
            visit?.Invoke(state);
        }
        (double mass, double cost) = passes.Measure(state);
        double value = -options.Epsilon * (mass - 1);
        for (int i = 0; i < rowMass.Length; i++)
            value += rowMass[i] * state.RowPotentials[i];
        for (int j = 0; j < columnMass.Length; j++)
            value += columnMass[j] * state.ColumnPotentials[j];
        return new()
        {
            State = state,
            Converged = state.MarginalError < options.Threshold,
            Value = value,
            Cost = cost,
        };
    }

    /// <summary>The mean cost of a random pair, which makes an epsilon relative.</summary>
    public static double MeanCost(TransportCosts costs, CancellationToken cancellation = default) =>
        MeanCost(costs, Uniform(costs.Rows), Uniform(costs.Columns), cancellation);

    /// <summary>The mean cost of a pair that is drawn by mass.</summary>
    /// <exception cref="ArgumentException">Lengths differ, or masses are not positive with sum 1.</exception>
    public static double MeanCost(
        TransportCosts costs,
        double[] rowMass,
        double[] columnMass,
        CancellationToken cancellation = default
    )
    {
        CheckMass(rowMass, costs.Rows, "row");
        CheckMass(columnMass, costs.Columns, "column");
        return new SinkhornPasses(costs, rowMass, columnMass, 1, cancellation).MeanCost();
    }

    private static double[] Uniform(int count)
    {
        double[] masses = new double[count];
        Array.Fill(masses, 1.0 / count);
        return masses;
    }

    private static void CheckMass(double[] masses, int count, string which)
    {
        if (masses.Length != count)
            throw new ArgumentException($"{masses.Length} masses do not fit {count} {which}s.");
        double sum = 0;
        for (int i = 0; i < count; i++)
        {
            if (!(masses[i] > 0) || double.IsInfinity(masses[i]))
                throw new ArgumentException($"The mass of {which} {i} is {masses[i]}; it must be positive and finite.");
            sum += masses[i];
        }
        if (Math.Abs(sum - 1) > 1e-6)
            throw new ArgumentException($"The masses of {which}s sum to {sum}, not to 1.");
    }
}

/// <summary>How <see cref="Sinkhorn"/> works.</summary>
public sealed record SinkhornOptions
{
    /// <summary>How smooth the plan is, in units of cost, above 0; the value tends to exact transport as it falls. Default: 0.1.</summary>
    public double Epsilon { get; init; } = 0.1;

    /// <summary>Over-relaxation w, from 1 (none) to below 2; changes the number of iterations, not where they end. Default: 1.</summary>
    public double Relaxation { get; init; } = 1;

    /// <summary>Iterations end when the sum of what rows and columns miss of their masses, and have beyond, is below this. Default: 1e-6.</summary>
    public double Threshold { get; init; } = 1e-6;

    /// <summary>Most iterations, at least 1. Default: 10,000.</summary>
    public int MaxIterations { get; init; } = 10_000;

    internal void Check()
    {
        if (!(Epsilon > 0) || double.IsInfinity(Epsilon))
            throw new ArgumentOutOfRangeException(nameof(Epsilon), Epsilon, "Expected a number above 0.");
        if (!(Relaxation >= 1 && Relaxation < 2))
            throw new ArgumentOutOfRangeException(nameof(Relaxation), Relaxation, "Expected 1 or more, below 2.");
        if (!(Threshold > 0))
            throw new ArgumentOutOfRangeException(nameof(Threshold), Threshold, "Expected a number above 0.");
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxIterations, 1);
    }
}

/// <summary>Where Sinkhorn's algorithm stands after an iteration; enough to go on from.</summary>
public sealed record TransportState
{
    /// <summary>Iterations so far.</summary>
    public required int Iterations { get; init; }

    /// <summary>Potentials f of rows, in units of cost.</summary>
    public required double[] RowPotentials { get; init; }

    /// <summary>Potentials g of columns, in units of cost.</summary>
    public required double[] ColumnPotentials { get; init; }

    /// <summary>The logarithm of what each row has over what it should have: 0 where the plan is right.</summary>
    public required double[] RowExcess { get; init; }

    /// <summary>The sum over rows and columns of what they miss of their mass or have beyond it.</summary>
    public required double MarginalError { get; init; }

    /// <summary>The largest change of a potential in the last iteration, in units of cost.</summary>
    public required double Change { get; init; }
}

/// <summary>What Sinkhorn's algorithm found.</summary>
public sealed record TransportSolution
{
    /// <summary>Potentials and errors at the end.</summary>
    public required TransportState State { get; init; }

    /// <summary>Whether the marginals are right to the threshold.</summary>
    public required bool Converged { get; init; }

    /// <summary>The dual value: at convergence, that of the problem with its entropy term.</summary>
    public required double Value { get; init; }

    /// <summary>The sum of plan times cost alone.</summary>
    public required double Cost { get; init; }
}
