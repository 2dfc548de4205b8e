namespace Assay.Learning;

/// <summary>Sequences of different lengths as one batch, with what each place has to predict.</summary>
/// <remarks>
/// A sequence of n tokens makes n - 1 places: each of its tokens but the last, with the token after it as its target.
/// Shorter ones are padded on the right.
/// </remarks>
public sealed class TokenBatch
{
    /// <summary>The target of places that do not count: padding, and the tokens of a prompt.</summary>
    public const int NotCounted = -1;

    private TokenBatch(int count, int time) =>
        (Batch, Time, Inputs, Targets) = (count, time, new int[checked(count * time)], new int[count * time]);

    /// <summary>A batch of whole sequences, all of whose tokens but the first are predicted.</summary>
    /// <param name="sequences">At least one, each of at least two tokens.</param>
    public static TokenBatch Of(params IReadOnlyList<int[]> sequences) =>
        OfCompletions([.. sequences.Select(sequence => (Array.Empty<int>(), sequence))]);

    /// <summary>A batch of completions of prompts; only tokens of the completions count.</summary>
    /// <remarks>The first token of a completion counts if there is a prompt before it.</remarks>
    /// <param name="pairs">At least one; prompt and completion together have at least two tokens.</param>
    /// <exception cref="ArgumentException">There is none, or one is too short.</exception>
    public static TokenBatch OfCompletions(params IReadOnlyList<(int[] Prompt, int[] Completion)> pairs)
    {
        if (pairs.Count == 0)
            throw new ArgumentException("A batch has at least one sequence.", nameof(pairs));
        int longest = 0;
        foreach ((int[] prompt, int[] completion) in pairs)
        {
            int length = prompt.Length + completion.Length;
            if (length < 2)
                throw new ArgumentException(
                    $"A sequence of {length} tokens predicts nothing: it needs two.",
                    nameof(pairs)
                );
            longest = Math.Max(longest, length);
        }
        TokenBatch batch = new(pairs.Count, longest - 1);
        for (int i = 0; i < pairs.Count; i++)
            batch.Fill(i, pairs[i].Prompt, pairs[i].Completion);
        return batch;
    }

    /// <summary>Number of sequences.</summary>
    public int Batch { get; }

    /// <summary>Places of a sequence.</summary>
    public int Time { get; }

    /// <summary>[batch x time], flat.</summary>
    public int[] Inputs { get; }

    /// <summary>[batch x time], flat: the token to predict, or <see cref="NotCounted"/>.</summary>
    public int[] Targets { get; }

    /// <summary>How many places of a sequence count.</summary>
    public int Counted(int sequence) => Time - Targets.AsSpan(sequence * Time, Time).Count(NotCounted);

    private void Fill(int sequence, int[] prompt, int[] completion)
    {
        int[] all = [.. prompt, .. completion];
        Span<int> inputs = Inputs.AsSpan(sequence * Time, Time),
            targets = Targets.AsSpan(sequence * Time, Time);
        all.AsSpan(..^1).CopyTo(inputs);
        targets.Fill(NotCounted);
        for (int place = Math.Max(0, prompt.Length - 1); place < all.Length - 1; place++)
            targets[place] = all[place + 1];
    }
}
