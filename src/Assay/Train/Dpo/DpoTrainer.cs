using System.Globalization;
using Assay.Data;
using Assay.Describe;
using Assay.Learning;
using Assay.Preferences;
using Assay.Studies;

namespace Assay.Train;

/// <summary>Trains a policy on preference pairs with DPO or any loss of its family.</summary>
/// <remarks>
/// Source: the losses' papers (see <see cref="PreferenceObjective"/>); training as in "Unpacking DPO and PPO", arXiv 2406.09279: AdamW without weight
/// decay, a tenth of the steps to warm up, then down to 0 in a line, log-probabilities summed over completions. The reference is the model that the
/// training starts from; its log-probabilities are computed once and kept. On the way the policy is measured on held-out pairs: reward accuracy and
/// margin, ranking accuracy, and its divergence from the reference over answers that it writes itself.
/// </remarks>
[Method("train/dpo", Paper = "dpo-vs-ppo")]
public sealed class DpoTrainer(DpoOptions options) : ITrainer
{
    private const string Name = "train/dpo";
    private const int Measurements = 8,
        MostMeasured = 400;

    /// <summary>What is learnt from the pairs beside the loss, and shares their batches; null for nothing.</summary>
    internal IPairCompanion? Companion { get; init; }

    /// <inheritdoc/>
    /// <exception cref="AssayException">The rows hold no pairs, the loss cannot use them, or the model cannot be read.</exception>
    public Trained Train(View view, View? heldOut, Work work)
    {
        PreferenceLoss loss = LossOf(options);
        PreferenceRows rows = PreferenceRows.Read(view, work.Cancellation);
        IReadOnlyList<PreferencePair> pairs = loss.TakesSingles ? rows.Pairs : rows.Both(Name);
        LanguageModel start = StartPolicy.Of(
            options.Model,
            StartPolicy.TextsOf(pairs),
            options.StartEpochs,
            options.Context,
            work
        );
        int context = Math.Min(options.Context, start.ContextLength);
        PreferenceTokens tokens = PreferenceTokens.Of(pairs, start.Tokenizer, context);
        PairProbabilities reference = StoredProbabilities.Of(
            start.Transformer,
            pairs,
            tokens.Pairs,
            work,
            options.Tail
        );
        PolicyProbe probe = ProbeOf(heldOut, pairs, start, context, work);
        double[] before = probe.Of(start.Transformer, work.Cancellation);
        Transformer policy = start.Transformer.Copy();
        double divergence = 0;
        PreferenceTrainingOptions how = new()
        {
            Batch = options.Batch,
            Epochs = options.Epochs,
            LearningRate = options.LearningRate,
            Weighting = options.Weighting,
        };
        long every = Math.Max(1, PreferenceTraining.StepsOf(pairs.Count, how) / Measurements);
        Companion?.Prepare(policy, start.Tokenizer, context, pairs, view);
        PreferenceTraining training = new(policy, tokens.Pairs, reference, options, how, work.Random.Child("training"))
        {
            Further = Companion is null ? null : Companion.Loss,
            Weights = Companion?.Weights ?? WeightsOf(view, pairs, work.Cancellation),
            Measure = new(
                every,
                PolicyProbe.Width,
                _ =>
                {
                    double[] numbers = probe.Of(policy, work.Cancellation);
                    divergence = new ProbeReading(numbers).Divergence;
                    return numbers;
                }
            ),
            Checkpoints = new TrainingCheckpoints(Path.Combine(work.Pieces.Folder, "checkpoints")),
            Stepped = (step, seen) =>
                work.Progress?.Report(new("pairs", step.Step, step.Steps, "steps", Note(seen, divergence))),
        };
        PreferenceTrace trace = training.Run(work.Cancellation);
        PairProbabilities after = PairProbabilities.Of(
            policy,
            tokens.Pairs,
            options.Tail,
            cancellation: work.Cancellation
        );
        DpoFindings findings = new()
        {
            Options = options,
            Loss = loss,
            Label = PairLabel.Of(rows, work.Random.Child("label"), work.Cancellation),
            Tokens = tokens,
            Reference = reference,
            Policy = after,
            Before = new(before),
            Trace = trace,
            Measured = probe.Count,
            OnHeldOut = heldOut is not null,
            Answers = AnswersOf(probe, start, policy, work.Cancellation),
        };
        ProbeReading last = new(trace.Measures[^1]);
        return new(
            $"{options.Model}, {policy.ParameterCount:N0} parameters",
            heldOut is null
                ? []
                :
                [
                    new("reward-accuracy", last.Accuracy),
                    new("reward-margin", last.Margin),
                    new("ranking-accuracy", last.Ranking),
                    new("divergence", last.Divergence),
                ],
            trace.Result,
            new LanguageModel(policy, start.Tokenizer).Save,
            Study: Companion is null ? findings.ToStudy() : Companion.AddTo(findings.ToStudy())
        );
    }

