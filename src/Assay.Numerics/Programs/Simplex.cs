namespace Assay.Numerics;

/// <summary>Solves small dense linear programs exactly, and proves it.</summary>
/// <remarks>
/// The primal simplex method for bounded variables (Dantzig 1955) on a dense tableau, in two phases. The entering variable is the one with the
/// steepest reduced cost, until the objective stands still for a while; from there on Bland's rule (1977) of least indices, which cannot cycle.
/// Rows are scaled by their largest coefficient. Meant for hundreds of variables, not thousands.
/// </remarks>
public static class Simplex
{
    /// <summary>Solves a program.</summary>
    /// <param name="program">The program.</param>
    /// <param name="cancellation">Asks to stop.</param>
    /// <exception cref="ArgumentException">A length of the program does not fit, or a number is not finite.</exception>
    public static LinearSolution Solve(LinearProgram program, CancellationToken cancellation = default)
    {
        program.Check();
        LinearSolution solution = new Tableau(program).Solve(cancellation);
        return solution.Status == ProgramStatus.Infeasible
            ? solution with
            {
                Conflict = Conflict(program, solution.Duals, cancellation),
            }
            : solution;
    }

    /// <summary>The same without looking for the constraints that conflict, which costs a program for each.</summary>
    internal static LinearSolution SolveOnly(LinearProgram program, CancellationToken cancellation) =>
        new Tableau(program).Solve(cancellation);

    // Those with a multiplier prove the contradiction; each of them that is not needed is left out in turn.
    private static List<string> Conflict(
        LinearProgram program,
        IReadOnlyList<double> multipliers,
        CancellationToken cancellation
    )
    {
        List<LinearConstraint> kept = [.. program.Constraints.Where((_, i) => Math.Abs(multipliers[i]) > 0)];
        for (int i = kept.Count - 1; i >= 0; i--)
        {
            List<LinearConstraint> fewer = [.. kept.Where((_, other) => other != i)];
            LinearProgram smaller = program with { Constraints = fewer };
            if (SolveOnly(smaller, cancellation).Status == ProgramStatus.Infeasible)
                kept = fewer;
        }
        return [.. kept.Select(constraint => constraint.Name)];
    }

    /// <summary>Rows a x + s = b, each with a slack s whose bounds say how the row compares, and artificial variables for the first phase.</summary>
    private sealed class Tableau
    {
        private const double Tolerance = 1e-9;
        private const int Patience = 40; // pivots without progress before Bland's rule

        private readonly LinearProgram _program;
        private readonly int _n,
            _m,
            _columns;
        private readonly double[,] _rows; // basis inverse times all columns
        private readonly double[] _rowScale;
        private readonly double[] _low,
            _high,
            _at; // bounds and values of all variables
        private readonly int[] _basis; // variable of each row
        private readonly bool[] _isBasic;

        public Tableau(LinearProgram program)
        {
            _program = program;
            (_n, _m) = (program.Variables, program.Constraints.Count);
            _columns = _n + 2 * _m;
            _rows = new double[_m, _columns];
            _rowScale = new double[_m];
            _low = new double[_columns];
            _high = new double[_columns];
            _at = new double[_columns];
            _basis = new int[_m];
            _isBasic = new bool[_columns];
            for (int j = 0; j < _n; j++)
            {
                (_low[j], _high[j]) = (program.Lower[j], program.Upper[j]);
                _at[j] =
                    double.IsFinite(_low[j]) ? _low[j]
                    : double.IsFinite(_high[j]) ? _high[j]
                    : 0;
            }
            for (int i = 0; i < _m; i++)
                AddRow(i, program.Constraints[i]);
        }

