using Assay.Numerics;

namespace Assay.Learning;

/// <summary>A decoder-only transformer of one of the families of <see cref="TransformerConfig"/>: Llama, GPT-NeoX or GPT-2.</summary>
/// <remarks>
/// Tokens are flat, sequence after sequence, all of one length; batches of different lengths are padded on the right, which
/// no token before sees, for attention is causal.
/// <code>
/// Transformer model = new(ModelSizes.Of("gpt-1m"), new RandomStream(7, "model"));
/// Tensor loss = model.Loss(inputs, targets, batch: 12);
/// loss.Backward();
/// model.Save("out");   // config.json and model.safetensors, as Hugging Face names them
/// </code>
/// </remarks>
public sealed class Transformer : Module
{
    private readonly TransformerLayer[] _layers;

    /// <summary>A new model, with the start that its family is known for.</summary>
    /// <remarks>
    /// Weights and embeddings are normal with <see cref="TransformerConfig.InitialDeviation"/>, biases 0, gains 1; in GPT-2
    /// the projections that are added to the residual stream have 1 / sqrt(2 layers) of it.
    /// </remarks>
    /// <param name="config">The shape.</param>
    /// <param name="stream">Where the weights come from.</param>
    /// <exception cref="TransformerConfigException">The values do not fit together.</exception>
    public Transformer(TransformerConfig config, RandomStream stream)
    {
        config.Checked("the model's config");
        Config = config;
        float std = (float)config.InitialDeviation;
        Embedding = new(stream, std, config.VocabularySize, config.HiddenSize);
        if (config.Family == TransformerFamily.Gpt2)
            Positions = new(stream, std, config.ContextLength, config.HiddenSize);
        RopeTables? rotary =
            config.RotaryDimensions > 0 ? new(config.ContextLength, config.RotaryDimensions, config.RopeTheta) : null;
        _layers = [.. Enumerable.Range(0, config.Layers).Select(_ => CreateLayer(config, stream, rotary))];
        Norm = CreateNorm(config);
        Head = config.TieEmbeddings
            ? null
            : Linear.Normal(stream, std, config.HiddenSize, config.VocabularySize, bias: false);
    }

    /// <summary>The shape.</summary>
    public TransformerConfig Config { get; }

    /// <summary>Rows of tokens.</summary>
    public Embedding Embedding { get; }

    /// <summary>Rows of positions, in GPT-2; else null.</summary>
    public Embedding? Positions { get; }

    /// <summary>The layers, in order.</summary>
    public IReadOnlyList<TransformerLayer> Layers => _layers;

    /// <summary>After the last layer.</summary>
    public Norm Norm { get; }

    /// <summary>From the width to logits; null if the embedding serves for it.</summary>
    public Linear? Head { get; }

    /// <summary>Trained keys and values before every sequence, or null.</summary>
    public PrefixAdapter? Prefix { get; set; }

    /// <summary>Where GPT-2 has it, after the embedding and on everything that is added to the residual stream (not on attention weights).</summary>
    public Dropout Dropout { get; init; } = new(0);

    /// <summary>
    /// The most logits that a loss stores; beyond, they are made in blocks, and again in the backward pass: a large vocabulary's
    /// are most of the memory.
    /// </summary>
    public long MostLogits { get; init; } = 1 << 24;

    /// <inheritdoc/>
    public override IEnumerable<Parameter> Parameters() =>
        [
            .. Within("embedding", Embedding),
            .. Within("positions", Positions),
            .. _layers.SelectMany((layer, i) => Within($"layers.{i}", layer)),
            .. Within("norm", Norm),
            .. Within("head", Head),
            .. Prefix?.Parameters() ?? [],
        ];

    /// <summary>Reads a folder with <c>config.json</c> and the weights, as Hugging Face has them.</summary>
    /// <exception cref="TransformerConfigException">The config is wrong or not supported.</exception>
    /// <exception cref="SafetensorsException">The weights are wrong, or not those of the config.</exception>
    /// <exception cref="IOException">A file cannot be opened.</exception>
    public static Transformer Load(string folder)
    {
        using TransformerFiles files = TransformerFiles.Open(folder);
        Transformer model = new(files.Config, new RandomStream(0, "overwritten"));
        foreach (TransformerParameter parameter in files.Parameters)
            files.Read(parameter.Name, TransformerWeights.Of(model, parameter));
        return model;
    }

