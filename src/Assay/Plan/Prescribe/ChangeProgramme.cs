using Assay.Numerics;

namespace Assay.Plan.Prescribe;

/// <summary>The changes to make, as a programme of zeros and ones that is solved to a proven optimum.</summary>
/// <remarks>
/// Source: the model is a reconstruction of "Integrating Explainable Machine Learning and Mixed-Integer Optimization for Personalized Sleep Quality
/// Intervention", arXiv 2603.16937, whose formulas are not public. Maximise the sum of (g - lambda rho c) z, at most one level of a column, at most K
/// changes, costs within the budget, and the couplings. Of several optima the one with fewer changes is taken, then with less effort, then with the
/// earlier column, then with the earlier level.
/// </remarks>
public static class ChangeProgramme
{
    // Of numbers scaled to 1: wide enough for the solver's rounding, narrow enough for gains that differ.
    private const double Tie = 1e-8;

    /// <summary>The changes of the largest gain less lambda times effort.</summary>
    /// <param name="candidates">The changes to choose from.</param>
    /// <param name="limits">What to keep to.</param>
    /// <param name="lambda">What a unit of effort is worth in gain, at least 0.</param>
    /// <exception cref="ArgumentException">A number is not finite or out of its range.</exception>
    public static ChosenChanges Best(IReadOnlyList<CandidateChange> candidates, ChangeLimits limits, double lambda)
    {
        Check(candidates, limits, lambda);
        return Solve(
            candidates,
            Constraints(candidates, limits),
            [.. candidates.Select(change => lambda * change.Effort - change.Gain)],
            sign: -1
        );
    }

    /// <summary>The changes of least effort whose gains sum up to what is needed.</summary>
    /// <param name="candidates">The changes to choose from.</param>
    /// <param name="limits">What to keep to.</param>
    /// <param name="need">The gain that is needed; none is where it is 0 or less.</param>
    /// <exception cref="ArgumentException">A number is not finite or out of its range.</exception>
    public static ChosenChanges Cheapest(IReadOnlyList<CandidateChange> candidates, ChangeLimits limits, double need)
    {
        Check(candidates, limits, need >= 0 ? need : 0);
        if (need <= 0 && limits.Couplings.All(coupling => coupling.Kind != CouplingKind.Always))
            return new([], 0, []);
        List<LinearConstraint> constraints = Constraints(candidates, limits);
        constraints.Add(GainAtLeast(candidates, need));
        return Solve(candidates, constraints, [.. candidates.Select(change => change.Effort)], sign: 1);
    }

    /// <summary>All that none beats in both effort and gain, by rising effort.</summary>
    /// <param name="candidates">The changes to choose from.</param>
    /// <param name="limits">What to keep to.</param>
    /// <exception cref="ArgumentException">A number is not finite or out of its range.</exception>
    /// <remarks>Epsilon-constraint: the largest gain, the least effort that reaches it, then the largest gain with less effort than that.</remarks>
    public static IReadOnlyList<ChosenChanges> Front(IReadOnlyList<CandidateChange> candidates, ChangeLimits limits)
    {
        Check(candidates, limits, 0);
        List<ChosenChanges> front = [];
        double[] gains = [.. candidates.Select(change => -change.Gain)],
            efforts = [.. candidates.Select(change => change.Effort)];
        double step = 1e-6 * Math.Max(1e-3, efforts.DefaultIfEmpty().Max());
        List<LinearConstraint> constraints = Constraints(candidates, limits);
        while (true)
        {
            ChosenChanges most = Solve(candidates, constraints, gains, sign: -1);
            if (!most.IsFeasible)
                return front;
            ChosenChanges point = Solve(
                candidates,
                [.. constraints, GainAtLeast(candidates, most.Gain)],
                efforts,
                sign: 1
            );
            // A step down that only rounding made is no point of its own.
            if (front.Count == 0 || point.Gain < front[0].Gain - Tie)
                front.Insert(0, point);
            if (point.Effort <= step)
                return front;
            constraints.RemoveAll(constraint => constraint.Name == "effort");
            constraints.Add(new("effort", efforts, Relation.AtMost, point.Effort - step));
        }
    }

    private static LinearConstraint GainAtLeast(IReadOnlyList<CandidateChange> candidates, double need)
    {
        double scale = candidates.Select(change => Math.Abs(change.Gain)).Append(Math.Abs(need)).Max();
        scale = scale > 0 ? scale : 1;
        return new(
            "the gain that the target needs",
            [.. candidates.Select(change => change.Gain / scale)],
            Relation.AtLeast,
            need / scale - Tie
        );
    }

