namespace Assay.Numerics;

/// <summary>What came of a program.</summary>
public enum ProgramStatus
{
    /// <summary>An optimum was found, and proven to be one.</summary>
    Optimal,

    /// <summary>No point satisfies the constraints.</summary>
    Infeasible,

    /// <summary>The objective falls without end.</summary>
    Unbounded,

    /// <summary>The search ended before a proof: the best point so far, if any, and a bound.</summary>
    Limit,
}

/// <summary>The solution of a <see cref="LinearProgram"/>, with its proof.</summary>
public sealed record LinearSolution
{
    /// <summary>What came of it.</summary>
    public required ProgramStatus Status { get; init; }

    /// <summary>The variables at the optimum; where it is unbounded, a feasible point; empty where it is infeasible.</summary>
    public IReadOnlyList<double> Values { get; init; } = [];

    /// <summary>The objective at the optimum: infinity where it is infeasible, negative infinity where it is unbounded.</summary>
    public required double Objective { get; init; }

    /// <summary>
    /// Multipliers of the constraints. At an optimum <see cref="LinearProgram.DualBound"/> of them is the objective; where it is infeasible
    /// <see cref="LinearProgram.Contradiction"/> of them is positive. Either can be checked without the solver.
    /// </summary>
    public IReadOnlyList<double> Duals { get; init; } = [];

    /// <summary>Where it is unbounded: a direction that stays feasible for ever and lowers the objective.</summary>
    public IReadOnlyList<double> Ray { get; init; } = [];

    /// <summary>Where it is infeasible: names of constraints that cannot hold together within the bounds; without any one of them they can.</summary>
    public IReadOnlyList<string> Conflict { get; init; } = [];
}
