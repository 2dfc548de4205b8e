namespace Assay.Learning;

/// <summary>What is known of the circumstances of rows: numbers, and groups such as a week or an author; an intercept always.</summary>
/// <remarks>
/// Numbers are kept in double and used in standard deviations from their mean, so that time stamps and shares go together. Columns that are
/// combinations of others do no harm: of all solutions one near the smallest is taken, and a group that was not seen counts as the average one.
/// </remarks>
public sealed class ContextDesign
{
    // Relative to the diagonal: picks one of many equal solutions, too small to be seen in nine digits.
    private const double Jitter = 1e-12;
    private readonly double[][] _numbers;
    private readonly int[][] _groups;
    private readonly int[] _firstOf;

    private ContextDesign(int rows, double[][] numbers, int[][] groups)
    {
        (Rows, _numbers, _groups) = (rows, numbers, groups);
        _firstOf = new int[groups.Length + 1];
        _firstOf[0] = 1 + numbers.Length;
        for (int i = 0; i < groups.Length; i++)
            _firstOf[i + 1] = _firstOf[i] + groups[i].Max() + 1;
    }

    /// <summary>Makes one.</summary>
    /// <param name="rows">Number of rows, at least 1.</param>
    /// <param name="numbers">Columns of one finite number a row; perhaps none.</param>
    /// <param name="groups">Columns of one group a row, numbered from 0; perhaps none.</param>
    /// <exception cref="ArgumentException">A length differs, or a number is not finite.</exception>
    public static ContextDesign Of(int rows, IReadOnlyList<double[]> numbers, IReadOnlyList<int[]> groups)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rows, 1);
        foreach (double[] column in numbers)
            if (column.Length != rows || column.Any(number => !double.IsFinite(number)))
                throw new ArgumentException(
                    $"A column of context needs {rows} finite numbers, one a row.",
                    nameof(numbers)
                );
        foreach (int[] column in groups)
            if (column.Length != rows || column.Any(group => group < 0))
                throw new ArgumentException($"A column of groups needs {rows} numbers from 0.", nameof(groups));
        return new(rows, [.. numbers.Select(Standardise)], [.. groups]);
    }

    /// <summary>Columns that least squares take at most, with that of the intercept; means of one column of groups take any number.</summary>
    public const int MostColumns = 4097;

    /// <summary>Number of rows.</summary>
    public int Rows { get; }

    /// <summary>Number of columns: the intercept, the numbers, a column for each group.</summary>
    public int Columns => _firstOf[^1];

    /// <summary>Columns of numbers.</summary>
    internal int Numbers => _numbers.Length;

    /// <summary>Free coefficients, if no column is a combination of others but groups of the intercept.</summary>
    internal int Parameters => Columns - _groups.Length;

    /// <summary>The same with further columns of numbers behind those that there are.</summary>
    public ContextDesign With(params IReadOnlyList<double[]> further) =>
        new(Rows, [.. _numbers, .. further.Select(Standardise)], _groups);

    /// <summary>The same without numbers.</summary>
    /// <exception cref="ArgumentException">There are no groups.</exception>
    public ContextDesign OnlyGroups() =>
        _groups.Length > 0
            ? new(Rows, [], _groups)
            : throw new ArgumentException("There are no groups in the context.");

    /// <summary>What the groups alone say of a target: their means where there is one column of groups, else the least squares of all.</summary>
    /// <exception cref="ArgumentException">There are no groups.</exception>
    internal double[] OfGroups(double[] target, double[]? weights)
    {
        if (_groups.Length != 1)
        {
            ContextDesign own = OnlyGroups();
            return own.Product(own.Regression(weights).Fit(target));
        }
        double[] sums = new double[Columns],
            totals = new double[Columns];
        for (int row = 0; row < Rows; row++)
        {
            double weight = weights?[row] ?? 1;
            sums[_groups[0][row]] += weight * target[row];
            totals[_groups[0][row]] += weight;
        }
        double mean = sums.Sum() / totals.Sum();
        return [.. _groups[0].Select(group => totals[group] > 0 ? sums[group] / totals[group] : mean)];
    }

    /// <summary>Numbers also by their way beyond some of their own quantiles, so that what follows from them may bend.</summary>
    /// <param name="bends">Where a number may bend, at least 1: at quantiles in equal steps.</param>
    public ContextDesign Bending(int bends)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bends, 1);
        List<double[]> columns = [];
        foreach (double[] column in _numbers)
        {
            columns.Add(column);
            double[] sorted = [.. column.Order()];
            foreach (
                double knot in Enumerable
                    .Range(1, bends)
                    .Select(i => sorted[(int)((long)i * (Rows - 1) / (bends + 1))])
                    .Distinct()
                    .Where(knot => knot > sorted[0] && knot < sorted[^1])
            )
                columns.Add([.. column.Select(value => Math.Max(0, value - knot))]);
        }
        return new(Rows, [.. columns.Select(Standardise)], _groups);
    }

    /// <summary>Rows x coefficients: what the context says of each row.</summary>
    /// <param name="coefficients">One for each column.</param>
    public double[] Product(ReadOnlySpan<double> coefficients)
    {
        double[] values = new double[Rows];
        for (int row = 0; row < values.Length; row++)
            values[row] = Product(coefficients, row);
        return values;
    }

    internal double Product(ReadOnlySpan<double> coefficients, int row)
    {
        double sum = coefficients[0];
        for (int i = 0; i < _numbers.Length; i++)
            sum += coefficients[1 + i] * _numbers[i][row];
        for (int i = 0; i < _groups.Length; i++)
            sum += coefficients[_firstOf[i] + _groups[i][row]];
        return sum;
    }

    /// <summary>Adds a row, times a number, to as many sums as there are columns.</summary>
    internal void Add(int row, double scale, Span<double> sums)
    {
        sums[0] += scale;
        for (int i = 0; i < _numbers.Length; i++)
            sums[1 + i] += scale * _numbers[i][row];
        for (int i = 0; i < _groups.Length; i++)
            sums[_firstOf[i] + _groups[i][row]] += scale;
    }

    /// <summary>Prepares least squares on the context.</summary>
    /// <param name="weights">One weight a row, or null for 1 each; rows of weight 0 count as absent.</param>
    /// <param name="penalty">Times the squared coefficients of all columns but the intercept.</param>
    /// <exception cref="ArgumentException">There are too many columns.</exception>
    internal ContextRegression Regression(double[]? weights, double penalty = 0)
    {
        int p = Columns;
        if (p > MostColumns)
            throw new ArgumentException($"{p - 1} columns of context are too many; at most {MostColumns - 1}.");
        double[] gram = new double[p * p],
            sums = new double[p];
        for (int row = 0; row < Rows; row++)
            if ((weights?[row] ?? 1) is var weight and > 0)
                AddProducts(row, weight, gram);
        for (int i = 0; i < p; i++)
        {
            ref double diagonal = ref gram[i * p + i];
            diagonal += (i > 0 ? penalty : 0) + Jitter * diagonal;
            if (diagonal == 0)
                diagonal = 1; // a group without rows: its coefficient is 0
        }
        if (!Cholesky.Factor(gram, p))
            throw new ArgumentException("The context has no least squares: its numbers are too far apart in size.");
        return new(this, weights, gram);
    }

    // The lower triangle.
    private void AddProducts(int row, double weight, double[] gram)
    {
        int p = Columns;
        gram[0] += weight;
        for (int i = 0; i < _numbers.Length; i++)
        {
            double own = weight * _numbers[i][row];
            gram[(1 + i) * p] += own;
            for (int j = 0; j <= i; j++)
                gram[(1 + i) * p + 1 + j] += own * _numbers[j][row];
        }
        for (int i = 0; i < _groups.Length; i++)
        {
            int at = (_firstOf[i] + _groups[i][row]) * p;
            gram[at] += weight;
            for (int j = 0; j < _numbers.Length; j++)
                gram[at + 1 + j] += weight * _numbers[j][row];
            for (int j = 0; j <= i; j++)
                gram[at + _firstOf[j] + _groups[j][row]] += weight;
        }
    }

    private static double[] Standardise(double[] column)
    {
        double mean = column.Average(),
            deviation = Math.Sqrt(column.Sum(value => (value - mean) * (value - mean)) / column.Length);
        // What does not vary says nothing.
        return deviation > 1e-12 * Math.Abs(mean) && deviation > 0
            ? Array.ConvertAll(column, value => (value - mean) / deviation)
            : new double[column.Length];
    }
}

/// <summary>Least squares on a context, factored once for many targets.</summary>
internal sealed class ContextRegression(ContextDesign design, double[]? weights, double[] factor)
{
    /// <summary>The coefficients that fit a target best.</summary>
    public double[] Fit(ReadOnlySpan<double> target)
    {
        double[] coefficients = new double[design.Columns];
        for (int row = 0; row < target.Length; row++)
            if ((weights?[row] ?? 1) is var weight and > 0)
                design.Add(row, weight * target[row], coefficients);
        Cholesky.Solve(factor, coefficients.Length, coefficients);
        return coefficients;
    }

    /// <summary>What is left of a target of each row, those of weight 0 included.</summary>
    public double[] Residuals(ReadOnlySpan<double> target)
    {
        double[] values = design.Product(Fit(target));
        for (int row = 0; row < values.Length; row++)
            values[row] = target[row] - values[row];
        return values;
    }

    /// <summary>Solves for sums over rows: the coefficients whose normal equations have that right side.</summary>
    public void Solve(Span<double> sums) => Cholesky.Solve(factor, sums.Length, sums);
}
