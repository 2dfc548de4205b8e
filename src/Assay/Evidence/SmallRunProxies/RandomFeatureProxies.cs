using System.Globalization;
using System.IO.Compression;
using Assay.Judge;
using Assay.Learning;
using Assay.Numerics;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Factorization;
using DenseMatrix = MathNet.Numerics.LinearAlgebra.Double.DenseMatrix;

namespace Assay.Evidence;

/// <summary>Part A: recipes of handwritten digits, small random-feature models beside large tuned ones.</summary>
internal sealed class RandomFeatureProxies
{
    private const int Classes = 10,
        Pixels = 64;

    private readonly Trial _trial;
    private readonly float[][] _images;
    private readonly int[] _labels;
    private readonly int[] _training,
        _validation;

    public RandomFeatureProxies(Trial trial)
    {
        _trial = trial;
        using GZipStream bytes = new(
            File.OpenRead(trial.Path("data-shapley", "digits.csv.gz")),
            CompressionMode.Decompress
        );
        using StreamReader reader = new(bytes);
        List<float[]> rows = [];
        while (reader.ReadLine() is { Length: > 0 } line)
            rows.Add([.. line.Split(',').Select(field => float.Parse(field, CultureInfo.InvariantCulture))]);
        _images = [.. rows.Select(row => row[..Pixels].Select(pixel => pixel / 16).ToArray())];
        _labels = [.. rows.Select(row => (int)row[Pixels])];
        int[] order = [.. Enumerable.Range(0, rows.Count)];
        trial.Random.Child("split").Shuffle<int>(order);
        _training = order[..trial.Size(1200, 200)];
        _validation = order[1200..];
    }

    /// <summary>Learning rates as shares of 1 over the largest curvature.</summary>
    public static IReadOnlyList<double> Rates { get; } = [0.5, 0.3, 0.1, 0.03, 0.01, 0.003, 0.001];

    public static string Name(double rate) => rate.ToString("R", CultureInfo.InvariantCulture);

    public void Measure(Figures figures)
    {
        Recipe[] recipes = [.. Recipes()];
        Features small = new(_trial.Random.Child("small"), 32),
            large = new(_trial.Random.Child("large"), _trial.Size(1500, 100));
        Recipe validation = new(
            _validation.Select(i => _images[i]).ToArray(),
            [.. _validation.Select(i => _labels[i])]
        );
        double[] target = new double[recipes.Length];
        for (int i = 0; i < recipes.Length; i++)
        {
            target[i] = Tuned(large, recipes[i], validation);
            _trial.Report("digits", i + 1, 2 * recipes.Length);
        }
        double[,] held = small.Of(validation.Images);
        double curvature = LargestCurvature(held);
        foreach (double rate in Rates)
        {
            double[] losses =
            [
                .. recipes.Select(recipe =>
                    Trained(small.Of(recipe.Images), recipe.Labels, rate / curvature, held, validation.Labels)
                ),
            ];
            RankAgreement agreement = RankAgreement.Of(losses, target);
            figures[$"digits/rho/{Name(rate)}"] = agreement.Spearman;
            figures[$"digits/pairs/{Name(rate)}"] = agreement.Pairs;
        }
    }

    private sealed record Recipe(float[][] Images, int[] Labels);

    private IEnumerable<Recipe> Recipes()
    {
        RandomStream random = _trial.Random.Child("recipes");
        float[][] images = [.. _training.Select(i => _images[i])];
        int[] labels = [.. _training.Select(i => _labels[i])];
        // The rows that a smaller share gets wrong are among those of a larger one.
        double[] luck = [.. _training.Select(_ => random.NextDouble())];
        int[] wrong = [.. labels.Select(label => (label + 1 + random.NextInt32(Classes - 1)) % Classes)];
        foreach (double share in (double[])[0, 0.05, 0.1, 0.2, 0.3, 0.4])
            yield return new(images, [.. labels.Select((label, i) => luck[i] < share ? wrong[i] : label)]);
        float[][] noise =
        [
            .. images.Select(_ => Enumerable.Range(0, Pixels).Select(_ => (float)random.NextGaussian()).ToArray()),
        ];
        foreach (float deviation in (float[])[0.1f, 0.2f, 0.35f, 0.5f])
            yield return new(
                [.. images.Select((image, i) => image.Zip(noise[i], (pixel, z) => pixel + deviation * z).ToArray())],
                labels
            );
        foreach (int classes in (int[])[9, 8, 7, 6])
            yield return Of(i => labels[i] < classes);
        foreach (double share in (double[])[0.3, 0.1])
            yield return Of(i => labels[i] < 5 || luck[i] < share);

        Recipe Of(Func<int, bool> keep)
        {
            int[] kept = [.. Enumerable.Range(0, labels.Length).Where(keep)];
            return new([.. kept.Select(i => images[i])], [.. kept.Select(i => labels[i])]);
        }
    }

