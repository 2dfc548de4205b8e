using Assay.Data;
using Assay.Learning;
using Assay.Numerics;

namespace Assay.Value;

/// <summary>G-Shapley: a set that grows is worth the test accuracy after a step of gradient descent for each player, in their order.</summary>
/// <remarks>
/// Softmax regression from weights of 0; a source is a batch. The learning rate is the one of 10^-1, 10^-1.5, ... 10^-4.5 with the
/// highest mean minus deviation of the accuracy after 10 passes in random order. Only growing sets have a worth: it depends on the
/// order.
/// </remarks>
internal sealed class GradientGame : IGame
{
    private const int Trials = 10;
    private readonly ValuedTable _table;
    private readonly int[][] _sources;
    private readonly double _rate;

    private GradientGame(ValuedTable table, int[][] sources, double rate) =>
        (_table, _sources, _rate) = (table, sources, rate);

    /// <summary>The game, with the learning rate that serves it best.</summary>
    /// <exception cref="AssayException">The options ask for what it does not do.</exception>
    public static GradientGame Of(PermutationOptions options, ValuedTable table, int[][] sources, Work work)
    {
        if (
            options.Task != LabelKind.Classification
            || options.Model is not ("auto" or "logistic")
            || options.Metric is not (WorthMetric.Auto or WorthMetric.Accuracy)
        )
            throw new AssayException(
                "the gradient estimator does logistic regression measured by accuracy only",
                hint: "Leave 'task', 'model' and 'metric' out, or take 'estimator: tmc'."
            );
        RandomStream random = work.Random.Child("learning-rate");
        double best = double.NegativeInfinity,
            chosen = 0;
        for (int i = 0; i < 8; i++)
        {
            double rate = Math.Pow(10, -1 - i / 2.0);
            Moments scores = new();
            double[] found = new double[Trials];
            using Workers.LimitScope limit = Workers.Limit(Math.Min(256, work.Threads));
            Workers.For(
                Trials,
                trial =>
                {
                    ICoalition coalition = new GradientGame(table, sources, rate).Grow();
                    int[] order = [.. Enumerable.Range(0, sources.Length)];
                    random.Child(trial).Shuffle(order.AsSpan());
                    foreach (int player in order)
                        found[trial] = coalition.Add(player);
                }
            );
            foreach (double score in found)
                scores.Add(score);
            double worth = scores.Mean - scores.StandardDeviation!.Value;
            if (worth > best)
                (best, chosen) = (worth, rate);
        }
        return new(table, sources, chosen);
    }

    /// <summary>The learning rate.</summary>
    public double Rate => _rate;

    public int Players => _sources.Length;

    public double Untrained => 0; // the first player of a permutation counts 0, so it is never looked at

    public double Worth(ReadOnlySpan<int> players)
    {
        ICoalition coalition = Grow();
        double worth = Untrained;
        foreach (int player in players)
            worth = coalition.Add(player);
        return worth;
    }

    public FullWorth Full() => default;

    public ICoalition Grow() => new Descent(this);

    private sealed class Descent(GradientGame game) : ICoalition
    {
        private readonly int _classes = game._table.Classes;
        private readonly double[] _weights = new double[game._table.Classes * (game._table.Features.Columns + 1)];

        public int Trainings => 0;

        public double Add(int player)
        {
            Matrix features = game._table.Features;
            int d = features.Columns;
            int[] rows = game._sources[player];
            double[] probabilities = new double[rows.Length * _classes];
            for (int i = 0; i < rows.Length; i++)
                Logits(features.Row(rows[i]), probabilities.AsSpan(i * _classes, _classes));
            ClassScores.Softmax(probabilities, _classes);
            double step = game._rate / rows.Length;
            for (int i = 0; i < rows.Length; i++)
            for (int k = 0; k < _classes; k++)
            {
                double error = probabilities[i * _classes + k] - (game._table.Labels[rows[i]] == k ? 1 : 0);
                Span<double> own = _weights.AsSpan(k * (d + 1), d + 1);
                ReadOnlySpan<float> row = features.Row(rows[i]);
                for (int j = 0; j < d; j++)
                    own[j] -= step * error * row[j];
                own[d] -= step * error;
            }
            return Accuracy();
        }

        private double Accuracy()
        {
            Matrix test = game._table.TestFeatures!;
            int right = 0;
            Span<double> logits = new double[_classes];
            for (int i = 0; i < test.Rows; i++)
            {
                Logits(test.Row(i), logits);
                right += ClassScores.Best(logits, _classes)[0] == game._table.TestLabels[i] ? 1 : 0;
            }
            return right / (double)test.Rows;
        }

        private void Logits(ReadOnlySpan<float> row, Span<double> logits)
        {
            for (int k = 0; k < _classes; k++)
            {
                ReadOnlySpan<double> own = _weights.AsSpan(k * (row.Length + 1), row.Length + 1);
                double sum = own[row.Length];
                for (int j = 0; j < row.Length; j++)
                    sum += own[j] * row[j];
                logits[k] = sum;
            }
        }
    }
}