        private void AddRow(int i, LinearConstraint constraint)
        {
            double largest = 0;
            foreach (double coefficient in constraint.Coefficients)
                largest = Math.Max(largest, Math.Abs(coefficient));
            double scale = _rowScale[i] = largest > 0 ? 1 / largest : 1;
            double rest = constraint.Bound * scale;
            for (int j = 0; j < _n; j++)
            {
                _rows[i, j] = constraint.Coefficients[j] * scale;
                rest -= _rows[i, j] * _at[j];
            }
            int slack = _n + i,
                artificial = _n + _m + i;
            _rows[i, slack] = 1;
            _low[slack] = constraint.Relation == Relation.AtLeast ? double.NegativeInfinity : 0;
            _high[slack] = constraint.Relation == Relation.AtMost ? double.PositiveInfinity : 0;
            if (rest >= _low[slack] && rest <= _high[slack])
            {
                (_basis[i], _at[slack]) = (slack, rest);
                _isBasic[slack] = true;
                return;
            }
            // The slack stands at the bound that it would break; an artificial variable takes what is missing, with the sign that makes it positive.
            _at[slack] = Math.Clamp(rest, _low[slack], _high[slack]);
            double missing = rest - _at[slack];
            if (missing < 0)
                for (int j = 0; j < _columns; j++)
                    _rows[i, j] = -_rows[i, j];
            _rows[i, artificial] = 1;
            _high[artificial] = double.PositiveInfinity;
            _at[artificial] = Math.Abs(missing);
            _basis[i] = artificial;
            _isBasic[artificial] = true;
        }

        public LinearSolution Solve(CancellationToken cancellation)
        {
            double[] first = new double[_columns];
            for (int i = 0; i < _m; i++)
                first[_n + _m + i] = 1;
            double scale = 1;
            for (int i = 0; i < _m; i++)
                scale = Math.Max(scale, Math.Abs(_at[_basis[i]]));
            Descend(first, cancellation, out _);
            double missing = 0;
            for (int i = 0; i < _m; i++)
                missing += _at[_n + _m + i];
            if (missing > Tolerance * scale)
                return new()
                {
                    Status = ProgramStatus.Infeasible,
                    Objective = double.PositiveInfinity,
                    Duals = Multipliers(first),
                };
            for (int i = 0; i < _m; i++)
                _high[_n + _m + i] = _at[_n + _m + i] = 0;
            double[] second = new double[_columns];
            for (int j = 0; j < _n; j++)
                second[j] = _program.Objective[j];
            bool isBounded = Descend(second, cancellation, out double[] ray);
            double[] values = _at[.._n];
            return isBounded
                ? new()
                {
                    Status = ProgramStatus.Optimal,
                    Values = values,
                    Objective = _program.Value(values),
                    Duals = Multipliers(second),
                }
                : new()
                {
                    Status = ProgramStatus.Unbounded,
                    Values = values,
                    Objective = double.NegativeInfinity,
                    Ray = ray,
                };
        }

        // Pivots until no reduced cost is of a helpful sign; false if nothing stops the descent, and the ray along which.
        private bool Descend(double[] costs, CancellationToken cancellation, out double[] ray)
        {
            ray = [];
            double size = 1;
            foreach (double cost in costs)
                size = Math.Max(size, Math.Abs(cost));
            double[] reduced = new double[_columns];
            int still = 0;
            for (int pivots = 0; ; pivots++)
            {
                cancellation.ThrowIfCancellationRequested();
                for (int j = 0; j < _columns; j++)
                {
                    reduced[j] = costs[j];
                    for (int i = 0; i < _m; i++)
                        reduced[j] -= costs[_basis[i]] * _rows[i, j];
                }
                int entering = Entering(reduced, Tolerance * size, still > Patience);
                if (entering < 0)
                    return true;
                double direction = reduced[entering] < 0 ? 1 : -1;
                (double length, int leaving, bool atHigh) = Ratio(entering, direction, still > Patience);
                if (double.IsPositiveInfinity(length))
                {
                    ray = Ray(entering, direction);
                    return false;
                }
                still = length * Math.Abs(reduced[entering]) > Tolerance * size ? 0 : still + 1;
                Move(entering, direction * length);
                if (leaving < 0)
                {
                    _at[entering] = direction > 0 ? _high[entering] : _low[entering];
                    continue; // from one of its bounds to the other
                }
                int left = _basis[leaving];
                _at[left] = atHigh ? _high[left] : _low[left];
                Pivot(leaving, entering);
            }
        }

