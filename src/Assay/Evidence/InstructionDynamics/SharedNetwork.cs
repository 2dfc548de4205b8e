using Assay.Data;
using Assay.Features;
using Assay.Learning;
using Assay.Numerics;

namespace Assay.Evidence;

/// <summary>One network for all tasks, which is told the task of each row.</summary>
internal sealed class SharedNetwork
{
    private readonly SentenceTasks _tasks;
    private readonly Matrix _train,
        _test;
    private readonly int[] _trainLabels,
        _testLabels;
    private readonly HashSet<int>[] _classesOf;
    private readonly int _classes;

    /// <summary>Makes the vectors: 64 directions of weighed n-grams, learned from all rows to train on without their labels, and the task.</summary>
    public SharedNetwork(SentenceTasks tasks, Work work)
    {
        _tasks = tasks;
        View train = tasks.ViewOf("train", tasks.Train),
            test = tasks.ViewOf("test", tasks.Test);
        RowEmbedding space = RowEmbedding.Fit(new(), work, train);
        _train = WithTask(space.Apply(train, work, "train"), tasks.Train);
        _test = WithTask(space.Apply(test, work, "test"), tasks.Test);
        string[] classes =
        [
            .. Classes(tasks.Train).Concat(Classes(tasks.Test)).Distinct().Order(StringComparer.Ordinal),
        ];
        _trainLabels =
        [
            .. Classes(tasks.Train).Select(name => Array.BinarySearch(classes, name, StringComparer.Ordinal)),
        ];
        _testLabels =
        [
            .. Classes(tasks.Test).Select(name => Array.BinarySearch(classes, name, StringComparer.Ordinal)),
        ];
        _classes = classes.Length;
        _classesOf =
        [
            .. tasks.Names.Select(task =>
                classes.Index().Where(of => of.Item.StartsWith(task + ":")).Select(of => of.Index).ToHashSet()
            ),
        ];
    }

    /// <summary>The mean accuracy over tasks after training on some rows of each.</summary>
    public double Accuracy(int[][] taken, RandomStream random, CancellationToken cancellation)
    {
        int start = 0;
        List<int> rows = [];
        foreach ((int task, int[] own) in taken.Index())
        {
            rows.AddRange(own.Select(row => start + row));
            start += _tasks.Train[task].Length;
        }
        // As many updates for each arm: all arms have as many rows.
        IClassifier model = new NetworkClassifier(
            new()
            {
                Hidden = [64],
                Epochs = 30,
                Batch = 32,
            }
        )
        {
            Cancellation = cancellation,
        }.Fit(new(_train.Take([.. rows]), [.. rows.Select(row => _trainLabels[row])], _classes), random);
        double[] probabilities = model.Probabilities(_test);
        double sum = 0;
        int first = 0;
        foreach ((int task, SentenceTasks.Row[] own) in _tasks.Test.Index())
        {
            int right = 0;
            for (int row = first; row < first + own.Length; row++)
            {
                int at = row * _classes;
                right += _classesOf[task].MaxBy(label => probabilities[at + label]) == _testLabels[row] ? 1 : 0;
            }
            sum += (double)right / own.Length;
            first += own.Length;
        }
        return sum / _tasks.Names.Count;
    }

    private IEnumerable<string> Classes(SentenceTasks.Row[][] rows) =>
        rows.SelectMany((own, task) => own.Select(row => $"{_tasks.Names[task]}:{row.Label}"));

    private static Matrix WithTask(Matrix vectors, SentenceTasks.Row[][] rows)
    {
        int columns = vectors.Columns + rows.Length,
            at = 0;
        float[] values = new float[vectors.Rows * columns];
        foreach ((int task, SentenceTasks.Row[] own) in rows.Index())
        foreach (SentenceTasks.Row _ in own)
        {
            vectors.Row(at).CopyTo(values.AsSpan(at * columns));
            values[at * columns + vectors.Columns + task] = 1;
            at++;
        }
        return new(values, columns);
    }
}
