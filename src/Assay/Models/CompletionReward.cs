using Assay.Data;
using Assay.Learning;

namespace Assay.Models;

/// <summary>Tasks whose answers a program checks, in place of a reward model.</summary>
public enum CheckedTask
{
    /// <summary>None: a reward model scores.</summary>
    None,

    /// <summary>Sums such as <c>37+48=</c>.</summary>
    Arithmetic,

    /// <summary>Words to sort, such as <c>cab=</c>.</summary>
    Rewriting,
}

/// <summary>What completions are worth: by a reward model in a folder, or by a check of a program.</summary>
internal sealed class CompletionReward
{
    private readonly LanguageModel _policy;
    private readonly IEnvironment? _environment;

    private CompletionReward(LanguageModel policy, RewardModel? model, IEnvironment? environment) =>
        (_policy, Model, _environment) = (policy, model, environment);

    /// <summary>The reward model, or null for a check.</summary>
    public RewardModel? Model { get; }

    /// <summary>The most tokens of prompt and completion together.</summary>
    public int ContextLength => Model?.ContextLength ?? _policy.ContextLength;

    /// <summary>The reward that was asked for.</summary>
    /// <param name="method">Who asks.</param>
    /// <param name="folder">A reward model's folder, or empty.</param>
    /// <param name="check">A check, or none.</param>
    /// <param name="policy">Who writes the completions; a reward model has to read the same tokens.</param>
    /// <exception cref="AssayException">Not one of both was given, or the reward model cannot be read or has other tokens.</exception>
    public static CompletionReward Of(string method, string folder, CheckedTask check, LanguageModel policy)
    {
        if (folder.Length > 0 == (check != CheckedTask.None))
            throw new AssayException(
                $"{method} needs one reward: a reward model (reward) or a check of a program (environment)",
                hint: "Train a reward model with 'assay train reward', or name an environment: arithmetic, rewriting."
            );
        return check switch
        {
            CheckedTask.Arithmetic => new(policy, null, new ArithmeticEnvironment()),
            CheckedTask.Rewriting => new(policy, null, new RewritingEnvironment()),
            _ => new(policy, Read(folder, policy.Tokenizer), null),
        };
    }

    /// <summary>Reads a reward model.</summary>
    /// <param name="folder">As train/reward makes it.</param>
    /// <param name="tokenizer">Whose tokens it has to read.</param>
    /// <exception cref="AssayException">It cannot be read, or has other tokens.</exception>
    public static RewardModel Read(string folder, ITokenizer tokenizer)
    {
        if (Directory.Exists(folder) && !RewardModel.IsIn(folder))
            throw new AssayException(
                "this is no reward model: it has no reward.safetensors",
                new(folder),
                "Train one with 'assay train reward'."
            );
        RewardModel model;
        ITokenizer own;
        try
        {
            (model, own) = RewardModel.Load(folder);
        }
        catch (Exception failure)
            when (failure is IOException or FormatException or ArgumentException or UnauthorizedAccessException)
        {
            throw new AssayException(
                $"this is no reward model that can be read: {failure.Message}",
                new(folder),
                "It is a folder as 'assay train reward' makes it.",
                failure
            );
        }
        bool isSame =
            own.VocabularySize == tokenizer.VocabularySize
            && own.Special.End == tokenizer.Special.End
            && Enumerable.Range(0, own.VocabularySize).All(id => own.BytesOf(id).SequenceEqual(tokenizer.BytesOf(id)));
        return isSame
            ? model
            : throw new AssayException(
                "the reward model has other tokens than the policy",
                new(folder),
                "Train it from the policy, or from a model with the same tokenizer.json."
            );
    }

    /// <summary>One number for each completion.</summary>
    /// <exception cref="AssayException">A prompt is no task of the check.</exception>
    public IReadOnlyList<double> Score(IReadOnlyList<Rollout> rollouts, CancellationToken cancellation)
    {
        if (Model is not null)
            return Model.Score([.. rollouts.Select(rollout => rollout.Tokens)], cancellation: cancellation);
        try
        {
            return
            [
                .. rollouts.Select(rollout => _environment!.Reward(Text(rollout.Prompt), Text(rollout.Completion))),
            ];
        }
        catch (FormatException failure)
        {
            throw new AssayException(failure.Message, cause: failure);
        }
    }

    /// <summary>The bytes of tokens, without marks.</summary>
    public byte[] Text(IReadOnlyList<int> tokens)
    {
        List<byte> text = [];
        foreach (int token in tokens)
            if (token < _policy.Tokenizer.VocabularySize && !_policy.Tokenizer.IsSpecial(token))
                text.AddRange(_policy.Tokenizer.BytesOf(token, first: text.Count == 0));
        return [.. text];
    }
}
