namespace Assay.Numerics.Tests;

/// <summary>Linear and whole programs against brute force, each answer with the proof that comes with it.</summary>
public sealed class ProgramTests
{
    private const double Infinity = double.PositiveInfinity;

    [Fact]
    public void A_worked_program()
    {
        // Maximise 3x + 5y with x <= 4, 2y <= 12, 3x + 2y <= 18: 36 at (2, 6), shadow prices 0, 3/2, 1.
        LinearProgram program = new(
            [-3, -5],
            [
                new("plant 1", [1, 0], Relation.AtMost, 4),
                new("plant 2", [0, 2], Relation.AtMost, 12),
                new("plant 3", [3, 2], Relation.AtMost, 18),
            ]
        );
        LinearSolution solution = Simplex.Solve(program);
        Assert.Equal(ProgramStatus.Optimal, solution.Status);
        Assert.Equal(-36, solution.Objective, 9);
        Assert.Equal([2, 6], solution.Values.Select(value => Math.Round(value, 9)));
        Assert.Equal([0, -1.5, -1], solution.Duals.Select(value => Math.Round(value, 9)));
        Assert.Equal(-36, program.DualBound(solution.Duals), 9);
    }

    // Beale (1955): the steepest column with ties broken by the first row goes round for ever here.
    [Fact]
    public void The_cycling_example_of_Beale_ends()
    {
        LinearProgram program = new(
            [-0.75, 150, -0.02, 6],
            [
                new("a", [0.25, -60, -1.0 / 25, 9], Relation.AtMost, 0),
                new("b", [0.5, -90, -1.0 / 50, 3], Relation.AtMost, 0),
                new("c", [0, 0, 1, 0], Relation.AtMost, 1),
            ]
        );
        LinearSolution solution = Simplex.Solve(program);
        Assert.Equal(-0.05, solution.Objective, 9);
        Assert.Equal(-0.05, program.DualBound(solution.Duals), 9);
    }

    [Fact]
    public void A_program_that_falls_without_end_shows_the_way()
    {
        LinearProgram program = new(
            [-1, 1],
            [new("wedge", [1, -2], Relation.AtMost, 3)],
            [0, double.NegativeInfinity],
            [Infinity, Infinity]
        );
        LinearSolution solution = Simplex.Solve(program);
        Assert.Equal(ProgramStatus.Unbounded, solution.Status);
        Check(program, solution);
        LinearSolution free = Simplex.Solve(new([1], [], [double.NegativeInfinity], [Infinity]));
        Assert.Equal(ProgramStatus.Unbounded, free.Status);
        Assert.Equal([-1], free.Ray);
    }

    [Fact]
    public void Constraints_that_conflict_are_named_and_no_others()
    {
        LinearProgram program = new(
            [1, 1],
            [
                new("roof", [1, 0], Relation.AtMost, 10),
                new("budget", [1, 1], Relation.AtMost, 4),
                new("harmless", [1, -1], Relation.AtMost, 100),
                new("target", [1, 2], Relation.AtLeast, 9),
            ]
        );
        LinearSolution solution = Simplex.Solve(program);
        Assert.Equal(ProgramStatus.Infeasible, solution.Status);
        Assert.Equal(["budget", "target"], solution.Conflict);
        Assert.True(program.Contradiction(solution.Duals) > 0);
    }

    [Fact]
    public void Without_constraints_the_bounds_decide()
    {
        LinearSolution solution = Simplex.Solve(new([1, -1, 0], [], [-2, 0, 1], [5, 3, 4]));
        Assert.Equal(-5, solution.Objective);
        Assert.Equal(0, Simplex.Solve(new([], [])).Objective);
        Assert.Equal(["never"], Simplex.Solve(new([], [new("never", [], Relation.AtLeast, 1)])).Conflict);
    }

    [Fact]
    public void Redundant_equalities_and_sizes_far_apart_are_no_trouble()
    {
        LinearProgram program = new(
            [1, 2, 3],
            [
                new("sum", [1, 1, 1], Relation.Equal, 1),
                new("the same", [1e6, 1e6, 1e6], Relation.Equal, 1e6),
                new("small", [1e-6, 0, 0], Relation.AtMost, 4e-7),
            ]
        );
        LinearSolution solution = Simplex.Solve(program);
        Assert.Equal(0.4 + 2 * 0.6, solution.Objective, 9);
        Check(program, solution);
    }

