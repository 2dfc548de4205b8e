using System.Text.Json;
using System.Text.Json.Serialization;
using Assay.Data;
using Assay.Features;
using Assay.Learning;
using Assay.Numerics;

namespace Assay.Models;

/// <summary>A classifier fitted to rows: what train/classifier and the proxies of the judge share.</summary>
internal sealed class ClassifierFit
{
    private const double LeastProbability = 1e-15; // as scikit-learn's log_loss
    private readonly ClassifierOptions _options;
    private readonly IReadOnlyList<string>? _columns;
    private readonly LogisticModel? _words;
    private readonly IClassifier? _numbers;

    private ClassifierFit(
        ClassifierOptions options,
        IReadOnlyList<string> classes,
        IReadOnlyList<string>? columns,
        LogisticModel? words,
        IClassifier? numbers
    ) => (_options, Classes, _columns, _words, _numbers) = (options, classes, columns, words, numbers);

    /// <summary>Names of the classes.</summary>
    public IReadOnlyList<string> Classes { get; }

    /// <summary>The model on hashed words or on columns, whichever it is.</summary>
    public object Model => (object?)_words ?? _numbers!;

    /// <summary>Fits.</summary>
    /// <param name="options">Which model.</param>
    /// <param name="view">The dataset.</param>
    /// <param name="rows">Rows to learn from; a row may repeat.</param>
    /// <param name="random">Initial weights, order of rows, bootstraps.</param>
    /// <param name="memoryBytes">What fitting may take.</param>
    /// <param name="stepped">Called after every step of a network, or null.</param>
    /// <param name="cancellation">Asks to stop.</param>
    public static ClassifierFit Of(
        ClassifierOptions options,
        View view,
        IReadOnlyList<int> rows,
        RandomStream random,
        long memoryBytes,
        Action<TrainingStep>? stepped = null,
        CancellationToken cancellation = default
    )
    {
        IReadOnlyList<string> classes = LabelledRows.ClassesOf(view, rows, options.Label, cancellation);
        bool hashed = options.Model == "logistic-hashed";
        IReadOnlyList<string>? columns =
            hashed ? null
            : options.Features.Count > 0 ? options.Features
            : NumberColumns.Default(view, options.Label);
        LabelledRows data = LabelledRows.Read(view, rows, options.Label, columns, classes, cancellation);
        if (hashed)
        {
            CheckMemory(options, classes.Count, data.Words!.OccurringColumns().Length, memoryBytes);
            return new(
                options,
                classes,
                null,
                new LogisticRegression(new() { C = 10 }).Fit(data.Words, data.Labels, classes.Count),
                null
            );
        }
        try
        {
            IClassifierLearner learner = LearnerOf(options, data.Features!.Columns, stepped, cancellation);
            return new(
                options,
                classes,
                columns,
                null,
                learner.Fit(new(data.Features, data.Labels, classes.Count), random)
            );
        }
        catch (Exception failure) when (failure is ArgumentException or TrainingException)
        {
            throw new AssayException(failure.Message, cause: failure);
        }
    }

    /// <summary>The share of rows whose class is the most probable one, and the mean log loss in nats.</summary>
    public (double Accuracy, double LogLoss) Measure(View view, IEnumerable<int> rows, CancellationToken cancellation)
    {
        LabelledRows data = LabelledRows.Read(view, rows, _options.Label, _columns, Classes, cancellation);
        double[] probabilities = _words is not null
            ? _words.Probabilities(data.Words!)
            : _numbers!.Probabilities(data.Features!);
        int[] truth = data.Labels,
            predicted = ClassScores.Best(probabilities, Classes.Count);
        double right = 0,
            loss = 0;
        for (int row = 0; row < truth.Length; row++)
        {
            right += truth[row] == predicted[row] ? 1 : 0;
            double p = truth[row] < 0 ? 0 : probabilities[row * Classes.Count + truth[row]];
            loss -= Math.Log(Math.Clamp(p, LeastProbability, 1));
        }
        return (right / truth.Length, loss / truth.Length);
    }