    /// <summary>Writes <c>config.json</c> and <c>model.safetensors</c>, each whole or not at all. Adapters are not written: merge them before.</summary>
    /// <exception cref="IOException">The disk is full or not writable.</exception>
    public void Save(string folder)
    {
        Dictionary<string, TransformerParameter> parameters = TransformerParameters
            .Of(Config)
            .ToDictionary(parameter => parameter.Name, StringComparer.Ordinal);
        TransformerFiles.Save(folder, Config, name => TransformerWeights.Of(this, parameters[name]));
    }

    /// <summary>A model with the same weights, of its own: a reference that training does not change. Without adapters, or with merged ones.</summary>
    /// <exception cref="InvalidOperationException">The model has a prefix, or adapters that are not merged.</exception>
    public Transformer Copy()
    {
        IEnumerable<Linear> linear = _layers.SelectMany(LinearLayers);
        if (Prefix is not null || linear.Any(layer => layer.Adapter is { IsMerged: false }))
            throw new InvalidOperationException(
                "A model with a prefix, or adapters that are not merged, has no plain copy."
            );
        Transformer copy = new(Config, new RandomStream(0, "overwritten"))
        {
            Dropout = Dropout,
            MostLogits = MostLogits,
        };
        foreach (TransformerParameter parameter in TransformerParameters.Of(Config))
            TransformerWeights.Of(this, parameter).CopyTo(TransformerWeights.Of(copy, parameter));
        return copy;
    }

    /// <summary>Freezes the model and puts a <see cref="LoraAdapter"/> on every linear layer of its layers.</summary>
    /// <param name="rank">r, at least 1.</param>
    /// <param name="alpha">The scale of the change is alpha / r.</param>
    /// <param name="stream">Where the adapters start.</param>
    /// <param name="feedForward">False: on the attention's layers only.</param>
    /// <returns>The adapters, in order.</returns>
    /// <exception cref="InvalidOperationException">A layer has an adapter.</exception>
    public IReadOnlyList<LoraAdapter> AttachLora(int rank, float alpha, RandomStream stream, bool feedForward = true)
    {
        RequireGrad(false);
        return
        [
            .. _layers
                .SelectMany(layer => LinearLayers(layer).Take(feedForward ? 4 : 2))
                .Select(layer => LoraAdapter.Attach(layer, rank, alpha, stream)),
        ];
    }

    /// <summary>Logits of the next token at every place.</summary>
    /// <param name="tokens">[batch x time], flat.</param>
    /// <param name="batch">Number of sequences, all of one length.</param>
    /// <param name="dropout">Gives the random numbers of dropout while training; null in use.</param>
    /// <returns>[batch, time, vocabulary].</returns>
    /// <exception cref="ArgumentException">The tokens do not make sequences, or ones longer than the context.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A token is not in the vocabulary.</exception>
    public Tensor Forward(ReadOnlyMemory<int> tokens, int batch, RandomStream? dropout = null) =>
        Logits(Hidden(tokens, batch, dropout));

    /// <summary>The mean cross-entropy of the next tokens, in nats.</summary>
    /// <param name="tokens">[batch x time], flat.</param>
    /// <param name="targets">The token after each, or -1 where none counts.</param>
    /// <param name="batch">Number of sequences.</param>
    /// <param name="dropout">Gives the random numbers of dropout, or null.</param>
    /// <returns>[].</returns>
    public Tensor Loss(ReadOnlyMemory<int> tokens, ReadOnlyMemory<int> targets, int batch, RandomStream? dropout = null)
    {
        int counted = targets.Length - targets.Span.Count(TokenBatch.NotCounted);
        return Losses(tokens, targets, batch, dropout).Sum() * (1f / Math.Max(1, counted));
    }

