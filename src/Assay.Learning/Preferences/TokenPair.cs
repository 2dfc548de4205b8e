namespace Assay.Learning;

/// <summary>A preference pair as tokens. A missing completion, of a single label, is empty.</summary>
/// <param name="Prompt">At least one token: with no text, the mark that stands before texts.</param>
/// <param name="Chosen">With the mark of its end, where it was not cut.</param>
/// <param name="Rejected">The same.</param>
public sealed record TokenPair(int[] Prompt, int[] Chosen, int[] Rejected);

/// <summary>Sums of log-probabilities of both completions of pairs, in nats.</summary>
/// <param name="Chosen">0 where there is none.</param>
/// <param name="Rejected">0 where there is none.</param>
public sealed record PairProbabilities(double[] Chosen, double[] Rejected)
{
    private const int Batch = 16;

    /// <summary>Under a model, without gradients; pairs are taken in batches of like lengths.</summary>
    /// <param name="model">The model.</param>
    /// <param name="pairs">The pairs.</param>
    /// <param name="tail">Share that counts of tokens beyond the shorter completion's length, from 0 to 1 (LD-DPO).</param>
    /// <param name="done">Hears how many pairs are done, or null.</param>
    /// <param name="cancellation">Asks to stop.</param>
    public static PairProbabilities Of(
        Transformer model,
        IReadOnlyList<TokenPair> pairs,
        double tail = 1,
        Action<int>? done = null,
        CancellationToken cancellation = default
    )
    {
        PairProbabilities found = new(new double[pairs.Count], new double[pairs.Count]);
        int[] order =
        [
            .. Enumerable
                .Range(0, pairs.Count)
                .OrderBy(i => pairs[i].Prompt.Length + Math.Max(pairs[i].Chosen.Length, pairs[i].Rejected.Length)),
        ];
        using var noGrad = Tensor.NoGrad();
        for (int first = 0; first < order.Length; first += Batch)
        {
            cancellation.ThrowIfCancellationRequested();
            using TensorScope scope = new();
            int[] rows = order[first..Math.Min(order.Length, first + Batch)];
            PairTensors tensors = PairTensors.Of(model, [.. rows.Select(row => pairs[row])], tail);
            for (int i = 0; i < rows.Length; i++)
                (found.Chosen[rows[i]], found.Rejected[rows[i]]) = (tensors.Chosen.Data[i], tensors.Rejected.Data[i]);
            done?.Invoke(first + rows.Length);
        }
        return found;
    }
}

/// <summary>Log-probabilities of a batch of pairs with their graph: both completions go through the model together.</summary>
/// <param name="Chosen">[n]: sums over the chosen completions, nats; 0 where there is none.</param>
/// <param name="Rejected">[n]: sums over the rejected ones.</param>
public sealed record PairTensors(Tensor Chosen, Tensor Rejected)
{
    /// <summary>Under a model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="pairs">At least one.</param>
    /// <param name="tail">Share that counts of tokens beyond the shorter completion's length, from 0 to 1 (LD-DPO).</param>
    public static PairTensors Of(Transformer model, IReadOnlyList<TokenPair> pairs, double tail = 1)
    {
        TokenBatch batch = BatchOf(pairs);
        Tensor tokens = model.TokenLogProbabilities(batch);
        if (tail != 1)
            tokens = tokens * TailWeights(pairs, batch, (float)tail);
        Tensor sums = tokens.Sum(1);
        return new(sums.Slice(0, 0, pairs.Count), sums.Slice(0, pairs.Count, pairs.Count));
    }

    /// <summary>All chosen completions behind their prompts, then all rejected ones.</summary>
    public static TokenBatch BatchOf(IReadOnlyList<TokenPair> pairs) =>
        TokenBatch.OfCompletions([
            .. pairs.Select(pair => Sequence(pair.Prompt, pair.Chosen)),
            .. pairs.Select(pair => Sequence(pair.Prompt, pair.Rejected)),
        ]);

    // A sequence of one token predicts nothing and cannot be one; a second place that does not count makes it whole.
    private static (int[], int[]) Sequence(int[] prompt, int[] completion) =>
        prompt.Length + completion.Length > 1 ? (prompt, completion) : ([.. prompt, .. prompt], completion);

    private static Tensor TailWeights(IReadOnlyList<TokenPair> pairs, TokenBatch batch, float tail)
    {
        Tensor weights = Tensor.Ones(batch.Batch, batch.Time);
        for (int sequence = 0; sequence < batch.Batch; sequence++)
        {
            TokenPair pair = pairs[sequence % pairs.Count];
            int common = Math.Min(pair.Chosen.Length, pair.Rejected.Length),
                beyond = Math.Min(batch.Time, pair.Prompt.Length - 1 + common);
            weights.Data.Slice(sequence * batch.Time, batch.Time)[beyond..].Fill(tail);
        }
        return weights;
    }
}
