using Assay.Learning;
using Assay.Models;

namespace Assay.Preferences;

/// <summary>Preference pairs as tokens of a model, cut to its context.</summary>
/// <remarks>
/// A prompt begins with the mark that stands before texts in the model's training; a completion ends with the mark of the end. A completion keeps its
/// beginning, at most three quarters of the context; the prompt keeps its end, the same for both completions.
/// </remarks>
public sealed class PreferenceTokens
{
    private PreferenceTokens(IReadOnlyList<TokenPair> pairs, int cutPrompts, int cutCompletions) =>
        (Pairs, CutPrompts, CutCompletions) = (pairs, cutPrompts, cutCompletions);

    /// <summary>The pairs, in order; a missing completion is empty.</summary>
    public IReadOnlyList<TokenPair> Pairs { get; }

    /// <summary>Prompts that lost their beginning.</summary>
    public int CutPrompts { get; }

    /// <summary>Completions that lost their end.</summary>
    public int CutCompletions { get; }

    /// <summary>Encodes pairs.</summary>
    /// <param name="pairs">The pairs.</param>
    /// <param name="tokenizer">The model's tokenizer.</param>
    /// <param name="context">Most tokens that the model is to see, at least 8; at most its own context.</param>
    /// <exception cref="Data.AssayException">The tokenizer has no mark that could stand before a text.</exception>
    public static PreferenceTokens Of(IReadOnlyList<PreferencePair> pairs, ITokenizer tokenizer, int context)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(context, 8);
        int start =
            ModelFolder.StartOf(tokenizer)
            ?? throw new Data.AssayException(
                "the model's tokenizer has no token that begins or ends a text",
                hint: "Its tokenizer.json needs a begin or an end token."
            );
        int cutPrompts = 0,
            cutCompletions = 0;
        TokenPair[] encoded = [.. pairs.Select(Encode)];
        return new(encoded, cutPrompts, cutCompletions);

        TokenPair Encode(PreferencePair pair)
        {
            int[] chosen = Completion(pair.Chosen),
                rejected = Completion(pair.Rejected);
            List<int> prompt = [start];
            tokenizer.Encode(pair.Prompt, prompt);
            // The last token is predicted and not read.
            int room = context + 1 - Math.Max(chosen.Length, rejected.Length);
            if (prompt.Count > room)
            {
                cutPrompts++;
                prompt.RemoveRange(0, prompt.Count - room);
            }
            return new([.. prompt], chosen, rejected);
        }

        int[] Completion(byte[]? text)
        {
            if (text is null)
                return [];
            List<int> tokens = [];
            tokenizer.Encode(text, tokens);
            if (tokenizer.Special.End is { } end)
                tokens.Add(end);
            int most = context * 3 / 4;
            if (tokens.Count > most)
            {
                cutCompletions++;
                tokens.RemoveRange(most, tokens.Count - most);
            }
            return [.. tokens];
        }
    }
}
