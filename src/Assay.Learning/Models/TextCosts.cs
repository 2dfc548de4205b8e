namespace Assay.Learning;

/// <summary>What texts cost under a language model, each after a context of its own that is read and not scored.</summary>
/// <remarks>
/// Tokens of a text are predicted once each, from the context and what stands before them: the whole of it as far as the model reaches, and for
/// long texts at least half of that. Log-probabilities are single precision, sums double. Texts are scored many at once, those of like
/// length together; which ones depends on the texts alone.
/// </remarks>
public static class TextCosts
{
    private const int TokensAtOnce = 4096;

    /// <summary>Scores texts.</summary>
    /// <param name="model">The model and its tokenizer.</param>
    /// <param name="texts">What stands before each text, and the text; both may be empty.</param>
    /// <param name="start">
    /// A token that is read before everything: the one that stood before texts in training. Null uses the tokenizer's begin mark, and where it has
    /// none nothing; then the first token of a text without context is not predicted, and costs what a uniform choice does.
    /// </param>
    /// <param name="cancellation">Asks to stop.</param>
    /// <returns>One cost for each text, of its own tokens and bytes only; its end is not predicted.</returns>
    public static TextCost[] Of(
        LanguageModel model,
        IReadOnlyList<(ReadOnlyMemory<byte> Context, ReadOnlyMemory<byte> Text)> texts,
        int? start = null,
        CancellationToken cancellation = default
    ) => Of(new LogitEnsemble(model.Transformer), model.Tokenizer, texts, start, cancellation);

    /// <summary>Scores texts by an ensemble.</summary>
    /// <param name="models">Who predicts together.</param>
    /// <param name="tokenizer">Their tokenizer.</param>
    /// <param name="texts">What stands before each text, and the text; both may be empty.</param>
    /// <param name="start">A token that is read before everything, as for one model.</param>
    /// <param name="cancellation">Asks to stop.</param>
    public static TextCost[] Of(
        LogitEnsemble models,
        ITokenizer tokenizer,
        IReadOnlyList<(ReadOnlyMemory<byte> Context, ReadOnlyMemory<byte> Text)> texts,
        int? start = null,
        CancellationToken cancellation = default
    )
    {
        start ??= tokenizer.Special.Begin;
        double[] nats = new double[texts.Count];
        long[] tokens = new long[texts.Count];
        List<(int Text, int[] Before, int[] Counted)> windows = [];
        for (int i = 0; i < texts.Count; i++)
        {
            List<int> ids = start is { } mark ? [mark] : [];
            tokenizer.Encode(texts[i].Context.Span, ids);
            int from = ids.Count;
            tokenizer.Encode(texts[i].Text.Span, ids);
            tokens[i] = ids.Count - from;
            if (from == 0 && ids.Count > 0)
            {
                nats[i] = Math.Log(models.VocabularySize);
                from = 1;
            }
            foreach ((int[] before, int[] counted) in Windows([.. ids], from, models.ContextLength))
                windows.Add((i, before, counted));
        }
        int Length(int window) => windows[window].Before.Length + windows[window].Counted.Length;
        int[] order = [.. Enumerable.Range(0, windows.Count).OrderBy(Length)];
        using var noGrad = Tensor.NoGrad();
        for (int first = 0, end; first < order.Length; first = end)
        {
            cancellation.ThrowIfCancellationRequested();
            for (end = first + 1; end < order.Length && (end + 1 - first) * Length(order[end]) <= TokensAtOnce; )
                end++;
            using TensorScope scope = new();
            TokenBatch batch = TokenBatch.OfCompletions([
                .. order[first..end].Select(window => (windows[window].Before, windows[window].Counted)),
            ]);
            ReadOnlySpan<float> found = models.TokenLogProbabilities(batch).Data;
            for (int at = first; at < end; at++)
            {
                double sum = 0;
                foreach (float value in found.Slice((at - first) * batch.Time, batch.Time))
                    sum += value;
                nats[windows[order[at]].Text] -= sum;
            }
        }
        return [.. texts.Select((text, i) => new TextCost(nats[i] / Math.Log(2), text.Text.Length, tokens[i]))];
    }

    // Windows in which every token from a place on counts once; the rest of a window is what is read before.
    private static IEnumerable<(int[] Before, int[] Counted)> Windows(int[] ids, int from, int context)
    {
        int most = context + 1,
            overlap = most / 2;
        for (int done = from; done < ids.Length; )
        {
            int start = Math.Max(0, done - overlap),
                end = Math.Min(ids.Length, start + most);
            yield return (ids[start..done], ids[done..end]);
            done = end;
        }
    }
}