    /// <summary>A first layer of ReLU units with fixed random weights.</summary>
    private sealed class Features
    {
        private readonly float[][] _weights;

        public Features(RandomStream random, int width) =>
            _weights = [
                .. Enumerable
                    .Range(0, width)
                    .Select(_ =>
                        Enumerable.Range(0, Pixels + 1).Select(_ => (float)(random.NextGaussian() / 4)).ToArray()
                    ),
            ];

        public double[,] Of(float[][] images)
        {
            double[,] features = new double[images.Length, _weights.Length];
            float scale = 1 / MathF.Sqrt(_weights.Length);
            for (int row = 0; row < images.Length; row++)
            for (int j = 0; j < _weights.Length; j++)
            {
                float sum =
                    System.Numerics.Tensors.TensorPrimitives.Dot<float>(images[row], _weights[j].AsSpan(0, Pixels))
                    + _weights[j][Pixels];
                features[row, j] = Math.Max(0, sum) * scale;
            }
            return features;
        }
    }

    private static double LargestCurvature(double[,] features)
    {
        float[] values = [.. features.Cast<double>().Select(value => (float)value)];
        return LinearProxy
            .Of(new Matrix(values, features.GetLength(1)), new double[features.GetLength(0)])
            .LargestCurvature;
    }

    private static double Goal(int label, int k) => (label == k ? 1 : 0) - 0.1;

    // One row a step, in an order that is the same for all recipes of as many rows.
    private double Trained(double[,] features, int[] labels, double rate, double[,] held, int[] heldLabels)
    {
        int width = features.GetLength(1);
        double[,] theta = new double[width, Classes];
        RandomStream order = _trial.Random.Child("order");
        for (int step = 0; step < 4000; step++)
        {
            int row = order.NextInt32(labels.Length);
            for (int k = 0; k < Classes; k++)
            {
                double error = Goal(labels[row], k);
                for (int j = 0; j < width; j++)
                    error -= features[row, j] * theta[j, k];
                for (int j = 0; j < width; j++)
                    theta[j, k] += rate * error * features[row, j];
            }
        }
        double loss = 0;
        for (int row = 0; row < heldLabels.Length; row++)
        for (int k = 0; k < Classes; k++)
        {
            double error = Goal(heldLabels[row], k);
            for (int j = 0; j < width; j++)
                error -= held[row, j] * theta[j, k];
            loss += error * error / 2 / heldLabels.Length;
        }
        // A rate that diverges is worse than any other, and recipes that do so are alike.
        return double.IsFinite(loss) ? Math.Min(loss, 1e6) : 1e6;
    }

    // Ridge by rows: (K + n penalty I)^-1 of the goals, with features scaled to a mean square of 1.
    private static double Tuned(Features features, Recipe recipe, Recipe validation)
    {
        DenseMatrix phi = DenseMatrix.OfArray(features.Of(recipe.Images)),
            held = DenseMatrix.OfArray(features.Of(validation.Images));
        int n = phi.RowCount;
        Matrix<double> gram = phi.TransposeAndMultiply(phi),
            cross = held.TransposeAndMultiply(phi);
        double scale = n / gram.Trace();
        gram *= scale;
        cross *= scale;
        Matrix<double> goals = DenseMatrix.Create(n, Classes, (i, k) => Goal(recipe.Labels[i], k));
        double best = double.PositiveInfinity;
        foreach (double penalty in (double[])[1e-4, 1e-3, 1e-2, 1e-1])
        {
            Matrix<double> system = gram.Clone();
            for (int i = 0; i < n; i++)
                system[i, i] += n * penalty;
            Cholesky<double> factor = system.Cholesky();
            Matrix<double> found = cross * factor.Solve(goals);
            double loss = 0;
            for (int i = 0; i < found.RowCount; i++)
            for (int k = 0; k < Classes; k++)
                loss += Math.Pow(found[i, k] - Goal(validation.Labels[i], k), 2) / 2 / found.RowCount;
            best = Math.Min(best, loss);
        }
        return best;
    }
}