    private static List<LinearConstraint> Constraints(IReadOnlyList<CandidateChange> candidates, ChangeLimits limits)
    {
        double[] Of(Func<CandidateChange, double> coefficient) => [.. candidates.Select(coefficient)];
        List<LinearConstraint> all =
        [
            .. candidates
                .CountBy(change => change.Column)
                .Where(column => column.Value > 1)
                .Select(column => new LinearConstraint(
                    "one level for a column",
                    Of(change => change.Column == column.Key ? 1 : 0),
                    Relation.AtMost,
                    1
                )),
        ];
        if (limits.MaxChanges < candidates.Count)
            all.Add(new($"at most {limits.MaxChanges} changes", Of(_ => 1), Relation.AtMost, limits.MaxChanges));
        if (limits.Budget is { } budget)
            all.Add(
                new(
                    FormattableString.Invariant($"a budget of {budget}"),
                    Of(change => change.Cost),
                    Relation.AtMost,
                    budget + Tie * Math.Max(1, budget)
                )
            );
        foreach (Coupling coupling in limits.Couplings)
            all.Add(
                coupling.Kind switch
                {
                    CouplingKind.Needs => new(
                        coupling.Name,
                        Of(change =>
                            (change.Column == coupling.Column ? 1 : 0) - (change.Column == coupling.Other ? 1 : 0)
                        ),
                        Relation.AtMost,
                        0
                    ),
                    CouplingKind.Excludes => new(
                        coupling.Name,
                        Of(change => change.Column == coupling.Column || change.Column == coupling.Other ? 1 : 0),
                        Relation.AtMost,
                        1
                    ),
                    _ => new(
                        coupling.Name,
                        Of(change => change.Column == coupling.Column ? 1 : 0),
                        Relation.AtLeast,
                        1
                    ),
                }
            );
        return all;
    }

    // The optimum, and among several of them the one that is first in the order of the remarks.
    private static ChosenChanges Solve(
        IReadOnlyList<CandidateChange> candidates,
        IReadOnlyList<LinearConstraint> constraints,
        double[] objective,
        int sign
    )
    {
        List<LinearConstraint> all = [.. constraints];
        if (Least(all, objective) is not { } best)
            return new([], double.NaN, Conflict(all, objective));
        Least(all, [.. objective.Select(_ => 1.0)]);
        double[] last = Least(all, [.. candidates.Select(change => change.Effort)])!;
        // Is there another one? It shares fewer of the changes.
        double[] chosen = last;
        double[] other = Minimise(all, [.. chosen.Select(z => z - 1e-3 * (1 - z))])!;
        if (!Same(chosen, other))
            foreach (
                int at in Enumerable
                    .Range(0, candidates.Count)
                    .OrderBy(at => (candidates[at].Column, candidates[at].Level))
            )
            {
                double[] only = [.. candidates.Select((_, i) => i == at ? -1.0 : 0)];
                last = Minimise(all, only)!;
                all.Add(new("order", only, Relation.Equal, -last[at]));
            }
        return new(
            [.. candidates.Where((_, at) => last[at] > 0.5).OrderBy(change => (change.Column, change.Level))],
            candidates.Count == 0 ? 0 : sign * objective.Select((weight, at) => weight * Math.Round(last[at])).Sum(),
            []
        );

        static bool Same(double[] a, double[] b) => a.Zip(b, (x, y) => Math.Abs(x - y)).All(distance => distance < 0.5);
    }

    // The least of an objective, which becomes a constraint.
    private static double[]? Least(List<LinearConstraint> constraints, double[] objective)
    {
        double scale = objective.Select(Math.Abs).DefaultIfEmpty().Max();
        scale = scale > 0 ? scale : 1;
        double[] scaled = [.. objective.Select(weight => weight / scale)];
        if (Minimise(constraints, scaled) is not { } least)
            return null;
        double value = scaled.Select((weight, at) => weight * least[at]).Sum();
        constraints.Add(new("optimum", scaled, Relation.AtMost, value + Tie * Math.Max(1, Math.Abs(value))));
        return least;
    }

    private static double[]? Minimise(IReadOnlyList<LinearConstraint> constraints, double[] objective)
    {
        IntegerSolution solution = BranchAndBound.Solve(IntegerProgram.Binary(objective, constraints));
        return solution.Status switch
        {
            ProgramStatus.Optimal => [.. solution.Values],
            ProgramStatus.Infeasible => null,
            _ => throw new ArgumentException(
                $"The programme of {objective.Length} changes was not solved within {solution.Nodes} parts of the search; allow fewer changes."
            ),
        };
    }

    private static IReadOnlyList<string> Conflict(IReadOnlyList<LinearConstraint> constraints, double[] objective) =>
        BranchAndBound.Solve(IntegerProgram.Binary(objective, constraints)).Conflict;

    private static void Check(IReadOnlyList<CandidateChange> candidates, ChangeLimits limits, double lambda)
    {
        if (!(lambda >= 0) || !double.IsFinite(lambda))
            throw new ArgumentException($"{lambda} is not a finite number of at least 0.");
        ArgumentOutOfRangeException.ThrowIfNegative(limits.MaxChanges);
        if (limits.Budget is { } budget && !(budget >= 0 && double.IsFinite(budget)))
            throw new ArgumentException($"A budget of {budget} is not a finite number of at least 0.");
        foreach (CandidateChange change in candidates)
            if (
                !double.IsFinite(change.Gain)
                || !(change.Resistance >= 0)
                || !(change.Cost >= 0)
                || !(change.Fixed >= 0)
                || !double.IsFinite(change.Effort)
            )
                throw new ArgumentException($"The change {change} has a number that is out of its range.");
    }
}
