using Assay.Numerics;

namespace Assay.Learning;

/// <summary>Options of <see cref="NetworkClassifier"/>.</summary>
public sealed record NetworkOptions
{
    /// <summary>The shape of the images that the features are; null trains a perceptron.</summary>
    public ImageShape? Image { get; init; }

    /// <summary>Hidden widths of the perceptron.</summary>
    public IReadOnlyList<int> Hidden { get; init; } = [256];

    /// <summary>Filters of each of the three blocks of the ConvNet.</summary>
    public int Filters { get; init; } = 32;

    /// <summary>How often the rows are gone through, at least 1.</summary>
    public int Epochs { get; init; } = 10;

    /// <summary>Ends the training after so many epochs, in the middle of its schedule; 0: after all.</summary>
    public int StopAfter { get; init; }

    /// <summary>Rows of a step, at least 1.</summary>
    public int Batch { get; init; } = 64;

    /// <summary>The highest learning rate of AdamW.</summary>
    public double LearningRate { get; init; } = 2e-3;

    /// <summary>Weight decay.</summary>
    public double WeightDecay { get; init; } = 0.01;
}

/// <summary>Channels, height and width of an image, in this order in memory.</summary>
public readonly record struct ImageShape(int Channels, int Height, int Width);

/// <summary>Fits a perceptron or a ConvNet by AdamW with a cosine schedule, on features that it standardises.</summary>
/// <remarks>Rows of weight w count w times in the loss. A perceptron's features are standardised one by one, an image's all alike.</remarks>
/// <param name="options">Which network, and how long.</param>
public sealed class NetworkClassifier(NetworkOptions options) : IClassifierLearner
{
    /// <summary>Called after every step.</summary>
    public Action<TrainingStep>? Stepped { get; init; }

    /// <summary>Called after every step with the model as it stands then.</summary>
    public Action<NetworkModel, TrainingStep>? Watch { get; init; }

    /// <summary>Asks to stop.</summary>
    public CancellationToken Cancellation { get; init; }

    /// <inheritdoc/>
    /// <exception cref="TrainingException">The loss became infinite.</exception>
    public IClassifier Fit(ClassificationData data, RandomStream random)
    {
        data.RequireComplete();
        NetworkModel model = new(options, data, random.Child("weights"));
        Optimiser optimiser = new(model.TrainableParameters(), new AdamW(), options.WeightDecay);
        int batch = Math.Min(options.Batch, data.Rows);
        Batches batches = new(data.Rows, batch, random.Child("order"));
        long steps = batches.PerEpoch * options.Epochs;
        int[] rows = new int[batch],
            labels = new int[batch];
        Trainer trainer = new(
            new()
            {
                Steps = steps,
                StopAfter = batches.PerEpoch * options.StopAfter,
                LearningRate = options.LearningRate,
                WarmUp = Math.Min(100, steps / 10),
                Floor = 0.01,
            }
        )
        {
            Stepped = step =>
            {
                Watch?.Invoke(model, step);
                Stepped?.Invoke(step);
            },
        };
        trainer.Run(
            optimiser,
            number =>
            {
                batches.Fill(number, rows);
                for (int i = 0; i < batch; i++)
                    labels[i] = data.Labels[rows[i]];
                Tensor logits = model.Logits(model.Standardised(data.Features, rows));
                if (data.Weights is null)
                    return Functional.CrossEntropy(logits, labels);
                Tensor weights = Tensor.Zeros(batch);
                for (int i = 0; i < batch; i++)
                    weights.Data[i] = (float)data.Weight(rows[i]);
                return (Functional.CrossEntropyRows(logits, labels) * weights).Sum()
                    / Math.Max(1e-9f, weights.Sum().Item());
            },
            Cancellation
        );
        return model;
    }
}

/// <summary>A fitted network, with the means and deviations of its features.</summary>
public sealed class NetworkModel : Module, IClassifier
{
    private const int EvaluationBatch = 256;
    private readonly float[] _means;
    private readonly float[] _scales;
    private readonly Mlp? _perceptron;
    private readonly ConvNet? _image;
    private readonly ImageShape _shape;

