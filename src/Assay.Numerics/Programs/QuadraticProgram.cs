namespace Assay.Numerics;

/// <summary>Minimise half a convex quadratic form plus a linear one, x'Qx / 2 + c'x, over the points of a linear program.</summary>
/// <param name="Curvature">Q: square, symmetric, without negative eigenvalues; zeros make it a linear program.</param>
/// <param name="Linear">c as its objective, with the constraints and the bounds.</param>
public sealed record QuadraticProgram(double[,] Curvature, LinearProgram Linear)
{
    /// <summary>A program over the simplex: weights that are not negative and sum to 1.</summary>
    /// <param name="curvature">Q.</param>
    /// <param name="objective">c.</param>
    public static QuadraticProgram OnSimplex(double[,] curvature, IReadOnlyList<double> objective) =>
        new(curvature, new(objective, [new("sum", [.. objective.Select(_ => 1.0)], Relation.Equal, 1)]));

    /// <summary>The objective at a point.</summary>
    public double Value(IReadOnlyList<double> at)
    {
        double[] gradient = Gradient(at);
        double sum = 0;
        for (int j = 0; j < at.Count; j++)
            sum += (gradient[j] + Linear.Objective[j]) / 2 * at[j];
        return sum;
    }

    /// <summary>The gradient at a point, Qx + c.</summary>
    public double[] Gradient(IReadOnlyList<double> at)
    {
        double[] gradient = [.. Linear.Objective];
        for (int j = 0; j < gradient.Length; j++)
        for (int k = 0; k < gradient.Length; k++)
            gradient[j] += Curvature[j, k] * at[k];
        return gradient;
    }

    /// <summary>By how much a point violates a constraint or a bound at most; 0 where it is feasible.</summary>
    public double Violation(IReadOnlyList<double> at) => Linear.Violation(at);

    /// <summary>A number that no feasible point has a smaller objective than, whatever the point and the multipliers; negative infinity where they say nothing.</summary>
    /// <remarks>
    /// A convex function lies above its tangent, and the tangent is linear: f(z) >= f(x) - f'(x)x + min of f'(x)z, which
    /// <see cref="LinearProgram.DualBound"/> bounds. At the optimum, with its multipliers, it is the objective.
    /// </remarks>
    /// <param name="at">Any point.</param>
    /// <param name="duals">Multipliers as of a linear program.</param>
    public double Bound(IReadOnlyList<double> at, IReadOnlyList<double> duals)
    {
        double[] gradient = Gradient(at);
        double along = 0;
        for (int j = 0; j < gradient.Length; j++)
            along += gradient[j] * at[j];
        return Value(at) - along + (Linear with { Objective = gradient }).DualBound(duals);
    }

    internal void Check()
    {
        Linear.Check();
        int n = Linear.Variables;
        if (Curvature.GetLength(0) != n || Curvature.GetLength(1) != n)
            throw new ArgumentException(
                $"A curvature of {Curvature.GetLength(0)} x {Curvature.GetLength(1)} for {n} variables."
            );
        double size = 0;
        foreach (double value in Curvature)
            size = double.IsFinite(value)
                ? Math.Max(size, Math.Abs(value))
                : throw new ArgumentException("A number of the curvature is not finite.");
        for (int j = 0; j < n; j++)
        for (int k = 0; k < j; k++)
            if (Math.Abs(Curvature[j, k] - Curvature[k, j]) > 1e-12 * size)
                throw new ArgumentException($"The curvature is not symmetric at {j}, {k}.");
        if (SymmetricEigen.Of(Curvature).Values.Any(value => value < -1e-10 * n * size))
            throw new ArgumentException("The curvature has a negative eigenvalue: the program is not convex.");
    }
}

/// <summary>The solution of a <see cref="QuadraticProgram"/>, with its proof.</summary>
public sealed record QuadraticSolution
{
    /// <summary>What came of it.</summary>
    public required ProgramStatus Status { get; init; }

    /// <summary>The variables at the optimum; where it is unbounded or ended early, a feasible point; empty where it is infeasible.</summary>
    public IReadOnlyList<double> Values { get; init; } = [];

    /// <summary>The objective at the optimum: infinity where it is infeasible, negative infinity where it is unbounded.</summary>
    public required double Objective { get; init; }

    /// <summary>
    /// Multipliers of the constraints. At an optimum <see cref="QuadraticProgram.Bound"/> of the point and them is the objective; where it is
    /// infeasible <see cref="LinearProgram.Contradiction"/> of them is positive. Either can be checked without the solver.
    /// </summary>
    public IReadOnlyList<double> Duals { get; init; } = [];

    /// <summary>Where it is unbounded: a direction without curvature that stays feasible for ever and lowers the objective.</summary>
    public IReadOnlyList<double> Ray { get; init; } = [];

    /// <summary>Where it is infeasible: names of constraints that cannot hold together within the bounds; without any one of them they can.</summary>
    public IReadOnlyList<string> Conflict { get; init; } = [];
}
