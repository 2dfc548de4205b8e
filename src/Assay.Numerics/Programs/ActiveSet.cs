namespace Assay.Numerics;

/// <summary>Solves small convex quadratic programs exactly.</summary>
/// <remarks>
/// The primal active-set method (Nocedal and Wright 2006, section 16.5) in the null space of the constraints that hold with equality, from a
/// feasible point that the simplex method finds. Directions without curvature are followed to the next constraint, so that the form need not be
/// definite. Constraints enter and leave by their size until nothing has moved for a while, and by least index from there on. Meant for tens of variables.
/// </remarks>
public static class ActiveSet
{
    /// <summary>Solves a program.</summary>
    /// <param name="program">The program.</param>
    /// <param name="cancellation">Asks to stop.</param>
    /// <exception cref="ArgumentException">A length does not fit, a number is not finite, or the form is not symmetric and convex.</exception>
    public static QuadraticSolution Solve(QuadraticProgram program, CancellationToken cancellation = default)
    {
        program.Check();
        LinearSolution start = Simplex.Solve(
            program.Linear with
            {
                Objective = new double[program.Linear.Variables],
            },
            cancellation
        );
        return start.Status == ProgramStatus.Infeasible
            ? new()
            {
                Status = ProgramStatus.Infeasible,
                Objective = double.PositiveInfinity,
                Duals = start.Duals,
                Conflict = start.Conflict,
            }
            : new Search(program, start.Values).Run(cancellation);
    }

    /// <summary>The same for a program that is known to be sound, from a feasible point.</summary>
    internal static QuadraticSolution SolveFrom(
        QuadraticProgram program,
        IReadOnlyList<double> start,
        CancellationToken cancellation = default
    ) => new Search(program, start).Run(cancellation);

    // a.x >= bound, or equal to it; a has length 1. Constraint is -1 for a bound of a variable.
    private sealed record Row(double[] Normal, double Bound, bool IsEqual, int Constraint, double Scale);

    private sealed class Search
    {
        private const double Tolerance = 1e-10;
        private const int Patience = 40; // steps of length 0 before least indices

        private readonly QuadraticProgram _program;
        private readonly int _n;
        private readonly double[] _at;
        private readonly List<Row> _rows = [];
        private readonly List<int> _working = [];
        private readonly double _flat; // curvature below this is none
        private int _still;

        public Search(QuadraticProgram program, IReadOnlyList<double> start)
        {
            (_program, _n, _at) = (program, program.Linear.Variables, [.. start]);
            _flat = 1e-12 * Math.Max(SymmetricEigen.Of(program.Curvature).Largest, double.Epsilon);
            LinearProgram linear = program.Linear;
            for (int i = 0; i < linear.Constraints.Count; i++)
                Add(linear.Constraints[i], i);
            for (int j = 0; j < _n; j++)
            {
                double[] unit = new double[_n],
                    minus = new double[_n];
                (unit[j], minus[j]) = (1, -1);
                if (double.IsFinite(linear.Lower[j]))
                    _rows.Add(new(unit, linear.Lower[j], linear.Lower[j] == linear.Upper[j], -1, 1));
                if (double.IsFinite(linear.Upper[j]) && linear.Lower[j] < linear.Upper[j])
                    _rows.Add(new(minus, -linear.Upper[j], false, -1, 1));
            }
            for (int row = 0; row < _rows.Count; row++)
                if (_rows[row].IsEqual && IsIndependent(row))
                    _working.Add(row);
        }

        private void Add(LinearConstraint constraint, int index)
        {
            double length = Math.Sqrt(constraint.Coefficients.Sum(value => value * value));
            if (length == 0)
                return; // the simplex method has seen that it holds
            double scale = (constraint.Relation == Relation.AtMost ? -1 : 1) / length;
            _rows.Add(
                new(
                    [.. constraint.Coefficients.Select(value => value * scale)],
                    constraint.Bound * scale,
                    constraint.Relation == Relation.Equal,
                    index,
                    scale
                )
            );
        }

