using Assay.Numerics;

namespace Assay.Learning;

/// <summary>Linear support vector machine, by coordinate descent in the dual.</summary>
/// <remarks>
/// Hsieh et al., "A Dual Coordinate Descent Method for Large-scale Linear SVM" (2008), algorithm 1, without shrinking.
/// Minimises |w|^2 / 2 + C x the sum over rows of weight x max(0, 1 - margin) (or its square). More than two classes are
/// fitted one against the rest. The random stream decides the order of rows in each pass and nothing else: the optimum is
/// the same for all.
/// </remarks>
public sealed class LinearSvm
{
    private readonly LinearSvmOptions _options;

    /// <summary>Checks the options.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public LinearSvm(LinearSvmOptions options)
    {
        if (!(options.C > 0) || double.IsInfinity(options.C))
            throw new ArgumentOutOfRangeException(nameof(options), options.C, "C must be finite and above 0.");
        if (!(options.Tolerance > 0))
            throw new ArgumentOutOfRangeException(nameof(options), options.Tolerance, "Tolerance must be above 0.");
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxIterations, 1);
        _options = options;
    }

    /// <summary>Fits a model.</summary>
    /// <param name="data">Complete rows of at least two classes.</param>
    /// <param name="random">Gives the order of rows.</param>
    /// <exception cref="ArgumentException">A feature is NaN, or only one class has rows.</exception>
    public LinearSvmModel Fit(ClassificationData data, RandomStream random)
    {
        data.RequireComplete();
        int[] present = ClassificationData.PresentClasses(data.Labels, data.Weights, data.Classes);
        int outputs = data.Classes == 2 ? 1 : data.Classes,
            d = data.Features.Columns;
        double[] coefficients = new double[outputs * d],
            intercepts = new double[outputs];
        Array.Fill(intercepts, double.NegativeInfinity);
        int[] positives = data.Classes == 2 ? [1] : present;
        Fitted[] fitted = new Fitted[positives.Length];
        Workers.For(positives.Length, i => fitted[i] = FitOne(data, positives[i], random.Child(positives[i])));
        for (int i = 0; i < positives.Length; i++)
        {
            int row = data.Classes == 2 ? 0 : positives[i];
            fitted[i].W.AsSpan(0, d).CopyTo(coefficients.AsSpan(row * d));
            intercepts[row] = fitted[i].W[d];
        }
        return new()
        {
            Classes = data.Classes,
            Features = d,
            Coefficients = coefficients,
            Intercepts = intercepts,
            Iterations = fitted.Sum(one => one.Iterations),
            Converged = fitted.All(one => one.Converged),
        };
    }

    private Fitted FitOne(ClassificationData data, int positive, RandomStream random)
    {
        int d = data.Features.Columns;
        double constant = _options.Intercept ? 1 : 0;
        double[] w = new double[d + 1],
            alpha = new double[data.Rows],
            curvature = new double[data.Rows],
            wide = new double[d];
        int[] order = [.. Enumerable.Range(0, data.Rows).Where(i => data.Weight(i) > 0)];
        foreach (int i in order)
        {
            Widen(data.Features.Row(i), wide);
            curvature[i] = MixedProducts.Dot(wide, wide) + constant + Diagonal(i);
        }
        int pass = 0;
        while (pass < _options.MaxIterations)
        {
            pass++;
            random.Shuffle<int>(order);
            double largest = 0;
            foreach (int i in order)
            {
                if (curvature[i] == 0)
                    continue; // a row of zeros, and no intercept: nothing depends on it
                ReadOnlySpan<float> row = data.Features.Row(i);
                double sign = data.Labels[i] == positive ? 1 : -1;
                double gradient = sign * (MixedProducts.Dot(row, w) + constant * w[d]) - 1 + Diagonal(i) * alpha[i];
                double upper = _options.SquaredHinge ? double.PositiveInfinity : _options.C * data.Weight(i);
                double projected =
                    alpha[i] == 0 ? Math.Min(gradient, 0)
                    : alpha[i] == upper ? Math.Max(gradient, 0)
                    : gradient;
                largest = Math.Max(largest, Math.Abs(projected));
                if (projected == 0)
                    continue;
                double before = alpha[i];
                alpha[i] = Math.Clamp(before - gradient / curvature[i], 0, upper);
                double change = sign * (alpha[i] - before);
                Widen(row, wide);
                MixedProducts.AddScaled(w, change, wide);
                w[d] += constant * change;
            }
            if (largest <= _options.Tolerance)
                return new(w, pass, true);
        }
        return new(w, pass, false);

        double Diagonal(int i) => _options.SquaredHinge ? 0.5 / (_options.C * data.Weight(i)) : 0;
    }

    private static void Widen(ReadOnlySpan<float> row, double[] wide)
    {
        for (int j = 0; j < wide.Length; j++)
            wide[j] = row[j];
    }

    private readonly record struct Fitted(double[] W, int Iterations, bool Converged);
}
