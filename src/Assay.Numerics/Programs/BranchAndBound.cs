namespace Assay.Numerics;

/// <summary>The solution of an <see cref="IntegerProgram"/>, with its proof.</summary>
public sealed record IntegerSolution
{
    /// <summary>What came of it.</summary>
    public required ProgramStatus Status { get; init; }

    /// <summary>The variables at the best point found, whole ones exactly; empty where there is none.</summary>
    public IReadOnlyList<double> Values { get; init; } = [];

    /// <summary>The objective there; infinity where there is none.</summary>
    public required double Objective { get; init; }

    /// <summary>No whole point has a smaller objective than this. Equal to the objective, up to rounding, at a proven optimum.</summary>
    public required double Bound { get; init; }

    /// <summary>Parts of the search.</summary>
    public required int Nodes { get; init; }

    /// <summary>The proof of an optimum or of infeasibility: its bound can be computed without the solver. Null where the search ended before.</summary>
    public BranchProof? Proof { get; init; }

    /// <summary>Where it is infeasible: names of constraints that no whole point satisfies together; without any one of them there is one.</summary>
    public IReadOnlyList<string> Conflict { get; init; } = [];
}

/// <summary>Solves small programs of whole variables to proven optimality.</summary>
/// <remarks>
/// Land and Doig (1960), depth first: a part of the points is bounded by its linear program, and cut in two at the variable that is furthest from whole, the
/// first of equals; the nearer side goes first. Deterministic. An unbounded linear program is reported as such.
/// </remarks>
public static class BranchAndBound
{
    private const double Whole = 1e-7,
        Gap = 1e-9;

    /// <summary>Solves a program.</summary>
    /// <param name="program">The program.</param>
    /// <param name="maxNodes">Parts of the search, at most; beyond them the best point so far and a bound are given.</param>
    /// <param name="cancellation">Asks to stop.</param>
    /// <exception cref="ArgumentException">A length of the program does not fit, a number is not finite, or a whole variable has no bounds.</exception>
    public static IntegerSolution Solve(
        IntegerProgram program,
        int maxNodes = 200_000,
        CancellationToken cancellation = default
    )
    {
        program.Check();
        Search search = new(program, maxNodes, cancellation);
        IntegerSolution solution = search.Run();
        return solution.Status == ProgramStatus.Infeasible
            ? solution with
            {
                Conflict = Conflict(program, maxNodes, cancellation),
            }
            : solution;
    }

    // Constraints are left out in turn, as long as there is still no whole point.
    private static List<string> Conflict(IntegerProgram program, int maxNodes, CancellationToken cancellation)
    {
        List<LinearConstraint> kept = [.. program.Linear.Constraints];
        for (int i = kept.Count - 1; i >= 0; i--)
        {
            List<LinearConstraint> fewer = [.. kept.Where((_, other) => other != i)];
            IntegerProgram smaller = program with { Linear = program.Linear with { Constraints = fewer } };
            if (new Search(smaller, maxNodes, cancellation).Run().Status == ProgramStatus.Infeasible)
                kept = fewer;
        }
        return [.. kept.Select(constraint => constraint.Name)];
    }

    private sealed class Search(IntegerProgram program, int maxNodes, CancellationToken cancellation)
    {
        private double[] _best = [];
        private double _objective = double.PositiveInfinity;
        private double _open = double.PositiveInfinity; // the least bound of parts that were not searched
        private int _nodes;
        private bool _isUnbounded;

        public IntegerSolution Run()
        {
            BranchProof proof = Branch(program);
            bool isDone = double.IsPositiveInfinity(_open);
            return new()
            {
                Status =
                    _isUnbounded ? ProgramStatus.Unbounded
                    : !isDone ? ProgramStatus.Limit
                    : _best.Length > 0 || program.Linear.Variables == 0 && _objective < double.PositiveInfinity
                        ? ProgramStatus.Optimal
                    : ProgramStatus.Infeasible,
                Values = _best,
                Objective = _isUnbounded ? double.NegativeInfinity : _objective,
                Bound = _isUnbounded ? double.NegativeInfinity : Math.Min(_objective, _open),
                Nodes = _nodes,
                Proof = isDone && !_isUnbounded ? proof : null,
            };
        }

        private BranchProof Branch(IntegerProgram part)
        {
            _nodes++;
            LinearSolution solution = Simplex.SolveOnly(part.Linear, cancellation);
            BranchProof leaf = new(-1, 0, null, null, solution.Duals, solution.Status == ProgramStatus.Infeasible);
            if (solution.Status == ProgramStatus.Infeasible)
                return leaf;
            if (solution.Status == ProgramStatus.Unbounded)
            {
                _isUnbounded = true;
                return leaf;
            }
            if (solution.Objective >= _objective - Gap * Math.Max(1, Math.Abs(_objective)))
                return leaf;
            int furthest = Furthest(part, solution.Values);
            if (furthest < 0)
            {
                Take(part, solution.Values);
                return leaf;
            }
            if (_nodes >= maxNodes)
            {
                _open = Math.Min(_open, solution.Objective);
                return leaf;
            }
            double value = solution.Values[furthest],
                floor = Math.Floor(value);
            bool belowFirst = value - floor <= 0.5;
            BranchProof? first = Side(part, furthest, floor, belowFirst),
                second = _isUnbounded ? leaf : Side(part, furthest, floor, !belowFirst);
            return new(furthest, floor, belowFirst ? first : second, belowFirst ? second : first, [], false);
        }

        private BranchProof? Side(IntegerProgram part, int variable, double floor, bool below) =>
            part.Branch(variable, floor, below) is { } side ? Branch(side) : new(-1, 0, null, null, [], true);

        private static int Furthest(IntegerProgram part, IReadOnlyList<double> values)
        {
            int furthest = -1;
            double distance = Whole;
            for (int j = 0; j < values.Count; j++)
                if (part.IsWhole[j] && Math.Abs(values[j] - Math.Round(values[j])) > distance)
                    (furthest, distance) = (j, Math.Abs(values[j] - Math.Round(values[j])));
            return furthest;
        }

        private void Take(IntegerProgram part, IReadOnlyList<double> values)
        {
            double[] rounded = [.. values.Select((value, j) => part.IsWhole[j] ? Math.Round(value) : value)];
            double objective = program.Linear.Value(rounded);
            if (objective < _objective)
                (_best, _objective) = (rounded, objective);
        }
    }
}
