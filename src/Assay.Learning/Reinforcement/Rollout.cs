namespace Assay.Learning;

/// <summary>A completion that a policy sampled.</summary>
/// <param name="Prompt">The tokens before it.</param>
/// <param name="Completion">The tokens that were sampled, at least one; the end token is the last of them if it was.</param>
/// <param name="LogProbabilities">ln of each token's probability at temperature 1, whatever the temperature that it was sampled at; nats.</param>
/// <param name="Entropies">The entropy of each token's distribution at temperature 1; nats.</param>
/// <param name="Ended">Whether it ended by an end token; if not, it was cut.</param>
public sealed record Rollout(int[] Prompt, int[] Completion, float[] LogProbabilities, float[] Entropies, bool Ended)
{
    /// <summary>ln of the completion's probability at temperature 1; nats.</summary>
    public double LogProbability => LogProbabilities.Sum(value => (double)value);

    /// <summary>The mean entropy of a token; nats.</summary>
    public double MeanEntropy => Entropies.Average(value => (double)value);

    /// <summary>Prompt and completion as one sequence.</summary>
    public int[] Tokens => [.. Prompt, .. Completion];
}

/// <summary>How <see cref="Rollouts"/> are sampled.</summary>
public sealed record RolloutOptions
{
    /// <summary>Divides the logits, above 0; or 0 for the most likely tokens. Finite.</summary>
    public double Temperature { get; init; } = 1;

    /// <summary>The most tokens of a completion, at least 1; fewer where the context ends.</summary>
    public int MaxTokens { get; init; } = 32;

    /// <summary>Tokens that end a completion.</summary>
    public IReadOnlyList<int> Ends { get; init; } = [];

    /// <summary>Only the first so many tokens of the vocabulary are sampled; 0: all.</summary>
    public int Tokens { get; init; }

    /// <summary>Completions that are made side by side, at least 1: more are faster, and need more memory for keys and values.</summary>
    public int BatchSize { get; init; } = 128;

    /// <summary>The options with the end tokens and the vocabulary of a model.</summary>
    public RolloutOptions For(LanguageModel model) =>
        this with
        {
            Ends =
            [
                .. model.Transformer.Config.EndTokens,
                .. model.Tokenizer.Special.End is { } end ? new[] { end } : [],
            ],
            Tokens = model.Tokenizer.VocabularySize,
        };
}
