using System.Runtime.InteropServices;
using Assay.Data;
using Assay.Learning;
using Assay.Numerics;

namespace Assay.Value;

/// <summary>Players are sources of rows; a set is worth the test score of a model trained on its rows.</summary>
/// <remarks>
/// A set that lacks a class (of those that both training and test rows have) is worth the untrained score. Logistic regression
/// goes on from the model of the set before; its optimum is the same to 1e-6, so a test row on the very border may be decided
/// otherwise. All other models are trained from scratch.
/// </remarks>
internal sealed class TrainingGame : IGame
{
    private const int Resamples = 100;
    private readonly ITask _task;
    private readonly int[][] _sources;
    private readonly int[] _test;
    private readonly RandomStream _random;
    private readonly Lazy<double> _untrained;
    private object? _model; // of all rows

    public TrainingGame(ITask task, int[][] sources, RandomStream random)
    {
        (_task, _sources, _random) = (task, sources, random);
        _test = [.. Enumerable.Range(0, task.TestRows)];
        _untrained = new(() => task.Untrained(random.Child("untrained")));
    }

    /// <summary>The game that options describe, and its table.</summary>
    public static (TrainingGame Game, ValuedTable Table, int[][] Sources) Of(
        LearnerGameOptions options,
        View view,
        Work work
    )
    {
        ValuedTable table = ValuedTable.Read(options, view, work.Dataset(options.Test), options.Source, work);
        int[][] sources = table.Sources(options.Source, work.Cancellation);
        return (Of(options, table, sources, work), table, sources);
    }

    /// <summary>The game that those sources of a table play.</summary>
    public static TrainingGame Of(LearnerGameOptions options, ValuedTable table, int[][] sources, Work work)
    {
        RandomStream models = work.Random.Child("models");
        ITask task =
            options.Task == LabelKind.Classification
                ? new ClassificationTask(
                    new(table.Features, table.Labels, table.Classes),
                    table.TestFeatures!,
                    table.TestLabels,
                    Learners.Classifier(options.Model, work.Cancellation),
                    options.Metric,
                    models
                )
                : new RegressionTask(
                    new(table.Features, table.Targets),
                    table.TestFeatures!,
                    table.TestTargets,
                    Learners.Regressor(options.Model),
                    options.Metric,
                    models
                );
        return new(task, sources, work.Random.Child("game"));
    }

    public int Players => _sources.Length;

    public double Untrained => _untrained.Value;

    public double Worth(ReadOnlySpan<int> players)
    {
        List<int> rows = [];
        foreach (int player in players)
            rows.AddRange(_sources[player]);
        rows.Sort();
        ReadOnlySpan<int> sorted = CollectionsMarshal.AsSpan(rows);
        object? model = _model;
        return _task.CanTrain(sorted) ? _task.Score(_task.Predict(sorted, ref model), _test) : Untrained;
    }

    public FullWorth Full()
    {
        int[] rows = [.. _sources.SelectMany(source => source).Order()];
        if (!_task.CanTrain(rows))
            return new(Untrained, 0);
        double[] predictions = _task.Predict(rows, ref _model);
        RandomStream random = _random.Child("resamples");
        Moments moments = new();
        int[] sample = new int[_test.Length];
        for (int i = 0; i < Resamples; i++)
        {
            for (int j = 0; j < sample.Length; j++)
                sample[j] = random.NextInt32(sample.Length);
            double score = _task.Score(predictions, sample);
            if (!double.IsNaN(score))
                moments.Add(score);
        }
        return new(moments.Mean, moments.StandardDeviation ?? 0);
    }

    public ICoalition Grow() => new Coalition(this);

    private sealed class Coalition(TrainingGame game) : ICoalition
    {
        private readonly List<int> _rows = [];
        private readonly IGrowingModel? _growing = game._task.Grow();
        private object? _model;
        private bool _canTrain;

        public int Trainings { get; private set; }

        public double Add(int player)
        {
            foreach (int row in game._sources[player])
            {
                _rows.Insert(~_rows.BinarySearch(row), row);
                _growing?.Add(row);
            }
            ReadOnlySpan<int> rows = CollectionsMarshal.AsSpan(_rows);
            _canTrain = _canTrain || game._task.CanTrain(rows);
            if (!_canTrain)
                return game.Untrained;
            Trainings++;
            if (_growing is not null)
                return _growing.Score();
            return game._task.Score(game._task.Predict(rows, ref _model), game._test);
        }
    }
}
