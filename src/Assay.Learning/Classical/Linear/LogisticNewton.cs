using Assay.Numerics;

namespace Assay.Learning;

/// <summary>Newton's method with backtracking for <see cref="LogisticObjective"/> on dense features.</summary>
/// <remarks>
/// Within the Hessian the parameters of an output stand together, its intercept last. Softmax does not change when the same
/// is added to all intercepts (without a penalty: to all coefficients of a feature); the Hessian gets a rank-one term in those
/// directions, in which the gradient is zero, so that it can be factored and the steps stay the same.
/// </remarks>
internal sealed class LogisticNewton(LogisticObjective objective, Matrix features)
{
    private const int RowsPerPiece = 256;
    private readonly int _width = features.Columns + 1;
    private readonly int _outputs = objective.Outputs;

    /// <summary>Minimises in place.</summary>
    public Lbfgs.Result Minimise(double[] parameters, double tolerance, int maxIterations)
    {
        int n = parameters.Length;
        double[] gradient = new double[n],
            next = new double[n],
            nextGradient = new double[n],
            step = new double[n];
        double value = objective.Evaluate(parameters, gradient);
        int iteration = 0;
        for (; iteration < maxIterations && Lbfgs.Norm(gradient) > tolerance; iteration++)
        {
            FindStep(Hessian(parameters), gradient, step);
            double slope = MixedProducts.Dot(gradient, step),
                length = 1,
                found = 0;
            bool taken = false;
            for (int halving = 0; halving < 40 && !taken; halving++, length /= 2)
            {
                for (int i = 0; i < n; i++)
                    next[i] = parameters[i] + length * step[i];
                found = objective.Evaluate(next, nextGradient);
                // Near the optimum the value cannot tell any more; a smaller gradient can.
                taken =
                    found <= value + 1e-4 * length * slope
                    || (found <= value + 1e-14 * Math.Abs(value) && Lbfgs.Norm(nextGradient) < Lbfgs.Norm(gradient));
            }
            if (!taken)
                break;
            value = found;
            next.CopyTo(parameters, 0);
            nextGradient.CopyTo(gradient, 0);
        }
        return new(value, Lbfgs.Norm(gradient), iteration);
    }

    private void FindStep(double[] hessian, double[] gradient, double[] step)
    {
        int n = gradient.Length,
            d = features.Columns;
        double[] b = new double[n];
        for (int k = 0; k < _outputs; k++)
        for (int j = 0; j <= d; j++)
            b[k * _width + j] = -gradient[j < d ? k * d + j : _outputs * d + k];
        double largest = 0;
        for (int i = 0; i < n; i++)
            largest = Math.Max(largest, hessian[i * n + i]);
        double[] factor = [.. hessian];
        for (double ridge = 1e-12 * largest; !Cholesky.Factor(factor, n); ridge *= 100)
        {
            // Collinear features without a penalty, or probabilities that are all 0 or 1.
            ridge = Math.Max(ridge, 1e-300);
            hessian.CopyTo(factor, 0);
            for (int i = 0; i < n; i++)
                factor[i * n + i] += ridge;
        }
        Cholesky.Solve(factor, n, b);
        for (int k = 0; k < _outputs; k++)
        for (int j = 0; j <= d; j++)
            step[j < d ? k * d + j : _outputs * d + k] = b[k * _width + j];
    }

    private double[] Hessian(double[] parameters)
    {
        int n = parameters.Length,
            d = features.Columns,
            pieces = (features.Rows + RowsPerPiece - 1) / RowsPerPiece;
        double[] z = objective.Design.Project(parameters.AsSpan(0, _outputs * d), parameters.AsSpan(_outputs * d));
        if (_outputs > 1)
            ClassScores.Softmax(z, _outputs);
        // Pieces are added in order, a group of eight at a time so that few are kept.
        double[] hessian = new double[n * n];
        for (int group = 0; group < pieces; group += 8)
        {
            double[][] sums = new double[Math.Min(8, pieces - group)][];
            int first = group;
            Workers.For(sums.Length, piece => sums[piece] = Piece(first + piece, z, n));
            foreach (double[] sum in sums)
                MixedProducts.AddScaled(hessian, 1 / objective.TotalWeight, sum);
        }
        for (int k = 0; k < _outputs; k++)
        for (int j = 0; j < d; j++)
            hessian[(k * _width + j) * (n + 1)] += objective.Penalty;
        if (!objective.HasIntercept)
            for (int k = 0; k < _outputs; k++)
            {
                int row = k * _width + d;
                hessian.AsSpan(row * n, n).Clear();
                for (int i = 0; i < n; i++)
                    hessian[i * n + row] = 0;
                hessian[row * (n + 1)] = 1;
            }
        if (_outputs > 1)
            for (int j = objective.Penalty > 0 ? d : 0; j < _width; j++)
                Anchor(hessian, n, j);
        return hessian;
    }

    private void Anchor(double[] hessian, int n, int feature)
    {
        double mean = 0;
        for (int k = 0; k < _outputs; k++)
            mean += hessian[(k * _width + feature) * (n + 1)] / _outputs;
        for (int k = 0; k < _outputs; k++)
        for (int l = 0; l < _outputs; l++)
            hessian[(k * _width + feature) * n + l * _width + feature] += mean;
    }

    // The lower triangle of the sum over the rows of a piece.
    private double[] Piece(int piece, double[] z, int n)
    {
        int d = features.Columns,
            start = piece * RowsPerPiece,
            end = Math.Min(features.Rows, start + RowsPerPiece);
        double[] sum = new double[n * n];
        double[] x = new double[_width];
        x[d] = 1;
        for (int i = start; i < end; i++)
        {
            double weight = objective.Loss.Weight(i);
            if (weight == 0)
                continue;
            ReadOnlySpan<float> row = features.Row(i);
            for (int j = 0; j < d; j++)
                x[j] = row[j];
            for (int k = 0; k < _outputs; k++)
            for (int l = 0; l <= k; l++)
            {
                double p = z[i * _outputs + k];
                double curvature =
                    _outputs == 1 ? Logistic.Sigmoid(p) * Logistic.Sigmoid(-p)
                    : k == l ? p * (1 - p)
                    : -p * z[i * _outputs + l];
                for (int a = 0; a < _width; a++)
                    MixedProducts.AddScaled(
                        sum.AsSpan((k * _width + a) * n + l * _width, k == l ? a + 1 : _width),
                        weight * curvature * x[a],
                        x.AsSpan(0, k == l ? a + 1 : _width)
                    );
            }
        }
        return sum;
    }
}
