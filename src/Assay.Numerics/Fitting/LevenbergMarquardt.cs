namespace Assay.Numerics;

/// <summary>Nonlinear least squares for a few parameters between bounds.</summary>
/// <remarks>
/// Levenberg (1944), Marquardt (1963), with the gain-ratio damping of Nielsen (1999) and More's scaling (1978): columns of the Jacobian
/// are scaled by the largest norm that they have had, so that parameters of any size are moved alike. The Jacobian is one of central
/// differences. A step is solved by Householder reflections of the damped Jacobian, not by its normal equations, whose condition is the
/// square. A parameter on a bound that the gradient pushes outwards stands still; steps end at bounds. A point where a residual is not
/// finite counts as infinitely bad, so that a law may be undefined somewhere. The result does not depend on threads.
/// </remarks>
public static class LevenbergMarquardt
{
    private static readonly double DifferenceStep = Math.Cbrt(double.BitIncrement(1) - 1);

    /// <summary>Computes residuals: model minus data, one for each point.</summary>
    /// <param name="parameters">Where, within the bounds.</param>
    /// <param name="residuals">Receives them.</param>
    public delegate void ResidualFunction(ReadOnlySpan<double> parameters, Span<double> residuals);

    /// <summary>The best of several starts; the first of equals.</summary>
    /// <param name="residuals">The residuals.</param>
    /// <param name="count">Number of residuals, at least one.</param>
    /// <param name="starts">Where to begin, at least one; a start where a residual is not finite is passed over.</param>
    /// <param name="lower">Lower bounds, or empty for none; may be negative infinity.</param>
    /// <param name="upper">Upper bounds, or empty for none; may be infinity.</param>
    /// <param name="maxIterations">Steps of each start, at most.</param>
    /// <exception cref="ArgumentException">A length does not fit, a bound is above another, or no start has finite residuals.</exception>
    public static LeastSquaresFit FitBest(
        ResidualFunction residuals,
        int count,
        IEnumerable<IReadOnlyList<double>> starts,
        ReadOnlySpan<double> lower = default,
        ReadOnlySpan<double> upper = default,
        int maxIterations = 300
    )
    {
        LeastSquaresFit? best = null;
        foreach (IReadOnlyList<double> start in starts)
        {
            LeastSquaresFit? fit = TryFit(residuals, count, [.. start], lower, upper, maxIterations);
            if (fit is not null && (best is null || fit.SumOfSquares < best.SumOfSquares))
                best = fit;
        }
        return best
            ?? throw new ArgumentException("There is no start at which all residuals are finite.", nameof(starts));
    }

    /// <summary>Moves parameters from a start until the sum of squares falls no more.</summary>
    /// <inheritdoc cref="FitBest"/>
    /// <param name="residuals">The residuals.</param>
    /// <param name="count">Number of residuals, at least one.</param>
    /// <param name="start">Where to begin; put between the bounds if it is not.</param>
    /// <param name="lower">Lower bounds, or empty for none; may be negative infinity.</param>
    /// <param name="upper">Upper bounds, or empty for none; may be infinity.</param>
    /// <param name="maxIterations">Steps, at most.</param>
    /// <exception cref="ArgumentException">A length does not fit, a bound is above another, or a residual is not finite at the start.</exception>
    public static LeastSquaresFit Fit(
        ResidualFunction residuals,
        int count,
        ReadOnlySpan<double> start,
        ReadOnlySpan<double> lower = default,
        ReadOnlySpan<double> upper = default,
        int maxIterations = 300
    ) =>
        TryFit(residuals, count, start, lower, upper, maxIterations)
        ?? throw new ArgumentException("A residual is not finite at the start.", nameof(start));

