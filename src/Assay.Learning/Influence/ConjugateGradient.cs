namespace Assay.Learning;

/// <summary>Solves (A + damping I) x = b for a symmetric positive definite A by conjugate gradients (Hestenes and Stiefel, 1952).</summary>
public static class ConjugateGradient
{
    /// <summary>Solves, or says how far it came.</summary>
    /// <remarks>Vectors and their products are in double; A's products in float32, so residuals under about 1e-6 are out of reach.</remarks>
    /// <param name="matrix">A: one product an iteration, and one more for the residual at the end.</param>
    /// <param name="right">b.</param>
    /// <param name="options">Damping and when to stop.</param>
    /// <param name="cancellation">Ends the work between iterations.</param>
    /// <exception cref="ArgumentException">The right side has another length than the matrix.</exception>
    public static ConjugateGradientResult Solve(
        ILinearOperator matrix,
        ReadOnlySpan<float> right,
        ConjugateGradientOptions options,
        CancellationToken cancellation = default
    )
    {
        if (right.Length != matrix.Length)
            throw new ArgumentException($"The matrix has {matrix.Length} rows, and the right side {right.Length}.");
        ArgumentOutOfRangeException.ThrowIfNegative(options.Damping);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.Tolerance);
        ArgumentOutOfRangeException.ThrowIfNegative(options.MaximumIterations);
        int n = right.Length;
        double[] x = new double[n],
            residual = new double[n],
            direction = new double[n],
            image = new double[n];
        for (int i = 0; i < n; i++)
            direction[i] = residual[i] = right[i];
        double start = MixedProducts.Dot(residual, residual),
            squared = start;
        int iterations = 0;
        bool negative = false;
        Damped damped = new(matrix, options.Damping);
        while (iterations < options.MaximumIterations && squared > options.Tolerance * options.Tolerance * start)
        {
            cancellation.ThrowIfCancellationRequested();
            damped.Multiply(direction, image);
            double curvature = MixedProducts.Dot(direction, image);
            if (!(curvature > 0))
            {
                negative = true;
                break;
            }
            iterations++;
            double step = squared / curvature;
            MixedProducts.AddScaled(x, step, direction);
            MixedProducts.AddScaled(residual, -step, image);
            double next = MixedProducts.Dot(residual, residual);
            for (int i = 0; i < n; i++)
                direction[i] = residual[i] + next / squared * direction[i];
            squared = next;
        }
        // The residual of the recursion drifts from the true one; what is reported is computed anew.
        damped.Multiply(x, image);
        double difference = 0;
        for (int i = 0; i < n; i++)
            difference += (right[i] - image[i]) * (right[i] - image[i]);
        return new()
        {
            Solution = [.. x.Select(value => (float)value)],
            Iterations = iterations,
            RelativeResidual = start == 0 ? 0 : Math.Sqrt(difference / start),
            Converged = squared <= options.Tolerance * options.Tolerance * start,
            NegativeCurvature = negative,
        };
    }

    /// <summary>A + damping I with vectors in double.</summary>
    private sealed class Damped(ILinearOperator matrix, double damping)
    {
        private readonly float[] _vector = new float[matrix.Length],
            _product = new float[matrix.Length];

        public void Multiply(double[] vector, double[] product)
        {
            // Scaled to length 1, so that small vectors do not fall below what float32 holds.
            double length = Math.Sqrt(MixedProducts.Dot(vector, vector)),
                scale = length > 0 ? 1 / length : 0;
            for (int i = 0; i < vector.Length; i++)
                _vector[i] = (float)(scale * vector[i]);
            matrix.Multiply(_vector, _product);
            for (int i = 0; i < vector.Length; i++)
                product[i] = length * _product[i] + damping * vector[i];
        }
    }
}

/// <summary>When conjugate gradients stop.</summary>
public sealed record ConjugateGradientOptions
{
    /// <summary>Added to the diagonal, at least 0: makes an indefinite Hessian definite.</summary>
    public double Damping { get; init; }

    /// <summary>The length of the residual relative to that of the right side at which to stop, above 0.</summary>
    public double Tolerance { get; init; } = 1e-5;

    /// <summary>Most iterations, at least 0.</summary>
    public int MaximumIterations { get; init; } = 100;
}

/// <summary>What conjugate gradients found.</summary>
public sealed record ConjugateGradientResult
{
    /// <summary>x.</summary>
    public required float[] Solution { get; init; }

    /// <summary>Iterations done.</summary>
    public required int Iterations { get; init; }

    /// <summary>Length of b - (A + damping I) x relative to that of b, computed anew at the end.</summary>
    public required double RelativeResidual { get; init; }

    /// <summary>True if the tolerance was reached.</summary>
    public required bool Converged { get; init; }

    /// <summary>True if a direction without positive curvature ended the iterations: the damping is too small for this matrix.</summary>
    public required bool NegativeCurvature { get; init; }
}
