using Assay.Learning;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Factorization;
using DenseMatrix = MathNet.Numerics.LinearAlgebra.Double.DenseMatrix;

namespace Assay.Judge;

/// <summary>
/// A proxy that is linear in its parameters (a random-feature model with its first layer fixed), by the moments of its training
/// rows: what gradient descent comes to is known in closed form for every learning rate and number of steps.
/// </summary>
/// <remarks>
/// Source: arXiv 2512.24503, section 5.2, worked out: with S = E[phi phi'] and c = E[phi y], full-batch gradient descent of
/// E[(theta.phi - y)^2] / 2 from 0 is theta_T = (I - (I - eta S)^T) S^-1 c. Along an eigenvector of S with value l this is c
/// times (1 - (1 - eta l)^T) / l, which is also defined at l = 0.
/// </remarks>
public sealed class LinearProxy
{
    private const double Tiny = 1e-8; // where 1 - (1 - x) has lost half of its digits
    private readonly double[] _second;
    private readonly double[] _cross;
    private readonly double _power;
    private readonly Lazy<Evd<double>> _eigen;

    private LinearProxy(double[] second, double[] cross, double power)
    {
        (_second, _cross, _power) = (second, cross, power);
        int n = cross.Length;
        _eigen = new(() => new DenseMatrix(n, n, [.. second]).Evd(Symmetricity.Symmetric));
    }

    /// <summary>Number of parameters.</summary>
    public int Length => _cross.Length;

    /// <summary>The largest eigenvalue of S: gradient descent diverges at rates of 2 over it and above.</summary>
    public double LargestCurvature => _eigen.Value.EigenValues[Length - 1].Real;

    /// <summary>Moments of rows.</summary>
    /// <param name="features">phi: one row of features for each row, finite.</param>
    /// <param name="targets">y: one finite number for each row.</param>
    /// <exception cref="ArgumentException">There is no row, the numbers differ, or one is not finite.</exception>
    public static LinearProxy Of(Matrix features, ReadOnlySpan<double> targets)
    {
        int d = features.Columns,
            n = features.Rows;
        if (n == 0 || targets.Length != n)
            throw new ArgumentException($"{targets.Length} targets do not fit {n} rows.", nameof(targets));
        double[] second = new double[d * d],
            cross = new double[d];
        double power = 0;
        for (int row = 0; row < n; row++)
        {
            ReadOnlySpan<float> phi = features.Row(row);
            double y = targets[row];
            power += y * y / n;
            for (int i = 0; i < d; i++)
            {
                cross[i] += phi[i] * y / n;
                for (int j = 0; j <= i; j++)
                    second[i * d + j] += (double)phi[i] * phi[j] / n;
            }
        }
        for (int i = 0; i < d; i++)
        for (int j = 0; j < i; j++)
            second[j * d + i] = second[i * d + j];
        if (!double.IsFinite(power) || !Array.TrueForAll(second, double.IsFinite))
            throw new ArgumentException("A feature or a target is not finite.", nameof(features));
        return new(second, cross, power);
    }

    /// <summary>Parameters after full-batch gradient descent from 0.</summary>
    /// <param name="rate">eta, at least 0; below 2 / <see cref="LargestCurvature"/> to converge.</param>
    /// <param name="steps">T, at least 0.</param>
    public double[] GradientDescent(double rate, long steps) =>
        Filter(l => rate * l * steps < Tiny ? rate * steps : (1 - Math.Pow(1 - rate * l, steps)) / l);

    /// <summary>Parameters after gradient flow from 0 for a time: the limit of small rates, time being rate times steps.</summary>
    public double[] GradientFlow(double time) => Filter(l => l * time < Tiny ? time : (1 - Math.Exp(-l * time)) / l);

    /// <summary>Parameters after endless training: S^+ c.</summary>
    public double[] Limit() => Filter(l => l > 1e-12 * LargestCurvature ? 1 / l : 0);

    /// <summary>Half of the mean squared error that parameters have on these rows.</summary>
    /// <param name="parameters">As many as there are features.</param>
    public double Loss(ReadOnlySpan<double> parameters)
    {
        if (parameters.Length != Length)
            throw new ArgumentException($"{parameters.Length} parameters for {Length} features.", nameof(parameters));
        double linear = 0,
            square = 0;
        for (int i = 0; i < Length; i++)
        {
            double product = 0;
            for (int j = 0; j < Length; j++)
                product += _second[i * Length + j] * parameters[j];
            square += parameters[i] * product;
            linear += parameters[i] * _cross[i];
        }
        return (_power - 2 * linear + square) / 2;
    }

    /// <summary>
    /// Alignment with rows that are trained on: to first order in eta T, their training lowers the loss here by eta T times this.
    /// </summary>
    /// <param name="training">Moments of the rows that are trained on.</param>
    public double Alignment(LinearProxy training)
    {
        if (training.Length != Length)
            throw new ArgumentException($"Moments of {training.Length} and {Length} features.", nameof(training));
        double sum = 0;
        for (int i = 0; i < Length; i++)
            sum += _cross[i] * training._cross[i];
        return sum;
    }

    // Vectors are columns.
    private double[] Filter(Func<double, double> factor)
    {
        double[] result = new double[Length];
        for (int k = 0; k < Length; k++)
        {
            double along = 0;
            for (int i = 0; i < Length; i++)
                along += _eigen.Value.EigenVectors[i, k] * _cross[i];
            along *= factor(Math.Max(0, _eigen.Value.EigenValues[k].Real));
            for (int i = 0; i < Length; i++)
                result[i] += along * _eigen.Value.EigenVectors[i, k];
        }
        return result;
    }
}