    internal NetworkModel(NetworkOptions options, ClassificationData data, RandomStream stream)
    {
        (Features, Classes) = (data.Features.Columns, data.Classes);
        (_means, _scales) = Standardisation(data.Features, together: options.Image is not null);
        if (options.Image is not { } image)
        {
            _perceptron = new(stream, [Features, .. options.Hidden, Classes]);
            return;
        }
        if ((long)image.Channels * image.Height * image.Width != Features)
            throw new ArgumentException($"{Features} features are not an image of {image}.");
        _shape = image;
        _image = new(stream, image.Channels, image.Height, image.Width, Classes, options.Filters);
    }

    /// <inheritdoc/>
    public int Classes { get; }

    /// <inheritdoc/>
    public int Features { get; }

    /// <inheritdoc/>
    public override IEnumerable<Parameter> Parameters() => ((Module?)_perceptron ?? _image!).Parameters();

    /// <summary>Logits of standardised rows.</summary>
    /// <param name="x">[rows, features].</param>
    /// <returns>[rows, classes].</returns>
    public Tensor Logits(Tensor x) =>
        _perceptron?.Forward(x) ?? _image!.Forward(x.Reshape(x.Shape[0], _shape.Channels, _shape.Height, _shape.Width));

    /// <summary>Rows as the network sees them.</summary>
    /// <param name="features">Rows of as many features as the model was fitted on.</param>
    /// <param name="rows">Which rows.</param>
    /// <returns>[rows, features].</returns>
    public Tensor Standardised(Matrix features, ReadOnlySpan<int> rows)
    {
        Tensor x = Tensor.Uninitialized(rows.Length, Features);
        Span<float> data = x.Data;
        for (int i = 0; i < rows.Length; i++)
        {
            ReadOnlySpan<float> row = features.Row(rows[i]);
            Span<float> to = data.Slice(i * Features, Features);
            for (int j = 0; j < to.Length; j++)
                to[j] = (row[j] - _means[j]) * _scales[j];
        }
        return x;
    }

    /// <inheritdoc/>
    public double[] Probabilities(Matrix features)
    {
        double[] probabilities = new double[features.Rows * Classes];
        Evaluate(features, (first, logits) => Copy(logits.Softmax().Data, probabilities.AsSpan(first * Classes)));
        return probabilities;
    }

    /// <summary>Outputs before the softmax.</summary>
    /// <param name="features">Rows of as many features as the model was fitted on.</param>
    /// <returns>One row of <see cref="Classes"/> numbers for each.</returns>
    public Matrix Outputs(Matrix features)
    {
        float[] outputs = new float[features.Rows * Classes];
        Evaluate(features, (first, logits) => logits.Data.CopyTo(outputs.AsSpan(first * Classes)));
        return new(outputs, Classes);
    }

    private static void Copy(ReadOnlySpan<float> from, Span<double> to)
    {
        for (int i = 0; i < from.Length; i++)
            to[i] = from[i];
    }

    private void Evaluate(Matrix features, Action<int, Tensor> use)
    {
        features.Check(Features);
        using var noGrad = Tensor.NoGrad();
        for (int first = 0; first < features.Rows; first += EvaluationBatch)
        {
            int count = Math.Min(EvaluationBatch, features.Rows - first);
            int[] rows = [.. Enumerable.Range(first, count)];
            using TensorScope scope = new();
            use(first, Logits(Standardised(features, rows)));
        }
    }

    private static (float[] Means, float[] Scales) Standardisation(Matrix features, bool together)
    {
        int columns = features.Columns;
        double[] sums = new double[columns],
            squares = new double[columns];
        for (int row = 0; row < features.Rows; row++)
        {
            ReadOnlySpan<float> values = features.Row(row);
            for (int j = 0; j < columns; j++)
            {
                sums[j] += values[j];
                squares[j] += (double)values[j] * values[j];
            }
        }
        double count = features.Rows;
        if (together)
        {
            Array.Fill(sums, sums.Average());
            Array.Fill(squares, squares.Average());
        }
        float[] means = new float[columns],
            scales = new float[columns];
        for (int j = 0; j < columns; j++)
        {
            double mean = sums[j] / count,
                variance = Math.Max(0, squares[j] / count - mean * mean);
            means[j] = (float)mean;
            // A feature that never varies is left at 0.
            scales[j] = variance > 1e-12 * (1 + mean * mean) ? (float)(1 / Math.Sqrt(variance)) : 0;
        }
        return (means, scales);
    }
}