    private double[]? WeightsOf(View view, IReadOnlyList<PreferencePair> pairs, CancellationToken cancellation)
    {
        if (options.Weights.Length == 0)
            return null;
        StudyTable table = StudyTable.Of(view, cancellation);
        double[] numbers = table.Numbers(options.Weights);
        int wrong = Array.FindIndex(numbers, number => number < 0);
        if (wrong >= 0)
            throw table.Wrong(
                wrong,
                options.Weights,
                $"{Name}: a weight is below 0",
                "A factor on a loss is 0 or more."
            );
        Dictionary<int, double> byRow = [];
        for (int i = 0; i < numbers.Length; i++)
            byRow[view.Selection.Rows[i]] = numbers[i];
        return [.. pairs.Select(pair => byRow[pair.Row])];
    }

    private static PreferenceLoss LossOf(DpoOptions options)
    {
        try
        {
            return new(options);
        }
        catch (ArgumentException failure)
        {
            throw new AssayException(
                $"{Name}: {failure.Message}",
                hint: "'assay methods train/dpo' says which constants each loss has.",
                cause: failure
            );
        }
    }

    private PolicyProbe ProbeOf(
        View? heldOut,
        IReadOnlyList<PreferencePair> pairs,
        LanguageModel start,
        int context,
        Work work
    )
    {
        IReadOnlyList<PreferencePair> measured = heldOut is null
            ? pairs
            : PreferenceRows.Read(heldOut, work.Cancellation).Pairs;
        measured = [.. measured.Where(pair => LossOf(options).TakesSingles || pair.IsPair).Take(MostMeasured)];
        PreferenceTokens tokens = PreferenceTokens.Of(measured, start.Tokenizer, context);
        return new(
            start,
            tokens,
            PairProbabilities.Of(start.Transformer, tokens.Pairs, options.Tail, cancellation: work.Cancellation),
            options,
            options.Samples,
            Math.Min(options.SampleTokens, context - 1),
            work.Random.Child("answers")
        );
    }

    private static IReadOnlyList<(string Prompt, string Start, string Policy)> AnswersOf(
        PolicyProbe probe,
        LanguageModel start,
        Transformer policy,
        CancellationToken cancellation
    )
    {
        IReadOnlyList<Rollout> first = probe.Answers(start.Transformer, cancellation),
            second = probe.Answers(policy, cancellation);
        return
        [
            .. first
                .Zip(second)
                .Take(6)
                .Select(pair =>
                    (
                        PairPanels.End(Bytes(pair.First.Prompt)),
                        PairPanels.Begin(Bytes(pair.First.Completion)),
                        PairPanels.Begin(Bytes(pair.Second.Completion))
                    )
                ),
        ];

        byte[] Bytes(int[] tokens)
        {
            List<byte> bytes = [];
            foreach (int token in tokens)
                if (token < start.Tokenizer.VocabularySize && !start.Tokenizer.IsSpecial(token))
                    bytes.AddRange(start.Tokenizer.BytesOf(token));
            return [.. bytes];
        }
    }

    private static string Note(PreferenceStep seen, double divergence) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"accuracy {seen.Accuracy:0.00}, margin {seen.Margin:0.000}, ranking {seen.RankingAccuracy:0.00}, kl {divergence:0.0}"
        );
}
