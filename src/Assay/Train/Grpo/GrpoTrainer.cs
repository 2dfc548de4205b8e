using System.Globalization;
using Assay.Data;
using Assay.Learning;
using Assay.Models;
using Assay.Numerics;

namespace Assay.Train;

/// <summary>Trains a policy on answers that a program checks, by comparing several completions of each prompt: GRPO, Dr. GRPO, DAPO, CANON and relatives.</summary>
/// <remarks>
/// Source: "Conditional Advantage Estimation for Reinforcement Learning in Large Reasoning Models", arXiv 2509.23962, with the estimators beside it. A
/// new model learns from demonstrations first. There is no reference and no penalty for leaving it; how far the policy went is measured at the end.
/// </remarks>
[Method("train/grpo", Paper = "canon")]
public sealed class GrpoTrainer(GrpoOptions options) : ITrainer
{
    private const string Name = "train/grpo";
    private const double NewModelEpochs = 10;

    /// <inheritdoc/>
    /// <exception cref="AssayException">The rows are no tasks, or the model cannot be read or trained.</exception>
    public Trained Train(View view, View? heldOut, Work work)
    {
        VerifiedTasks tasks = VerifiedTasks.Read(view, options, work.Cancellation);
        VerifiedTasks? held = heldOut is { Selection.Count: > 0 }
            ? VerifiedTasks.Read(heldOut, options, work.Cancellation)
            : null;
        if (options is { Estimator: AdvantageRule.Remax, SamplingRounds: > 0 })
            throw new AssayException(
                "remax compares with the greedy completion, and sampling rounds with each other",
                hint: "Leave 'sampling-rounds' at 0, or take another estimator."
            );
        if (options.DualClip is > 0 and <= 1)
            throw new AssayException(
                $"dual-clip is {options.DualClip}",
                hint: "It is above 1, or 0 for no such limit."
            );
        bool isNew = !options.Model.Contains('/');
        LanguageModel model = isNew
            ? new(
                new Transformer(
                    ModelSizes.Of(options.Model, TokenStream.Tokenizer.VocabularySize),
                    work.Random.Child("weights")
                ),
                TokenStream.Tokenizer
            )
            : ModelFolder.Read(options.Model);
        PolicyTokens tokens = PolicyTokens.Of(model, options);
        int[][] prompts = tokens.Encode(tasks, Name);
        Demonstrate(model, tokens, tasks, prompts, isNew, work);
        Transformer start = model.Transformer.Copy();
        int[][] heldPrompts = held is null ? [] : tokens.Encode(held, Name);
        PolicyExam? before = held is null
            ? null
            : PolicyExam.Of(start, start, tokens, held, heldPrompts, work.Random.Child("exam"), work.Cancellation);
        GroupTrace trace = Learn(model.Transformer, tokens, tasks, prompts, work);
        PolicyExam? after = held is null
            ? null
            : PolicyExam.Of(
                model.Transformer,
                start,
                tokens,
                held,
                heldPrompts,
                work.Random.Child("exam"),
                work.Cancellation
            );
        return new(
            $"{(isNew ? options.Model : "policy")}, {model.Transformer.ParameterCount:N0} parameters; {GrpoStudy.RuleOf(options)}",
            after is null || before is null ? [] : Scores(before, after),
            trace.Result,
            model.Save,
            Study: GrpoStudy.Of(options, trace, before, after, tasks.Count)
        );
    }

    private void Demonstrate(
        LanguageModel model,
        PolicyTokens tokens,
        VerifiedTasks tasks,
        int[][] prompts,
        bool isNew,
        Work work
    )
    {
        double epochs = options.DemonstrationEpochs ?? (isNew ? NewModelEpochs : 0);
        if (epochs == 0)
            return;
        DemonstrationTraining.Run(
            model.Transformer,
            tasks.Count,
            (task, stream) => (prompts[task], tokens.Completion(tasks.Demonstration(task, stream))),
            new()
            {
                Epochs = epochs,
                LearningRate = 0.03 / Math.Sqrt(model.Transformer.Config.HiddenSize) * (isNew ? 1 : 0.1),
            },
            work.Random.Child("demonstrations"),
            step =>
                work.Progress?.Report(
                    new("demonstrations", step.Step, step.Steps, "steps", Note($"loss {step.Loss:0.000}"))
                ),
            new TrainingCheckpoints(Path.Combine(work.Pieces.Folder, "demonstrations")),
            work.Cancellation
        );
    }

    private GroupTrace Learn(
        Transformer policy,
        PolicyTokens tokens,
        VerifiedTasks tasks,
        int[][] prompts,
        Work work
    ) =>
        new GroupTraining(
            policy,
            prompts,
            (task, rollout) => tasks.Reward(task, tokens.TextOf(rollout)),
            TrainingOf(tokens),
            work.Random.Child("groups")
        )
        {
            Checkpoints = new TrainingCheckpoints(Path.Combine(work.Pieces.Folder, "checkpoints")),
            Stepped = (iteration, seen) =>
                work.Progress?.Report(
                    new(
                        "groups",
                        iteration,
                        options.Iterations,
                        "iterations",
                        Note(
                            $"accuracy {seen.Reward:0.00}, {seen.Length:0.0} tokens, entropy {seen.Entropy:0.00}, clipped {seen.ClipFraction:0.0 %}"
                        )
                    )
                ),
        }.Run(work.Cancellation);

    private GroupTrainingOptions TrainingOf(PolicyTokens tokens) =>
        new()
        {
            Iterations = options.Iterations,
            Prompts = options.Prompts,
            Group = options.Group,
            Minibatches = options.Minibatches,
            LearningRate = options.LearningRate,
            WeightDecay = options.WeightDecay,
            CheckpointEvery = Math.Max(5, options.Iterations / 20),
            SamplingRounds = options.SamplingRounds,
            Sampling = tokens.Sampling,
            Advantage = new()
            {
                Rule = options.Estimator,
                Measure = options.Measure switch
                {
                    CompletionMeasure.Entropy => SplitMeasure.Entropy,
                    CompletionMeasure.Random => SplitMeasure.Random,
                    _ => SplitMeasure.Length,
                },
                Mu = GrpoStudy.ScheduleOf(options),
                Alpha = options.Alpha,
                Weighted = options.Weighted,
                ShuffleTies = options.ShuffleTies,
                Shaping = options.LengthReward,
                Coefficient = options.LengthCoefficient,
                OverlongBuffer = options.OverlongBuffer,
            },
            Loss = new()
            {
                ClipLow = options.ClipLow,
                ClipHigh = options.ClipHigh,
                DualClip = options.DualClip == 0 ? double.PositiveInfinity : options.DualClip,
                Aggregation =
                    options.Aggregation
                    ?? (
                        options.Estimator
                            is AdvantageRule.Grpo
                                or AdvantageRule.ReinforcePlusPlus
                                or AdvantageRule.ReinforcePlusPlusBaseline
                            ? PolicyAggregation.TokenMean
                            : PolicyAggregation.SequenceMeanTokenSum
                    ),
            },
        };

    private static IReadOnlyList<Score> Scores(PolicyExam before, PolicyExam after) =>
        [
            new("accuracy", after.Greedy),
            new("accuracy-sampled", after.Sampled.Mean),
            new("accuracy-before", before.Greedy),
            new("accuracy-sampled-before", before.Sampled.Mean),
            new("tokens", after.Tokens),
            new("tokens-before", before.Tokens),
            new("entropy", after.Entropy),
            new("kl", after.Divergence),
        ];

    private static string Note(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