    /// <summary>The cross-entropy of the next token at every place, in nats; 0 where none counts.</summary>
    /// <inheritdoc cref="Loss"/>
    /// <returns>[batch x time], flat.</returns>
    public Tensor Losses(
        ReadOnlyMemory<int> tokens,
        ReadOnlyMemory<int> targets,
        int batch,
        RandomStream? dropout = null
    )
    {
        Tensor hidden = Hidden(tokens, batch, dropout);
        Tensor weight = Head?.Weight ?? Embedding.Weight;
        return (long)tokens.Length * weight.Shape[0] > MostLogits && Head?.Adapter is null
            ? Functional.LinearCrossEntropyRows(hidden, weight, targets, ignore: TokenBatch.NotCounted)
            : Functional.CrossEntropyRows(Logits(hidden), targets, ignore: TokenBatch.NotCounted);
    }

    /// <summary>The state after the last layer and its norm: what the head reads.</summary>
    /// <param name="tokens">[batch x time], flat.</param>
    /// <param name="batch">Number of sequences.</param>
    /// <param name="dropout">Gives the random numbers of dropout, or null.</param>
    /// <returns>[batch, time, width].</returns>
    public Tensor Hidden(ReadOnlyMemory<int> tokens, int batch, RandomStream? dropout = null)
    {
        Func<Tensor, Tensor>? drop =
            dropout is null || Dropout.Probability == 0 ? null : part => Dropout.Forward(part, dropout);
        Tensor x = Embed(tokens, batch);
        x = drop is null ? x : drop(x);
        for (int i = 0; i < _layers.Length; i++)
            x = _layers[i].Forward(x, prefix: PrefixOf(i), dropout: drop);
        return Norm.Forward(x);
    }

    /// <summary>All states of the residual stream, as Hugging Face counts them: the embedding, after each layer, and the last after the norm.</summary>
    /// <param name="tokens">[batch x time], flat.</param>
    /// <param name="batch">Number of sequences.</param>
    /// <returns>1 + layers tensors of [batch, time, width].</returns>
    public Tensor[] HiddenStates(ReadOnlyMemory<int> tokens, int batch)
    {
        Tensor[] states = new Tensor[_layers.Length + 1];
        states[0] = Embed(tokens, batch);
        for (int i = 0; i < _layers.Length; i++)
            states[i + 1] = _layers[i].Forward(states[i], prefix: PrefixOf(i));
        states[^1] = Norm.Forward(states[^1]);
        return states;
    }

    /// <summary>Logits of what <see cref="Hidden"/> gives.</summary>
    /// <param name="hidden">[.., width].</param>
    /// <returns>[.., vocabulary].</returns>
    public Tensor Logits(Tensor hidden) => Head?.Forward(hidden) ?? Functional.Linear(hidden, Embedding.Weight);

