using System.Numerics.Tensors;

namespace Assay.Learning;

/// <summary>Logistic regression of two classes on a set of rows that grows: after each row it goes on from where it was.</summary>
/// <remarks>
/// <para>The objective and the tolerance are those of <see cref="LogisticRegression"/>, so the optimum is the same within them. The way
/// there is shorter: the gradient of the set before is known, that of the new row is added; the factor of the Hessian takes the new row
/// in (a rank-one update, O(d^2)); Newton steps with that factor, each one pass over the rows, go on until the gradient is
/// small. The curvatures of older rows are those of when the factor was last made anew: that costs steps, not exactness, and where
/// it costs more of them than making it anew, that is done. Where even then a step does not shrink the gradient, the plain solver takes over.</para>
/// <code>
/// GrowingLogistic growing = new(data, new());
/// foreach (int row in order)
/// {
///     growing.Add(row);
///     if (growing.HasBothClasses)
///         LogisticModel model = growing.Fit(); // of the rows so far
/// }
/// </code>
/// </remarks>
public sealed class GrowingLogistic
{
    private const int UsualSteps = 2,
        MostSteps = 100,
        MostHalvings = 6;
    private const double SlowestShrink = 0.5;
    private readonly ClassificationData _data;
    private readonly LogisticRegression _plain;
    private readonly LogisticOptions _options;
    private readonly int _columns;
    private readonly GrowingFactor _factor;
    private readonly List<int> _rows = [];
    private readonly double[] _parameters, // coefficients, then the intercept
        _before, // those of the last optimum
        _gradient,
        _step;
    private readonly double[] _newRow;
    private float[] _features = [];
    private double[] _targets = [],
        _logits = [];
    private bool _isFitted;
    private int _fittedRows,
        _wasted; // steps beyond the usual ones since the factor was made

    /// <summary>Starts without rows.</summary>
    /// <param name="data">The rows that may be added: complete, unweighted, of two classes.</param>
    /// <param name="options">Penalty and tolerance; the solver is this one.</param>
    /// <exception cref="ArgumentException">The data are not of that kind.</exception>
    public GrowingLogistic(ClassificationData data, LogisticOptions options)
    {
        data.RequireComplete();
        if (data.Classes != 2 || data.Weights is not null || !options.Intercept)
            throw new ArgumentException("Expected two classes, rows without weights, and an intercept.");
        _data = data;
        _options = options;
        _plain = new(options);
        _columns = data.Features.Columns;
        _parameters = new double[_columns + 1];
        _before = new double[_columns + 1];
        _gradient = new double[_columns + 1];
        _step = new double[_columns + 1];
        _newRow = new double[_columns + 1];
        _factor = new(_columns + 1);
    }

    /// <summary>Rows so far.</summary>
    public int Rows => _rows.Count;

    /// <summary>Whether it can be fitted.</summary>
    public bool HasBothClasses => HasZero && HasOne;

    private bool HasZero { get; set; }

    private bool HasOne { get; set; }

    /// <summary>Adds a row; the model follows when it is next asked for.</summary>
    /// <param name="row">A row of the data.</param>
    public void Add(int row)
    {
        int count = _rows.Count;
        if (count == _targets.Length)
        {
            int room = Math.Max(16, 2 * count);
            Array.Resize(ref _features, room * _columns);
            Array.Resize(ref _targets, room);
            Array.Resize(ref _logits, room);
        }
        ReadOnlySpan<float> features = _data.Features.Row(row);
        features.CopyTo(_features.AsSpan(count * _columns));
        int label = _data.Labels[row];
        _targets[count] = label;
        _rows.Add(row);
        HasZero |= label == 0;
        HasOne |= label == 1;
        if (!_isFitted)
            return;
        double logit = MixedProducts.Dot(features, _parameters) + _parameters[_columns],
            p = Logistic.Sigmoid(logit),
            residual = p - label;
        _logits[count] = logit;
        for (int j = 0; j < _columns; j++)
        {
            _newRow[j] = features[j];
            _gradient[j] += residual * features[j];
        }
        _newRow[_columns] = 1;
        _gradient[_columns] += residual;
        _factor.Add(_newRow, p * (1 - p));
    }

    /// <summary>The optimum for the rows so far.</summary>
    /// <returns>Coefficients, then the intercept; valid until the next call.</returns>
    /// <exception cref="InvalidOperationException">The rows are of one class.</exception>
    public ReadOnlySpan<double> Fit()
    {
        if (!HasBothClasses)
            throw new InvalidOperationException("The rows are of one class.");
        if (!_isFitted)
            FitPlainly();
        else if (_fittedRows < _rows.Count)
            GoOn();
        _fittedRows = _rows.Count;
        return _parameters;
    }

    /// <summary>The optimum as a model like any other.</summary>
    /// <exception cref="InvalidOperationException">The rows are of one class.</exception>
    public LogisticModel Model()
    {
        ReadOnlySpan<double> parameters = Fit();
        return new()
        {
            Classes = 2,
            Features = _columns,
            Coefficients = parameters[.._columns].ToArray(),
            Intercepts = [parameters[_columns]],
            GradientNorm = Lbfgs.Norm(_gradient) / _rows.Count,
            Converged = Lbfgs.Norm(_gradient) / _rows.Count <= _options.Tolerance,
        };
    }

