using Assay.Learning;
using Assay.Numerics;
using Assay.Select;

namespace Assay.Evidence;

/// <summary>
/// The data and the network of the paper's theory: rows of three patches (a weak feature that all have, a strong one that most have, noise), and
/// a two-layer network with cubic units, trained by full-batch gradient descent in double.
/// </summary>
internal sealed class CubicNetwork
{
    private const int Dimensions = 20,
        Filters = 5,
        Rows = 200;
    private const double Weak = 0.2,
        Strong = 1,
        Share = 0.9,
        Noise = 0.1,
        Rate = 0.1,
        Start = 0.1;

    private readonly double[][][] _patches; // row, patch, dimension; dimension 0 is the strong feature, 1 the weak one
    private readonly double[] _signs;
    private readonly RandomStream _random;

    public CubicNetwork(RandomStream random)
    {
        _random = random;
        _signs = [.. Enumerable.Range(0, Rows).Select(_ => random.NextInt32(2) == 0 ? -1.0 : 1)];
        _patches = [.. _signs.Select(sign => Row(sign, random.NextDouble() < Share))];

        double[][] Row(double sign, bool strong)
        {
            double[] weak = new double[Dimensions],
                loud = new double[Dimensions],
                noise = [.. Enumerable.Range(0, Dimensions).Select(i => i < 2 ? 0 : Noise * random.NextGaussian())];
            weak[1] = Weak * sign;
            loud[0] = strong ? Strong * sign : 0;
            return [weak, loud, noise];
        }
    }

    /// <summary>
    /// The lead of the strong feature over the weak one, the largest alignment of a filter with each, after every tenth step.
    /// </summary>
    /// <param name="steps">Steps.</param>
    /// <param name="rho">Radius of sharpness-aware minimisation; 0 for none.</param>
    /// <param name="useful">True adds the slow rows once more, told from the outputs after 20 steps.</param>
    public double[] Leads(int steps, double rho, bool useful)
    {
        double[] multiplicity = [.. Enumerable.Repeat(1.0, Rows)];
        if (useful)
        {
            double[,] early = Initial();
            for (int step = 0; step < 20; step++)
                Step(early, multiplicity, rho: 0);
            int[] labels = [.. _signs.Select(sign => sign > 0 ? 1 : 0)];
            float[][] outputs = [.. Enumerable.Range(0, Rows).Select(row => Logits(early, row))];
            SlowRows slow = SlowRows.Of(Matrix.Of(outputs), labels, _random.Child("clusters"));
            for (int row = 0; row < Rows; row++)
                multiplicity[row] = slow.Slow[row] ? 2 : 1;
        }
        double[,] weights = Initial();
        List<double> leads = [];
        for (int step = 1; step <= steps; step++)
        {
            Step(weights, multiplicity, rho);
            if (step % 10 == 0)
                leads.Add(Alignment(weights, 0) - Alignment(weights, 1));
        }
        return [.. leads];
    }

    private float[] Logits(double[,] weights, int row)
    {
        float output = (float)Output(weights, row);
        return [-output / 2, output / 2];
    }

    private double[,] Initial()
    {
        RandomStream random = _random.Child("weights");
        double[,] weights = new double[Filters, Dimensions];
        for (int filter = 0; filter < Filters; filter++)
        for (int i = 0; i < Dimensions; i++)
            weights[filter, i] = Start * random.NextGaussian();
        return weights;
    }

    private static double Alignment(double[,] weights, int feature) =>
        Enumerable.Range(0, Filters).Max(filter => weights[filter, feature]);

    private double Output(double[,] weights, int row)
    {
        double sum = 0;
        foreach (double[] patch in _patches[row])
            for (int filter = 0; filter < Filters; filter++)
                sum += Math.Pow(Dot(weights, filter, patch), 3);
        return sum;
    }

    private void Step(double[,] weights, double[] multiplicity, double rho)
    {
        double[,] gradient = Gradient(weights, multiplicity);
        if (rho > 0)
        {
            double norm = Math.Sqrt(gradient.Cast<double>().Sum(value => value * value));
            double[,] there = (double[,])weights.Clone();
            Add(there, gradient, norm > 0 ? rho / norm : 0);
            gradient = Gradient(there, multiplicity);
        }
        Add(weights, gradient, -Rate);
    }

    // Of the mean logistic loss, rows counted as often as they are there.
    private double[,] Gradient(double[,] weights, double[] multiplicity)
    {
        double[,] gradient = new double[Filters, Dimensions];
        double total = multiplicity.Sum();
        for (int row = 0; row < Rows; row++)
        {
            double pull = -_signs[row] / (1 + Math.Exp(_signs[row] * Output(weights, row))) * multiplicity[row] / total;
            foreach (double[] patch in _patches[row])
                for (int filter = 0; filter < Filters; filter++)
                {
                    double dot = Dot(weights, filter, patch);
                    for (int i = 0; i < Dimensions; i++)
                        gradient[filter, i] += pull * 3 * dot * dot * patch[i];
                }
        }
        return gradient;
    }

    private static double Dot(double[,] weights, int filter, double[] patch)
    {
        double sum = 0;
        for (int i = 0; i < patch.Length; i++)
            sum += weights[filter, i] * patch[i];
        return sum;
    }

    private static void Add(double[,] to, double[,] values, double scale)
    {
        for (int filter = 0; filter < Filters; filter++)
        for (int i = 0; i < Dimensions; i++)
            to[filter, i] += scale * values[filter, i];
    }
}
