using Assay.Numerics;

namespace Assay.Learning;

/// <summary>Two linear heads on the features of texts, one of which is made to go with the context and the other not to: a rival of adjusting outcomes.</summary>
/// <remarks>
/// After ODIN (Chen et al., "Disentangled Reward Mitigates Hacking in RLHF", 2024), whose form for any scalar context this is: the squared error of the sum of both heads, relative to the outcomes'
/// variance, plus |corr(quality, context)| - corr(other head, context), plus the squared cosine of the two heads. Only the head of quality is used
/// afterwards. It assumes that quality has nothing to do with the context, and over-corrects where it has.
/// </remarks>
public static class DisentangledRidge
{
    private const int MostIterations = 300;
    private const double Smooth = 1e-6;

    /// <summary>Fits both heads.</summary>
    /// <param name="text">Features of the texts.</param>
    /// <param name="outcomes">One finite number a row, not all the same.</param>
    /// <param name="context">What the circumstances of each row were: one finite number.</param>
    /// <param name="penalty">Of all coefficients, as in ridge regression.</param>
    /// <param name="strength">Of the correlations and of the cosine, at least 0.</param>
    /// <returns>The coefficients of the head of quality.</returns>
    public static double[] Fit(
        SparseMatrix text,
        double[] outcomes,
        double[] context,
        double penalty,
        double strength = 1
    )
    {
        int n = text.Rows,
            d = text.Columns;
        if (outcomes.Length != n || context.Length != n)
            throw new ArgumentException(
                $"{outcomes.Length} outcomes and {context.Length} contexts do not fit {n} texts."
            );
        double mean = outcomes.Average(),
            variance = outcomes.Sum(outcome => (outcome - mean) * (outcome - mean)) / n;
        if (!(variance > 0))
            throw new ArgumentException("All outcomes are the same.");
        double[] around = Centred(context);
        double length = Math.Sqrt(MixedProducts.Dot(around, around));
        for (int i = 0; i < n && length > 0; i++)
            around[i] /= length;

        double Evaluate(double[] x, double[] gradient)
        {
            double[] quality = SparseProducts.Product(text, x.AsSpan(0, d)),
                other = SparseProducts.Product(text, x.AsSpan(d, d)),
                left = new double[n],
                byQuality = new double[n],
                byOther = new double[n];
            double value = 0,
                sum = 0;
            for (int i = 0; i < n; i++)
            {
                left[i] = quality[i] + other[i] + x[2 * d] + mean - outcomes[i];
                value += left[i] * left[i] / (n * variance);
                byQuality[i] = byOther[i] = 2 * left[i] / (n * variance);
                sum += byQuality[i];
            }
            double along = Correlate(quality, around, out double[] slopes),
                absolute = Math.Sqrt(along * along + Smooth);
            value += strength * absolute;
            MixedProducts.AddScaled(byQuality, strength * along / absolute, slopes);
            value -= strength * Correlate(other, around, out slopes);
            MixedProducts.AddScaled(byOther, -strength, slopes);
            SparseProducts.Transposed(text, byQuality).CopyTo(gradient, 0);
            SparseProducts.Transposed(text, byOther).CopyTo(gradient, d);
            gradient[2 * d] = sum;
            double shrink = penalty / (n * variance);
            for (int i = 0; i < 2 * d; i++)
            {
                value += shrink * x[i] * x[i];
                gradient[i] += 2 * shrink * x[i];
            }
            double qq = MixedProducts.Dot(x.AsSpan(0, d), x.AsSpan(0, d)) + Smooth,
                cc = MixedProducts.Dot(x.AsSpan(d, d), x.AsSpan(d, d)) + Smooth,
                qc = MixedProducts.Dot(x.AsSpan(0, d), x.AsSpan(d, d)),
                cosine = qc * qc / (qq * cc);
            value += strength * cosine;
            for (int i = 0; i < d; i++)
            {
                gradient[i] += strength * 2 * (qc * x[d + i] / (qq * cc) - cosine * x[i] / qq);
                gradient[d + i] += strength * 2 * (qc * x[i] / (qq * cc) - cosine * x[d + i] / cc);
            }
            return value;
        }

        // From half of what plain ridge says in each head: at 0 correlations have no slope.
        double[] start = PartialRidge
            .Fit(text, ContextDesign.Of(n, [], []), outcomes, Math.Max(penalty, Smooth))
            .TextCoefficients;
        double[] point = new double[2 * d + 1],
            scale = new double[2 * d + 1];
        for (int i = 0; i < d; i++)
            point[i] = point[d + i] = start[i] / 2;
        Array.Fill(scale, 1);
        Lbfgs.Minimise(Evaluate, point, scale, 1e-7, MostIterations);
        return point[..d];
    }

    // Pearson's r of values with a centred vector of length 1, and its derivatives by the values.
    private static double Correlate(double[] values, double[] around, out double[] slopes)
    {
        double[] centred = Centred(values);
        double length = Math.Sqrt(MixedProducts.Dot(centred, centred) + 1e-12),
            r = MixedProducts.Dot(centred, around) / length;
        slopes = new double[values.Length];
        for (int i = 0; i < slopes.Length; i++)
            slopes[i] = (around[i] - r * centred[i] / length) / length;
        return r;
    }

    private static double[] Centred(double[] values)
    {
        double mean = values.Average();
        return Array.ConvertAll(values, value => value - mean);
    }
}
