using Assay.Data;
using Assay.Learning;
using Assay.Models;

namespace Assay.Train;

/// <summary>Prompts and completions as tokens of a policy.</summary>
internal sealed class PolicyTokens
{
    private readonly LanguageModel _model;
    private readonly int? _start;

    private PolicyTokens(LanguageModel model, int? start, RolloutOptions sampling) =>
        (_model, _start, Sampling) = (model, start, sampling);

    /// <summary>How completions are sampled.</summary>
    public RolloutOptions Sampling { get; }

    /// <exception cref="AssayException">The tokenizer has no mark that ends a text.</exception>
    public static PolicyTokens Of(LanguageModel model, GrpoOptions options)
    {
        RolloutOptions sampling = new RolloutOptions
        {
            MaxTokens = options.MaxTokens,
            Temperature = options.Temperature,
        }.For(model);
        return sampling.Ends.Count > 0
            ? new(model, ModelFolder.StartOf(model.Tokenizer), sampling)
            : throw new AssayException(
                "the model has no token that ends a text, so that no completion would end",
                new(options.Model),
                "Its tokenizer.json or config.json needs an end token."
            );
    }

    /// <summary>The prompts of tasks, behind the mark that stands before texts.</summary>
    /// <exception cref="AssayException">One leaves no room for a completion.</exception>
    public int[][] Encode(VerifiedTasks tasks, string method)
    {
        int[][] prompts = new int[tasks.Count][];
        for (int task = 0; task < prompts.Length; task++)
        {
            List<int> tokens = _start is { } start ? [start] : [];
            _model.Tokenizer.Encode(tasks.Prompt(task), tokens);
            if (tokens.Count == 0 || tokens.Count >= _model.ContextLength)
                throw new AssayException(
                    $"{method}: the prompt of row {task + 1} has {tokens.Count} tokens, and the model reads {_model.ContextLength} with the completion",
                    hint: "Leave such rows out (select/where), or take a model with a longer context."
                );
            prompts[task] = [.. tokens];
        }
        return prompts;
    }

    /// <summary>A text as a completion, with its end.</summary>
    public int[] Completion(byte[] text)
    {
        List<int> tokens = [];
        _model.Tokenizer.Encode(text, tokens);
        tokens.Add(Sampling.Ends[^1]);
        return [.. tokens];
    }

    /// <summary>The text of a completion, without its end.</summary>
    public byte[] TextOf(Rollout rollout)
    {
        List<byte> text = [];
        foreach (int token in rollout.Completion)
            if (!Sampling.Ends.Contains(token))
                text.AddRange(_model.Tokenizer.BytesOf(token, first: text.Count == 0));
        return [.. text];
    }
}