    /// <summary>The log-odds of class 1 for other rows, at the optimum for the rows so far.</summary>
    /// <param name="features">Finite rows of as many columns.</param>
    /// <param name="logits">Gets one number a row.</param>
    /// <exception cref="ArgumentException">The number of columns or of rows differs.</exception>
    public void Logits(Matrix features, Span<double> logits)
    {
        if (features.Columns != _columns || logits.Length != features.Rows)
            throw new ArgumentException(
                $"{logits.Length} logits and {_columns} features do not fit {features.Rows} rows of {features.Columns}."
            );
        Fit();
        MixedProducts.Project(features.Values, _columns, _parameters.AsSpan(0, _columns), 1, logits);
        TensorPrimitives.Add(logits, _parameters[_columns], logits);
    }

    private void GoOn()
    {
        double tolerance = _options.Tolerance * _rows.Count,
            norm = Lbfgs.Norm(_gradient);
        _parameters.CopyTo(_before, 0);
        int steps = 0;
        for (bool isNew = false; norm > tolerance; steps++)
        {
            for (int j = 0; j < _step.Length; j++)
                _step[j] = -_gradient[j];
            _factor.Solve(_step);
            Step();
            double now = Lbfgs.Norm(_gradient);
            // Newton's step may be too long: half of it, a quarter ...
            for (int halving = 0; isNew && !(now < norm) && halving < MostHalvings; halving++)
            {
                TensorPrimitives.Multiply(_step, halving == 0 ? -0.5 : 0.5, _step);
                Step();
                now = Lbfgs.Norm(_gradient);
            }
            if ((isNew && !(now < norm)) || steps == MostSteps)
            {
                FitPlainly();
                return;
            }
            isNew = now > tolerance && !(now < SlowestShrink * norm);
            if (isNew)
                MakeFactor();
            norm = now;
        }
        _wasted += Math.Max(0, steps - UsualSteps);
        // A factor costs about as much as a quarter of the columns in steps.
        if (_wasted > _columns / 4)
            MakeFactor();
    }

    /// <summary>Takes the step: parameters, logits and gradient in one pass over the rows.</summary>
    private void Step()
    {
        for (int j = 0; j < _step.Length; j++)
            _parameters[j] += _step[j];
        Differentiate(
            (start, z) =>
            {
                Span<double> logits = _logits.AsSpan(start, z.Length);
                for (int i = 0; i < z.Length; i++)
                    z[i] = logits[i] += z[i] + _step[_columns];
            },
            _step
        );
    }

    // The plain solver, from the last optimum; then everything that is kept is made anew.
    private void FitPlainly()
    {
        LogisticModel? start = _isFitted
            ? new()
            {
                Classes = 2,
                Features = _columns,
                Coefficients = _before[.._columns],
                Intercepts = [_before[_columns]],
            }
            : null;
        LogisticModel model = _plain.Fit(
            _data.Take(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_rows)),
            start
        );
        model.Coefficients.CopyTo(_parameters, 0);
        _parameters[_columns] = model.Intercepts[0];
        _isFitted = true;
        Differentiate(
            (start, z) =>
            {
                for (int i = 0; i < z.Length; i++)
                    _logits[start + i] = z[i] += _parameters[_columns];
            },
            _parameters
        );
        MakeFactor();
    }

    private delegate void LogitsOf(int start, Span<double> products);

    /// <summary>Products of the rows with some coefficients, logits from them, and the gradient at those.</summary>
    private void Differentiate(LogitsOf logitsOf, double[] coefficients)
    {
        int block = MixedProducts.BlockRows(_columns);
        Span<double> z = stackalloc double[Math.Min(block, 256)];
        Array.Clear(_gradient);
        for (int start = 0; start < _rows.Count; start += z.Length)
        {
            int size = Math.Min(z.Length, _rows.Count - start);
            ReadOnlySpan<float> rows = _features.AsSpan(start * _columns, size * _columns);
            Span<double> part = z[..size];
            MixedProducts.Project(rows, _columns, coefficients.AsSpan(0, _columns), 1, part);
            logitsOf(start, part);
            TensorPrimitives.Sigmoid(part, part);
            TensorPrimitives.Subtract(part, _targets.AsSpan(start, size), part);
            MixedProducts.AddTransposed(rows, _columns, part, 1, _gradient.AsSpan(0, _columns));
            _gradient[_columns] += TensorPrimitives.Sum<double>(part);
        }
        for (int j = 0; j < _columns; j++)
            _gradient[j] += _parameters[j] / _options.C;
    }

    private void MakeFactor()
    {
        _wasted = 0;
        _factor.Clear();
        int width = _columns + 1;
        double[] rows = new double[GrowingFactor.AtOnce * width];
        Span<double> weights = stackalloc double[GrowingFactor.AtOnce];
        for (int start = 0; start < _rows.Count; start += weights.Length)
        {
            for (int i = 0; i < weights.Length; i++)
            {
                bool isRow = start + i < _rows.Count; // the last few are filled up with rows of weight 0
                double p = isRow ? Logistic.Sigmoid(_logits[start + i]) : 0;
                weights[i] = p * (1 - p);
                if (!isRow)
                    continue;
                ReadOnlySpan<float> features = _features.AsSpan((start + i) * _columns, _columns);
                for (int j = 0; j < features.Length; j++)
                    rows[i * width + j] = features[j];
                rows[i * width + _columns] = 1;
            }
            _factor.Sum(rows, weights);
        }
        _factor.Factor(1 / _options.C, free: _columns);
    }
}
