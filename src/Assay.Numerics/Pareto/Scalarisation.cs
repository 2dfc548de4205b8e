namespace Assay.Numerics;

/// <summary>Makes one number, to be minimised, of several objectives, an ideal point and weights.</summary>
/// <remarks>
/// Miettinen (1999). The gradient serves where the objectives are losses of one model: its entries are the weights of the losses'
/// gradients. Where the value has a kink (<see cref="IsSmooth"/> is false) it is that of the first objective that is largest.
/// </remarks>
public abstract record Scalarisation
{
    /// <summary>What a weight of 0 is taken for where weights divide.</summary>
    protected const double LeastDivisor = 1e-10;

    /// <summary>True if the gradient exists and is continuous everywhere.</summary>
    public abstract bool IsSmooth { get; }

    /// <summary>The value of a point.</summary>
    /// <param name="point">Objectives, each finite.</param>
    /// <param name="ideal">The best value of each, or a little better.</param>
    /// <param name="weights">At least 0.</param>
    /// <exception cref="ArgumentException">Lengths differ, a number is not finite, or a weight is below 0.</exception>
    public double Of(ReadOnlySpan<double> point, ReadOnlySpan<double> ideal, ReadOnlySpan<double> weights)
    {
        Check(point, ideal, weights);
        return Value(point, ideal, weights);
    }

    /// <summary>The derivatives of the value by the objectives.</summary>
    /// <param name="point">Objectives, each finite.</param>
    /// <param name="ideal">The best value of each, or a little better.</param>
    /// <param name="weights">At least 0.</param>
    /// <exception cref="ArgumentException">Lengths differ, a number is not finite, or a weight is below 0.</exception>
    public double[] Gradient(ReadOnlySpan<double> point, ReadOnlySpan<double> ideal, ReadOnlySpan<double> weights)
    {
        Check(point, ideal, weights);
        double[] gradient = new double[point.Length];
        Slope(point, ideal, weights, gradient);
        return gradient;
    }

    private protected abstract double Value(
        ReadOnlySpan<double> point,
        ReadOnlySpan<double> ideal,
        ReadOnlySpan<double> weights
    );

    private protected abstract void Slope(
        ReadOnlySpan<double> point,
        ReadOnlySpan<double> ideal,
        ReadOnlySpan<double> weights,
        Span<double> gradient
    );

    private protected static double Divisor(double weight) => weight == 0 ? LeastDivisor : weight;

    private static void Check(ReadOnlySpan<double> point, ReadOnlySpan<double> ideal, ReadOnlySpan<double> weights)
    {
        int m = point.Length;
        if (Points.Check(point, m) != 1 || Points.Check(ideal, m) != 1 || Points.Check(weights, m) != 1)
            throw new ArgumentException(
                $"The point has {m} objectives, the ideal {ideal.Length}, the weights {weights.Length}."
            );
        foreach (double weight in weights)
            if (weight < 0)
                throw new ArgumentException($"A weight is at least 0, not {weight}.");
    }
}

/// <summary>The sum of weight times objective. Smooth; reaches only the convex hull of a front.</summary>
public sealed record WeightedSum : Scalarisation
{
    /// <inheritdoc/>
    public override bool IsSmooth => true;

    private protected override double Value(
        ReadOnlySpan<double> point,
        ReadOnlySpan<double> ideal,
        ReadOnlySpan<double> weights
    )
    {
        double sum = 0;
        for (int j = 0; j < point.Length; j++)
            sum += weights[j] * point[j];
        return sum;
    }

    private protected override void Slope(
        ReadOnlySpan<double> point,
        ReadOnlySpan<double> ideal,
        ReadOnlySpan<double> weights,
        Span<double> gradient
    ) => weights.CopyTo(gradient);
}

/// <summary>The largest of weight times distance to the ideal. Reaches every point of a front; without augmentation also weakly dominated ones.</summary>
/// <remarks>Bowman (1976); augmented: Steuer and Choo (1983).</remarks>
/// <param name="Augmentation">What the sum of all distances counts beside the largest, at least 0: 0.001 to 0.01 as a rule.</param>
public sealed record Chebyshev(double Augmentation = 0) : Scalarisation
{
    /// <inheritdoc/>
    public override bool IsSmooth => false;

    private protected override double Value(
        ReadOnlySpan<double> point,
        ReadOnlySpan<double> ideal,
        ReadOnlySpan<double> weights
    )
    {
        double largest = 0,
            sum = 0;
        for (int j = 0; j < point.Length; j++)
        {
            double distance = Math.Abs(point[j] - ideal[j]);
            largest = Math.Max(largest, weights[j] * distance);
            sum += distance;
        }
        return largest + Augmentation * sum;
    }

    private protected override void Slope(
        ReadOnlySpan<double> point,
        ReadOnlySpan<double> ideal,
        ReadOnlySpan<double> weights,
        Span<double> gradient
    )
    {
        int largest = 0;
        for (int j = 0; j < point.Length; j++)
        {
            if (
                weights[j] * Math.Abs(point[j] - ideal[j])
                > weights[largest] * Math.Abs(point[largest] - ideal[largest])
            )
                largest = j;
            gradient[j] = Augmentation * Math.Sign(point[j] - ideal[j]);
        }
        gradient[largest] += weights[largest] * Math.Sign(point[largest] - ideal[largest]);
    }
}

/// <summary>Wierzbicki's achievement function: the largest of distance over weight, where the ideal may be any aspiration, reachable or not.</summary>
/// <remarks>Wierzbicki (1980). A weight of 0 is taken for 1e-10.</remarks>
/// <param name="Augmentation">What the sum of all quotients counts beside the largest, at least 0: 0.001 to 0.01 as a rule.</param>
public sealed record Achievement(double Augmentation = 0) : Scalarisation
{
    /// <inheritdoc/>
    public override bool IsSmooth => false;