    private static LeastSquaresFit? TryFit(
        ResidualFunction residuals,
        int count,
        ReadOnlySpan<double> start,
        ReadOnlySpan<double> lower,
        ReadOnlySpan<double> upper,
        int maxIterations
    )
    {
        int p = start.Length;
        if (count < 1 || p < 1)
            throw new ArgumentException($"{count} residuals of {p} parameters: there must be one of each at least.");
        if ((lower.Length != 0 && lower.Length != p) || (upper.Length != 0 && upper.Length != p))
            throw new ArgumentException($"{lower.Length} lower and {upper.Length} upper bounds for {p} parameters.");
        double[] low = Bounds(lower, p, double.NegativeInfinity),
            high = Bounds(upper, p, double.PositiveInfinity);
        for (int j = 0; j < p; j++)
            if (!(low[j] <= high[j]))
                throw new ArgumentException($"The bounds [{low[j]}, {high[j]}] of parameter {j} hold no number.");
        double[] at = new double[p],
            next = new double[p],
            values = new double[count],
            trial = new double[count],
            jacobian = new double[count * p],
            scale = new double[p],
            gradient = new double[p];
        for (int j = 0; j < p; j++)
            at[j] = Math.Clamp(start[j], low[j], high[j]);
        double sum = Evaluate(residuals, at, values);
        if (!double.IsFinite(sum))
            return null;

        double damping = 1e-3,
            growth = 2;
        bool isFresh = false,
            hasConverged = false;
        int iteration = 0;
        for (; iteration < maxIterations && sum > 0; iteration++)
        {
            if (!isFresh)
            {
                Differentiate(residuals, at, values, low, high, jacobian);
                Gradient(jacobian, values, gradient);
                for (int j = 0; j < p; j++)
                    scale[j] = Math.Max(scale[j], Norm(jacobian, j, count, p));
                isFresh = true;
            }
            bool[] isFree = new bool[p];
            for (int j = 0; j < p; j++)
                isFree[j] =
                    scale[j] > 0 && !((at[j] <= low[j] && gradient[j] >= 0) || (at[j] >= high[j] && gradient[j] <= 0));
            if (!isFree.Contains(true))
            {
                hasConverged = true;
                break;
            }
            double[] step = Step(jacobian, values, scale, isFree, damping);
            double longest = 0;
            for (int j = 0; j < p; j++)
            {
                next[j] = Math.Clamp(at[j] + step[j], low[j], high[j]);
                step[j] = next[j] - at[j];
                longest = Math.Max(longest, Math.Abs(step[j]) / (Math.Abs(at[j]) + 1e-12));
            }
            double predicted = Predicted(jacobian, values, step, sum);
            double after = Evaluate(residuals, next, trial);
            if (after < sum)
            {
                double ratio = predicted > 0 ? (sum - after) / predicted : 1;
                damping *= Math.Max(1.0 / 3, 1 - Math.Pow(2 * ratio - 1, 3));
                growth = 2;
                double gained = (sum - after) / sum;
                (at, next) = (next, at);
                (values, trial) = (trial, values);
                sum = after;
                isFresh = false;
                if (gained < 1e-14 && longest < 1e-9)
                {
                    hasConverged = true;
                    break;
                }
            }
            else
            {
                damping *= growth;
                growth *= 2;
                // Steps that change no digit cannot help any more: the differences are exact to no more than this.
                if (longest < 1e-13 || damping > 1e30)
                {
                    hasConverged = true;
                    break;
                }
            }
        }
        return new(at, sum, values, hasConverged || sum == 0, iteration);
    }

    private static double[] Bounds(ReadOnlySpan<double> given, int p, double none)
    {
        if (given.Length > 0)
            return given.ToArray();
        double[] bounds = new double[p];
        Array.Fill(bounds, none);
        return bounds;
    }

    private static double Evaluate(ResidualFunction residuals, double[] at, double[] values)
    {
        residuals(at, values);
        double sum = 0;
        foreach (double value in values)
            sum += value * value;
        return double.IsFinite(sum) ? sum : double.PositiveInfinity;
    }

