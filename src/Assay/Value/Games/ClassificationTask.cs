using Assay.Data;
using Assay.Learning;
using Assay.Numerics;

namespace Assay.Value;

/// <summary>A classifier, measured on labelled test rows.</summary>
internal sealed class ClassificationTask : ITask
{
    private const int Permutations = 1000,
        PermutedModels = 100,
        MostGrowingColumns = 512; // the factor of the Hessian has as many squared
    private readonly ClassificationData _data;
    private readonly Matrix _test;
    private readonly int[] _truth;
    private readonly IClassifierLearner _learner;
    private readonly WorthMetric _metric;
    private readonly RandomStream _random;
    private readonly int _needed;

    /// <summary>Takes the parts.</summary>
    /// <exception cref="AssayException">The metric does not suit.</exception>
    public ClassificationTask(
        ClassificationData data,
        Matrix test,
        int[] truth,
        IClassifierLearner learner,
        WorthMetric metric,
        RandomStream random
    )
    {
        (_data, _test, _truth, _learner, _random) = (data, test, truth, learner, random);
        _metric = metric == WorthMetric.Auto ? WorthMetric.Accuracy : metric;
        if (_metric is WorthMetric.R2 or WorthMetric.SquaredError)
            throw new AssayException(
                $"the metric {_metric} is one of numbers, and the label is a class",
                hint: "Choose another metric, or 'task: regression'."
            );
        if (_metric == WorthMetric.Auc && truth.Distinct().Count() < 2)
            throw new AssayException("all test rows have the same class, so there is no area under the ROC curve");
        // A class that only one of both sets has can never be complete.
        _needed = Math.Max(2, Math.Min(data.Labels.Distinct().Count(), truth.Distinct().Count()));
    }

    public int Rows => _data.Rows;

    public int TestRows => _truth.Length;

    public bool CanTrain(ReadOnlySpan<int> rows)
    {
        if (rows.Length < _needed)
            return false;
        Span<bool> seen = _data.Classes <= 256 ? stackalloc bool[_data.Classes] : new bool[_data.Classes];
        int distinct = 0;
        foreach (int row in rows)
        {
            ref bool own = ref seen[_data.Labels[row]];
            distinct += own ? 0 : 1;
            own = true;
            if (distinct == _needed)
                return true;
        }
        return false;
    }

    public double[] Predict(ReadOnlySpan<int> rows, ref object? model)
    {
        ClassificationData data = _data.Take(rows);
        IClassifier fitted = _learner is LogisticRegression logistic
            ? logistic.Fit(data, model as LogisticModel)
            : _learner.Fit(data, _random.Child("model"));
        model = fitted;
        return fitted.Probabilities(_test);
    }

    public IGrowingModel? Grow() =>
        _learner is LogisticRegression && _data is { Classes: 2, Features.Columns: <= MostGrowingColumns }
            ? new GrowingScore(this)
            : null;

    public double Score(double[] predictions, ReadOnlySpan<int> sample)
    {
        int classes = _data.Classes;
        int[] truth = new int[sample.Length];
        double[] own = new double[sample.Length * classes];
        for (int i = 0; i < truth.Length; i++)
        {
            truth[i] = _truth[sample[i]];
            predictions.AsSpan(sample[i] * classes, classes).CopyTo(own.AsSpan(i * classes));
        }
        return _metric switch
        {
            WorthMetric.Accuracy => ClassificationMetrics.Accuracy(truth, ClassScores.Best(own, classes)),
            WorthMetric.BalancedAccuracy => ClassificationMetrics.BalancedAccuracy(
                truth,
                ClassScores.Best(own, classes),
                classes
            ),
            WorthMetric.F1 => F1(truth, ClassScores.Best(own, classes)),
            WorthMetric.Auc => Auc(own, truth, classes),
            _ => -ProbabilityMetrics.LogLoss(own, truth, classes),
        };
    }

    public double Untrained(RandomStream random) =>
        _metric switch
        {
            WorthMetric.Accuracy => _truth.CountBy(label => label).Max(pair => pair.Value) / (double)_truth.Length,
            WorthMetric.Auc => 0.5,
            WorthMetric.F1 => PermutedF1(random),
            _ => PermutedScore(random),
        };

    private double F1(int[] truth, int[] predicted) =>
        _data.Classes == 2
            ? ClassificationMetrics.Binary(truth, predicted).F1
            : ClassificationMetrics.Macro(truth, predicted, _data.Classes).F1;

    // Over the classes that the sample has, and has not only.
    private static double Auc(double[] probabilities, int[] truth, int classes)
    {
        double sum = 0;
        int count = 0;
        double[] scores = new double[truth.Length];
        int[] isOwn = new int[truth.Length];
        for (int k = 0; k < classes; k++)
        {
            int own = 0;
            for (int i = 0; i < scores.Length; i++)
            {
                scores[i] = probabilities[i * classes + k];
                own += isOwn[i] = truth[i] == k ? 1 : 0;
            }
            if (own == 0 || own == truth.Length)
                continue;
            sum += RankingMetrics.RocAuc(scores, isOwn);
            count++;
        }
        return sum / count;
    }

    /// <summary>Logistic regression of two classes that takes rows in one by one.</summary>
    private sealed class GrowingScore(ClassificationTask task) : IGrowingModel
    {
        private readonly GrowingLogistic _model = new(task._data, new());
        private readonly double[] _logits = new double[task.TestRows];
        private readonly int[] _all = [.. Enumerable.Range(0, task.TestRows)];

        public void Add(int row) => _model.Add(row);

        public double Score()
        {
            _model.Logits(task._test, _logits);
            if (task._metric == WorthMetric.Accuracy)
            {
                int right = 0;
                for (int i = 0; i < _logits.Length; i++)
                    right += (_logits[i] > 0 ? 1 : 0) == task._truth[i] ? 1 : 0;
                return right / (double)_logits.Length;
            }
            double[] probabilities = new double[2 * _logits.Length];
            for (int i = 0; i < _logits.Length; i++)
            {
                probabilities[2 * i] = Logistic.Sigmoid(-_logits[i]);
                probabilities[2 * i + 1] = Logistic.Sigmoid(_logits[i]);
            }
            return task.Score(probabilities, _all);
        }
    }

    private double PermutedF1(RandomStream random)
    {
        double sum = 0;
        int[] guess = [.. _truth];
        for (int i = 0; i < Permutations; i++)
        {
            random.Child(i).Shuffle(guess.AsSpan());
            sum += F1(_truth, guess);
        }
        return sum / Permutations;
    }

    private double PermutedScore(RandomStream random)
    {
        int[] all = [.. Enumerable.Range(0, TestRows)];
        double[] scores = new double[PermutedModels];
        Workers.For(
            scores.Length,
            i =>
            {
                int[] labels = [.. _data.Labels];
                random.Child(i).Shuffle(labels.AsSpan());
                IClassifier model = _learner.Fit(new(_data.Features, labels, _data.Classes), _random.Child("model"));
                scores[i] = Score(model.Probabilities(_test), all);
            }
        );
        return scores.Average();
    }
}
