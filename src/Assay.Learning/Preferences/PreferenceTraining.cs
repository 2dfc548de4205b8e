using Assay.Numerics;

namespace Assay.Learning;

/// <summary>How long and how fast a policy is trained on pairs.</summary>
public sealed record PreferenceTrainingOptions
{
    /// <summary>Pairs of a step, at least 1; losses that look at the whole batch need more.</summary>
    public int Batch { get; init; } = 32;

    /// <summary>How often the pairs are gone through; a fraction stops within them. Above 0.</summary>
    public double Epochs { get; init; } = 1;

    /// <summary>The highest learning rate, above 0.</summary>
    public double LearningRate { get; init; } = 3e-4;

    /// <summary>How the rate goes on after the warm-up.</summary>
    public ScheduleShape Schedule { get; init; } = ScheduleShape.Linear;

    /// <summary>Share of the steps over which the rate rises, from 0 to 1.</summary>
    public double WarmUp { get; init; } = 0.1;

    /// <summary>The norm that gradients are clipped to; 0 for no clipping.</summary>
    public double ClipNorm { get; init; } = 1;

    /// <summary>Weights by the policy's own confidence (WPO), or none.</summary>
    public PairWeighting Weighting { get; init; } = PairWeighting.None;
}

/// <summary>Weights of pairs by how likely the policy itself is to write them (WPO, arXiv 2406.11827); constants of a step.</summary>
public enum PairWeighting
{
    /// <summary>All pairs count alike.</summary>
    None,

    /// <summary>min(1, exp(c(chosen) + c(rejected))), c the mean over tokens of ln p(token) - ln sum of p^2: WPO's own code.</summary>
    Wpo,
}

/// <summary>Trains a policy on preference pairs with any loss of <see cref="PreferenceObjective"/>.</summary>
/// <remarks>
/// AdamW with 0.9, 0.999 and no weight decay. The reference is only its log-probabilities, computed once. A batch depends on its number alone, so a
/// run that was killed goes on from its newest checkpoint to the same bits.
/// <code>
/// PairProbabilities reference = PairProbabilities.Of(policy, pairs);
/// PreferenceTraining training = new(policy, pairs, reference, new() { Beta = 0.1 }, new() { LearningRate = 3e-4 }, random);
/// PreferenceTrace trace = training.Run();
/// </code>
/// </remarks>
public sealed class PreferenceTraining
{
    private readonly Transformer _policy;
    private readonly IReadOnlyList<TokenPair> _pairs;
    private readonly PairProbabilities _reference;
    private readonly PreferenceTrainingOptions _options;
    private readonly PreferenceLossOptions _loss;
    private readonly RandomStream _random;
    private readonly PairProbabilities? _mismatchedReference;
    private readonly TokenPair[] _mismatched = [];

    /// <summary>Prepares a training.</summary>
    /// <param name="policy">Is trained in place.</param>
    /// <param name="pairs">At least one; pairs without one of their completions only for losses that take single labels.</param>
    /// <param name="reference">The reference's log-probabilities of the pairs, as <see cref="PairProbabilities.Of"/> gives them with the loss's tail.</param>
    /// <param name="loss">The loss.</param>
    /// <param name="options">How long and how fast.</param>
    /// <param name="random">Names the order of the pairs.</param>
    /// <exception cref="ArgumentException">Numbers and pairs do not fit, or the loss does not fit the pairs.</exception>
    public PreferenceTraining(
        Transformer policy,
        IReadOnlyList<TokenPair> pairs,
        PairProbabilities reference,
        PreferenceLossOptions loss,
        PreferenceTrainingOptions options,
        RandomStream random
    )
    {
        if (pairs.Count == 0 || reference.Chosen.Length != pairs.Count || reference.Rejected.Length != pairs.Count)
            throw new ArgumentException(
                $"There are {pairs.Count} pairs, and reference log-probabilities of {reference.Chosen.Length}."
            );
        (_policy, _pairs, _reference, _options, _loss, _random) = (policy, pairs, reference, options, loss, random);
        PreferenceLoss table = new(loss);
        if (!table.TakesSingles && pairs.Any(pair => pair.Chosen.Length == 0 || pair.Rejected.Length == 0))
            throw new ArgumentException($"{loss.Loss} compares two completions, and some rows have one.");
        if (!table.NeedsMismatched)
            return;
        // As in KTO's code: the completion of the next row behind this row's prompt.
        _mismatched =
        [
            .. pairs.Select((pair, i) => new TokenPair(pair.Prompt, CompletionOf(pairs[(i + 1) % pairs.Count]), [])),
        ];
        _mismatchedReference = PairProbabilities.Of(policy, _mismatched);
    }

    /// <summary>Factors on the losses of the pairs, constants, or null for ones.</summary>
    public IReadOnlyList<double>? Weights { get; init; }

