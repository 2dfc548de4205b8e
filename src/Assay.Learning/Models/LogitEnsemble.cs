using Assay.Numerics;

namespace Assay.Learning;

/// <summary>Language models that answer together: the softmax of the mean of their logits.</summary>
/// <remarks>
/// Source: arXiv 2509.14786, section 4. Averaging logits is not averaging probabilities: it is the normalised geometric mean of the members'
/// probabilities, so that a token that one member rules out is ruled out. By convexity its loss is never above the mean of the members' losses.
/// </remarks>
public sealed class LogitEnsemble
{
    private readonly Transformer[] _members;

    /// <summary>An ensemble.</summary>
    /// <param name="members">At least one; all of one vocabulary.</param>
    /// <exception cref="ArgumentException">There is none, or vocabularies differ.</exception>
    public LogitEnsemble(params IReadOnlyList<Transformer> members)
    {
        if (members.Count == 0)
            throw new ArgumentException("An ensemble has at least one member.", nameof(members));
        int odd = members.ToList().FindIndex(model => model.Config.VocabularySize != members[0].Config.VocabularySize);
        if (odd >= 0)
            throw new ArgumentException(
                $"Member {odd + 1} knows {members[odd].Config.VocabularySize} tokens, and the first {members[0].Config.VocabularySize}.",
                nameof(members)
            );
        _members = [.. members];
    }

    /// <summary>The members.</summary>
    public IReadOnlyList<Transformer> Members => _members;

    /// <summary>Tokens of the vocabulary.</summary>
    public int VocabularySize => _members[0].Config.VocabularySize;

    /// <summary>Tokens that all members can look at.</summary>
    public int ContextLength => _members.Min(member => member.Config.ContextLength);

    /// <summary>The mean of the members' logits.</summary>
    /// <param name="tokens">[batch x time], flat.</param>
    /// <param name="batch">Number of sequences.</param>
    /// <returns>[batch, time, vocabulary].</returns>
    public Tensor Logits(ReadOnlyMemory<int> tokens, int batch)
    {
        Tensor sum = _members[0].Forward(tokens, batch);
        for (int i = 1; i < _members.Length; i++)
            sum = sum + _members[i].Forward(tokens, batch);
        return _members.Length == 1 ? sum : sum * (1f / _members.Length);
    }

    /// <summary>The log-probability of every place that counts, 0 where none does; without a gradient.</summary>
    /// <returns>[batch, time], nats.</returns>
    public Tensor TokenLogProbabilities(TokenBatch batch)
    {
        using var noGrad = Tensor.NoGrad();
        return _members.Length == 1
            ? _members[0].TokenLogProbabilities(batch)
            : (
                -Functional.CrossEntropyRows(
                    Logits(batch.Inputs, batch.Batch),
                    batch.Targets,
                    ignore: TokenBatch.NotCounted
                )
            ).Reshape(batch.Batch, batch.Time);
    }

    /// <summary>Streams of tokens drawn at temperature 1 from nothing but a start mark: what stands in them is what the ensemble believes.</summary>
    /// <remarks>
    /// A stream goes on over the ends of texts, as a corpus does. Where it has filled the context, the last half of it is read again and it goes on.
    /// </remarks>
    /// <param name="start">The mark that a stream begins with; it is not part of it.</param>
    /// <param name="never">Tokens that are never drawn.</param>
    /// <param name="context">Tokens that are looked at, at least 2; no more than in training.</param>
    /// <param name="length">Tokens of a stream, at least 1.</param>
    /// <param name="randoms">Gives the random numbers, one stream for each.</param>
    /// <param name="cancellation">Asks to stop.</param>
    public int[][] Sample(
        int start,
        IReadOnlyCollection<int> never,
        int context,
        int length,
        IReadOnlyList<RandomStream> randoms,
        CancellationToken cancellation = default
    )
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(context, 2);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(context, ContextLength);
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 1);
        int streams = randoms.Count;
        KeyValueCache[] caches = [.. _members.Select(member => member.CreateCache(streams, context))];
        TokenSampler sampler = new(new());
        int[][] made = [.. randoms.Select(_ => new int[length])];
        int[] next = [.. randoms.Select(_ => start)];
        float[] mean = new float[streams * VocabularySize];
        for (int at = 0, seen = 0; at < length; at++)
        {
            cancellation.ThrowIfCancellationRequested();
            int time = 1;
            if (seen == context)
            {
                foreach (KeyValueCache cache in caches)
                    cache.Clear();
                time = context / 2;
                int from = at - time;
                next = [.. made.SelectMany(stream => stream[from..(from + time)])];
                seen = 0;
            }
            Mean(next, [.. Enumerable.Repeat(time, streams)], caches, mean);
            seen += time;
            next = new int[streams];
            for (int i = 0; i < streams; i++)
            {
                Span<float> logits = mean.AsSpan(i * VocabularySize, VocabularySize);
                foreach (int token in never)
                    logits[token] = float.NegativeInfinity;
                next[i] = made[i][at] = sampler.Next(logits, [], randoms[i]);
            }
        }
        return made;
    }

    private void Mean(int[] tokens, int[] counts, KeyValueCache[] caches, Span<float> mean)
    {
        mean.Clear();
        for (int member = 0; member < _members.Length; member++)
        {
            using TensorScope scope = new();
            ReadOnlySpan<float> logits = _members[member].Decode(tokens, counts, caches[member]).Data;
            for (int i = 0; i < logits.Length; i++)
                mean[i] += logits[i];
        }
        for (int i = 0; i < mean.Length; i++)
            mean[i] /= _members.Length;
    }
}
