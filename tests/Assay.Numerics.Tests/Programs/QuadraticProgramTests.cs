namespace Assay.Numerics.Tests;

/// <summary>Convex quadratic programs against every choice of tight constraints, each answer with the proof that comes with it.</summary>
public sealed class QuadraticProgramTests
{
    private const double Infinity = double.PositiveInfinity;

    // Nocedal and Wright (2006), example 16.4: (1.4, 1.7).
    [Fact]
    public void A_worked_program()
    {
        QuadraticProgram program = new(
            new double[,]
            {
                { 2, 0 },
                { 0, 2 },
            },
            new(
                [-2, -5],
                [
                    new("a", [1, -2], Relation.AtLeast, -2),
                    new("b", [-1, -2], Relation.AtLeast, -6),
                    new("c", [-1, 2], Relation.AtLeast, -2),
                ]
            )
        );
        QuadraticSolution solution = ActiveSet.Solve(program);
        Assert.Equal([1.4, 1.7], solution.Values.Select(value => Math.Round(value, 12)));
        Assert.Equal([0.8, 0, 0], solution.Duals.Select(value => Math.Round(value, 12)));
        Assert.Equal(solution.Objective, program.Bound(solution.Values, solution.Duals), 1e-12);
    }

    [Fact]
    public void Without_curvature_it_is_a_linear_program()
    {
        LinearProgram linear = new(
            [-3, -5],
            [
                new("plant 1", [1, 0], Relation.AtMost, 4),
                new("plant 2", [0, 2], Relation.AtMost, 12),
                new("plant 3", [3, 2], Relation.AtMost, 18),
            ]
        );
        QuadraticSolution solution = ActiveSet.Solve(new(new double[2, 2], linear));
        Assert.Equal(-36, solution.Objective, 9);
        Assert.Equal([0, -1.5, -1], solution.Duals.Select(value => Math.Round(value, 9)));
    }

    [Fact]
    public void A_program_that_falls_without_end_shows_the_way()
    {
        QuadraticProgram program = new(
            new double[,]
            {
                { 1, -1 },
                { -1, 1 },
            },
            new([-1, 0], [], [-Infinity, -Infinity], [Infinity, Infinity])
        );
        QuadraticSolution solution = ActiveSet.Solve(program);
        Assert.Equal(ProgramStatus.Unbounded, solution.Status);
        Check(program, solution);
    }

    [Fact]
    public void Constraints_that_conflict_are_named()
    {
        QuadraticSolution solution = ActiveSet.Solve(
            new(
                new double[1, 1],
                new([1], [new("low", [1], Relation.AtMost, 1), new("high", [1], Relation.AtLeast, 2)])
            )
        );
        Assert.Equal(ProgramStatus.Infeasible, solution.Status);
        Assert.Equal(["low", "high"], solution.Conflict);
        Assert.Equal(0, ActiveSet.Solve(new(new double[0, 0], new([], []))).Objective);
    }

    // Whole numbers make ties, degenerate corners, redundant rows and flat directions frequent.
    [Fact]
    public void Three_thousand_random_programs_agree_with_every_choice_of_tight_constraints()
    {
        int[] seen = new int[4];
        for (ulong seed = 0; seed < 3000; seed++)
        {
            RandomStream random = new(seed, "quadratic");
            QuadraticProgram program = Random(random, 1 + random.NextInt32(4), random.NextInt32(4));
            QuadraticSolution solution = ActiveSet.Solve(program);
            seen[(int)solution.Status]++;
            Check(program, solution);
            if (solution.Status == ProgramStatus.Unbounded)
                continue; // its proof has been checked
            double best = Faces(program);
            Assert.True(
                double.IsPositiveInfinity(best)
                    ? solution.Status == ProgramStatus.Infeasible
                    : Math.Abs(best - solution.Objective) < 1e-7 * Math.Max(1, Math.Abs(best)),
                $"seed {seed}: {solution.Objective} against {best}"
            );
        }
        Assert.True(seen[0] > 1000 && seen[1] > 100 && seen[2] > 50 && seen[3] == 0, string.Join(", ", seen));
    }