    // Whole numbers make ties, degenerate corners and redundant rows frequent.
    [Fact]
    public void Three_thousand_random_programs_agree_with_their_corners()
    {
        int[] seen = new int[3];
        for (ulong seed = 0; seed < 3000; seed++)
        {
            RandomStream random = new(seed, "linear");
            int n = 1 + random.NextInt32(4),
                m = random.NextInt32(5);
            LinearProgram program = Random(random, n, m, open: random.NextInt32(4) == 0);
            LinearSolution solution = Simplex.Solve(program);
            seen[(int)solution.Status]++;
            Check(program, solution);
            if (solution.Status == ProgramStatus.Unbounded || program.Upper.Any(double.IsInfinity))
                continue; // its proof has been checked
            double best = Corners(program);
            Assert.True(
                double.IsPositiveInfinity(best)
                    ? solution.Status == ProgramStatus.Infeasible
                    : Math.Abs(best - solution.Objective) < 1e-7,
                $"seed {seed}: {solution.Objective} against {best}"
            );
        }
        Assert.All(seen, count => Assert.True(count > 100, string.Join(", ", seen)));
    }

    [Fact]
    public void Two_thousand_random_whole_programs_agree_with_all_their_points()
    {
        int infeasible = 0;
        for (ulong seed = 0; seed < 2000; seed++)
        {
            RandomStream random = new(seed, "whole");
            int n = 1 + random.NextInt32(6),
                m = random.NextInt32(4);
            LinearProgram linear = Random(random, n, m, open: false) with
            {
                Lower = [.. Enumerable.Repeat(0.0, n)],
                Upper = [.. Enumerable.Range(0, n).Select(_ => 1.0 + random.NextInt32(2))],
            };
            IntegerProgram program = new(linear, [.. Enumerable.Repeat(true, n)]);
            IntegerSolution solution = BranchAndBound.Solve(program);
            double best = Points(linear);
            Assert.Equal(best, solution.Objective, 1e-7);
            Assert.NotNull(solution.Proof);
            Assert.True(solution.Proof.Bound(program) >= best - 1e-6, $"seed {seed}: the proof shows too little");
            if (solution.Status == ProgramStatus.Infeasible)
            {
                infeasible++;
                AssertIrreducible(linear, solution.Conflict, Points);
            }
            else
            {
                Assert.Equal(0, linear.Violation(solution.Values), 1e-7);
                Assert.All(solution.Values, value => Assert.Equal(Math.Round(value), value));
            }
        }
        Assert.True(infeasible > 50, $"{infeasible}");
    }

    [Fact]
    public void Some_variables_may_be_broken()
    {
        // Whole x and any y: maximise x + y with 2x + 2y <= 3, x <= 1, y <= 0.25.
        IntegerProgram program = new(
            new([-1, -1], [new("sum", [2, 2], Relation.AtMost, 3)], [0, 0], [1, 0.25]),
            [true, false]
        );
        Assert.Equal(-1.25, BranchAndBound.Solve(program).Objective, 9);
    }

    [Fact]
    public void A_search_that_is_cut_short_says_how_far_off_it_may_be()
    {
        RandomStream random = new(1, "knapsack");
        double[] worth = [.. Enumerable.Range(0, 25).Select(_ => -1 - random.NextDouble())],
            weight = [.. worth.Select(value => -value + 0.2 * random.NextDouble())];
        IntegerProgram program = IntegerProgram.Binary(worth, [new("weight", weight, Relation.AtMost, 11.3)]);
        IntegerSolution whole = BranchAndBound.Solve(program),
            cut = BranchAndBound.Solve(program, maxNodes: 10);
        Assert.Equal(ProgramStatus.Optimal, whole.Status);
        Assert.Equal(ProgramStatus.Limit, cut.Status);
        Assert.Null(cut.Proof);
        Assert.True(cut.Bound <= whole.Objective && whole.Objective <= cut.Objective);
    }

    [Theory]
    [InlineData(double.NaN, 1, 0)]
    [InlineData(1, double.NaN, 0)]
    [InlineData(1, 1, double.NaN)]
    [InlineData(1, double.PositiveInfinity, 0)]
    public void Numbers_that_are_not_finite_are_refused(double objective, double coefficient, double lower)
    {
        Assert.Throws<ArgumentException>(() =>
            Simplex.Solve(new([objective], [new("a", [coefficient], Relation.AtMost, 1)], [lower], [1]))
        );
        Assert.Throws<ArgumentException>(() => Simplex.Solve(new([1], [new("a", [1, 2], Relation.AtMost, 1)])));
        Assert.Throws<ArgumentException>(() => BranchAndBound.Solve(new(new([1], []), [true])));
    }

