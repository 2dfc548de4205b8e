using Assay.Numerics;

namespace Assay.Learning;

/// <summary>Logistic and softmax regression with an L2 penalty, fitted to a stated optimality.</summary>
/// <remarks>
/// Minimises F = sum over rows of weight x log loss + |coefficients|^2 / (2 C), as scikit-learn's <c>LogisticRegression</c>
/// (multinomial for more than two classes): the intercepts are not penalised. Classes without rows get probability 0.
/// <code>
/// LogisticRegression learner = new(new() { C = 0.1 });
/// LogisticModel model = learner.Fit(data);
/// LogisticModel onHalf = learner.Fit(data.Take(half), start: model); // the same optimum as without a start, sooner
/// </code>
/// </remarks>
public sealed class LogisticRegression : IClassifierLearner
{
    private const int NewtonParameters = 64;
    private readonly LogisticOptions _options;

    /// <summary>Checks the options.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public LogisticRegression(LogisticOptions options)
    {
        if (!(options.C > 0))
            throw new ArgumentOutOfRangeException(nameof(options), options.C, "C must be above 0.");
        if (!(options.Tolerance > 0))
            throw new ArgumentOutOfRangeException(nameof(options), options.Tolerance, "Tolerance must be above 0.");
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxIterations, 1);
        _options = options;
    }

    /// <summary>Fits on dense features.</summary>
    /// <param name="data">Complete rows of at least two classes.</param>
    /// <param name="start">A model of the same shape to start from, such as that of a similar set; changes the way, not the goal.</param>
    /// <exception cref="ArgumentException">A feature is NaN, only one class has rows, or the start has another shape.</exception>
    public LogisticModel Fit(ClassificationData data, LogisticModel? start = null)
    {
        data.RequireComplete();
        return Fit(new DenseDesign(data.Features), data.Features, data.Labels, data.Classes, data.Weights, start);
    }

    /// <summary>Fits on sparse features, by L-BFGS.</summary>
    /// <remarks>
    /// A column without an entry has coefficients of 0 at the optimum, so only those that occur are parameters: memory and
    /// time grow with the words of the rows, not with the columns that words are hashed into.
    /// </remarks>
    /// <param name="features">At least one row.</param>
    /// <param name="labels">One class a row, 0 to <paramref name="classes"/> - 1.</param>
    /// <param name="classes">Number of classes, at least 2.</param>
    /// <param name="weights">One weight a row, finite and not negative, or null for 1 each.</param>
    /// <param name="start">A model of the same shape to start from.</param>
    /// <exception cref="ArgumentException">Lengths differ, only one class has rows, or the start has another shape.</exception>
    public LogisticModel Fit(
        SparseMatrix features,
        int[] labels,
        int classes,
        double[]? weights = null,
        LogisticModel? start = null
    )
    {
        ClassificationData.CheckLabels(features.Rows, labels, classes);
        RowWeights.Check(features.Rows, weights);
        int[] occurring = features.OccurringColumns();
        if (occurring.Length is 0 || occurring.Length == features.Columns)
            return Fit(new SparseDesign(features), null, labels, classes, weights, start);
        if (start is not null && start.Features != features.Columns)
            throw new ArgumentException(
                $"The start has {start.Features} features; the data has {features.Columns}.",
                nameof(start)
            );
        return Fit(new SparseDesign(features.Over(occurring)), null, labels, classes, weights, start?.Over(occurring))
            .Among(occurring, features.Columns);
    }

    IClassifier IClassifierLearner.Fit(ClassificationData data, RandomStream random) => Fit(data);

    private LogisticModel Fit(
        IDesign design,
        Matrix? dense,
        int[] labels,
        int classes,
        double[]? weights,
        LogisticModel? start
    )
    {
        int[] present = ClassificationData.PresentClasses(labels, weights, classes);
        int outputs = present.Length == 2 ? 1 : present.Length;
        LogisticObjective objective = new(design, labels, weights, present, outputs, _options);
        double[] parameters = new double[objective.Parameters];
        if (start is not null)
            ReadStart(design, start, classes, present, outputs, parameters);

        bool newton =
            dense is not null
            && _options.Solver switch
            {
                LogisticSolver.Auto => parameters.Length <= NewtonParameters,
                LogisticSolver.Newton => true,
                _ => false,
            };
        if (dense is null && _options.Solver == LogisticSolver.Newton)
            throw new ArgumentException("Newton's method needs dense features; choose L-BFGS.");
        Lbfgs.Result result = newton
            ? new LogisticNewton(objective, dense!).Minimise(parameters, _options.Tolerance, _options.MaxIterations)
            : Lbfgs.Minimise(
                objective.Evaluate,
                parameters,
                objective.InverseDiagonal(),
                _options.Tolerance,
                _options.MaxIterations
            );
        return ModelOf(design, parameters, classes, present, outputs) with
        {
            Objective = result.Value * objective.TotalWeight,
            GradientNorm = result.GradientNorm,
            Iterations = result.Iterations,
            Converged = result.GradientNorm <= _options.Tolerance,
        };
    }

    private static void ReadStart(
        IDesign design,
        LogisticModel start,
        int classes,
        int[] present,
        int outputs,
        double[] parameters
    )
    {
        if (start.Classes != classes || start.Features != design.Columns)
            throw new ArgumentException(
                $"The start has {start.Classes} classes and {start.Features} features; the data has {classes} and {design.Columns}."
            );
        int coefficients = outputs * design.Columns;
        for (int k = 0; k < outputs; k++)
        {
            // One output is the difference of the logits of the two classes.
            int plus = classes == 2 ? 0 : present[outputs == 1 ? 1 : k];
            int minus = outputs == 1 && classes > 2 ? present[0] : -1;
            if (!double.IsFinite(start.Intercepts[plus]) || (minus >= 0 && !double.IsFinite(start.Intercepts[minus])))
                continue;
            parameters[coefficients + k] = Of(start.Intercepts, plus) - Of(start.Intercepts, minus);
            for (int j = 0; j < design.Columns; j++)
                parameters[design.Place(k, outputs, j)] =
                    Of(start.Coefficients, plus * design.Columns + j)
                    - (minus < 0 ? 0 : start.Coefficients[minus * design.Columns + j]);
        }

        static double Of(double[] values, int index) => index < 0 ? 0 : values[index];
    }

    private static LogisticModel ModelOf(IDesign design, double[] parameters, int classes, int[] present, int outputs)
    {
        int columns = design.Columns,
            rows = classes == 2 ? 1 : classes;
        double[] coefficients = new double[rows * columns],
            intercepts = new double[rows];
        if (classes > 2)
        {
            Array.Fill(intercepts, double.NegativeInfinity);
            foreach (int k in present)
                intercepts[k] = 0;
        }
        for (int k = 0; k < outputs; k++)
        {
            int row = classes == 2 ? 0 : present[outputs == 1 ? 1 : k];
            intercepts[row] = parameters[outputs * columns + k];
            for (int j = 0; j < columns; j++)
                coefficients[row * columns + j] = parameters[design.Place(k, outputs, j)];
        }
        return new()
        {
            Classes = classes,
            Features = columns,
            Coefficients = coefficients,
            Intercepts = intercepts,
        };
    }
}