    /// <summary>A further loss of a batch's rows (places in the pairs), added to the mean preference loss: one number with a graph.</summary>
    public Func<int[], Tensor>? Further { get; init; }

    /// <summary>Called after every step.</summary>
    public Action<TrainingStep, PreferenceStep>? Stepped { get; init; }

    /// <summary>Measures the policy on its way; null for not at all.</summary>
    public PolicyMeasure? Measure { get; init; }

    /// <summary>Where checkpoints are kept, and looked for when the run starts; null for none.</summary>
    public TrainingCheckpoints? Checkpoints { get; init; }

    /// <summary>Steps of a training over so many pairs, at least 1.</summary>
    public static long StepsOf(int pairs, PreferenceTrainingOptions options) =>
        Math.Max(1, (long)Math.Round(options.Epochs * pairs / Math.Min(options.Batch, pairs)));

    /// <summary>Trains.</summary>
    /// <exception cref="TrainingException">The loss is not finite, or the checkpoints are of another run.</exception>
    /// <exception cref="OperationCanceledException">It was asked to stop; the newest checkpoint is kept.</exception>
    public PreferenceTrace Run(CancellationToken cancellation = default)
    {
        long steps = StepsOf(_pairs.Count, _options);
        PreferenceLoss loss = new(_loss);
        Batches batches = new(_pairs.Count, Math.Min(_options.Batch, _pairs.Count), _random.Child("order"));
        RandomStream draws = _random.Child("draws");
        // What is to be known at the end goes with the checkpoints: the loss's own memory, then each step, then each measurement.
        int measuresAt = loss.Carried.Length + (int)steps * PreferenceStep.Width,
            measures = Measure is null ? 0 : (int)((steps + Measure.Every - 1) / Measure.Every);
        double[] carried = new double[measuresAt + measures * (Measure?.Width ?? 0)];
        int[] rows = new int[batches.Size];
        Trainer trainer = new(
            new()
            {
                Steps = steps,
                LearningRate = _options.LearningRate,
                Schedule = _options.Schedule,
                WarmUp = (long)(_options.WarmUp * steps),
                Floor = 0,
                ClipNorm = _options.ClipNorm,
                EvaluateEvery = Measure?.Every ?? 0,
                CheckpointEvery = Checkpoints is null ? 0 : Math.Max(10, steps / 20),
            }
        )
        {
            Carried = carried,
            Checkpoints = Checkpoints,
            Evaluate = Measure is null ? null : MeasureAt,
            Stepped = step => Stepped?.Invoke(step, StepOf(step.Step - 1)),
        };
        TrainingResult result = trainer.Run(new(_policy.TrainableParameters(), new AdamW()), Loss, cancellation);
        return new(
            result,
            [.. Enumerable.Range(0, (int)result.Steps).Select(step => StepOf(step))],
            [.. Enumerable.Range(0, measures).Select(i => Measured(i).ToArray())]
        );

        Span<double> Measured(int i) => carried.AsSpan(measuresAt + i * Measure!.Width, Measure.Width);

        double MeasureAt(long done)
        {
            double[] numbers = Measure!.Of(done);
            numbers.CopyTo(Measured((int)((done - 1) / Measure.Every)));
            return numbers[0];
        }

        PreferenceStep StepOf(long step) => PreferenceStep.Read(carried.AsSpan(At(step), PreferenceStep.Width));

        int At(long step) => loss.Carried.Length + (int)step * PreferenceStep.Width;

        Tensor Loss(long batch)
        {
            batches.Fill(batch, rows);
            carried.AsSpan(0, loss.Carried.Length).CopyTo(loss.Carried.Span);
            TokenPair[] taken = [.. rows.Select(row => _pairs[row])];
            PairTensors tensors = PairTensors.Of(_policy, taken, _loss.Tail);
            PairBatch found = BatchOf(tensors, taken);
            PairLosses losses = loss.Of(found, draws.Child(batch));
            loss.Carried.Span.CopyTo(carried);
            PreferenceStep.Of(found, loss.Beta).Write(carried.AsSpan(At(batch), PreferenceStep.Width));
            Tensor sum = PreferenceLoss.SurrogateOf(losses, tensors.Chosen, tensors.Rejected);
            return Further is null ? sum : sum + Further(rows);
        }

        PairBatch BatchOf(PairTensors tensors, TokenPair[] taken) =>
            new()
            {
                Chosen = Doubles(tensors.Chosen),
                Rejected = Doubles(tensors.Rejected),
                ReferenceChosen = [.. rows.Select(row => _reference.Chosen[row])],
                ReferenceRejected = [.. rows.Select(row => _reference.Rejected[row])],
                ChosenTokens = [.. taken.Select(pair => pair.Chosen.Length)],
                RejectedTokens = [.. taken.Select(pair => pair.Rejected.Length)],
                Weights = WeightsOf(rows, taken),
                Mismatched = MismatchedOf(rows),
            };
    }

