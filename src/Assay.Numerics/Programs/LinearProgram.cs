namespace Assay.Numerics;

/// <summary>How a constraint compares with its bound.</summary>
public enum Relation
{
    /// <summary>At most the bound.</summary>
    AtMost,

    /// <summary>At least the bound.</summary>
    AtLeast,

    /// <summary>Equal to the bound.</summary>
    Equal,
}

/// <summary>A linear constraint.</summary>
/// <param name="Name">What it is called where it conflicts with others.</param>
/// <param name="Coefficients">One finite number for each variable.</param>
/// <param name="Relation">How their sum compares.</param>
/// <param name="Bound">With what; finite.</param>
public sealed record LinearConstraint(string Name, IReadOnlyList<double> Coefficients, Relation Relation, double Bound);

/// <summary>Minimise a linear objective over variables between bounds, under linear constraints.</summary>
/// <param name="Objective">One finite number for each variable; to maximise, give them negated.</param>
/// <param name="Constraints">The constraints; there may be none.</param>
/// <param name="Lower">Lower bounds; may be negative infinity.</param>
/// <param name="Upper">Upper bounds; may be infinity.</param>
public sealed record LinearProgram(
    IReadOnlyList<double> Objective,
    IReadOnlyList<LinearConstraint> Constraints,
    IReadOnlyList<double> Lower,
    IReadOnlyList<double> Upper
)
{
    /// <summary>A program of variables from 0 up.</summary>
    public LinearProgram(IReadOnlyList<double> objective, IReadOnlyList<LinearConstraint> constraints)
        : this(
            objective,
            constraints,
            [.. objective.Select(_ => 0.0)],
            [.. objective.Select(_ => double.PositiveInfinity)]
        ) { }

    /// <summary>Number of variables.</summary>
    public int Variables => Objective.Count;

    /// <summary>Checks lengths and numbers.</summary>
    /// <exception cref="ArgumentException">A length does not fit, a number is not finite, or a lower bound is above its upper bound.</exception>
    internal void Check()
    {
        if (Lower.Count != Variables || Upper.Count != Variables)
            throw new ArgumentException(
                $"{Lower.Count} lower and {Upper.Count} upper bounds for {Variables} variables."
            );
        if (!Objective.All(double.IsFinite))
            throw new ArgumentException("A coefficient of the objective is not finite.");
        for (int j = 0; j < Variables; j++)
            if (!(Lower[j] <= Upper[j]) || Lower[j] == double.PositiveInfinity || Upper[j] == double.NegativeInfinity)
                throw new ArgumentException($"The bounds [{Lower[j]}, {Upper[j]}] of variable {j} hold no number.");
        foreach (LinearConstraint constraint in Constraints)
            if (constraint.Coefficients.Count != Variables)
                throw new ArgumentException(
                    $"The constraint '{constraint.Name}' has {constraint.Coefficients.Count} coefficients for {Variables} variables."
                );
            else if (!constraint.Coefficients.All(double.IsFinite) || !double.IsFinite(constraint.Bound))
                throw new ArgumentException($"A number of the constraint '{constraint.Name}' is not finite.");
    }

    /// <summary>The objective at a point.</summary>
    public double Value(IReadOnlyList<double> at)
    {
        double sum = 0;
        for (int j = 0; j < Variables; j++)
            sum += Objective[j] * at[j];
        return sum;
    }

    /// <summary>By how much a point violates a constraint or a bound at most; 0 where it is feasible.</summary>
    public double Violation(IReadOnlyList<double> at)
    {
        double worst = 0;
        for (int j = 0; j < Variables; j++)
            worst = Math.Max(worst, Math.Max(Lower[j] - at[j], at[j] - Upper[j]));
        foreach (LinearConstraint constraint in Constraints)
        {
            double sum = -constraint.Bound;
            for (int j = 0; j < Variables; j++)
                sum += constraint.Coefficients[j] * at[j];
            worst = Math.Max(
                worst,
                constraint.Relation switch
                {
                    Relation.AtMost => sum,
                    Relation.AtLeast => -sum,
                    _ => Math.Abs(sum),
                }
            );
        }
        return worst;
    }

    /// <summary>A number that no feasible point has a smaller objective than, whatever the multipliers; negative infinity where they say nothing.</summary>
    /// <remarks>Weak duality: y b + sum_j min of (c - yA)_j x_j over the bounds of x_j, for multipliers of the right sign.</remarks>
    /// <param name="duals">One for each constraint: at most 0 for <see cref="Relation.AtMost"/>, at least 0 for <see cref="Relation.AtLeast"/>.</param>
    public double DualBound(IReadOnlyList<double> duals) => BoundOf(duals, Objective);

    /// <summary>How strongly multipliers prove that there is no feasible point: they do if it is positive.</summary>
    /// <remarks>Farkas: the dual bound of the objective 0, which no feasible point can have above 0.</remarks>
    public double Contradiction(IReadOnlyList<double> multipliers) => BoundOf(multipliers, null);

    private double BoundOf(IReadOnlyList<double> duals, IReadOnlyList<double>? objective)
    {
        double bound = 0;
        for (int i = 0; i < Constraints.Count; i++)
        {
            if (
                Constraints[i].Relation == Relation.AtMost
                    ? duals[i] > 0
                    : Constraints[i].Relation == Relation.AtLeast && duals[i] < 0
            )
                return double.NegativeInfinity;
            bound += duals[i] * Constraints[i].Bound;
        }
        for (int j = 0; j < Variables; j++)
        {
            double reduced = objective?[j] ?? 0,
                size = Math.Abs(reduced);
            for (int i = 0; i < Constraints.Count; i++)
            {
                double part = duals[i] * Constraints[i].Coefficients[j];
                reduced -= part;
                size = Math.Max(size, Math.Abs(part));
            }
            // What is left of numbers that cancel is rounding, and would meet infinite bounds.
            if (Math.Abs(reduced) <= 1e-9 * Math.Max(1, size))
            {
                if (double.IsInfinity(Lower[j]) || double.IsInfinity(Upper[j]))
                    continue;
            }
            if (reduced != 0)
                bound += reduced * (reduced > 0 ? Lower[j] : Upper[j]);
        }
        return bound;
    }
}
