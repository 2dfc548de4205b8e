using Assay.Numerics;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Double;
using MathNet.Numerics.LinearAlgebra.Factorization;

namespace Assay.Learning;

/// <summary>Least squares with an L2 penalty, in closed form.</summary>
/// <remarks>
/// Minimises the sum over rows of weight x (target - prediction)^2, plus alpha x |coefficients|^2, as scikit-learn's
/// <c>Ridge</c>. The normal equations of features (or of rows, where these are fewer) are solved by Cholesky, and where they
/// are singular by an eigendecomposition, which gives the smallest of all solutions.
/// </remarks>
public sealed class RidgeRegression : IRegressorLearner
{
    private readonly RidgeOptions _options;

    /// <summary>Checks the options.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public RidgeRegression(RidgeOptions options)
    {
        if (!(options.Alpha >= 0) || double.IsInfinity(options.Alpha))
            throw new ArgumentOutOfRangeException(nameof(options), options.Alpha, "Alpha must be finite and >= 0.");
        _options = options;
    }

    /// <summary>Fits a model.</summary>
    /// <param name="data">Complete rows.</param>
    /// <exception cref="ArgumentException">A feature is NaN.</exception>
    public RidgeModel Fit(RegressionData data)
    {
        data.RequireComplete();
        double target = 0,
            total = 0;
        for (int i = 0; i < data.Rows && _options.Intercept; i++)
        {
            target += data.Weight(i) * data.Targets[i];
            total += data.Weight(i);
        }
        double mean = _options.Intercept ? target / total : 0;
        double[] centre = _options.Intercept
            ? Scatter.MeanOf(data.Features, data.Weights)
            : new double[data.Features.Columns];
        double[] coefficients = data.Rows < data.Features.Columns ? ByRows(data, centre, mean) : ByFeatures(data, mean);
        return new(coefficients, mean - MixedProducts.Dot(centre, coefficients));
    }

    IRegressor IRegressorLearner.Fit(RegressionData data, RandomStream random) => Fit(data);

    private double[] ByFeatures(RegressionData data, double mean)
    {
        int d = data.Features.Columns;
        double[] system = Scatter.Of(data.Features, data.Weights, _options.Intercept).Values,
            right = new double[d],
            residuals = new double[data.Rows];
        for (int i = 0; i < residuals.Length; i++)
            residuals[i] = data.Weight(i) * (data.Targets[i] - mean);
        MixedProducts.AddTransposed(data.Features.Values, d, residuals, 1, right);
        return Solve(system, right);
    }

    // With Z the centred rows times the root of their weights: Z' (Z Z' + alpha I)^-1 of the targets treated alike.
    private double[] ByRows(RegressionData data, double[] centre, double mean)
    {
        int n = data.Rows,
            d = data.Features.Columns;
        RowGram gram = RowGram.Of(data.Features, data.Weights, centre);
        double[] right = new double[n];
        for (int i = 0; i < n; i++)
            right[i] = Math.Sqrt(data.Weight(i)) * (data.Targets[i] - mean);
        double[] duals = Solve(gram.Values, right),
            coefficients = new double[d];
        for (int i = 0; i < n; i++)
            MixedProducts.AddScaled(coefficients, duals[i], gram.Rows.AsSpan(i * d, d));
        return coefficients;
    }

    private double[] Solve(double[] system, double[] right)
    {
        int n = right.Length;
        for (int i = 0; i < n; i++)
            system[i * n + i] += _options.Alpha;
        double[] factor = [.. system],
            solution = [.. right];
        if (Cholesky.Factor(factor, n))
        {
            Cholesky.Solve(factor, n, solution);
            return solution;
        }
        Evd<double> evd = new DenseMatrix(n, n, system).Evd(Symmetricity.Symmetric);
        Vector<double> values = evd.EigenValues.Real();
        double smallest = n * 2.3e-16 * values.AbsoluteMaximum();
        Vector<double> inTheirBasis = evd.EigenVectors.TransposeThisAndMultiply(new DenseVector(right));
        for (int i = 0; i < n; i++)
            inTheirBasis[i] = values[i] > smallest ? inTheirBasis[i] / values[i] : 0;
        return evd.EigenVectors.Multiply(inTheirBasis).AsArray();
    }
}
