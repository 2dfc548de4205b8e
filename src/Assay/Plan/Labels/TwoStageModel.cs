using Assay.Learning;
using Assay.Numerics;

namespace Assay.Plan.Labels;

/// <summary>How a stage of training goes.</summary>
public sealed record StageOptions
{
    /// <summary>Steps of a stage at most; a stage of few rows makes at most ten a row.</summary>
    public int Steps { get; init; } = 400;

    /// <summary>Rows of a step.</summary>
    public int Batch { get; init; } = 32;

    /// <summary>The highest learning rate, reached behind a tenth of the steps; it falls to 0 by a cosine.</summary>
    public double Rate { get; init; } = 0.02;

    /// <summary>Weight decay, decoupled from the gradient.</summary>
    public double Decay { get; init; } = 0.01;

    /// <summary>Share of a stage's rows to choose the best step by (area under the ROC curve); 0 keeps the last.</summary>
    public double Validation { get; init; }

    /// <summary>Whether cheap labels are trained on by <see cref="LogConfidence"/>.</summary>
    public bool LogConfidence { get; init; }
}

/// <summary>A linear classifier on features that a stronger model has made, trained on cheap labels first and on dear ones then.</summary>
/// <remarks>
/// Source: arXiv 2410.13215, sequential fine-tuning. There the features are those of a language model that is trained along; here they stand still, and
/// the optimiser (AdamW, 0.9 and 0.95) starts anew for each stage as there.
/// </remarks>
public sealed class TwoStageModel
{
    private const int RowsPerStepLimit = 10,
        Patience = 4;
    private const double LeastGain = 0.01;
    private readonly double[] _weights; // the intercept stands last

    /// <summary>A model that has learned nothing.</summary>
    /// <param name="features">Numbers of a row.</param>
    public TwoStageModel(int features) => _weights = new double[features + 1];

    /// <summary>The log-odds of the positive class.</summary>
    public double LogOdds(ReadOnlySpan<float> row)
    {
        double sum = _weights[^1];
        for (int j = 0; j < row.Length; j++)
            sum += _weights[j] * row[j];
        return sum;
    }

    /// <summary>Probabilities of the positive class.</summary>
    public double[] Probabilities(Matrix rows, IEnumerable<int> which) =>
        [.. which.Select(row => 1 / (1 + Math.Exp(-LogOdds(rows.Row(row)))))];

    /// <summary>Trains on some rows, from where the model stands.</summary>
    /// <param name="rows">The features.</param>
    /// <param name="which">Which rows; may be none.</param>
    /// <param name="labels">The probability of the positive class of each of these.</param>
    /// <param name="options">How.</param>
    /// <param name="random">Orders.</param>
    public void Train(Matrix rows, int[] which, double[] labels, StageOptions options, RandomStream random)
    {
        if (which.Length == 0)
            return;
        int held =
            options.Validation > 0 && which.Length > 2 ? Math.Max((int)(options.Validation * which.Length), 2) : 0;
        if (held >= which.Length)
            held = 0;
        int[] order = [.. Enumerable.Range(held, which.Length - held)];
        int steps = Math.Min(options.Steps, RowsPerStepLimit * order.Length),
            batch = Math.Min(options.Batch, order.Length),
            every = Math.Max(1, Math.Min(50, order.Length / batch));
        double[] first = new double[_weights.Length],
            second = new double[_weights.Length],
            gradient = new double[_weights.Length],
            best = [.. _weights];
        double bestScore = double.NegativeInfinity;
        int at = order.Length,
            stale = 0;
        for (int step = 0; step < steps; step++)
        {
            double[] odds = new double[batch],
                targets = new double[batch];
            int[] taken = new int[batch];
            for (int b = 0; b < batch; b++)
            {
                if (at == order.Length)
                {
                    random.Shuffle<int>(order);
                    at = 0;
                }
                int i = order[at++];
                (taken[b], targets[b], odds[b]) = (which[i], labels[i], LogOdds(rows.Row(which[i])));
            }
            if (options.LogConfidence)
                targets = Labels.LogConfidence.Targets(odds, targets, step);
            Array.Clear(gradient);
            for (int b = 0; b < batch; b++)
            {
                double error = (1 / (1 + Math.Exp(-odds[b])) - targets[b]) / batch;
                ReadOnlySpan<float> row = rows.Row(taken[b]);
                for (int j = 0; j < row.Length; j++)
                    gradient[j] += error * row[j];
                gradient[^1] += error;
            }
            Step(gradient, first, second, step, steps, options);
            if (held > 0 && ((step + 1) % every == 0 || step + 1 == steps))
            {
                double score = Score(rows, which, labels, held);
                if (score > bestScore)
                    _weights.CopyTo(best, 0);
                stale = score > bestScore + LeastGain ? 0 : stale + 1;
                bestScore = Math.Max(bestScore, score);
                if (stale >= Patience)
                    break;
            }
        }
        if (held > 0)
            best.CopyTo(_weights, 0);
    }

    private void Step(double[] gradient, double[] first, double[] second, int step, int steps, StageOptions options)
    {
        const double beta1 = 0.9,
            beta2 = 0.95;
        double warm = Math.Max(1, steps / 10.0),
            rate =
                options.Rate
                * (
                    step < warm
                        ? (step + 1) / warm
                        : (1 + Math.Cos(Math.PI * (step - warm) / Math.Max(1, steps - warm))) / 2
                );
        double correct1 = 1 - Math.Pow(beta1, step + 1),
            correct2 = 1 - Math.Pow(beta2, step + 1);
        for (int j = 0; j < _weights.Length; j++)
        {
            first[j] = beta1 * first[j] + (1 - beta1) * gradient[j];
            second[j] = beta2 * second[j] + (1 - beta2) * gradient[j] * gradient[j];
            if (j < _weights.Length - 1)
                _weights[j] *= 1 - rate * options.Decay;
            _weights[j] -= rate * (first[j] / correct1) / (Math.Sqrt(second[j] / correct2) + 1e-8);
        }
    }

    // The area under the ROC curve of the held rows; where they are of one class, minus their loss.
    private double Score(Matrix rows, int[] which, double[] labels, int held)
    {
        double[] odds = [.. which.Take(held).Select(row => LogOdds(rows.Row(row)))];
        int[] hard = [.. labels.Take(held).Select(label => label >= 0.5 ? 1 : 0)];
        return hard.Distinct().Count() == 2
            ? RankingMetrics.RocAuc(odds, hard)
            : -Labels.LogConfidence.Loss(odds, [.. labels.Take(held)]);
    }
}
