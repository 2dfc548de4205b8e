using System.Globalization;
using System.IO.Compression;
using Assay.Learning;
using Assay.Numerics;
using Assay.Value;

namespace Assay.Evidence;

/// <summary>A perceptron on digits, trained again without each of some rows: how well influence foretells what happens to a target's loss.</summary>
internal sealed class LeaveOneOutInfluence
{
    private const int Classes = 10;
    private const float Decay = 0.01f;
    private readonly Trial _trial;
    private readonly Matrix _features,
        _target;
    private readonly int[] _labels,
        _targetLabels;
    private readonly int _leftOut,
        _steps;

    public LeaveOneOutInfluence(Trial trial)
    {
        _trial = trial;
        (_leftOut, _steps) = (trial.Size(50, 8), trial.Size(600, 60));
        (Matrix pixels, int[] labels) = Read(trial.Path("data-shapley", "digits.csv.gz"));
        int[] order = [.. Enumerable.Range(0, labels.Length)];
        trial.Random.Child("digits").Shuffle(order.AsSpan());
        int[] train = order[..trial.Size(200, 60)],
            target = order[200..500];
        (_features, _labels) = (pixels.Take(train), [.. train.Select(row => labels[row])]);
        (_target, _targetLabels) = (pixels.Take(target), [.. target.Select(row => labels[row])]);
    }

    /// <summary>Adds <c>rho/</c> of each method.</summary>
    public void Measure(Figures figures)
    {
        Mlp model = Train(-1);
        double all = Loss(model);
        double[] change = new double[_leftOut];
        for (int row = 0; row < _leftOut; row++)
        {
            _trial.Report("leaving rows out", row, 4L * _leftOut); // a quarter of the seed
            change[row] = Loss(Train(row)) - all;
        }
        DifferentiableClassifier classifier = new(
            [.. model.TrainableParameters()],
            (x, rows) => model.Forward(Of(x, rows)),
            Decay
        );
        LabelledSamples training = new(classifier, _features, _labels),
            left = new(classifier, _features.Take([.. Enumerable.Range(0, _leftOut)]), _labels[.._leftOut]),
            target = new(classifier, _target, _targetLabels);
        float[] gradient = GradientInfluence.Gradient(classifier.Parameters, target, _trial.Cancellation);
        Curvature curvature = new(
            classifier.Parameters,
            training,
            new() { Penalty = Decay, Damping = 0 },
            _trial.Random.Child("curvature")
        );
        foreach (
            (string name, InfluenceMethod method) in new[]
            {
                ("dot", InfluenceMethod.Dot),
                ("cosine", InfluenceMethod.Cosine),
                ("k-fac", InfluenceMethod.KFac),
                ("ek-fac", InfluenceMethod.EkFac),
                ("cg", InfluenceMethod.Cg),
            }
        )
            figures["rho/" + name] = RankCorrelation.Spearman(
                GradientInfluence.Products(
                    classifier.Parameters,
                    left,
                    curvature.Solve(method, gradient, _trial.Cancellation),
                    method == InfluenceMethod.Cosine,
                    _trial.Cancellation
                ),
                change
            );
    }

    // From the same weights by the same steps, so that nothing but the row differs.
    private Mlp Train(int without)
    {
        Mlp model = new(_trial.Random.Child("perceptron"), _features.Columns, 16, Classes);
        int[] rows = [.. Enumerable.Range(0, _labels.Length).Where(row => row != without)],
            labels = [.. rows.Select(row => _labels[row])];
        using TensorScope whole = new();
        Tensor x = Of(_features, rows);
        Optimiser optimiser = new(model.TrainableParameters(), new Sgd(0.9));
        for (int step = 0; step < _steps; step++)
        {
            _trial.Cancellation.ThrowIfCancellationRequested();
            using TensorScope scope = new();
            Tensor loss = Functional.CrossEntropy(model.Forward(x), labels);
            foreach (Linear layer in model.Layers)
                loss += layer.Weight.Square().Sum() * (Decay / 2);
            loss.Backward();
            optimiser.Step(0.1);
            optimiser.ZeroGrad();
        }
        return model;
    }

    private double Loss(Mlp model)
    {
        using var noGrad = Tensor.NoGrad();
        using TensorScope scope = new();
        double sum = 0;
        foreach (
            float loss in Functional
                .CrossEntropyRows(model.Forward(Of(_target, [.. Enumerable.Range(0, _target.Rows)])), _targetLabels)
                .Data
        )
            sum += loss;
        return sum / _target.Rows;
    }

    private static Tensor Of(Matrix x, int[] rows) => Tensor.Of(x.Take(rows).Values, rows.Length, x.Columns);

    /// <summary>Pixels from 0 to 1, and digits.</summary>
    internal static (Matrix, int[]) Read(string path)
    {
        using FileStream packed = File.OpenRead(path);
        using GZipStream bytes = new(packed, CompressionMode.Decompress);
        using StreamReader reader = new(bytes);
        List<float> pixels = [];
        List<int> labels = [];
        while (reader.ReadLine() is { } line)
        {
            string[] cells = line.Split(',');
            pixels.AddRange(cells[..^1].Select(cell => float.Parse(cell, CultureInfo.InvariantCulture) / 16));
            labels.Add(int.Parse(cells[^1], CultureInfo.InvariantCulture));
        }
        return (new([.. pixels], pixels.Count / labels.Count), [.. labels]);
    }
}
