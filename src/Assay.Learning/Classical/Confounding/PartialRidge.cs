namespace Assay.Learning;

/// <summary>Ridge regression on sparse features of texts beside a context whose coefficients are not penalised.</summary>
/// <remarks>
/// <para>
/// Minimises sum of weight x (target - context part - text part)^2 + penalty x |text coefficients|^2. The context is partialled out (Frisch, Waugh and
/// Lovell): the text is fitted to what the context leaves, by conjugate gradients in double, and then the context to what the text leaves.
/// </para>
/// <para>Penalising the context as hard as the text would leave a part of its effect to the text that goes with it.</para>
/// </remarks>
public sealed class PartialRidge
{
    private const double Tolerance = 1e-11;
    private const int MostIterations = 2000;

    private PartialRidge(double[] textCoefficients, double[] contextCoefficients, int iterations) =>
        (TextCoefficients, ContextCoefficients, Iterations) = (textCoefficients, contextCoefficients, iterations);

    /// <summary>One for each feature of the text; none where there is no text.</summary>
    public double[] TextCoefficients { get; }

    /// <summary>One for each column of the context: the intercept, then numbers in standard deviations from their mean, then groups.</summary>
    public double[] ContextCoefficients { get; }

    /// <summary>Iterations of conjugate gradients.</summary>
    public int Iterations { get; }

    /// <summary>Fits.</summary>
    /// <param name="text">Features of the texts, or null for none.</param>
    /// <param name="context">The context of as many rows.</param>
    /// <param name="targets">One finite number a row.</param>
    /// <param name="penalty">Of the text's coefficients, at least 0.</param>
    /// <param name="weights">One weight a row, finite and at least 0, or null for 1 each.</param>
    /// <param name="contextPenalty">Of the context's coefficients, at least 0; 0 is what the method is about.</param>
    /// <param name="cancellation">Asks to stop.</param>
    /// <exception cref="ArgumentException">Lengths differ, or a number is out of its range.</exception>
    public static PartialRidge Fit(
        SparseMatrix? text,
        ContextDesign context,
        double[] targets,
        double penalty,
        double[]? weights = null,
        double contextPenalty = 0,
        CancellationToken cancellation = default
    )
    {
        Check(text, context, targets, penalty, weights);
        ContextRegression regression = context.Regression(weights, contextPenalty);
        double[] coefficients = [];
        int iterations = 0;
        if (text is not null)
        {
            double[] Left(double[] values)
            {
                double[] left = regression.Residuals(values);
                for (int row = 0; row < left.Length && weights is not null; row++)
                    left[row] *= weights[row];
                return left;
            }
            (coefficients, iterations) = Solve(
                text,
                SparseProducts.Transposed(text, Left(targets)),
                vector => SparseProducts.Transposed(text, Left(SparseProducts.Product(text, vector))),
                penalty,
                weights,
                cancellation
            );
        }
        double[] rest = [.. targets];
        if (text is not null)
        {
            double[] parts = SparseProducts.Product(text, coefficients);
            for (int row = 0; row < rest.Length; row++)
                rest[row] -= parts[row];
        }
        return new(coefficients, regression.Fit(rest), iterations);
    }

    /// <summary>Conjugate gradients on (A + penalty I) x = b, preconditioned by the diagonal, for an A of as many columns as the text has features.</summary>
    internal static (double[] Solution, int Iterations) Solve(
        SparseMatrix text,
        double[] right,
        Func<double[], double[]> product,
        double penalty,
        double[]? weights,
        CancellationToken cancellation
    )
    {
        int n = right.Length;
        double[] diagonal = new double[n];
        for (int row = 0; row < text.Rows; row++)
        {
            ReadOnlySpan<int> columns = text.ColumnsOf(row);
            ReadOnlySpan<float> values = text.ValuesOf(row);
            for (int i = 0; i < columns.Length; i++)
                diagonal[columns[i]] += (weights?[row] ?? 1) * values[i] * (double)values[i];
        }
        for (int i = 0; i < n; i++)
            diagonal[i] = diagonal[i] + penalty > 0 ? 1 / (diagonal[i] + penalty) : 1;
        double[] solution = new double[n],
            residual = [.. right],
            direction = new double[n];
        double start = MixedProducts.Dot(residual, residual),
            squared = 0,
            inner = 0;
        for (int i = 0; i < n; i++)
        {
            direction[i] = diagonal[i] * residual[i];
            inner += direction[i] * residual[i];
        }
        int iterations = 0;
        for (squared = start; iterations < MostIterations && squared > Tolerance * Tolerance * start; iterations++)
        {
            cancellation.ThrowIfCancellationRequested();
            double[] image = product(direction);
            MixedProducts.AddScaled(image, penalty, direction);
            double curvature = MixedProducts.Dot(direction, image);
            if (!(curvature > 0))
                break; // as far as the arithmetic goes
            double step = inner / curvature;
            MixedProducts.AddScaled(solution, step, direction);
            MixedProducts.AddScaled(residual, -step, image);
            squared = MixedProducts.Dot(residual, residual);
            double next = 0;
            for (int i = 0; i < n; i++)
                next += diagonal[i] * residual[i] * residual[i];
            for (int i = 0; i < n; i++)
                direction[i] = diagonal[i] * residual[i] + next / inner * direction[i];
            inner = next;
        }
        return (solution, iterations);
    }

    private static void Check(
        SparseMatrix? text,
        ContextDesign context,
        double[] targets,
        double penalty,
        double[]? weights
    )
    {
        ArgumentOutOfRangeException.ThrowIfNegative(penalty);
        if (context.Rows != targets.Length || (text is not null && text.Rows != targets.Length))
            throw new ArgumentException(
                $"{targets.Length} targets do not fit a context of {context.Rows} rows"
                    + (text is null ? "." : $" and texts of {text.Rows}.")
            );
        foreach (double target in targets)
            if (!double.IsFinite(target))
                throw new ArgumentException($"A target is {target}; targets must be finite.");
        RowWeights.Check(targets.Length, weights);
    }
}

/// <summary>Products of sparse rows with vectors in double.</summary>
internal static class SparseProducts
{
    public static double[] Product(SparseMatrix matrix, ReadOnlySpan<double> vector)
    {
        double[] product = new double[matrix.Rows];
        for (int row = 0; row < product.Length; row++)
        {
            ReadOnlySpan<int> columns = matrix.ColumnsOf(row);
            ReadOnlySpan<float> values = matrix.ValuesOf(row);
            double sum = 0;
            for (int i = 0; i < columns.Length; i++)
                sum += values[i] * vector[columns[i]];
            product[row] = sum;
        }
        return product;
    }

    public static double[] Transposed(SparseMatrix matrix, ReadOnlySpan<double> rows)
    {
        double[] product = new double[matrix.Columns];
        for (int row = 0; row < rows.Length; row++)
        {
            ReadOnlySpan<int> columns = matrix.ColumnsOf(row);
            ReadOnlySpan<float> values = matrix.ValuesOf(row);
            for (int i = 0; i < columns.Length; i++)
                product[columns[i]] += rows[row] * values[i];
        }
        return product;
    }
}