    /// <summary>An empty cache for this model, with its prefix if it has one.</summary>
    /// <param name="batch">Number of sequences.</param>
    /// <param name="capacity">Most tokens of a sequence, those of a prefix not counted: from 1 to the context's length.</param>
    public KeyValueCache CreateCache(int batch, int capacity)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(capacity, Config.ContextLength);
        KeyValueCache cache = new(
            Config.Layers,
            batch,
            capacity + (Prefix?.Length ?? 0),
            Config.KeyValueHeads * Config.HeadSize
        );
        if (Prefix is not null)
            cache.Begin(Prefix);
        return cache;
    }

    /// <summary>Feeds the next tokens of every sequence; without a gradient.</summary>
    /// <param name="tokens">[batch x time], flat; sequences with fewer tokens are padded on the right, with any token.</param>
    /// <param name="counts">[batch]: how many of the tokens are those of the sequence, at least 1.</param>
    /// <param name="cache">Gets their keys and values.</param>
    /// <returns>[batch, vocabulary]: logits after each sequence's last token.</returns>
    /// <exception cref="ArgumentException">The cache has no room, or the shapes do not fit.</exception>
    public Tensor Decode(ReadOnlyMemory<int> tokens, ReadOnlySpan<int> counts, KeyValueCache cache)
    {
        using var noGrad = Tensor.NoGrad();
        return Logits(DecodeHidden(tokens, counts, cache));
    }

    /// <summary>The same up to the head: for methods that edit states. What is done to them changes no key and no value of the cache.</summary>
    /// <param name="tokens">[batch x time], flat; sequences with fewer tokens are padded on the right, with any token.</param>
    /// <param name="counts">[batch]: how many of the tokens are those of the sequence, at least 1.</param>
    /// <param name="cache">Gets their keys and values.</param>
    /// <returns>[batch, width]: the state after each sequence's last token, for <see cref="Logits"/>.</returns>
    /// <exception cref="ArgumentException">The cache has no room, or the shapes do not fit.</exception>
    public Tensor DecodeHidden(ReadOnlyMemory<int> tokens, ReadOnlySpan<int> counts, KeyValueCache cache)
    {
        int batch = counts.Length,
            time = TimeOf(tokens.Length, batch);
        cache.CheckRoom(batch, time);
        using var noGrad = Tensor.NoGrad();
        Tensor x = Embedding.Forward(tokens, batch, time);
        if (Positions is not null)
            x = x + Positions.Forward(PositionsAfter(cache, time), batch, time);
        for (int i = 0; i < _layers.Length; i++)
            x = _layers[i].Decode(x, cache, i);
        int[] last = new int[batch];
        for (int sequence = 0; sequence < batch; sequence++)
        {
            if (counts[sequence] < 1 || counts[sequence] > time)
                throw new ArgumentException(
                    $"A sequence cannot have {counts[sequence]} of {time} tokens.",
                    nameof(counts)
                );
            last[sequence] = sequence * time + counts[sequence] - 1;
        }
        cache.Advance(counts);
        return Norm.Forward(x.Reshape(batch * time, Config.HiddenSize).Gather(last));
    }

    private Tensor Embed(ReadOnlyMemory<int> tokens, int batch)
    {
        int time = TimeOf(tokens.Length, batch);
        Tensor x = Embedding.Forward(tokens, batch, time);
        return Positions is null ? x : x + Positions.Weight.Slice(0, 0, time);
    }

    private int TimeOf(int tokens, int batch)
    {
        if (batch < 1 || tokens == 0 || tokens % batch != 0)
            throw new ArgumentException(
                $"{tokens} tokens do not make {batch} sequences of one length.",
                nameof(tokens)
            );
        if (tokens / batch > Config.ContextLength)
            throw new ArgumentException(
                $"{tokens / batch} tokens are more than the model's context of {Config.ContextLength}.",
                nameof(tokens)
            );
        return tokens / batch;
    }

    // Padding may stand beyond the last position that was learned; what comes of it is not used.
    private int[] PositionsAfter(KeyValueCache cache, int time)
    {
        int[] positions = new int[cache.Batch * time];
        for (int i = 0; i < positions.Length; i++)
            positions[i] = Math.Min(cache.Lengths[i / time] - cache.Prefix + i % time, Config.ContextLength - 1);
        return positions;
    }

    private static Linear[] LinearLayers(TransformerLayer layer) =>
        [layer.Attention.QueryKeyValue, layer.Attention.Output, layer.FeedForward.Up, layer.FeedForward.Down];

    private (Tensor, Tensor)? PrefixOf(int layer) => Prefix is null ? null : (Prefix.Keys(layer), Prefix.Values(layer));

    private static TransformerLayer CreateLayer(TransformerConfig config, RandomStream stream, RopeTables? rotary)
    {
        float std = (float)config.InitialDeviation,
            added = config.Family == TransformerFamily.Gpt2 ? std / MathF.Sqrt(2f * config.Layers) : std;
        int width = config.HiddenSize,
            queries = config.Heads * config.HeadSize,
            all = queries + 2 * config.KeyValueHeads * config.HeadSize,
            inner = config.IntermediateSize;
        return new(
            CreateNorm(config),
            new Attention(
                Linear.Normal(stream, std, width, all, config.AttentionBias),
                Linear.Normal(stream, added, queries, width, config.AttentionBias),
                config.Heads,
                config.KeyValueHeads,
                causal: true,
                rotary
            ),
            CreateNorm(config),
            new FeedForward(
                Linear.Normal(stream, std, width, config.Gated ? 2 * inner : inner, config.FeedForwardBias),
                Linear.Normal(stream, added, inner, width, config.FeedForwardBias),
                config.Activation
            ),
            config.ParallelResidual
        );
    }

    private static Norm CreateNorm(TransformerConfig config) =>
        config.Family == TransformerFamily.Llama
            ? new RmsNorm(config.HiddenSize, config.NormEpsilon)
            : new LayerNorm(config.HiddenSize, config.NormBias, config.NormEpsilon);
}
