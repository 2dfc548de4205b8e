namespace Assay.Plan.Prescribe;

/// <summary>One change that a row allows: a column to another level.</summary>
/// <param name="Column">The column, from 0.</param>
/// <param name="Level">The level, from 0: one of the column's own.</param>
/// <param name="Gain">What the score is expected to gain.</param>
/// <param name="Resistance">How unwilling the row is to change this column, rho, at least 0.</param>
/// <param name="Cost">What the change costs, c, at least 0.</param>
/// <param name="Fixed">Effort of the change whatever its size, at least 0.</param>
public sealed record CandidateChange(
    int Column,
    int Level,
    double Gain,
    double Resistance,
    double Cost,
    double Fixed = 0
)
{
    /// <summary>Resistance times cost, and what is fixed.</summary>
    public double Effort => Resistance * Cost + Fixed;
}

/// <summary>What changes must keep to.</summary>
public sealed record ChangeLimits
{
    /// <summary>Changes at most, K, at least 0.</summary>
    public int MaxChanges { get; init; } = int.MaxValue;

    /// <summary>Sum of the changes' costs at most, B; null for any.</summary>
    public double? Budget { get; init; }

    /// <summary>What ties columns together.</summary>
    public IReadOnlyList<Coupling> Couplings { get; init; } = [];
}

/// <summary>How two columns are tied.</summary>
public enum CouplingKind
{
    /// <summary>The column changes only where the other does.</summary>
    Needs,

    /// <summary>One of both changes at most.</summary>
    Excludes,

    /// <summary>The column changes in any case.</summary>
    Always,
}

/// <summary>A tie between columns.</summary>
/// <param name="Kind">How.</param>
/// <param name="Column">The column.</param>
/// <param name="Other">The other one; the same for <see cref="CouplingKind.Always"/>.</param>
/// <param name="Name">What it is called where it conflicts with others.</param>
public sealed record Coupling(CouplingKind Kind, int Column, int Other, string Name);

/// <summary>The changes to make.</summary>
/// <param name="Changes">Them, in the order of the columns; none is an answer too.</param>
/// <param name="Objective">What was maximised, or minimised.</param>
/// <param name="Conflict">Where no changes do: the constraints that cannot hold together; else empty.</param>
public sealed record ChosenChanges(
    IReadOnlyList<CandidateChange> Changes,
    double Objective,
    IReadOnlyList<string> Conflict
)
{
    /// <summary>Whether the constraints can hold.</summary>
    public bool IsFeasible => Conflict.Count == 0;

    /// <summary>Sum of the gains.</summary>
    public double Gain => Changes.Sum(change => change.Gain);

    /// <summary>Sum of the efforts.</summary>
    public double Effort => Changes.Sum(change => change.Effort);
}
