using Assay.Learning;

namespace Assay.Value;

/// <summary>Token sequences under a language model: every token but the first is predicted.</summary>
/// <remarks>
/// Batches are of sequences of about one length, of at most 512 tokens with their padding (a longer sequence is one alone): about 40 MB in
/// <c>gpt-1m</c>, whatever the number of sequences, and as fast as larger ones.
/// </remarks>
public sealed class TokenSamples : LossSamples
{
    private const int BatchTokens = 512;
    private readonly Transformer _model;
    private readonly IReadOnlyList<int[]> _sequences;

    /// <summary>Takes sequences.</summary>
    /// <param name="model">The model; its context holds the longest sequence but its last token.</param>
    /// <param name="sequences">Each of at least two tokens; see <see cref="TextChunks"/>.</param>
    /// <exception cref="ArgumentException">A sequence is too short or too long.</exception>
    public TokenSamples(Transformer model, IReadOnlyList<int[]> sequences)
    {
        foreach (int[] sequence in sequences)
            if (sequence.Length < 2 || sequence.Length > model.Config.ContextLength + 1)
                throw new ArgumentException(
                    $"A sequence of {sequence.Length} tokens does not fit: 2 to {model.Config.ContextLength + 1} do.",
                    nameof(sequences)
                );
        (_model, _sequences) = (model, sequences);
        Batches = [.. Grouped(sequences)];
    }

    /// <inheritdoc/>
    public override int Count => _sequences.Count;

    /// <inheritdoc/>
    public override IReadOnlyList<int[]> Batches { get; }

    /// <inheritdoc/>
    public override int SizeOf(int sample) => _sequences[sample].Length - 1;

    /// <inheritdoc/>
    public override Tensor Logits(ReadOnlySpan<int> samples) => _model.Forward(Batch(samples).Inputs, samples.Length);

    /// <inheritdoc/>
    public override int[] Targets(ReadOnlySpan<int> samples) => Batch(samples).Targets;

    private TokenBatch Batch(ReadOnlySpan<int> samples)
    {
        int[][] sequences = new int[samples.Length][];
        for (int i = 0; i < sequences.Length; i++)
            sequences[i] = _sequences[samples[i]];
        return TokenBatch.Of(sequences);
    }

    private static IEnumerable<int[]> Grouped(IReadOnlyList<int[]> sequences)
    {
        List<int> batch = [];
        // The first of a batch is its longest, and says how many fit.
        foreach (int sample in Enumerable.Range(0, sequences.Count).OrderByDescending(i => sequences[i].Length))
        {
            if (batch.Count > 0 && (batch.Count + 1) * (sequences[batch[0]].Length - 1) > BatchTokens)
            {
                yield return [.. batch];
                batch.Clear();
            }
            batch.Add(sample);
        }
        if (batch.Count > 0)
            yield return [.. batch];
    }
}
