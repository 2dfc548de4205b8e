using Assay.Data;
using Assay.Learning;
using Assay.Models;
using Assay.Numerics;
using Assay.Preferences;

namespace Assay.Train;

/// <summary>Trains a model that scores an answer to a prompt, so that preferred answers score higher: a reward for train/ppo and best-of-n.</summary>
/// <remarks>
/// Source: "Learning to summarize from human feedback", arXiv 2009.01325, 4.2; with margins, arXiv 2406.09279. The saved folder has the model's own
/// files and <c>reward.safetensors</c> with the head. Scores are shifted so that the preferred answers score 0 on average.
/// </remarks>
[Method("train/reward", Paper = "summarize-feedback")]
public sealed class RewardTrainer(RewardOptions options) : ITrainer
{
    private const string Name = "train/reward";
    private const int StartContext = 256;

    /// <inheritdoc/>
    /// <exception cref="AssayException">The model cannot be read, the rows hold no pairs, or the loss became infinite.</exception>
    public Trained Train(View view, View? heldOut, Work work)
    {
        LanguageModel start = StartPolicy.Of(
            options.Model,
            StartPolicy.TextsOf(PreferenceRows.Read(view, work.Cancellation).Pairs),
            options.StartEpochs,
            options.Context > 0 ? options.Context : StartContext,
            work
        );
        // What is read is one token longer than what a policy reads: the last is not predicted, but counts.
        int context = Math.Min(options.Context > 0 ? options.Context : start.ContextLength, start.ContextLength) - 1;
        RewardPairs pairs = RewardPairs.Of(Name, view, start, context, options.DropLong, work.Cancellation);
        RewardPairs? held = heldOut is null
            ? null
            : RewardPairs.Of(Name, heldOut, start, context, options.DropLong, work.Cancellation);
        (int[] fitted, int[] validating) = pairs.Split(options.Validation, work.Random.Child("validation"));
        double smoothed = double.NaN;
        RewardTraining training = new(
            new()
            {
                Epochs = options.Epochs,
                Batch = options.Batch,
                LearningRate = options.LearningRate,
                Seeds = validating.Length > 0 ? options.Seeds : 1,
                Pooling = options.Pooling,
            }
        )
        {
            Checkpoints = seed => new(Path.Combine(work.Pieces.Folder, $"checkpoints-{seed}")),
            Stepped = (seed, step) =>
            {
                smoothed = step.Step == 1 || double.IsNaN(smoothed) ? step.Loss : 0.9 * smoothed + 0.1 * step.Loss;
                work.Progress?.Report(
                    new(
                        options.Seeds > 1 ? $"seed {seed + 1} of {options.Seeds}" : "training",
                        step.Step,
                        step.Steps,
                        "steps",
                        FormattableString.Invariant($"loss {smoothed:F3}")
                    )
                );
            },
        };
        RewardFit fit = training.Run(
            start.Transformer,
            [.. fitted.Select(i => pairs.Tokens[i])],
            [.. validating.Select(i => pairs.Tokens[i])],
            work.Random.Child("training"),
            options.Margins ? [.. fitted.Select(i => pairs.Pairs[i].Margin ?? 0)] : null,
            work.Cancellation
        );
        fit.Model.NormaliseTo([.. pairs.Tokens.Select(pair => (int[])[.. pair.Prompt, .. pair.Chosen])]);
        RewardReport report = new(fit, pairs, fitted, validating, held, options, work.Cancellation);
        return new(
            $"reward model, {fit.Model.ParameterCount:N0} parameters",
            report.Scores,
            fit.Result,
            folder => fit.Model.Save(folder, start.Tokenizer),
            report.Chosen,
            report.Study()
        );
    }
}