    private protected override double Value(
        ReadOnlySpan<double> point,
        ReadOnlySpan<double> ideal,
        ReadOnlySpan<double> weights
    )
    {
        double largest = double.NegativeInfinity,
            sum = 0;
        for (int j = 0; j < point.Length; j++)
        {
            double quotient = (point[j] - ideal[j]) / Divisor(weights[j]);
            largest = Math.Max(largest, quotient);
            sum += quotient;
        }
        return largest + Augmentation * sum;
    }

    private protected override void Slope(
        ReadOnlySpan<double> point,
        ReadOnlySpan<double> ideal,
        ReadOnlySpan<double> weights,
        Span<double> gradient
    )
    {
        int largest = 0;
        for (int j = 0; j < point.Length; j++)
        {
            if (
                (point[j] - ideal[j]) / Divisor(weights[j])
                > (point[largest] - ideal[largest]) / Divisor(weights[largest])
            )
                largest = j;
            gradient[j] = Augmentation / Divisor(weights[j]);
        }
        gradient[largest] += 1 / Divisor(weights[largest]);
    }
}

/// <summary>Penalty-based boundary intersection: the way along the weights' direction, plus a penalty times the way off it.</summary>
/// <remarks>Zhang and Li (2007). Smooth but on the direction itself, where the penalty's part of the gradient is given as 0.</remarks>
/// <param name="Penalty">At least 0; the paper's is 5.</param>
public sealed record BoundaryIntersection(double Penalty = 5) : Scalarisation
{
    private const double Rounding = 1e-12; // off the direction by less than this share is on it

    /// <inheritdoc/>
    public override bool IsSmooth => false;

    private protected override double Value(
        ReadOnlySpan<double> point,
        ReadOnlySpan<double> ideal,
        ReadOnlySpan<double> weights
    )
    {
        (double along, double off, _) = Parts(point, ideal, weights);
        return along + Penalty * off;
    }

    private protected override void Slope(
        ReadOnlySpan<double> point,
        ReadOnlySpan<double> ideal,
        ReadOnlySpan<double> weights,
        Span<double> gradient
    )
    {
        (double along, double off, double length) = Parts(point, ideal, weights);
        for (int j = 0; j < point.Length; j++)
        {
            double direction = weights[j] / length;
            double rest = point[j] - ideal[j] - along * direction;
            gradient[j] = direction + (off > Rounding * Math.Abs(along) ? Penalty * rest / off : 0);
        }
    }

    private static (double Along, double Off, double Length) Parts(
        ReadOnlySpan<double> point,
        ReadOnlySpan<double> ideal,
        ReadOnlySpan<double> weights
    )
    {
        double squares = 0,
            dot = 0;
        for (int j = 0; j < point.Length; j++)
        {
            squares += weights[j] * weights[j];
            dot += weights[j] * (point[j] - ideal[j]);
        }
        if (squares == 0)
            throw new ArgumentException("The weights are all 0 and have no direction.");
        double length = Math.Sqrt(squares),
            along = dot / length,
            rest = 0;
        for (int j = 0; j < point.Length; j++)
        {
            double off = point[j] - ideal[j] - along * weights[j] / length;
            rest += off * off;
        }
        return (along, Math.Sqrt(rest), length);
    }
}

/// <summary>A smooth upper bound of the largest of weight times distance to the ideal, above it by at most smoothing times log m.</summary>
/// <remarks>
/// Lin and others, "Smooth Tchebycheff Scalarization" (2024): mu log sum exp(w (f - z) / mu), for an ideal that is nowhere above the point.
/// The gradient's entries are each weight times a softmax.
/// </remarks>
/// <param name="Smoothing">Mu, in units of the weighted objectives, above 0; smaller is nearer to the largest and harder to descend.</param>
public sealed record SmoothChebyshev(double Smoothing = 0.1) : Scalarisation
{
    /// <summary>Mu, above 0.</summary>
    public double Smoothing { get; } =
        Smoothing > 0 && double.IsFinite(Smoothing)
            ? Smoothing
            : throw new ArgumentOutOfRangeException(nameof(Smoothing), Smoothing, "The smoothing is a number above 0.");

    /// <inheritdoc/>
    public override bool IsSmooth => true;

    private protected override double Value(
        ReadOnlySpan<double> point,
        ReadOnlySpan<double> ideal,
        ReadOnlySpan<double> weights
    )
    {
        double largest = Largest(point, ideal, weights),
            sum = 0;
        for (int j = 0; j < point.Length; j++)
            sum += Math.Exp((weights[j] * (point[j] - ideal[j]) - largest) / Smoothing);
        return largest + Smoothing * Math.Log(sum);
    }

    private protected override void Slope(
        ReadOnlySpan<double> point,
        ReadOnlySpan<double> ideal,
        ReadOnlySpan<double> weights,
        Span<double> gradient
    )
    {
        double largest = Largest(point, ideal, weights),
            sum = 0;
        for (int j = 0; j < point.Length; j++)
            sum += gradient[j] = Math.Exp((weights[j] * (point[j] - ideal[j]) - largest) / Smoothing);
        for (int j = 0; j < point.Length; j++)
            gradient[j] *= weights[j] / sum;
    }

    private static double Largest(ReadOnlySpan<double> point, ReadOnlySpan<double> ideal, ReadOnlySpan<double> weights)
    {
        double largest = double.NegativeInfinity;
        for (int j = 0; j < point.Length; j++)
            largest = Math.Max(largest, weights[j] * (point[j] - ideal[j]));
        return largest;
    }
}