        private int Entering(double[] reduced, double tolerance, bool bland)
        {
            int best = -1;
            double steepest = tolerance;
            for (int j = 0; j < _columns; j++)
            {
                if (_isBasic[j] || _low[j] == _high[j])
                    continue;
                bool helps =
                    (reduced[j] < -tolerance && _at[j] < _high[j]) || (reduced[j] > tolerance && _at[j] > _low[j]);
                if (!helps || Math.Abs(reduced[j]) <= steepest)
                    continue;
                best = j;
                if (bland)
                    return j;
                steepest = Math.Abs(reduced[j]);
            }
            return best;
        }

        // How far the entering variable can go, which basic variable stops it, and at which bound; -1 if its own other bound does.
        private (double Length, int Leaving, bool AtHigh) Ratio(int entering, double direction, bool bland)
        {
            double length = direction > 0 ? _high[entering] - _at[entering] : _at[entering] - _low[entering];
            int leaving = -1;
            bool atHigh = false;
            double pivot = 0;
            for (int i = 0; i < _m; i++)
            {
                double change = -direction * _rows[i, entering];
                if (Math.Abs(change) <= 1e-11)
                    continue;
                int basic = _basis[i];
                double room = change > 0 ? _high[basic] - _at[basic] : _at[basic] - _low[basic];
                double limit = Math.Max(0, room) / Math.Abs(change);
                bool isTie = Math.Abs(limit - length) <= 1e-12 * Math.Max(1, length);
                bool isBetter = isTie
                    ? leaving >= 0 && (bland ? basic < _basis[leaving] : Math.Abs(change) > pivot)
                    : limit < length;
                if (!isBetter && !(isTie && leaving < 0 && limit < length))
                    continue;
                (length, leaving, atHigh, pivot) = (Math.Min(length, limit), i, change > 0, Math.Abs(change));
            }
            return (length, leaving, atHigh);
        }

        private void Move(int entering, double by)
        {
            _at[entering] += by;
            for (int i = 0; i < _m; i++)
                _at[_basis[i]] -= _rows[i, entering] * by;
        }

        private void Pivot(int row, int entering)
        {
            double pivot = _rows[row, entering];
            for (int j = 0; j < _columns; j++)
                _rows[row, j] /= pivot;
            for (int i = 0; i < _m; i++)
            {
                double factor = _rows[i, entering];
                if (i == row || factor == 0)
                    continue;
                for (int j = 0; j < _columns; j++)
                    _rows[i, j] -= factor * _rows[row, j];
                _rows[i, entering] = 0;
            }
            _isBasic[_basis[row]] = false;
            _isBasic[entering] = true;
            _basis[row] = entering;
        }

        private double[] Ray(int entering, double direction)
        {
            double[] ray = new double[_n];
            if (entering < _n)
                ray[entering] = direction;
            for (int i = 0; i < _m; i++)
                if (_basis[i] < _n)
                    ray[_basis[i]] = -direction * _rows[i, entering];
            return ray;
        }

        // Costs of the basis times its inverse, which stands in the columns of the slacks; without rounding of the wrong sign.
        private double[] Multipliers(double[] costs)
        {
            double[] duals = new double[_m];
            double largest = 0;
            for (int k = 0; k < _m; k++)
            {
                for (int i = 0; i < _m; i++)
                    duals[k] += costs[_basis[i]] * _rows[i, _n + k];
                duals[k] *= _rowScale[k];
                largest = Math.Max(largest, Math.Abs(duals[k]));
            }
            for (int k = 0; k < _m; k++)
            {
                Relation relation = _program.Constraints[k].Relation;
                bool isWrong =
                    relation == Relation.AtMost ? duals[k] > 0 : relation == Relation.AtLeast && duals[k] < 0;
                if (isWrong || Math.Abs(duals[k]) <= 1e-13 * largest)
                    duals[k] = 0;
            }
            return duals;
        }
    }
}