    /// <summary>The mean log loss in nats, on other rows, of giving every row the frequencies that classes have among the rows.</summary>
    public static double LogLossOfFrequencies(
        string label,
        View view,
        IReadOnlyList<int> rows,
        View other,
        IReadOnlyList<int> otherRows,
        CancellationToken cancellation
    )
    {
        Dictionary<string, int> counts = LabelledRows
            .KeysOf(view, rows, label, cancellation)
            .CountBy(key => key)
            .ToDictionary();
        return LabelledRows
            .KeysOf(other, otherRows, label, cancellation)
            .Average(key => -Math.Log(Math.Max(LeastProbability, counts.GetValueOrDefault(key) / (double)rows.Count)));
    }

    /// <summary>Writes <c>classifier.json</c> (model, classes, columns) and <c>model.safetensors</c> (weights).</summary>
    public void Save(string folder)
    {
        Directory.CreateDirectory(folder);
        SafetensorsWriter weights = new();
        if (_numbers is NetworkModel network)
            foreach (Parameter parameter in network.Parameters())
                weights.Add<float>(
                    parameter.Name,
                    [.. parameter.Tensor.Shape.ToArray().Select(size => (long)size)],
                    () => parameter.Tensor.Data
                );
        else
        {
            LogisticModel logistic = _words ?? (LogisticModel)_numbers!;
            weights.Add<double>(
                "coefficients",
                [logistic.Coefficients.Length / logistic.Features, logistic.Features],
                () => logistic.Coefficients
            );
            weights.Add<double>("intercepts", [logistic.Intercepts.Length], () => logistic.Intercepts);
        }
        weights.Write(Path.Combine(folder, "model.safetensors"));
        Pieces.WriteFile(
            Path.Combine(folder, "classifier.json"),
            stream =>
                JsonSerializer.Serialize(
                    stream,
                    new ClassifierFile(_options.Model, _options.Label, Classes, _columns),
                    ClassifierJson.Default.ClassifierFile
                )
        );
    }

    // The optimiser keeps pairs of steps and gradients of all weights: every class costs tens of megabytes.
    private static void CheckMemory(ClassifierOptions options, int classes, int columns, long memoryBytes)
    {
        // L-BFGS works on the columns that occur; the model and its two copies have all.
        const long vectors = 34,
            models = 3;
        long outputs = classes == 2 ? 1 : classes;
        long needed = outputs * (columns * vectors + LabelledRows.HashedColumns * models) * sizeof(double);
        if (needed > memoryBytes)
            throw new AssayException(
                $"{classes:N0} classes of '{options.Label}' on {columns:N0} hashed words take {new ByteSize(needed)}, and there are {new ByteSize(memoryBytes)}",
                hint: "Is it a column of classes? If so, give more --memory or merge rare classes."
            );
    }

    private static IClassifierLearner LearnerOf(
        ClassifierOptions options,
        int columns,
        Action<TrainingStep>? stepped,
        CancellationToken cancellation
    ) =>
        options.Model switch
        {
            "logistic" => new LogisticRegression(new()),
            _ => new NetworkClassifier(
                new()
                {
                    Image = options.Model == "convnet" ? ImageOf(options, columns) : null,
                    Epochs = options.Epochs,
                    LearningRate = options.LearningRate,
                }
            )
            {
                Stepped = stepped,
                Cancellation = cancellation,
            },
        };

    /// <summary>The image that so many columns are.</summary>
    /// <exception cref="AssayException">They are none.</exception>
    public static ImageShape ImageOf(ClassifierOptions options, int columns)
    {
        if (options.Image is [var channels, var height, var width] && (long)channels * height * width == columns)
            return new(channels, height, width);
        int side = (int)Math.Round(Math.Sqrt(columns));
        return options.Image.Count == 0 && side * side == columns
            ? new(1, side, side)
            : throw new AssayException(
                $"{columns} columns of numbers are not an image"
                    + (
                        options.Image.Count > 0
                            ? $" of [{string.Join(", ", options.Image)}]"
                            : " of one channel and equal sides"
                    ),
                hint: "Give channels, height and width: 'image: [3, 32, 32]'; their product is the number of columns."
            );
    }
}

/// <summary>What <c>classifier.json</c> says.</summary>
internal sealed record ClassifierFile(
    string Model,
    string Label,
    IReadOnlyList<string> Classes,
    IReadOnlyList<string>? Columns
);

[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ClassifierFile))]
internal sealed partial class ClassifierJson : JsonSerializerContext;