    [Theory]
    [InlineData(1e-9)]
    [InlineData(1e-4)]
    [InlineData(1e6)]
    [InlineData(1e10)]
    public void The_size_of_the_objective_does_not_matter(double scale)
    {
        for (ulong seed = 0; seed < 200; seed++)
        {
            RandomStream random = new(seed, "scale");
            int n = 2 + random.NextInt32(8);
            double[,] form = Form(n, n, _ => random.NextGaussian());
            double[] linear = [.. Enumerable.Range(0, n).Select(_ => random.NextGaussian())];
            QuadraticProgram plain = QuadraticProgram.OnSimplex(form, linear);
            double[,] scaled = (double[,])form.Clone();
            for (int i = 0; i < n; i++)
            for (int j = 0; j < n; j++)
                scaled[i, j] *= scale;
            QuadraticSolution a = ActiveSet.Solve(plain),
                b = ActiveSet.Solve(QuadraticProgram.OnSimplex(scaled, [.. linear.Select(value => value * scale)]));
            Assert.Equal(plain.Bound(a.Values, a.Duals), a.Objective, 1e-10);
            Assert.Equal(a.Objective, b.Objective / scale, 1e-8);
        }
    }

    [Fact]
    public void Forty_weights_are_found_with_their_proof()
    {
        for (ulong seed = 0; seed < 5; seed++)
        {
            RandomStream random = new(seed, "forty");
            QuadraticProgram program = QuadraticProgram.OnSimplex(
                Form(40, 15, _ => random.NextGaussian()),
                new double[40]
            );
            QuadraticSolution solution = ActiveSet.Solve(program);
            Assert.Equal(ProgramStatus.Optimal, solution.Status);
            Assert.Equal(0, program.Violation(solution.Values), 1e-12);
            Assert.Equal(solution.Objective, program.Bound(solution.Values, solution.Duals), 1e-9);
        }
    }

    [Fact]
    public void What_is_not_a_convex_program_is_refused()
    {
        LinearProgram linear = new([0, 0], []);
        double[][,] bad =
        [
            new double[,]
            {
                { 1, 2 },
                { 0, 1 },
            },
            new double[,]
            {
                { 1, 0 },
                { 0, -1 },
            },
            new double[,]
            {
                { 1, 2 },
                { 2, 1 },
            },
            new double[,]
            {
                { double.NaN, 0 },
                { 0, 1 },
            },
            new double[1, 1],
        ];
        foreach (double[,] curvature in bad)
            Assert.Throws<ArgumentException>(() => ActiveSet.Solve(new(curvature, linear)));
    }

    private static QuadraticProgram Random(RandomStream random, int n, int m)
    {
        double Number(int size) => random.NextInt32(2 * size + 1) - size;
        bool isOpen = random.NextInt32(3) == 0;
        return new(
            Form(n, random.NextInt32(n + 1), _ => Number(2)),
            new(
                [.. Enumerable.Range(0, n).Select(_ => Number(5))],
                [
                    .. Enumerable
                        .Range(0, m)
                        .Select(i => new LinearConstraint(
                            $"c{i}",
                            [.. Enumerable.Range(0, n).Select(_ => Number(3))],
                            (Relation)random.NextInt32(3),
                            Number(5)
                        )),
                ],
                [
                    .. Enumerable
                        .Range(0, n)
                        .Select(_ => isOpen && random.NextInt32(2) == 0 ? double.NegativeInfinity : Number(2)),
                ],
                [.. Enumerable.Range(0, n).Select(_ => isOpen ? Infinity : 2.0 + random.NextInt32(3))]
            )
        );
    }

    // A sum of squares of random rows: of the rank that is asked for, at most.
    private static double[,] Form(int n, int rank, Func<int, double> number)
    {
        double[,] form = new double[n, n];
        for (int r = 0; r < rank; r++)
        {
            double[] row = [.. Enumerable.Range(0, n).Select(number)];
            for (int i = 0; i < n; i++)
            for (int j = 0; j < n; j++)
                form[i, j] += row[i] * row[j];
        }
        return form;
    }