    private static LinearProgram Random(RandomStream random, int n, int m, bool open)
    {
        double Number(int size) => random.NextInt32(2 * size + 1) - size;
        return new(
            [.. Enumerable.Range(0, n).Select(_ => Number(5))],
            [
                .. Enumerable
                    .Range(0, m)
                    .Select(i => new LinearConstraint(
                        $"c{i}",
                        [.. Enumerable.Range(0, n).Select(_ => Number(3))],
                        (Relation)random.NextInt32(3),
                        Number(6)
                    )),
            ],
            [
                .. Enumerable
                    .Range(0, n)
                    .Select(_ => open && random.NextInt32(2) == 0 ? double.NegativeInfinity : Number(3)),
            ],
            [.. Enumerable.Range(0, n).Select(_ => open ? Infinity : 3.0 + random.NextInt32(3))]
        );
    }

    // A proof of whatever is claimed, by arithmetic alone.
    private static void Check(LinearProgram program, LinearSolution solution)
    {
        switch (solution.Status)
        {
            case ProgramStatus.Optimal:
                Assert.Equal(0, program.Violation(solution.Values), 1e-7);
                Assert.Equal(solution.Objective, program.DualBound(solution.Duals), 1e-7);
                break;
            case ProgramStatus.Infeasible:
                Assert.True(program.Contradiction(solution.Duals) > 0);
                if (!program.Upper.Any(double.IsInfinity))
                    AssertIrreducible(program, solution.Conflict, Corners);
                break;
            default:
                Assert.Equal(0, program.Violation(solution.Values), 1e-7);
                Assert.True(program.Value(solution.Ray) < -1e-9);
                double[] far = [.. solution.Values.Select((value, j) => value + 1e3 * solution.Ray[j])];
                Assert.Equal(0, program.Violation(far), 1e-5);
                break;
        }
    }

    private static void AssertIrreducible(
        LinearProgram program,
        IReadOnlyList<string> conflict,
        Func<LinearProgram, double> best
    )
    {
        LinearConstraint[] some = [.. program.Constraints.Where(constraint => conflict.Contains(constraint.Name))];
        Assert.Equal(Infinity, best(program with { Constraints = some }));
        foreach (LinearConstraint one in some)
            Assert.True(best(program with { Constraints = [.. some.Where(other => other != one)] }) < Infinity);
    }

    // The best of all corners: every choice of as many tight rows and bounds as there are variables.
    private static double Corners(LinearProgram program)
    {
        int n = program.Variables;
        List<(double[] Row, double Value)> planes =
        [
            .. program.Constraints.Select(constraint => (constraint.Coefficients.ToArray(), constraint.Bound)),
            .. Enumerable.Range(0, n).Select(j => (Unit(n, j), program.Lower[j])),
            .. Enumerable.Range(0, n).Select(j => (Unit(n, j), program.Upper[j])),
        ];
        double best = Infinity;
        int[] chosen = new int[n];
        void Choose(int at, int from)
        {
            if (at == n)
            {
                if (Meet(chosen.Select(i => planes[i]).ToArray()) is { } point && program.Violation(point) < 1e-8)
                    best = Math.Min(best, program.Value(point));
                return;
            }
            for (int i = from; i < planes.Count; i++)
            {
                chosen[at] = i;
                Choose(at + 1, i + 1);
            }
        }
        Choose(0, 0);
        return best;
    }

    private static double Points(LinearProgram program)
    {
        double best = Infinity;
        double[] at = [.. program.Lower];
        void Go(int j)
        {
            if (j == at.Length)
            {
                if (program.Violation(at) < 1e-9)
                    best = Math.Min(best, program.Value(at));
                return;
            }
            for (double value = program.Lower[j]; value <= program.Upper[j]; value++)
            {
                at[j] = value;
                Go(j + 1);
            }
            at[j] = program.Lower[j];
        }
        Go(0);
        return best;
    }

    private static double[] Unit(int n, int j) => [.. Enumerable.Range(0, n).Select(i => i == j ? 1.0 : 0)];

    private static double[]? Meet((double[] Row, double Value)[] planes)
    {
        int n = planes.Length;
        double[,] a = new double[n, n + 1];
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j < n; j++)
                a[i, j] = planes[i].Row[j];
            a[i, n] = planes[i].Value;
        }
        for (int k = 0; k < n; k++)
        {
            int pivot = Enumerable.Range(k, n - k).MaxBy(i => Math.Abs(a[i, k]));
            if (Math.Abs(a[pivot, k]) < 1e-9)
                return null;
            for (int j = 0; j <= n; j++)
                (a[k, j], a[pivot, j]) = (a[pivot, j], a[k, j]);
            for (int i = 0; i < n; i++)
                if (i != k)
                    for (int j = n; j >= k; j--)
                        a[i, j] -= a[i, k] / a[k, k] * a[k, j];
        }
        return [.. Enumerable.Range(0, n).Select(i => a[i, n] / a[i, i])];
    }
}