    private static double[] Doubles(Tensor tensor)
    {
        double[] values = new double[tensor.Length];
        for (int i = 0; i < values.Length; i++)
            values[i] = tensor.Data[i];
        return values;
    }

    private static int[] CompletionOf(TokenPair pair) => pair.Chosen.Length > 0 ? pair.Chosen : pair.Rejected;

    private double[]? MismatchedOf(int[] rows)
    {
        if (_mismatchedReference is null)
            return null;
        PairProbabilities now = PairProbabilities.Of(_policy, [.. rows.Select(row => _mismatched[row])]);
        return [.. rows.Select((row, i) => now.Chosen[i] - _mismatchedReference.Chosen[row])];
    }

    private double[]? WeightsOf(int[] rows, TokenPair[] pairs)
    {
        double[]? given = Weights is null ? null : [.. rows.Select(row => Weights[row])];
        if (_options.Weighting == PairWeighting.None)
            return given;
        double[] confidence = _policy.MeanConfidences(PairTensors.BatchOf(pairs));
        return
        [
            .. pairs.Select(
                (_, i) =>
                    Math.Min(1, Math.Exp(confidence[i] + confidence[pairs.Length + i])) * (given is null ? 1 : given[i])
            ),
        ];
    }
}

/// <summary>What a step of <see cref="PreferenceTraining"/> saw in its batch, before it moved.</summary>
/// <param name="ChosenReward">Mean of beta times the log-ratio of chosen completions.</param>
/// <param name="RejectedReward">The same of rejected ones.</param>
/// <param name="Accuracy">Share of pairs whose chosen reward is the higher one (reward accuracy); equal ones count half.</param>
/// <param name="RankingAccuracy">Share of pairs whose chosen completion is at least as likely under the policy.</param>
/// <param name="ChosenDrift">Mean log-ratio of chosen completions: how far they have become more likely, in nats.</param>
/// <param name="RejectedDrift">The same of rejected ones.</param>
public readonly record struct PreferenceStep(
    double ChosenReward,
    double RejectedReward,
    double Accuracy,
    double RankingAccuracy,
    double ChosenDrift,
    double RejectedDrift
)
{
    internal const int Width = 6;

    /// <summary>The difference of the mean rewards.</summary>
    public double Margin => ChosenReward - RejectedReward;

    /// <summary>Of a batch.</summary>
    /// <param name="batch">The batch; the accuracies are of the rows with two completions, 0 without any.</param>
    /// <param name="beta">The loss's temperature.</param>
    public static PreferenceStep Of(PairBatch batch, double beta)
    {
        int[] rows = [.. Enumerable.Range(0, batch.Count)];
        int[] chosen = [.. rows.Where(row => batch.ChosenTokens[row] > 0)],
            rejected = [.. rows.Where(row => batch.RejectedTokens[row] > 0)],
            both = [.. chosen.Where(row => batch.RejectedTokens[row] > 0)];
        double up = Mean(chosen, batch.ChosenRatio),
            down = Mean(rejected, batch.RejectedRatio);
        return new(
            beta * up,
            beta * down,
            Mean(both, row => 0.5 + 0.5 * Math.Sign(batch.Margin(row))),
            Mean(both, row => batch.Chosen[row] >= batch.Rejected[row] ? 1 : 0),
            up,
            down
        );

        static double Mean(int[] of, Func<int, double> number) => of.Length == 0 ? 0 : of.Sum(number) / of.Length;
    }

    internal void Write(Span<double> to) =>
        (to[0], to[1], to[2], to[3], to[4], to[5]) = (
            ChosenReward,
            RejectedReward,
            Accuracy,
            RankingAccuracy,
            ChosenDrift,
            RejectedDrift
        );

    internal static PreferenceStep Read(ReadOnlySpan<double> from) =>
        new(from[0], from[1], from[2], from[3], from[4], from[5]);
}

/// <summary>What a training on pairs came to.</summary>
/// <param name="Result">Losses and evaluations.</param>
/// <param name="Steps">What each step saw.</param>
/// <param name="Measures">The numbers of each measurement, at the steps of the result's evaluations.</param>
public sealed record PreferenceTrace(
    TrainingResult Result,
    IReadOnlyList<PreferenceStep> Steps,
    IReadOnlyList<double[]> Measures
);

/// <summary>How a policy is measured while it is trained.</summary>
/// <param name="Every">After so many steps, and after the last.</param>
/// <param name="Width">How many numbers.</param>
/// <param name="Of">Gets the steps done; the first number is a loss, lower is better.</param>
public sealed record PolicyMeasure(long Every, int Width, Func<long, double[]> Of);