    // A proof of whatever is claimed, by arithmetic alone.
    private static void Check(QuadraticProgram program, QuadraticSolution solution)
    {
        switch (solution.Status)
        {
            case ProgramStatus.Optimal:
                Assert.Equal(0, program.Violation(solution.Values), 1e-7);
                Assert.Equal(solution.Objective, program.Bound(solution.Values, solution.Duals), 1e-6);
                break;
            case ProgramStatus.Infeasible:
                Assert.True(program.Linear.Contradiction(solution.Duals) > 0);
                break;
            default:
                Assert.Equal(0, program.Violation(solution.Values), 1e-7);
                double[] far = [.. solution.Values.Select((value, j) => value + 1e4 * solution.Ray[j])],
                    further = [.. solution.Values.Select((value, j) => value + 2e4 * solution.Ray[j])];
                Assert.Equal(0, program.Violation(far), 1e-5);
                double first = program.Value(far) - program.Value(solution.Values),
                    second = program.Value(further) - program.Value(far);
                Assert.True(first < 0 && second < first / 2, $"{first} and then {second}");
                break;
        }
    }

    // The best of the stationary points of all faces: every choice of tight rows and bounds, with the multipliers solved for.
    private static double Faces(QuadraticProgram program)
    {
        int n = program.Linear.Variables;
        LinearProgram linear = program.Linear;
        List<(double[] Row, double Value)> planes =
        [
            .. linear.Constraints.Select(constraint => (constraint.Coefficients.ToArray(), constraint.Bound)),
            .. Enumerable
                .Range(0, n)
                .Where(j => double.IsFinite(linear.Lower[j]))
                .Select(j => (Unit(n, j), linear.Lower[j])),
            .. Enumerable
                .Range(0, n)
                .Where(j => double.IsFinite(linear.Upper[j]))
                .Select(j => (Unit(n, j), linear.Upper[j])),
        ];
        double best = Infinity;
        for (int choice = 0; choice < 1 << planes.Count; choice++)
        {
            if (int.PopCount(choice) > n)
                continue;
            (double[] Row, double Value)[] tight = [.. planes.Where((_, i) => (choice >> i & 1) == 1)];
            if (Stationary(program, tight) is { } point && program.Violation(point) < 1e-8)
                best = Math.Min(best, program.Value(point));
        }
        return best;
    }

    private static double[] Unit(int n, int j) => [.. Enumerable.Range(0, n).Select(i => i == j ? 1.0 : 0)];

    // Any solution of Qx + c = A'y, Ax = b; free unknowns are 0. Null where there is none.
    private static double[]? Stationary(QuadraticProgram program, (double[] Row, double Value)[] tight)
    {
        int n = program.Linear.Variables,
            size = n + tight.Length;
        double[,] a = new double[size, size + 1];
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j < n; j++)
                a[i, j] = program.Curvature[i, j];
            a[i, size] = -program.Linear.Objective[i];
            for (int k = 0; k < tight.Length; k++)
                a[i, n + k] = a[n + k, i] = tight[k].Row[i];
        }
        for (int k = 0; k < tight.Length; k++)
            a[n + k, size] = tight[k].Value;
        int[] pivotOf = [.. Enumerable.Repeat(-1, size)];
        int row = 0;
        for (int column = 0; column < size && row < size; column++)
        {
            int pivot = Enumerable.Range(row, size - row).MaxBy(i => Math.Abs(a[i, column]));
            if (Math.Abs(a[pivot, column]) < 1e-9)
                continue;
            for (int j = 0; j <= size; j++)
                (a[row, j], a[pivot, j]) = (a[pivot, j], a[row, j]);
            for (int i = 0; i < size; i++)
                if (i != row)
                    for (int j = size; j >= column; j--)
                        a[i, j] -= a[i, column] / a[row, column] * a[row, j];
            pivotOf[column] = row++;
        }
        for (int i = row; i < size; i++)
            if (Math.Abs(a[i, size]) > 1e-8)
                return null;
        return [.. Enumerable.Range(0, n).Select(j => pivotOf[j] < 0 ? 0 : a[pivotOf[j], size] / a[pivotOf[j], j])];
    }
}