        public QuadraticSolution Run(CancellationToken cancellation)
        {
            bool isStationary = false;
            int limit = 100 * (_n + _rows.Count + 10);
            for (int step = 0; step < limit; step++)
            {
                cancellation.ThrowIfCancellationRequested();
                double[] gradient = _program.Gradient(_at);
                Basis basis = new(_n, [.. _working.Select(row => _rows[row].Normal)]);
                (double[] direction, double full) = isStationary ? ([], 0) : Direction(basis, gradient);
                if (direction.Length == 0)
                {
                    double[] multipliers = basis.Combine(gradient);
                    int leaving = Leaving(multipliers, gradient);
                    if (leaving < 0)
                        return Optimum(multipliers);
                    _working.RemoveAt(leaving);
                    isStationary = false;
                    continue;
                }
                (double length, int blocking) = Ratio(direction, full);
                if (double.IsPositiveInfinity(length))
                    return new()
                    {
                        Status = ProgramStatus.Unbounded,
                        Objective = double.NegativeInfinity,
                        Values = _at,
                        Ray = direction,
                    };
                double moved = 0;
                for (int j = 0; j < _n; j++)
                {
                    _at[j] += length * direction[j];
                    moved = Math.Max(moved, length * Math.Abs(direction[j]) / Math.Max(1, Math.Abs(_at[j])));
                }
                _still = moved > 1e-14 ? 0 : _still + 1;
                if (blocking >= 0)
                    _working.Add(blocking);
                isStationary = blocking < 0;
            }
            return new()
            {
                Status = ProgramStatus.Limit,
                Objective = _program.Value(_at),
                Values = _at,
            };
        }

        private bool IsIndependent(int row)
        {
            Basis basis = new(_n, [.. _working.Select(other => _rows[other].Normal)]);
            double[] rest = basis.Project(_rows[row].Normal);
            return rest.Sum(value => value * value) > 1e-18;
        }

        // To the minimum in the null space, or along a falling direction without curvature; none where the point is that minimum.
        private (double[] Direction, double Full) Direction(Basis basis, double[] gradient)
        {
            int k = basis.Free;
            double[] reduced = basis.Reduce(gradient);
            double size = gradient.Max(Math.Abs, 0);
            if (k == 0 || reduced.Max(Math.Abs, 0) <= 1e-15 * size)
                return ([], 0);
            SymmetricEigen eigen = SymmetricEigen.Of(basis.Reduce(_program.Curvature));
            double[] flat = new double[k],
                curved = new double[k];
            double slope = 0;
            for (int e = 0; e < k; e++)
            {
                double along = 0;
                for (int i = 0; i < k; i++)
                    along += eigen.Vectors[i, e] * reduced[i];
                bool isFlat = eigen.Values[e] <= _flat;
                if (isFlat)
                    slope = Math.Max(slope, Math.Abs(along));
                for (int i = 0; i < k; i++)
                    if (isFlat)
                        flat[i] -= along * eigen.Vectors[i, e];
                    else
                        curved[i] -= along / eigen.Values[e] * eigen.Vectors[i, e];
            }
            return slope > Tolerance * size ? (basis.Expand(flat), double.PositiveInfinity) : (basis.Expand(curved), 1);
        }

        private (double Length, int Blocking) Ratio(double[] direction, double full)
        {
            double length = full,
                steepest = 0,
                size = Math.Sqrt(direction.Sum(value => value * value));
            int blocking = -1;
            for (int i = 0; i < _rows.Count; i++)
            {
                double rate = Dot(_rows[i].Normal, direction);
                if (rate >= -1e-12 * size || _working.Contains(i))
                    continue;
                double room = Math.Max(0, Dot(_rows[i].Normal, _at) - _rows[i].Bound) / -rate;
                bool isTie = blocking >= 0 && Math.Abs(room - length) <= 1e-14 * Math.Max(1, length);
                if (isTie ? _still <= Patience && -rate > steepest : room < length)
                    (length, blocking, steepest) = (Math.Min(room, length), i, -rate);
            }
            return (length, blocking);
        }

        // The place in the working set of the constraint that holds the point back the most, or the first one that does.
        private int Leaving(double[] multipliers, double[] gradient)
        {
            double worst = -Tolerance * gradient.Max(Math.Abs, 0);
            int leaving = -1;
            for (int place = 0; place < _working.Count; place++)
            {
                if (_rows[_working[place]].IsEqual || multipliers[place] >= worst)
                    continue;
                if (_still > Patience)
                {
                    if (leaving < 0 || _working[place] < _working[leaving])
                        leaving = place;
                    continue;
                }
                (leaving, worst) = (place, multipliers[place]);
            }
            return leaving;
        }

