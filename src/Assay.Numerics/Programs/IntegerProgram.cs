namespace Assay.Numerics;

/// <summary>A linear program some of whose variables must be whole: 0 or 1 between the bounds 0 and 1, or any whole numbers.</summary>
/// <param name="Linear">The program; whole variables need finite bounds.</param>
/// <param name="IsWhole">For each variable, whether it must be whole.</param>
public sealed record IntegerProgram(LinearProgram Linear, IReadOnlyList<bool> IsWhole)
{
    /// <summary>A program all of whose variables are 0 or 1.</summary>
    /// <param name="objective">To be minimised.</param>
    /// <param name="constraints">The constraints.</param>
    public static IntegerProgram Binary(IReadOnlyList<double> objective, IReadOnlyList<LinearConstraint> constraints) =>
        new(
            new(objective, constraints, [.. objective.Select(_ => 0.0)], [.. objective.Select(_ => 1.0)]),
            [.. objective.Select(_ => true)]
        );

    /// <summary>The part of the program below or above a value of a variable, or null where the bounds leave none.</summary>
    internal IntegerProgram? Branch(int variable, double floor, bool below)
    {
        double[] bounds = [.. below ? Linear.Upper : Linear.Lower];
        bounds[variable] = below ? Math.Min(bounds[variable], floor) : Math.Max(bounds[variable], floor + 1);
        if (below ? bounds[variable] < Linear.Lower[variable] : bounds[variable] > Linear.Upper[variable])
            return null;
        return this with { Linear = below ? Linear with { Upper = bounds } : Linear with { Lower = bounds } };
    }

    internal void Check()
    {
        Linear.Check();
        if (IsWhole.Count != Linear.Variables)
            throw new ArgumentException($"{IsWhole.Count} marks for {Linear.Variables} variables.");
        for (int j = 0; j < IsWhole.Count; j++)
            if (IsWhole[j] && (double.IsInfinity(Linear.Lower[j]) || double.IsInfinity(Linear.Upper[j])))
                throw new ArgumentException($"Variable {j} must be whole and has no finite bounds.");
    }
}

/// <summary>A part of the search, as a proof that nothing better is in it.</summary>
/// <param name="Variable">The variable that was branched on, or -1 for a leaf.</param>
/// <param name="Floor">The branch below has it at most this, the one above at least one more.</param>
/// <param name="Below">The branch below, or null for a leaf.</param>
/// <param name="Above">The branch above, or null for a leaf.</param>
/// <param name="Duals">Of a leaf: multipliers of the constraints.</param>
/// <param name="IsEmpty">Of a leaf: whether they show that no point is in it, rather than that none is better.</param>
public sealed record BranchProof(
    int Variable,
    double Floor,
    BranchProof? Below,
    BranchProof? Above,
    IReadOnlyList<double> Duals,
    bool IsEmpty
)
{
    /// <summary>The least objective that this shows any whole point of a program to have; infinity where it shows that there is none. Needs no solver.</summary>
    public double Bound(IntegerProgram program)
    {
        LinearProgram linear = program.Linear;
        if (Variable < 0)
            return !IsEmpty ? linear.DualBound(Duals)
                : linear.Contradiction(Duals) > 0 ? double.PositiveInfinity
                : double.NegativeInfinity;
        return Math.Min(
            BoundOf(Below!, program, Variable, Floor, below: true),
            BoundOf(Above!, program, Variable, Floor, below: false)
        );
    }

    private static double BoundOf(BranchProof branch, IntegerProgram program, int variable, double floor, bool below) =>
        program.Branch(variable, floor, below) is { } part ? branch.Bound(part) : double.PositiveInfinity;
}
