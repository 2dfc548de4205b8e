using Assay.Data;
using Assay.Numerics;

namespace Assay.Value;

/// <summary>G-Shapley: a set that grows is worth the test accuracy after a step of gradient descent for each player, in their order.</summary>
/// <remarks>
/// Softmax regression from weights of 0, or a perceptron, always from the same random weights; a source is a batch. The learning rate is
/// the one of 10^-1, 10^-1.5, ... 10^-4.5 with the highest mean minus deviation of the accuracy after 10 passes in random order. Only
/// growing sets have a worth: it depends on the order.
/// </remarks>
internal sealed class GradientGame : IGame
{
    private const int Trials = 10;
    private readonly ValuedTable _table;
    private readonly int[][] _sources;
    private readonly RandomStream? _weights; // of a perceptron
    private readonly double _rate;

    private GradientGame(ValuedTable table, int[][] sources, RandomStream? weights, double rate) =>
        (_table, _sources, _weights, _rate) = (table, sources, weights, rate);

    /// <summary>The game, with the learning rate that serves it best.</summary>
    /// <exception cref="AssayException">The options ask for what it does not do.</exception>
    public static GradientGame Of(PermutationOptions options, ValuedTable table, int[][] sources, Work work)
    {
        if (
            options.Task != LabelKind.Classification
            || options.Model is not ("auto" or "logistic" or "mlp")
            || options.Metric is not (WorthMetric.Auto or WorthMetric.Accuracy)
        )
            throw new AssayException(
                "the gradient estimator does logistic regression and perceptrons (mlp), measured by accuracy",
                hint: "Leave 'task', 'model' and 'metric' out, or take 'estimator: tmc'."
            );
        RandomStream? weights = options.Model == "mlp" ? work.Random.Child("models") : null;
        RandomStream random = work.Random.Child("learning-rate");
        double best = double.NegativeInfinity,
            chosen = 0;
        for (int i = 0; i < 8; i++)
        {
            double rate = Math.Pow(10, -1 - i / 2.0);
            Moments scores = new();
            double[] found = new double[Trials];
            GradientGame game = new(table, sources, weights, rate);
            work.Each(
                Trials,
                trial =>
                {
                    using Workers.LimitScope limit = Workers.Limit(1);
                    ICoalition coalition = game.Grow();
                    int[] order = [.. Enumerable.Range(0, sources.Length)];
                    random.Child(trial).Shuffle(order.AsSpan());
                    foreach (int player in order)
                    {
                        work.Cancellation.ThrowIfCancellationRequested();
                        found[trial] = coalition.Add(player);
                    }
                    work.Progress?.Report(new("learning rate", i * Trials + trial + 1, 8 * Trials, "passes"));
                }
            );
            foreach (double score in found)
                scores.Add(score);
            double worth = scores.Mean - scores.StandardDeviation!.Value;
            if (worth > best)
                (best, chosen) = (worth, rate);
        }
        return new(table, sources, weights, chosen);
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

    public ICoalition Grow() =>
        _weights is null
            ? new SoftmaxDescent(_table, _sources, _rate)
            : new NetworkDescent(_table, _sources, _rate, _weights);
}
