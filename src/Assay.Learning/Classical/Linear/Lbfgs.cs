namespace Assay.Learning;

/// <summary>Minimises smooth functions by limited-memory BFGS with a strong Wolfe line search.</summary>
/// <remarks>
/// Nocedal and Wright, "Numerical Optimization" (2006), algorithms 7.4, 7.5, 3.5 and 3.6; the initial inverse Hessian is a
/// scaled diagonal. Near the optimum, where differences of the function drown in rounding, a step is also taken on the
/// approximate Wolfe conditions of Hager and Zhang (2005), which look at slopes only.
/// </remarks>
internal static class Lbfgs
{
    private const int Memory = 12,
        MaxTrials = 30;
    private const double Decrease = 1e-4,
        Curvature = 0.9;

    /// <summary>How a minimisation ended.</summary>
    /// <param name="Value">The function at the end.</param>
    /// <param name="GradientNorm">The largest absolute partial derivative there.</param>
    /// <param name="Iterations">Steps taken.</param>
    public readonly record struct Result(double Value, double GradientNorm, int Iterations);

    /// <summary>Minimises in place of <paramref name="x"/>.</summary>
    /// <param name="evaluate">Sets the gradient at a point and returns the value.</param>
    /// <param name="x">Where to start; where it ended.</param>
    /// <param name="inverseDiagonal">A diagonal that resembles the inverse Hessian, positive.</param>
    /// <param name="tolerance">Ends when no partial derivative exceeds this.</param>
    /// <param name="maxIterations">Steps at most.</param>
    public static Result Minimise(
        Func<double[], double[], double> evaluate,
        double[] x,
        double[] inverseDiagonal,
        double tolerance,
        int maxIterations
    )
    {
        int n = x.Length;
        double[] gradient = new double[n],
            direction = new double[n];
        List<(double[] S, double[] Y, double Rho)> pairs = [];
        double value = evaluate(x, gradient),
            scale = 1;
        int iteration = 0;
        for (; iteration < maxIterations && Norm(gradient) > tolerance; iteration++)
        {
            Direct(pairs, gradient, inverseDiagonal, scale, direction);
            double slope = MixedProducts.Dot(gradient, direction);
            if (!(slope < 0))
            {
                if (pairs.Count == 0)
                    break;
                pairs.Clear();
                iteration--;
                continue;
            }
            Point? next = Search(evaluate, x, direction, value, slope);
            if (next is null)
            {
                if (pairs.Count == 0)
                    break; // not even the gradient leads down: this is as far as the arithmetic goes
                pairs.Clear();
                continue;
            }
            (double[] s, double[] y) =
                pairs.Count == Memory ? (pairs[0].S, pairs[0].Y) : (new double[n], new double[n]);
            if (pairs.Count == Memory)
                pairs.RemoveAt(0);
            double yDy = 0;
            for (int i = 0; i < n; i++)
            {
                s[i] = next.X[i] - x[i];
                y[i] = next.Gradient[i] - gradient[i];
                yDy += y[i] * y[i] * inverseDiagonal[i];
            }
            double sy = MixedProducts.Dot(s, y);
            if (sy > 1e-300)
            {
                pairs.Add((s, y, 1 / sy));
                scale = sy / yDy;
            }
            next.X.CopyTo(x, 0);
            next.Gradient.CopyTo(gradient, 0);
            value = next.Value;
        }
        return new(value, Norm(gradient), iteration);
    }

    /// <summary>The largest absolute value; NaN if there is one.</summary>
    public static double Norm(ReadOnlySpan<double> values)
    {
        double largest = 0;
        foreach (double value in values)
            largest = Math.Max(largest, Math.Abs(value));
        return largest;
    }

    // The two-loop recursion.
    private static void Direct(
        List<(double[] S, double[] Y, double Rho)> pairs,
        double[] gradient,
        double[] inverseDiagonal,
        double scale,
        double[] direction
    )
    {
        Span<double> alpha = stackalloc double[Memory];
        for (int i = 0; i < gradient.Length; i++)
            direction[i] = -gradient[i];
        for (int p = pairs.Count - 1; p >= 0; p--)
        {
            alpha[p] = pairs[p].Rho * MixedProducts.Dot(pairs[p].S, direction);
            MixedProducts.AddScaled(direction, -alpha[p], pairs[p].Y);
        }
        for (int i = 0; i < direction.Length; i++)
            direction[i] *= scale * inverseDiagonal[i];
        for (int p = 0; p < pairs.Count; p++)
        {
            double beta = pairs[p].Rho * MixedProducts.Dot(pairs[p].Y, direction);
            MixedProducts.AddScaled(direction, alpha[p] - beta, pairs[p].S);
        }
    }

    private static Point? Search(
        Func<double[], double[], double> evaluate,
        double[] x,
        double[] direction,
        double value,
        double slope
    )
    {
        double rounding = 1e-14 * Math.Abs(value);
        Point previous = new(0, value, slope, x, []);
        Point? low = null,
            high = null;
        double step = 1;
        for (int trial = 0; trial < MaxTrials; trial++)
        {
            Point point = At(step);
            if (!double.IsFinite(point.Value) || point.Value > value + Decrease * step * slope + rounding)
            {
                (low, high) = (low ?? previous, point);
            }
            else if (low is not null && point.Value > low.Value + rounding)
            {
                high = point;
            }
            else
            {
                bool flat = point.Value >= value - rounding;
                double ceiling = flat ? (2 * Decrease - 1) * slope : double.PositiveInfinity;
                if (point.Slope >= Curvature * slope && point.Slope <= Math.Min(ceiling, -Curvature * slope))
                    return point;
                if (high is null && point.Slope < 0)
                {
                    previous = point; // still going down: look further out
                    step *= low is null ? 3 : 1;
                    continue;
                }
                if (high is null)
                    (low, high) = (point, previous);
                else
                    (low, high) = point.Slope * (high.Step - point.Step) >= 0 ? (point, low!) : (point, high);
            }
            step = Between(low!, high!);
            if (!(Math.Abs(high!.Step - low!.Step) > 1e-15 * Math.Max(1, low.Step)))
                break;
        }
        return low is { Step: > 0 } && low.Value < value ? low : null;

        Point At(double length)
        {
            double[] at = new double[x.Length],
                gradient = new double[x.Length];
            for (int i = 0; i < at.Length; i++)
                at[i] = x[i] + length * direction[i];
            double found = evaluate(at, gradient);
            return new(length, found, MixedProducts.Dot(gradient, direction), at, gradient);
        }
    }

    // The minimum of the cubic through values and slopes, kept away from the ends; the middle where there is none.
    private static double Between(Point a, Point b)
    {
        double width = b.Step - a.Step,
            middle = a.Step + width / 2;
        if (!double.IsFinite(b.Value) || !double.IsFinite(b.Slope))
            return a.Step + width / 10;
        double d1 = a.Slope + b.Slope - 3 * (a.Value - b.Value) / (a.Step - b.Step),
            square = d1 * d1 - a.Slope * b.Slope;
        if (!(square >= 0))
            return middle;
        double d2 = Math.CopySign(Math.Sqrt(square), width),
            step = b.Step - width * (b.Slope + d2 - d1) / (b.Slope - a.Slope + 2 * d2);
        double share = (step - a.Step) / width;
        return share is > 0.05 and < 0.95 ? step : middle;
    }

    private sealed record Point(double Step, double Value, double Slope, double[] X, double[] Gradient);
}