    // Central differences; one-sided at a bound, or where the law is not defined on one side.
    private static void Differentiate(
        ResidualFunction residuals,
        double[] at,
        double[] values,
        double[] low,
        double[] high,
        double[] jacobian
    )
    {
        int p = at.Length,
            n = values.Length;
        double[] moved = [.. at],
            ahead = new double[n],
            behind = new double[n];
        for (int j = 0; j < p; j++)
        {
            double h = DifferenceStep * Math.Max(Math.Abs(at[j]), 1e-4);
            double right = Math.Min(at[j] + h, high[j]),
                left = Math.Max(at[j] - h, low[j]);
            moved[j] = right;
            bool hasRight = right > at[j] && double.IsFinite(Evaluate(residuals, moved, ahead));
            moved[j] = left;
            bool hasLeft = left < at[j] && double.IsFinite(Evaluate(residuals, moved, behind));
            moved[j] = at[j];
            double[] from = hasLeft ? behind : values,
                to = hasRight ? ahead : values;
            double width = (hasRight ? right : at[j]) - (hasLeft ? left : at[j]);
            for (int i = 0; i < n; i++)
                jacobian[i * p + j] = width > 0 ? (to[i] - from[i]) / width : 0;
        }
    }

    private static void Gradient(double[] jacobian, double[] values, double[] gradient)
    {
        int p = gradient.Length;
        Array.Clear(gradient);
        for (int i = 0; i < values.Length; i++)
        for (int j = 0; j < p; j++)
            gradient[j] += jacobian[i * p + j] * values[i];
    }

    private static double Norm(double[] jacobian, int column, int n, int p)
    {
        double sum = 0;
        for (int i = 0; i < n; i++)
            sum += jacobian[i * p + column] * jacobian[i * p + column];
        return Math.Sqrt(sum);
    }

    // The least-squares solution of [J; sqrt(damping) scale] step = [-values; 0] over the free parameters.
    private static double[] Step(double[] jacobian, double[] values, double[] scale, bool[] isFree, double damping)
    {
        int[] free = [.. Enumerable.Range(0, scale.Length).Where(j => isFree[j])];
        int n = values.Length,
            f = free.Length,
            p = scale.Length,
            rows = n + f;
        double[] a = new double[rows * (f + 1)]; // the right-hand side is its last column
        int width = f + 1;
        for (int i = 0; i < n; i++)
        {
            for (int k = 0; k < f; k++)
                a[i * width + k] = jacobian[i * p + free[k]];
            a[i * width + f] = -values[i];
        }
        for (int k = 0; k < f; k++)
            a[(n + k) * width + k] = Math.Sqrt(damping) * scale[free[k]];
        for (int k = 0; k < f; k++)
        {
            double norm = 0;
            for (int i = k; i < rows; i++)
                norm += a[i * width + k] * a[i * width + k];
            norm = a[k * width + k] > 0 ? -Math.Sqrt(norm) : Math.Sqrt(norm);
            if (norm == 0)
                continue;
            a[k * width + k] -= norm; // the reflection's vector stands in the column
            double half = -norm * a[k * width + k];
            for (int c = k + 1; c < width; c++)
            {
                double dot = 0;
                for (int i = k; i < rows; i++)
                    dot += a[i * width + k] * a[i * width + c];
                for (int i = k; i < rows; i++)
                    a[i * width + c] -= dot / half * a[i * width + k];
            }
            for (int i = k + 1; i < rows; i++)
                a[i * width + k] = 0;
            a[k * width + k] = norm;
        }
        double[] step = new double[p];
        for (int k = f - 1; k >= 0; k--)
        {
            double rest = a[k * width + f];
            for (int c = k + 1; c < f; c++)
                rest -= a[k * width + c] * step[free[c]];
            step[free[k]] = a[k * width + k] == 0 ? 0 : rest / a[k * width + k];
        }
        return step;
    }

    // What the linear model says that a step lowers the sum by.
    private static double Predicted(double[] jacobian, double[] values, double[] step, double sum)
    {
        int p = step.Length;
        double after = 0;
        for (int i = 0; i < values.Length; i++)
        {
            double value = values[i];
            for (int j = 0; j < p; j++)
                value += jacobian[i * p + j] * step[j];
            after += value * value;
        }
        return sum - after;
    }
}
