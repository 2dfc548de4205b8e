using Assay.Data;
using Assay.Learning;
using Assay.Models;
using Assay.Preferences;

namespace Assay.Train;

/// <summary>Trains a policy by samples of its own towards what a reward model, or a program's check, likes: PPO, with a price for leaving the start.</summary>
/// <remarks>
/// Sources: the recipe of "Unpacking DPO and PPO", arXiv 2406.09279, and "Learning to summarize from human feedback", arXiv 2009.01325. See
/// <see cref="PpoTraining"/>. A killed run goes on from its newest checkpoint to the same bits.
/// </remarks>
[Method("train/ppo", Paper = "dpo-vs-ppo")]
public sealed class PpoTrainer(PpoTrainerOptions options) : ITrainer
{
    private const string Name = "train/ppo";
    private const int CheckpointsOfARun = 20;

    /// <inheritdoc/>
    /// <exception cref="AssayException">A model cannot be read, they do not fit together, there is no prompt, or a loss became infinite.</exception>
    public Trained Train(View view, View? heldOut, Work work)
    {
        LanguageModel policy = ModelFolder.Read(options.Model);
        CompletionReward reward = CompletionReward.Of(Name, options.Reward, options.Environment, policy);
        int context = Math.Min(policy.ContextLength, reward.ContextLength);
        if (options.MaxTokens >= context)
            throw new AssayException(
                $"{options.MaxTokens:N0} tokens of completion leave no room for a prompt in a context of {context:N0}",
                new(options.Model),
                "Ask for fewer (max-tokens)."
            );
        (int[][] prompts, int cut) = Prompts(view);
        (int[][] held, _) = heldOut is null ? ([], 0) : Prompts(heldOut);
        Transformer reference = policy.Transformer.Copy();
        PpoOptions training = Training(policy);
        PpoReport report = new(
            policy,
            reference,
            reward,
            held.Length > 0 ? held : prompts,
            held.Length > 0,
            training,
            work.Random.Child("judged"),
            work.Cancellation
        );
        PpoTraining ppo = new(training)
        {
            Checkpoints = new(Path.Combine(work.Pieces.Folder, "checkpoints")),
            Stepped = iteration =>
                work.Progress?.Report(
                    new("training", iteration.Iteration, options.Iterations, "iterations", Note(iteration))
                ),
        };
        IReadOnlyList<PpoIteration> history = ppo.Run(
            policy.Transformer,
            reference,
            reward.Model is { } model ? ValueModel.Of(model) : ValueModel.Of(policy.Transformer),
            prompts,
            rollouts => reward.Score(rollouts, work.Cancellation),
            work.Random.Child("training"),
            work.Cancellation
        );
        report.Finish(history, prompts.Length, cut);
        return new(
            $"policy, {policy.Transformer.ParameterCount:N0} parameters",
            report.Scores,
            null,
            policy.Save,
            Study: report.Study()
        );

        (int[][] Tokens, int Cut) Prompts(View of) =>
            PromptRows.Encode(
                PromptRows.Read(of, options.Prompt, options.Words, work.Cancellation),
                policy.Tokenizer,
                context - options.MaxTokens
            );
    }

    private PpoOptions Training(LanguageModel policy)
    {
        long perIteration = options.Epochs * ((options.Rollouts + (long)options.Minibatch - 1) / options.Minibatch);
        return new()
        {
            Iterations = options.Iterations,
            Rollouts = options.Rollouts,
            Epochs = options.Epochs,
            Minibatch = options.Minibatch,
            LearningRate = options.LearningRate,
            ValueLearningRate = options.ValueLearningRate > 0 ? options.ValueLearningRate : options.LearningRate,
            Schedule = options.Schedule,
            WarmUp = (long)(options.WarmUp * options.Iterations * perIteration),
            Kl = options.Kl,
            Gamma = options.Gamma,
            Lambda = options.Lambda,
            Clip = options.Clip,
            ValueClip = options.ValueClip,
            WhitenRewards = options.WhitenRewards,
            MissingEnd = options.MissingEnd,
            Gain = options.Gain,
            Bias = options.Bias,
            Sampling = new RolloutOptions { Temperature = options.Temperature, MaxTokens = options.MaxTokens }.For(
                policy
            ),
            CheckpointEvery = Math.Max(1, options.Iterations / CheckpointsOfARun),
        };
    }

    private static string Note(PpoIteration iteration) =>
        FormattableString.Invariant(
            $"score {iteration.Score:F3}, kl {iteration.Kl:F2}, {iteration.Length:F0} tokens, clipped {iteration.ClipFraction:P1}"
        );
}
