using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Assay.Numerics;

namespace Assay.Learning;

/// <summary>Completions sampled from a policy, and how likely completions are under one: the data of reinforcement learning.</summary>
/// <remarks>
/// <code>
/// IReadOnlyList&lt;Rollout&gt; rollouts = Rollouts.Sample(policy, prompts, new() { MaxTokens = 14, Ends = [end] }, random.Child(iteration));
/// IReadOnlyList&lt;float[]&gt; reference = Rollouts.LogProbabilities(frozen, rollouts);
/// </code>
/// </remarks>
public static class Rollouts
{
    /// <summary>Samples one completion of each prompt.</summary>
    /// <remarks>
    /// Completion i draws from child i of the stream, so that it does not depend on what is sampled beside it. Give each round of
    /// sampling a stream of its own: <c>random.Child(iteration)</c>.
    /// </remarks>
    /// <param name="policy">Who completes.</param>
    /// <param name="prompts">At least one token each, and fewer than the context; name one several times for several completions.</param>
    /// <param name="options">How.</param>
    /// <param name="stream">Names the random numbers.</param>
    /// <param name="cancellation">Heard after every token.</param>
    /// <param name="edit">Changes the states that tokens are made from, or null; log-probabilities and entropies are then those of the changed states.</param>
    /// <returns>The completions, in the order of the prompts.</returns>
    /// <exception cref="ArgumentException">A prompt is empty or fills the context.</exception>
    public static IReadOnlyList<Rollout> Sample(
        Transformer policy,
        IReadOnlyList<int[]> prompts,
        RolloutOptions options,
        RandomStream stream,
        CancellationToken cancellation = default,
        IStateEdit? edit = null
    )
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxTokens, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.BatchSize, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(options.Tokens);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.Tokens, policy.Config.VocabularySize);
        foreach (int[] prompt in prompts)
            if (prompt.Length == 0 || prompt.Length >= policy.Config.ContextLength)
                throw new ArgumentException(
                    $"A prompt has {prompt.Length} tokens; expected 1 to {policy.Config.ContextLength - 1}, fewer than the model's context.",
                    nameof(prompts)
                );
        Rollout[] rollouts = new Rollout[prompts.Count];
        TokenSampler sampler = new(new() { Temperature = options.Temperature });
        for (int first = 0; first < prompts.Count; first += options.BatchSize)
        {
            Running[] batch =
            [
                .. Enumerable
                    .Range(first, Math.Min(options.BatchSize, prompts.Count - first))
                    .Select(i => new Running(i, prompts[i], stream.Child(i))),
            ];
            Complete(policy, batch, options, sampler, edit, cancellation);
            foreach (Running done in batch)
                rollouts[done.Index] = done.Finish();
        }
        return rollouts;
    }

    /// <summary>ln p of each token of completions, under any policy; without a gradient.</summary>
    /// <param name="model">The policy: a reference, for example.</param>
    /// <param name="completions">Prompts of at least one token, completions of at least one.</param>
    /// <param name="batchSize">Sequences that are read together, at least 1.</param>
    /// <param name="cancellation">Heard between batches.</param>
    /// <returns>For each completion the log-probabilities of its tokens; nats.</returns>
    public static IReadOnlyList<float[]> LogProbabilities(
        Transformer model,
        IReadOnlyList<(int[] Prompt, int[] Completion)> completions,
        int batchSize = 64,
        CancellationToken cancellation = default
    )
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        List<float[]> found = [];
        using var noGrad = Tensor.NoGrad();
        for (int first = 0; first < completions.Count; first += batchSize)
        {
            cancellation.ThrowIfCancellationRequested();
            using TensorScope scope = new();
            (int[] Prompt, int[] Completion)[] part = [.. completions.Skip(first).Take(batchSize)];
            TokenBatch batch = TokenBatch.OfCompletions(part);
            ReadOnlySpan<float> all = model.TokenLogProbabilities(batch).Data;
            for (int i = 0; i < part.Length; i++)
                found.Add(all.Slice(i * batch.Time + part[i].Prompt.Length - 1, part[i].Completion.Length).ToArray());
        }
        return found;
    }

    /// <inheritdoc cref="LogProbabilities(Transformer, IReadOnlyList{ValueTuple{int[], int[]}}, int, CancellationToken)"/>
    public static IReadOnlyList<float[]> LogProbabilities(
        Transformer model,
        IReadOnlyList<Rollout> completions,
        int batchSize = 64,
        CancellationToken cancellation = default
    ) =>
        LogProbabilities(
            model,
            [.. completions.Select(rollout => (rollout.Prompt, rollout.Completion))],
            batchSize,
            cancellation
        );

    /// <summary>Rollouts as one batch, of which the tokens of the completions count.</summary>
    public static TokenBatch BatchOf(IReadOnlyList<Rollout> rollouts) =>
        TokenBatch.OfCompletions([.. rollouts.Select(rollout => (rollout.Prompt, rollout.Completion))]);

    /// <summary>Numbers of the tokens of completions at their places in a batch, and 0 at all others: a constant.</summary>
    /// <param name="numbers">A row for each completion, of as many numbers as it has tokens.</param>
    /// <param name="batch">What <see cref="BatchOf"/> made of the rollouts.</param>
    /// <param name="rollouts">The rollouts.</param>
    /// <returns>[batch, time].</returns>
    public static Tensor AtPlaces(IReadOnlyList<float[]> numbers, TokenBatch batch, IReadOnlyList<Rollout> rollouts)
    {
        Tensor all = Tensor.Zeros(batch.Batch, batch.Time);
        for (int i = 0; i < rollouts.Count; i++)
        {
            if (numbers[i].Length != rollouts[i].Completion.Length)
                throw new ArgumentException(
                    $"{numbers[i].Length} numbers for {rollouts[i].Completion.Length} tokens.",
                    nameof(numbers)
                );
            numbers[i].CopyTo(all.Data[(i * batch.Time + rollouts[i].Prompt.Length - 1)..]);
        }
        return all;
    }

    /// <summary>The other way round: the numbers of each completion's tokens.</summary>
    /// <param name="all">[batch, time].</param>
    /// <param name="batch">What <see cref="BatchOf"/> made of the rollouts.</param>
    /// <param name="rollouts">The rollouts.</param>
    /// <returns>A row for each completion.</returns>
    public static IReadOnlyList<float[]> OfTokens(Tensor all, TokenBatch batch, IReadOnlyList<Rollout> rollouts) =>
        [
            .. rollouts.Select(
                (rollout, i) =>
                    all.Data.Slice(i * batch.Time + rollout.Prompt.Length - 1, rollout.Completion.Length).ToArray()
            ),
        ];

    private static void Complete(
        Transformer policy,
        Running[] batch,
        RolloutOptions options,
        TokenSampler sampler,
        IStateEdit? edit,
        CancellationToken cancellation
    )
    {
        int context = policy.Config.ContextLength,
            vocabulary = policy.Config.VocabularySize,
            longest = batch.Max(running => running.Tokens.Count);
        KeyValueCache cache = policy.CreateCache(
            batch.Length,
            (int)Math.Min(context, (long)longest + options.MaxTokens)
        );
        int[] counts = [.. batch.Select(running => running.Tokens.Count)];
        int[] tokens = new int[batch.Length * longest];
        for (int i = 0; i < batch.Length; i++)
            batch[i].Tokens.CopyTo(tokens, i * longest);
        float[] weights = new float[vocabulary];
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            using (TensorScope scope = new())
            {
                ReadOnlySpan<float> logits = Logits(policy, tokens, counts, cache, batch, edit).Data;
                for (int i = 0; i < batch.Length; i++)
                    batch[i].Next(logits.Slice(i * vocabulary, vocabulary), weights, options, sampler, context);
            }
            int[] going = [.. Enumerable.Range(0, batch.Length).Where(i => !batch[i].Done)];
            if (going.Length == 0)
                return;
            if (going.Length < batch.Length)
            {
                cache.KeepOnly(going);
                batch = [.. going.Select(i => batch[i])];
            }
            tokens = [.. batch.Select(running => running.Tokens[^1])];
            counts = [.. batch.Select(_ => 1)];
        }
    }

    private static Tensor Logits(
        Transformer policy,
        int[] tokens,
        int[] counts,
        KeyValueCache cache,
        Running[] batch,
        IStateEdit? edit
    )
    {
        if (edit is null)
            return policy.Decode(tokens, counts, cache);
        using var noGrad = Tensor.NoGrad();
        Tensor states = policy.DecodeHidden(tokens, counts, cache);
        edit.Edit(states.Data, [.. batch.Select(running => running.Index)]);
        return policy.Logits(states);
    }

    private sealed class Running(int index, int[] prompt, RandomStream random)
    {
        private readonly List<float> _logProbabilities = [],
            _entropies = [];
        private bool _ended;

        public int Index => index;

        public List<int> Tokens { get; } = [.. prompt];

        public bool Done { get; private set; }

        public void Next(
            ReadOnlySpan<float> logits,
            Span<float> weights,
            RolloutOptions options,
            TokenSampler sampler,
            int context
        )
        {
            ReadOnlySpan<float> known = options.Tokens > 0 ? logits[..options.Tokens] : logits;
            int token = sampler.Next(known, CollectionsMarshal.AsSpan(Tokens), random);
            Tokens.Add(token);
            Measure(logits, weights, token);
            _ended = options.Ends.Contains(token);
            Done = _ended || Tokens.Count - prompt.Length == options.MaxTokens || Tokens.Count == context;
        }

        public Rollout Finish() =>
            new(prompt, [.. Tokens.Skip(prompt.Length)], [.. _logProbabilities], [.. _entropies], _ended);

        // With z = logit - greatest: ln p = z - ln sum e^z, and the entropy is ln sum e^z - sum p z.
        private void Measure(ReadOnlySpan<float> logits, Span<float> weights, int token)
        {
            float greatest = TensorPrimitives.Max(logits);
            TensorPrimitives.Subtract(logits, greatest, weights);
            TensorPrimitives.Exp(weights, weights);
            double sum = 0,
                weighted = 0;
            for (int id = 0; id < weights.Length; id++)
            {
                sum += weights[id];
                if (weights[id] > 0)
                    weighted += weights[id] * (double)(logits[id] - greatest);
            }
            double log = Math.Log(sum);
            _logProbabilities.Add((float)(logits[token] - (double)greatest - log));
            _entropies.Add((float)(log - weighted / sum));
        }
    }
}