        private QuadraticSolution Optimum(double[] multipliers)
        {
            double[] duals = new double[_program.Linear.Constraints.Count];
            for (int place = 0; place < _working.Count; place++)
            {
                Row row = _rows[_working[place]];
                if (row.Constraint >= 0)
                    duals[row.Constraint] =
                        (row.IsEqual ? multipliers[place] : Math.Max(0, multipliers[place])) * row.Scale;
            }
            LinearProgram linear = _program.Linear;
            double[] values = [.. _at.Select((value, j) => Math.Clamp(value, linear.Lower[j], linear.Upper[j]))];
            return new()
            {
                Status = ProgramStatus.Optimal,
                Objective = _program.Value(values),
                Values = values,
                Duals = duals,
            };
        }
    }

    /// <summary>An orthonormal basis of the space that independent rows span, and one of what is left.</summary>
    private sealed class Basis
    {
        private readonly int _n,
            _rank;
        private readonly double[][] _span; // the first for the rows, the others for their null space
        private readonly double[,] _triangle; // rows = triangle times span

        public Basis(int n, double[][] rows)
        {
            (_n, _rank) = (n, rows.Length);
            _span = new double[n][];
            _triangle = new double[_rank, _rank];
            for (int i = 0; i < _rank; i++)
            {
                double[] rest = Clear(rows[i], i, (k, part) => _triangle[i, k] += part);
                double length = _triangle[i, i] = Math.Sqrt(Dot(rest, rest));
                _span[i] = [.. rest.Select(value => value / length)];
            }
            // The axis of which most is left goes next: at least 1 / sqrt(n) of its length.
            for (int i = _rank; i < n; i++)
            {
                double[] longest = [];
                double most = -1;
                for (int j = 0; j < n; j++)
                {
                    double left = 1;
                    for (int k = 0; k < i; k++)
                        left -= _span[k][j] * _span[k][j];
                    if (left <= most)
                        continue;
                    longest = new double[n];
                    (longest[j], most) = (1, left);
                }
                double[] rest = Clear(longest, i, static (_, _) => { });
                double length = Math.Sqrt(Dot(rest, rest));
                _span[i] = [.. rest.Select(value => value / length)];
            }
        }

        /// <summary>Dimensions that the rows leave.</summary>
        public int Free => _n - _rank;

        // Twice: what the first time leaves by rounding, the second takes.
        private double[] Clear(double[] vector, int count, Action<int, double> part)
        {
            double[] rest = [.. vector];
            for (int pass = 0; pass < 2; pass++)
            for (int k = 0; k < count; k++)
            {
                double along = Dot(_span[k], rest);
                part(k, along);
                for (int j = 0; j < _n; j++)
                    rest[j] -= along * _span[k][j];
            }
            return rest;
        }

        /// <summary>What is left of a vector beside the rows.</summary>
        public double[] Project(double[] vector) => Clear(vector, _rank, static (_, _) => { });

        /// <summary>A vector in coordinates of the null space.</summary>
        public double[] Reduce(double[] vector) =>
            [.. Enumerable.Range(_rank, Free).Select(k => Dot(_span[k], vector))];

        /// <summary>A symmetric form in coordinates of the null space.</summary>
        public double[,] Reduce(double[,] form)
        {
            double[,] reduced = new double[Free, Free];
            for (int k = 0; k < Free; k++)
            {
                double[] image = new double[_n];
                for (int i = 0; i < _n; i++)
                for (int j = 0; j < _n; j++)
                    image[i] += form[i, j] * _span[_rank + k][j];
                for (int other = 0; other <= k; other++)
                    reduced[k, other] = reduced[other, k] = Dot(_span[_rank + other], image);
            }
            return reduced;
        }

        /// <summary>Back from coordinates of the null space.</summary>
        public double[] Expand(double[] reduced)
        {
            double[] vector = new double[_n];
            for (int k = 0; k < Free; k++)
            for (int j = 0; j < _n; j++)
                vector[j] += reduced[k] * _span[_rank + k][j];
            return vector;
        }

        /// <summary>The combination of the rows that is nearest to a vector.</summary>
        public double[] Combine(double[] vector)
        {
            double[] factors = new double[_rank];
            for (int i = _rank - 1; i >= 0; i--)
            {
                factors[i] = Dot(_span[i], vector);
                for (int later = i + 1; later < _rank; later++)
                    factors[i] -= _triangle[later, i] * factors[later];
                factors[i] /= _triangle[i, i];
            }
            return factors;
        }
    }

    private static double Dot(double[] a, double[] b)
    {
        double sum = 0;
        for (int j = 0; j < a.Length; j++)
            sum += a[j] * b[j];
        return sum;
    }

    private static double Max(this double[] values, Func<double, double> of, double least) =>
        values.Aggregate(least, (most, value) => Math.Max(most, of(value)));
}
